// SPDX-License-Identifier: Apache-2.0
// 300 texts of strangers (hostile.mjs) as names, people, contacts, notes, obstacles and as what somebody types or sends in an address:
// through every screen, every panel and every file. None is executed (Browser.close looks), none breaks the page.
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { catalogue, reports, STRINGS } from "./hostile.mjs";
import { layout } from "./judge.mjs";
import { downloaded, LANGS, seenWhole, settled, text } from "./look.mjs";
import { ask, PASSWORD, until, World } from "./world.mjs";
import { csv } from "./4-ways.test.mjs";

const FORBIDDEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;
const OBSTACLES_EACH = 6; // every so many texts is an obstacle too (all of them in the soak)

async function hostile(t) {
	return t.world("hostile", async (build, dir) => {
		mkdirSync(path.join(dir, "try"), { recursive: true });
		const refused = new Set();
		const check = async (w) => {
			for (const [f, all] of Object.entries(catalogue(refused))) writeFileSync(path.join(dir, "try", `${f}.csv`), all);
			try {
				await w.run("tiendo-server", ["catalogue", "check", path.join(dir, "try"), "--json"]);
				return [];
			} catch (e) {
				return JSON.parse(e.stdout).details.filter((d) => d.error);
			}
		};
		const scout = new World(build, path.join(dir, "try"));
		const faults = await check(scout);
		for (const d of faults) refused.add(`${d.file.replace(".csv", "")} ${d.field} ${d.value}`);
		const w = await World.fresh(build, path.join(dir, "world"), { name: "Thử <script>", catalogue: catalogue(refused), today: "2024-04-02" });
		Object.assign(w, { faults });
		await w.start();
		await w.addReader();
		await w.addAgent("412");
		w.taken = STRINGS.map((s, i) => (FORBIDDEN.test(s) || refused.has(`items name ${s}`) || !s.trim() ? `ghi chú ${i}` : s));
		writeFileSync(path.join(dir, "reports.csv"), reports((i) => w.taken[i]));
		await w.agent("412", "import", path.join(dir, "reports.csv"), "--json");
		const every = t.form === "soak" ? 1 : OBSTACLES_EACH;
		w.raised = w.taken.filter((_, i) => i % every === 0);
		for (const [i, s] of w.raised.entries()) await w.agent("412", "obstacle", "raise", `KH.T${String(i).padStart(3, "0")}`, "--cause", "kinh phí", "--outside", `--text=${s}`, `--solution=${s}`, "--solution-class", "kinh phí");
		await w.drained("412");
		w.open = await w.gateway("open", { users: { vanhanh: ["operator", "VN", "--text"] } });
		return w;
	});
}

const ALL = ["/?unit=412", "/?unit=40", "/don-vi?unit=412", "/don-vi?unit=X000", "/don-vi?unit=X130", "/vuong-mac?unit=412", "/vuong-mac?unit=412&view=who", "/vuong-mac?unit=412&view=ministry", "/lich?unit=412", "/su-kien?unit=412", "/he-thong"];

const wide = (page) => page.evaluate(() => (document.scrollingElement.scrollWidth > innerWidth + 1 ? [`the page is ${document.scrollingElement.scrollWidth} px wide at ${innerWidth}`] : []));
/** Links lead where links may lead; no element came out of a text. */
const inert = (page) =>
	page.evaluate(() => [
		...[...document.querySelectorAll("[href],[src],[action],[formaction]")].filter((e) => !["http:", "mailto:", "tel:", "blob:"].includes(new URL(e.getAttribute("href") ?? e.getAttribute("src") ?? "", location.href).protocol)).map((e) => `a link to ${e.outerHTML.slice(0, 120)}`),
		...[...document.querySelectorAll("*")].flatMap((e) => [...e.attributes].filter((a) => a.name.startsWith("on") || a.name === "srcdoc").map((a) => `${e.tagName} has ${a.name}`)),
		...[...document.querySelectorAll("body script, iframe, object, embed, base, marquee, video, plaintext, xmp, body style, meta[http-equiv]")].map((e) => `an element of a stranger: ${e.outerHTML.slice(0, 120)}`),
	]);

