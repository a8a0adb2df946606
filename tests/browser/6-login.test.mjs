// SPDX-License-Identifier: Apache-2.0
// Who may see what, as a browser meets it: logging in and out, waiting after too many attempts, a session that ends under one's eyes,
// a scope, and pages of others that would like to act or read in one's name.
import http from "node:http";
import { SCREENS, settled, text } from "./look.mjs";
import { ask, freePort, PASSWORD, until } from "./world.mjs";

const SEEN_MS = 45_000;
const ENDED_MS = 90_000; // a page asks again after a while only; the stream ends sooner
const FREE = 5; // attempts before one must wait (WEB_LOCKOUT_FREE)

const FORM = "form.login";

async function login(page, user, password = PASSWORD) {
	await page.fill(`${FORM} input[name=user]`, user);
	await page.fill(`${FORM} input[name=password]`, password);
	await page.click(`${FORM} button[type=submit]`);
}

const person = (page) => text(page, ".person");
const cookies = async (page) => (await page.context().cookies()).filter((c) => !c.name.startsWith("__test"));

/** A page of another origin; what it found out it reports in window.found. */
async function stranger(host, body) {
	const server = http.createServer((q, r) => r.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(`<!doctype html><title>x</title>${body}`));
	const port = await freePort();
	await new Promise((done) => server.listen(port, "127.0.0.1", done));
	return { address: `http://${host}:${port}/`, end: () => server.close() };
}

const ATTACK = (gateway) => `<body><script>
	const gw = ${JSON.stringify(gateway)};
	const found = [];
	const tries = {
		session: () => fetch(gw + "/api/v1/session", { credentials: "include" }),
		board: () => fetch(gw + "/api/v1/board?unit=40"),
		silent: () => fetch(gw + "/api/v1/silent?unit=40", { credentials: "include" }),
		page: () => fetch(gw + "/", { credentials: "include" }),
		logout: () => fetch(gw + "/api/v1/logout", { method: "POST", credentials: "include", headers: { "Content-Type": "application/json", "X-CSRF": "00", "X-Tiendo": "1" }, body: "{}" }),
		login: () => fetch(gw + "/api/v1/login", { method: "POST", credentials: "include", headers: { "Content-Type": "application/json", "X-Tiendo": "1" }, body: JSON.stringify({ user: "vinh", password: ${JSON.stringify(PASSWORD)} }) }),
	};
	const blind = [
		() => fetch(gw + "/api/v1/logout", { method: "POST", mode: "no-cors", credentials: "include", body: "{}" }),
		() => fetch(gw + "/api/v1/logout", { method: "POST", mode: "no-cors", credentials: "include", headers: { "Content-Type": "text/plain" }, body: "{}" }),
		() => fetch(gw + "/api/v1/login", { method: "POST", mode: "no-cors", credentials: "include", body: JSON.stringify({ user: "vinh", password: ${JSON.stringify(PASSWORD)} }) }),
		() => navigator.sendBeacon(gw + "/api/v1/logout", "{}"),
		() => navigator.sendBeacon(gw + "/api/v1/login", new Blob([JSON.stringify({ user: "vinh", password: ${JSON.stringify(PASSWORD)} })], { type: "application/json" })),
		() => new Promise((done) => {
			const f = document.createElement("form");
			const sink = document.createElement("iframe");
			sink.name = "sink";
			document.body.append(sink, f);
			Object.assign(f, { method: "POST", enctype: "text/plain", action: gw + "/api/v1/login", target: "sink" });
			const i = document.createElement("input");
			i.name = '{"user":"vinh","password":"${PASSWORD}","x":"';
			i.value = '"}';
			f.append(i);
			f.submit();
			setTimeout(done, 500);
		}),
	];
	const element = (tag, more) => new Promise((done) => {
		const e = Object.assign(document.createElement(tag), more);
		e.onload = () => done("loaded");
		e.onerror = () => done("error");
		setTimeout(() => done("silent"), 1500);
		document.body.append(e);
	});
	(async () => {
		for (const [name, go] of Object.entries(tries)) await go().then(async (r) => found.push(name + " can be read: " + (await r.text()).slice(0, 80)), () => {});
		for (const go of blind) try { await go() } catch {}
		await new Promise((done) => {
			const s = new EventSource(gw + "/api/v1/events?unit=VN", { withCredentials: true });
			s.onmessage = s.onopen = () => found.push("events can be read");
			s.addEventListener("hello", (e) => found.push("events can be read: " + e.data.slice(0, 60)));
			setTimeout(() => (s.close(), done()), 800);
		});
		if ((await element("script", { src: gw + "/api/v1/session" })) === "loaded") found.push("an answer runs as a script");
		const frame = document.createElement("iframe");
		frame.src = gw + "/";
		document.body.append(frame);
		await new Promise((done) => (frame.onload = done, setTimeout(done, 2000)));
		window.frames[window.frames.length - 1].postMessage("x", "*");
		window.found = found;
	})();
</script>`;

