// SPDX-License-Identifier: Apache-2.0
// What a person and a machine see of a page: opened in Debian's Chromium, watched for whatever must never happen, read as text.
import { createRequire } from "node:module";
import { mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { PASSWORD, until } from "./world.mjs";

const require = createRequire(new URL("../../dashboard/page/package.json", import.meta.url));
const { chromium } = require("playwright-core");
const AXE = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-quic"];
const PATIENCE_MS = 60_000;

export const SCREENS = { overview: "/", unit: "/don-vi", obstacles: "/vuong-mac", calendar: "/lich", stream: "/su-kien", system: "/he-thong" };
export const LANGS = ["vi", "en"];

export const launch = () => chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: FLAGS });

/** Runs in the page before anything of it: what is executed that should not be, and what the policy had to refuse. */
function sentinel() {
	window.__hit = 0;
	window.__refused = [];
	document.addEventListener("securitypolicyviolation", (e) => window.__refused.push(`${e.violatedDirective} ${e.blockedURI} ${e.sample}`));
}

export class Browser {
	constructor(browser, shots) {
		Object.assign(this, { browser, shots, pages: [], cookies: new Map() });
	}

	/** A page of a gateway in a context of its own. `user`: logged in as (once per gateway and user: a login costs a second). */
	async open(gateway, where, { lang = "vi", width = 1440, height = 900, user, bare = false, ...more } = {}) {
		const context = await this.browser.newContext({ viewport: { width, height }, locale: lang === "en" ? "en-GB" : "vi-VN", acceptDownloads: true, ...more });
		context.setDefaultTimeout(PATIENCE_MS);
		await context.addInitScript(sentinel);
		if (user) await context.addCookies(await this.session(gateway, user));
		const page = await context.newPage();
		this.watch(page, gateway);
		this.pages.push(page);
		const url = new URL(where, gateway.address);
		if (lang === "en") url.searchParams.set("lang", "en");
		await page.goto(url.href);
		if (!bare) await settled(page);
		return page;
	}

	watch(page, gateway) {
		page.trouble = [];
		page.busy = new Set();
		page.on("pageerror", (e) => page.trouble.push(`error in the page: ${e.message}`));
		page.on("dialog", (d) => {
			page.trouble.push(`a dialog: ${d.message()}`);
			void d.dismiss();
		});
		page.on("request", (r) => {
			if (!/^(http:\/\/127\.0\.0\.1:|blob:|data:)/.test(r.url())) page.trouble.push(`asks elsewhere: ${r.url()}`);
			if (r.url().startsWith(gateway.address) && !r.url().includes("/api/v1/events")) page.busy.add(r);
		});
		for (const over of ["requestfinished", "requestfailed"]) page.on(over, (r) => page.busy.delete(r));
		page.on("popup", (p) => page.trouble.push(`another window: ${p.url()}`));
	}

	async session(gateway, user) {
		const key = `${gateway.address} ${gateway.life} ${user}`;
		if (!this.cookies.has(key)) {
			const context = await this.browser.newContext();
			const r = await context.request.post(`${gateway.address}/api/v1/login`, { data: { user, password: PASSWORD }, headers: { "X-Tiendo": "1" } });
			if (!r.ok()) throw new Error(`login of ${user}: ${r.status()} ${await r.text()}`);
			this.cookies.set(key, await context.cookies());
			await context.close();
		}
		return this.cookies.get(key);
	}

	/** What must never happen has not happened on this page; it is closed. */
	async judged(page) {
		await this.ask(page);
		if (page.trouble.length) throw new Error(`${page.url()}: ${page.trouble.slice(0, 5).join("; ")}`);
		await page.context().close();
	}

	async ask(page) {
		const [hit, refused] = await page.evaluate(() => [window.__hit, window.__refused]).catch(() => [0, []]);
		if (hit) page.trouble.push(`a stranger's text was executed ${hit} times`);
		for (const r of refused ?? []) page.trouble.push(`refused by the policy: ${r}`);
	}

	/** What went wrong on the pages of a test, which are then closed; a picture of each when it failed. */
	async close(name, failed) {
		const wrong = [];
		for (const [i, page] of this.pages.entries()) {
			wrong.push(...page.trouble);
			if (page.isClosed()) continue;
			const before = page.trouble.length;
			await this.ask(page);
			wrong.push(...page.trouble.slice(before));
			if (failed || page.trouble.length) {
				mkdirSync(this.shots, { recursive: true });
				await page.screenshot({ path: path.join(this.shots, `${name.replace(/[^a-z0-9]+/gi, "-")}-${i}.png`), fullPage: true }).catch(() => {});
			}
			await page.context().close();
		}
		this.pages = [];
		return wrong;
	}
}

/** The screen stands, and nothing that it asked for is outstanding. */
export async function settled(page) {
	await page.waitForSelector("main h1", { timeout: PATIENCE_MS });
	let calm = 0;
	await until(
		`${page.url()} to be whole`,
		async () => {
			const loading = await page.evaluate(
				async () => (await new Promise((idle) => requestIdleCallback(idle, { timeout: 500 }))) && document.querySelector("[aria-busy=true]") !== null || [...document.querySelectorAll(".empty")].some((e) => /^(Đang tải|Loading)…$/.test(e.textContent.trim())) || document.querySelector("main")?.innerText.trim().length === 0,
			);
			calm = loading || page.busy.size ? 0 : calm + 1;
			return calm > 2;
		},
		PATIENCE_MS,
	);
}

/** What is drawn only when it comes into sight has come into sight. */
export async function seenWhole(page) {
	await page.evaluate(async () => {
		for (let y = 0; y < document.body.scrollHeight; y += innerHeight) {
			scrollTo(0, y);
			await new Promise((done) => {
				setTimeout(done, 250); // a page that nobody looks at is not painted
				requestAnimationFrame(() => requestAnimationFrame(done));
			});
		}
		scrollTo(0, 0);
	});
	await settled(page);
}

export const text = (page, selector = "body") => page.evaluate((s) => [...document.querySelectorAll(s)].map((e) => e.innerText).join("\n"), selector);

/** Inside the page by keys alone: Tab until what has the focus is the wanted one. */
export async function tabTo(page, selector, most = 200) {
	for (let i = 0; i < most; i++) {
		if (await page.evaluate((s) => document.activeElement?.matches(s) ?? false, selector)) return i;
		await page.keyboard.press("Tab");
	}
	throw new Error(`${selector}: not reached by ${most} Tabs on ${page.url()}`);
}

export const focused = (page) => page.evaluate(() => document.activeElement?.outerHTML.slice(0, 200) ?? "");

/** Serious and critical findings of axe-core, each with where. */
export async function axe(page) {
	// the policy forbids the page to run text, and so it should: axe comes in through the debugger
	await page.evaluate(AXE);
	return page.evaluate(async () => {
		const found = await window.axe.run(document, { resultTypes: ["violations"] });
		return found.violations
			.filter((v) => ["serious", "critical"].includes(v.impact))
			.flatMap((v) => v.nodes.slice(0, 3).map((n) => `${v.impact} ${v.id} (${v.help}): ${n.target.join(" ")} ${n.html.slice(0, 160)} ${n.any[0]?.message ?? ""}`));
	});
}

/** A file of a download, as bytes. */
export async function downloaded(page, press) {
	const [download] = await Promise.all([page.waitForEvent("download"), press()]);
	return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
}