export default function (test, form) {
	test("control characters and turned writing are refused at the door, with a sentence", async (t) => {
		const w = await hostile(t);
		const bad = STRINGS.filter((s) => FORBIDDEN.test(s) && !s.includes("\0") && !/^[^\u0000-\u0009]*[\n\r][^]*$/.test(s));
		const missed = bad.filter((s) => !w.faults.some((d) => d.field === "name" && s.startsWith(d.value)));
		if (bad.length < 18 || missed.length) throw new Error(`${bad.length} are there; taken by the catalogue: ${JSON.stringify(missed)}`);
		for (const s of bad) {
			let said = null;
			try {
				await w.agent("412", "report", "KH.T000", "--as-of", "2024-03-29", "--state", "in_progress", "--percent", "41", `--note=${s}`);
			} catch (e) {
				said = e.stdout + e.stderr;
			}
			if (!said) throw new Error(`an office may report ${JSON.stringify(s)}`);
		}
	});

	for (const lang of LANGS)
		test(`every screen in ${lang} stands, wide and narrow`, async (t) => {
			const w = await hostile(t);
			const wrong = [];
			for (const where of lang === "vi" || form === "soak" ? ALL : ALL.filter((_, i) => i % 3 === 0)) {
				const page = await t.browser.open(w.open, where, { user: "vanhanh", lang });
				await seenWhole(page);
				wrong.push(...[...(await inert(page)), ...(await layout(page))].map((x) => `${where}: ${x}`));
				await page.setViewportSize({ width: 390, height: 844 });
				await seenWhole(page);
				wrong.push(...(await wide(page)).map((x) => `${where}: ${x}`));
				await t.browser.judged(page);
			}
			if (wrong.length) throw new Error([...new Set(wrong)].slice(0, 15).join("\n  "));
		});

	test("every name, note and obstacle is shown as it was written", async (t) => {
		const w = await hostile(t);
		const flat = (s) => s.replace(/\s+/g, " ").trim();
		const page = await t.browser.open(w.open, "/?unit=412&drill=412~KH.G", { user: "vanhanh" });
		await page.waitForSelector("dialog.drill .updates, dialog.drill table");
		const list = await w.open.api("items");
		const of = (p, s) => p.evaluate((q) => document.querySelector(q).textContent, s).then(flat);
		const drill = await of(page, "dialog.drill");
		const units = await w.open.api("board?unit=412");
		const missing = [];
		for (const i of list.items.filter((x) => x.code.startsWith("KH.T"))) if (!drill.includes(flat(i.name))) missing.push(`item ${i.code} ${i.name}`);
		const board = await of(page, "#app");
		for (const r of units.rows) if (!board.includes(flat(r.unit.name))) missing.push(`unit ${r.unit.code} ${r.unit.name}`);
		const obstacles = await t.browser.open(w.open, "/vuong-mac?unit=412&state=waiting", { user: "vanhanh" });
		const said = await of(obstacles, "main");
		for (const s of w.raised) if (!said.includes(flat(s))) missing.push(`obstacle ${s}`);
		const truth = new Set(list.items.map((i) => i.name));
		const kept = STRINGS.filter((s) => truth.has(s) || truth.has(s.trim())).length;
		if (kept < 240) missing.push(`only ${kept} of the texts are names`);
		if (missing.length) throw new Error(`${missing.length} are not shown:\n  ${missing.slice(0, 10).map((x) => JSON.stringify(x)).join("\n  ")}`);
	});

	test("panels and dialogs", async (t) => {
		const w = await hostile(t);
		const wrong = [];
		for (const where of ["/?unit=412&drill=412~KH", "/?unit=412&drill=412~KH.R", "/don-vi?unit=412&drill=412~KH.T021", "/don-vi?unit=X060&drill=X060~KH.R", "/lich?unit=412&proof=412/total~2024-03b", "/lich?unit=412&proof=X090~2024-03b"]) {
			const page = await t.browser.open(w.open, where, { user: "vanhanh", width: 1024 });
			if (!where.includes("proof") || (await page.locator("dialog[open]").count())) await page.waitForSelector("dialog[open] h2");
			await settled(page);
			wrong.push(...[...(await inert(page)), ...(await wide(page))].map((x) => `${where}: ${x}`));
			await page.setViewportSize({ width: 390, height: 844 });
			wrong.push(...(await wide(page)).map((x) => `${where}: ${x}`));
			await t.browser.judged(page);
		}
		if (wrong.length) throw new Error(wrong.slice(0, 15).join("\n  "));
	});

	test("every file can be opened by a spreadsheet", async (t) => {
		const w = await hostile(t);
		const wrong = [];
		let cells = 0;
		for (const where of ["/?unit=412", "/don-vi?unit=412", "/don-vi?unit=X020", "/vuong-mac?unit=412", "/vuong-mac?unit=412&view=ministry", "/lich?unit=412", "/su-kien?unit=412", "/?unit=412&drill=412~KH.G", "/?unit=412&drill=412~KH.R"]) {
			const page = await t.browser.open(w.open, where, { user: "vanhanh" });
			if (where.includes("drill")) await page.waitForSelector("dialog.drill .updates");
			const buttons = page.locator(`${where.includes("drill") ? "dialog.drill" : "main"} button:visible:not([disabled]):has-text("Tải CSV")`);
			for (let i = 0; i < (await buttons.count()); i++) {
				const { name, bytes } = await downloaded(page, () => buttons.nth(i).click());
				const { rows, wrong: faults } = csv(bytes);
				cells += rows.flat().length;
				for (const c of rows.flat()) if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u202a-\u202e\u2066-\u2069]/.test(c)) faults.push(`${JSON.stringify(c.slice(0, 40))} keeps a control character`);
				wrong.push(...faults.slice(0, 3).map((x) => `${where}, ${name}: ${x}`));
			}
			await t.browser.judged(page);
		}
		if (cells < 5000) wrong.push(`only ${cells} cells`);
		if (wrong.length) throw new Error(wrong.slice(0, 15).join("\n  "));
	});

	test("in the address: every argument of every screen", async (t) => {
		const w = await hostile(t);
		const page = await t.browser.open(w.open, "/", { user: "vanhanh" });
		const names = ["unit", "plan", "item", "period", "drill", "lang", "q", "view", "sort", "state", "who", "cause", "proof", "n", "schedule", "all", "order"];
		const paths = ["/", "/don-vi", "/vuong-mac", "/lich", "/su-kien", "/he-thong"];
		const broken = await page.evaluate(
			async ({ strings, names, paths }) => {
				const broken = [];
				for (const [i, s] of strings.entries()) {
					const q = new URLSearchParams({ unit: i % 20 ? `X${String(i % 300).padStart(3, "0")}` : "412" });
					q.set(names[i % names.length], s);
					q.set(names[(i * 7 + 3) % names.length], s);
					if (i % 5 === 0) q.set("drill", `412~${s}`);
					if (i % 11 === 0) q.set("proof", `${s}~2024-03b`);
					history.pushState(null, "", `${paths[i % paths.length]}?${q}#${encodeURIComponent(s)}`);
					dispatchEvent(new PopStateEvent("popstate"));
					await new Promise((done) => setTimeout(done, 25));
					const main = document.querySelector("main");
					if (!main || /gặp lỗi \(|This screen failed/.test(main.innerText) || main.innerText.trim().length < 3) {
						broken.push(`${location.search.slice(0, 150)}: ${main?.innerText.slice(0, 200)}`);
						if (broken.length > 4) break;
					}
				}
				return broken;
			},
			{ strings: STRINGS.map((s) => s.toWellFormed?.() ?? s), names, paths },
		);
		const wrong = [...broken, ...(await inert(page))];
		for (const s of STRINGS.filter((_, i) => i % (form === "soak" ? 5 : 60) === 0)) {
			const fresh = await t.browser.open(w.open, `/don-vi?unit=${encodeURIComponent(s)}&q=${encodeURIComponent(s)}`, { bare: true });
			await until("something to be said", async () => (await text(fresh, "main")).trim().length > 5);
			wrong.push(...(await inert(fresh)));
			await t.browser.judged(fresh);
		}
		if (wrong.length) throw new Error(wrong.slice(0, 8).join("\n  "));
	});

	test("typed: into the search, into filters, as a user", async (t) => {
		const w = await hostile(t);
		const page = await t.browser.open(w.open, "/vuong-mac?unit=412", { user: "vanhanh" });
		for (const s of STRINGS) {
			const r = await ask(w.open.port, `/api/v1/search?q=${encodeURIComponent(s)}`);
			if (![200, 400].includes(r.status) || !/^application\/json/.test(r.headers["content-type"])) throw new Error(`search for ${JSON.stringify(s)}: ${r.status} ${r.text.slice(0, 200)}`);
		}
		for (const s of STRINGS.filter((_, i) => i % (form === "soak" ? 1 : 12) === 0)) {
			await page.fill(".search input", s.slice(0, 100));
			if (s.trim()) await until(`an answer to ${JSON.stringify(s)}`, () => page.evaluate(() => !document.querySelector("#found").hidden || document.querySelector(".found-none") !== null || !document.querySelector(".search input").value.trim()));
			const filter = page.locator("main input[type=search]").first();
			await filter.fill(s.slice(0, 60));
		}
		const wrong = [...(await inert(page)), ...(await wide(page))];
		await page.fill("main input[type=search]", "");
		const login = await t.browser.open(w.open, "/", {});
		await login.click(".top-end button.quiet");
		for (const s of [STRINGS[0], STRINGS[30], "' OR '1'='1"]) {
			await login.fill("input[name=user]", s.slice(0, 64));
			await login.fill("input[name=password]", s);
			await login.click("form.login button[type=submit]");
			await until("that it is wrong", async () => (await text(login, ".login-said")).length > 5);
		}
		wrong.push(...(await inert(login)));
		if (PASSWORD.length < 8) wrong.push("no password");
		if (wrong.length) throw new Error(wrong.join("\n  "));
	});
}