export default function (test) {
	test("nothing is public: the login comes first, on every screen, and nothing is told", async (t) => {
		const w = await t.example();
		for (const where of Object.values(SCREENS)) {
			const page = await t.browser.open(w.closed, `${where}?unit=40`);
			const said = await text(page);
			if (!/Cần đăng nhập để xem số liệu/.test(said) || /Nghệ An|KH762|\d %/.test(said)) throw new Error(`${where}: ${said.slice(0, 300)}`);
			await t.browser.judged(page);
		}
		for (const where of ["state", "board?unit=40", "items", "search?q=vinh", "events?unit=VN", "silent?unit=40", "health", "recent?unit=VN"]) {
			const r = await ask(w.closed.port, `/api/v1/${where}`);
			if (r.status !== 401) throw new Error(`${where}: ${r.status} ${r.text.slice(0, 100)}`);
		}
	});

	test("in, with the address kept, and out", async (t) => {
		const w = await t.example();
		const page = await t.browser.open(w.closed, "/don-vi?unit=412&plan=CT40");
		await login(page, "lanhdao", "sai-mat-khau");
		await until("that it is wrong", async () => (await text(page, ".login-said")) === "Tên đăng nhập hoặc mật khẩu không đúng.", SEEN_MS);
		await login(page, "khong-co-ai");
		await until("the same for a name that is not there", async () => (await text(page, ".login-said")) === "Tên đăng nhập hoặc mật khẩu không đúng.", SEEN_MS);
		await login(page, "lanhdao");
		await until("the screen that was asked for", async () => /Thành phố Vinh/.test(await text(page, "main h1")), SEEN_MS);
		await settled(page);
		if (!page.url().endsWith("/don-vi?unit=412&plan=CT40")) throw new Error(page.url());
		if (!/lanhdao/.test(await person(page))) throw new Error(await person(page));
		const [c, ...others] = await cookies(page);
		if (!c?.httpOnly || c.sameSite === "None" || others.length) throw new Error(JSON.stringify([c, ...others]));
		if (await page.evaluate(() => document.cookie)) throw new Error("scripts see the cookie");
		const secrets = await page.evaluate((p) => [localStorage, sessionStorage].some((s) => JSON.stringify(s).includes(p)), PASSWORD);
		if (secrets) throw new Error("the password is kept in the browser");
		await page.click(".person button");
		await until("the login again", async () => (await page.locator(FORM).count()) === 1, SEEN_MS);
		if (/Vinh|CCCD/.test(await text(page, "main"))) throw new Error("figures stay behind");
		const r = await ask(w.closed.port, "/api/v1/board?unit=40", { headers: { cookie: `${c.name}=${c.value}` } });
		if (r.status !== 401) throw new Error(`the old cookie is still good: ${r.status}`);
	});

	test("by keys alone: Tab, typing, Enter; and Esc leaves the dialog", async (t) => {
		const w = await t.example();
		const page = await t.browser.open(w.open, "/?unit=40");
		const button = page.locator(".top-end button.quiet");
		await button.focus();
		await page.keyboard.press("Enter");
		await page.waitForSelector("dialog[open] input[name=user]");
		await page.keyboard.press("Escape");
		await until("Esc to close it", async () => (await page.locator("dialog[open]").count()) === 0, SEEN_MS);
		if (!(await button.evaluate((b) => b === document.activeElement))) throw new Error("the focus does not return");
		await page.keyboard.press("Enter");
		await page.waitForSelector("dialog[open] input[name=user]");
		await page.keyboard.type("vinh");
		await page.keyboard.press("Tab");
		await page.keyboard.type(PASSWORD);
		await page.keyboard.press("Enter");
		await until("to be in", async () => /vinh/.test(await person(page)), SEEN_MS);
		await page.click(".person button");
		await until("to be out", async () => (await page.locator(".person").count()) === 0, SEEN_MS);
	});

	test("a scope: the own unit, and a plain sentence elsewhere", async (t) => {
		const w = await t.example();
		const own = await t.browser.open(w.closed, "/don-vi", { user: "vinh" });
		if (!/Thành phố Vinh/.test(await text(own, "main h1"))) throw new Error(`does not begin at the own unit: ${await text(own, "main")}`);
		for (const where of ["/?unit=40", "/don-vi?unit=413", "/lich?unit=40", "/vuong-mac?unit=40", "/?unit=38", "/he-thong"]) {
			const page = await t.browser.open(w.closed, where, { user: "vinh", bare: true });
			await until(`a sentence at ${where}`, async () => /phạm vi|không được|không có quyền|không cho phép|dành cho/i.test(await text(page, "main")), SEEN_MS).catch(async (e) => {
				throw new Error(`${e.message}: ${(await text(page, "main")).slice(0, 300)}`);
			});
			const said = await text(page, "main");
			if (/quá hạn \d|Diễn Châu|KH762|mô hình/.test(said)) throw new Error(`${where} tells: ${said.slice(0, 300)}`);
			await t.browser.judged(page);
		}
	});

	test("a session ends under one's eyes: the login, at the same address", async (t) => {
		const w = await t.example();
		await w.closed.addUser("tam", "leader", "VN");
		const where = "/?unit=40&plan=KH762";
		const page = await t.browser.open(w.closed, where);
		await until("the new user to be known", async () => {
			if ((await page.locator(".person").count()) === 1) return true;
			await login(page, "tam");
			await until("an answer", async () => (await page.locator(".person").count()) === 1 || (await text(page, ".login-said")) !== "", SEEN_MS);
			return (await page.locator(".person").count()) === 1;
		}, SEEN_MS);
		await settled(page);
		await w.closed.command("user", "remove", "tam");
		await until("the login", async () => (await page.locator(`main ${FORM}`).count()) === 1, ENDED_MS);
		if (!page.url().endsWith(where)) throw new Error(page.url());
		if (/Nghệ An|mô hình/.test(await text(page, "main"))) throw new Error("figures stay behind");
		await login(page, "lanhdao");
		await until("the same screen", async () => /Nghệ An/.test(await text(page, "main h1")), SEEN_MS);
		if (!page.url().endsWith(where)) throw new Error(page.url());
	});

	test("too many attempts: how long to wait is said, and then it works", async (t) => {
		const w = await t.example();
		const g = (w.locked ??= await w.gateway("locked", { isPublic: false, users: { lanhdao: ["leader", "VN"] } }));
		const page = await t.browser.open(g, "/");
		for (let i = 0; i < FREE + 1; i++) {
			await login(page, "lanhdao", `sai-${i}`);
			await until("an answer", async () => (await text(page, ".login-said")) !== "" && (await page.locator(`${FORM} button[disabled]`).count()) === 0, SEEN_MS);
		}
		const said = await until("the wait", async () => {
			await login(page, "lanhdao", "sai-nua"); // on a slow day the first seconds are over before it is asked
			await until("an answer", async () => (await text(page, ".login-said")) !== "", SEEN_MS);
			return (await text(page, ".login-said")).match(/Thử lại sau (\d+) giây/);
		}, SEEN_MS);
		if (Number(said[1]) < 1 || Number(said[1]) > 32) throw new Error(said[0]);
		await until("to be let in after it", async () => {
			await login(page, "lanhdao");
			await until("an answer", async () => (await page.locator(".person").count()) === 1 || (await text(page, ".login-said")) !== "", SEEN_MS);
			return (await page.locator(".person").count()) === 1;
		}, ENDED_MS);
	});

	for (const host of ["127.0.0.1", "localhost"])
		test(`a page at ${host} can neither act nor read in one's name`, async (t) => {
			const w = await t.example();
			const other = await stranger(host, ATTACK(w.closed.address));
			try {
				for (const user of ["lanhdao", null]) {
					const victim = await t.browser.open(w.closed, "/?unit=40", user ? { user } : {});
					const before = await cookies(victim);
					const evil = await victim.context().newPage();
					await evil.goto(other.address);
					const found = await until("the attack to end", () => evil.evaluate(() => window.found), SEEN_MS);
					if (found.length) throw new Error(found.join("; "));
					const framed = evil.frames().filter((f) => f.url().startsWith(w.closed.address + "/") && !f.url().includes("/api/"));
					for (const f of framed) if (await f.evaluate(() => document.querySelector("#app") !== null).catch(() => false)) throw new Error("the page lets itself be framed");
					const who = await victim.evaluate(() => fetch("/api/v1/session").then((r) => r.json()));
					if (who.user !== user) throw new Error(`${user ?? "nobody"} became ${who.user}`);
					if (JSON.stringify(await cookies(victim)) !== JSON.stringify(before)) throw new Error("the cookie is another one");
					await t.browser.judged(victim);
				}
			} finally {
				other.end();
			}
		});
}
