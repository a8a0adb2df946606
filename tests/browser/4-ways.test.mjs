// SPDX-License-Identifier: Apache-2.0
// Ways through the page: every state is an address that can be sent; back and forward go back and forward; a figure opens downwards to
// the receipt, by mouse and by keys alone; a name is found without its marks; what is taken home opens right in a spreadsheet.
import { axe, downloaded, focused, LANGS, settled, tabTo, text } from "./look.mjs";
import { layout, numbers, rates } from "./judge.mjs";
import { ask, until } from "./world.mjs";

const FILES = ["/?unit=40", "/don-vi?unit=412&plan=CT40", "/vuong-mac?unit=40", "/vuong-mac?unit=40&view=who", "/vuong-mac?unit=40&view=ministry", "/lich?unit=40&item=BC15", "/lich?unit=40&item=BC15&proof=40/total~2024-03a", "/su-kien?unit=40", "/he-thong", "/?unit=40&drill=40~CCCD", "/?unit=40&drill=40~BC15"];

const dialog = "dialog.drill[open]";
const at = (page) => page.evaluate(() => location.pathname + location.search);
const title = (page) => page.evaluate(() => document.querySelector("main h1")?.innerText.replace(/\s+/g, " ").trim());
const STEP_MS = 45_000;

function expect(what, found, wanted) {
	const good = wanted instanceof RegExp ? wanted.test(found) : found === wanted;
	if (!good) throw new Error(`${what}: “${found}”, not “${wanted}”`);
}

/** What is shown, without the times that run, and without the pictures, which come when they are scrolled to. */
const shown = async (page) => (await page.evaluate(() => [...document.querySelectorAll("main h1, main p, main li, main table, main .tile, dialog[open]")].filter((e) => !e.closest(".pictures") && e.checkVisibility()).map((e) => e.innerText).join("\n"))).replace(/\d\d:\d\d:\d\d/g, "").replace(/\d+ (giây|phút|seconds?|minutes?)( trước| ago)?/g, "");

/** [[cell, ...], ...] of a file as a spreadsheet reads it. */
export function csv(bytes) {
	const wrong = [];
	if (!(bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf)) wrong.push("it has no mark of UTF-8");
	const all = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
	const rows = [[""]];
	let quoted = false;
	for (let i = 0; i < all.length; i++) {
		const c = all[i];
		const row = rows[rows.length - 1];
		if (quoted && c === '"' && all[i + 1] === '"') (row[row.length - 1] += '"'), i++;
		else if (c === '"') quoted = !quoted;
		else if (!quoted && c === ";") row.push("");
		else if (!quoted && c === "\r" && all[i + 1] === "\n") rows.push([""]), i++;
		else if (!quoted && (c === "\n" || c === "\r")) wrong.push(`a bare line end at ${i}`);
		else row[row.length - 1] += c;
	}
	if (quoted) wrong.push("a quote stays open");
	if (rows.pop().join("") !== "") wrong.push("its last line has no end");
	const widths = new Set(rows.map((r) => r.length));
	if (widths.size !== 1) wrong.push(`its rows have ${[...widths].join(" or ")} cells`);
	for (const r of rows) for (const c of r) if (/^[\s\u200b-\u200f]*[=+@\t\r]|^[\s\u200b-\u200f]*-(?![\d.,]+$)./.test(c) && !/^'|^="0\d+"$/.test(c)) wrong.push(`a spreadsheet would compute “${c.slice(0, 60)}”`);
	return { rows, wrong };
}

export default function (test, form) {
	test("each state has an address; back and forward; a link opened fresh shows the same", async (t) => {
		const w = await t.example();
		const page = await t.browser.open(w.open, "/?unit=40", { user: "lanhdao" });
		const steps = [];
		const step = async (press) => {
			await press();
			await settled(page);
			await until("the screen to stand", async () => page.busy.size === 0);
			steps.push({ url: await at(page), shown: await shown(page) });
		};
		await step(async () => {});
		await step(() => page.selectOption(".plan-choice select", "KH762"));
		await step(() => page.click('table.grid tbody th a[href*="unit=412"]'));
		await step(() => page.click('nav.plans a:has-text("CT40")'));
		await step(async () => {
			await page.click('.tree-table a[href*="CCCD"]');
			await page.waitForSelector(dialog);
		});
		await step(() => page.keyboard.press("Escape"));
		await step(() => page.click('.nav a[href^="/vuong-mac"]'));
		await step(() => page.click('.nav a[href^="/lich"]'));
		await step(() => page.click('.nav a[href^="/su-kien"]'));
		const urls = steps.map((s) => s.url);
		if (new Set(urls).size < urls.length - 1) throw new Error(`states without an address of their own: ${urls.join(" ")}`);
		for (const s of steps.slice(0, -1).reverse()) {
			await page.goBack();
			await settled(page);
			expect("back", await at(page), s.url);
		}
		for (const s of steps.slice(1)) {
			await page.goForward();
			await settled(page);
			expect("forward", await at(page), s.url);
		}
		for (const s of [steps[1], steps[3], steps[4], steps[6], steps[7]]) {
			const fresh = await t.browser.open(w.open, s.url, { user: "lanhdao" });
			if (s.url.includes("drill")) await fresh.waitForSelector(`${dialog} .drill-figure`);
			await until(`the same behind the link ${s.url}`, async () => (await shown(fresh)) === s.shown).catch(async (e) => {
				const [a, b] = [s.shown.split("\n"), (await shown(fresh)).split("\n")];
				const i = a.findIndex((x, k) => x !== b[k]);
				throw new Error(`${e.message}: “${a[i]}” became “${b[i]}”`);
			});
			await fresh.context().close();
		}
	});

	test("an address with nonsense in it shows a sentence, and no broken screen", async (t) => {
		const w = await t.example();
		for (const where of ["/don-vi?unit=KHONGCO", "/?unit=40&plan=KHONGCO", "/lich?unit=40&item=KHONGCO&n=99999&proof=~~", "/don-vi?unit=412&plan=CT40&item=KHONGCO&drill=412~KHONGCO", "/vuong-mac?unit=40&state=KHONGCO&order=x&view=y", "/?unit=%00%FF&drill=~&lang=xx", `/?unit=${"A".repeat(1500)}`]) {
			const page = await t.browser.open(w.open, where, { user: "lanhdao", bare: true });
			await until(`something to be said at ${where}`, async () => (await text(page, "main")).trim().length > 10);
			const said = await text(page);
			if (/gặp lỗi \(|undefined|\[object/.test(said)) throw new Error(`${where}: ${said.slice(0, 300)}`);
			await page.context().close();
		}
	});

	test("a path that nobody knows: not found, said in both languages", async (t) => {
		const w = await t.example();
		const r = await ask(w.open.port, "/khong-co-trang-nay");
		const { vi, en } = JSON.parse(r.text).error;
		if (r.status !== 404 || !vi || !en) throw new Error(`${r.status} ${r.text}`);
	});

	test("a figure opens downwards by mouse: figure, units, updates, receipt", async (t) => {
		const w = await t.example();
		const page = await t.browser.open(w.open, "/?unit=40", { user: "lanhdao" });
		await page.click('li.plan:has(b:text-is("CT40")) .plan-bar');
		await page.waitForSelector(`${dialog} .drill-figure`);
		expect("the address of the panel", await at(page), /drill=40~CT40/);
		await page.click(`${dialog} a[href*="drill=40~CT40.DL"]`);
		await until("the group", async () => /CT40.DL/.test(await text(page, `${dialog} .drill-head`)));
		await page.click(`${dialog} a[href*="drill=40~CCCD"]`);
		await until("the indicator", async () => /98,43/.test(await text(page, `${dialog} .drill-main`)), STEP_MS);
		await page.click(`${dialog} a[href*="drill=412~CCCD"]`);
		await until("the unit", async () => /98,60/.test(await text(page, `${dialog} .drill-main`)), STEP_MS);
		const truth = await w.tiendo("explain", "412", "CCCD");
		await page.waitForSelector(`${dialog} .updates code`);
		expect("the receipt", await page.innerText(`${dialog} .updates code`), truth.reported[0].receipt);
		for (let i = 0; i < 4; i++) await page.goBack();
		await until("the panel to close by back", async () => (await page.locator(dialog).count()) === 0, STEP_MS);
		expect("where we are again", await at(page), "/?unit=40");
	});

	test("the same by keys alone, and the focus returns", async (t) => {
		const w = await t.example();
		const page = await t.browser.open(w.open, "/?unit=40", { user: "lanhdao" });
		await page.keyboard.press("Tab");
		expect("the first stop", await focused(page), /class="skip"/);
		await page.keyboard.press("Enter");
		await tabTo(page, "table.grid [data-col]");
		await page.keyboard.press("Control+Home");
		await page.keyboard.press("ArrowDown");
		const row = () => page.evaluate(() => document.activeElement.closest("tr")?.querySelector("th a")?.getAttribute("href") ?? "");
		for (let i = 0; i < 60 && !(await row()).includes("unit=412"); i++) await page.keyboard.press("ArrowDown");
		expect("the row by arrows", await row(), /unit=412/);
		const inCell = () => page.evaluate(() => document.activeElement.tagName === "BUTTON" && document.activeElement.innerText.includes("CT40"));
		for (let i = 0; i < 10 && !(await inCell()); i++) await page.keyboard.press("ArrowRight");
		const from = await focused(page);
		await page.keyboard.press("Enter");
		await page.waitForSelector(`${dialog} .drill-figure`);
		expect("the panel", await at(page), /drill=412~CT40/);
		// Tab stays inside, and reaches a figure further down
		await tabTo(page, `${dialog} a[href*="drill=412~CT40.DL"]`);
		await page.keyboard.press("Enter");
		await until("the group", async () => /CT40.DL/.test(await text(page, `${dialog} .drill-head`)));
		await tabTo(page, `${dialog} a[href*="drill=412~CCCD"]`);
		await page.keyboard.press("Enter");
		await until("the indicator", async () => /98,60/.test(await text(page, `${dialog} .drill-main`)), STEP_MS);
		await tabTo(page, `${dialog} .updates .copy`);
		for (let i = 0; i < 40; i++) {
			await page.keyboard.press("Tab");
			const outside = await page.evaluate((d) => document.activeElement !== document.body && !document.activeElement.closest(d), dialog);
			if (outside) throw new Error(`Tab left the panel: ${await focused(page)}`);
		}
		await page.keyboard.press("Escape");
		await until("Esc to close the panel", async () => (await page.locator(dialog).count()) === 0, STEP_MS);
		expect("the focus returns", await focused(page), from);
		// and through the screens
		await tabTo(page, '.nav a[href^="/lich"]', 400);
		await page.keyboard.press("Enter");
		await until("the calendar", async () => /^Lịch báo cáo/.test(await title(page)), STEP_MS);
		await settled(page);
		await tabTo(page, ".cal-matrix [data-at]", 400);
		await page.keyboard.press("Enter");
		await page.waitForSelector("dialog[open]");
		await page.keyboard.press("Escape");
		await until("Esc to close the proof", async () => (await page.locator("dialog[open]").count()) === 0, STEP_MS);
		expect("back on the pill", await focused(page), /vpill/);
	});

	test("search: without marks, by keys, by code; nothing found is said", async (t) => {
		const w = await t.example();
		const page = await t.browser.open(w.open, "/", {});
		for (const [typed, name] of [["hoa binh", "Tỉnh Hoà Bình"], ["dien chau", "Huyện Diễn Châu"], ["HOA", "Hoà"], ["dien", "Diễn"], ["do luong", "Huyện Đô Lương"], ["Đô Lương", "Huyện Đô Lương"], ["KH762", "Kế hoạch 762"]]) {
			await page.keyboard.press("/");
			await page.fill(".search input", typed);
			await until(`“${typed}” to find ${name}`, async () => (await text(page, "#found")).includes(name), STEP_MS);
			await page.keyboard.press("Escape");
			await page.keyboard.press("Escape");
		}
		await page.fill(".search input", "dien chau");
		await until("the list", async () => (await text(page, "#found")).includes("Huyện Diễn Châu"), STEP_MS);
		await page.keyboard.press("ArrowDown");
		await page.keyboard.press("Enter");
		await until("the unit", async () => (await title(page)) === "Huyện Diễn Châu", STEP_MS);
		await page.fill(".search input", "zzzz khong co");
		await until("that nothing is found", async () => /Không có kết quả cho “zzzz khong co”/.test(await text(page, ".found-none")), STEP_MS);
	});

	for (const lang of LANGS)
		test(`open dialogs in ${lang}: axe, words, layout`, async (t) => {
			const w = await t.example();
			const wrong = [];
			const look = async (page, what) => {
				wrong.push(...[...(await axe(page)), ...(await layout(page)), ...(await rates(page)), ...numbers(await text(page, "dialog[open]"), lang)].map((x) => `${what}: ${x}`));
				await page.setViewportSize({ width: 390, height: 844 });
				wrong.push(...(await layout(page)).map((x) => `${what}: ${x}`));
				await page.context().close();
			};
			for (const [what, where] of [["a plan", "/?unit=40&drill=40~BC15"], ["a rate", "/?unit=40&drill=40~CCCD"], ["a task of many", "/don-vi?unit=38&drill=38~KH24"]]) {
				const page = await t.browser.open(w.open, where, { user: "lanhdao", lang });
				await page.waitForSelector(`${dialog} .drill-figure`);
				await settled(page);
				await look(page, what);
			}
			const proof = await t.browser.open(w.open, "/lich?unit=40&item=BC15&proof=416~2024-03a", { user: "lanhdao", lang });
			await proof.waitForSelector("dialog[open] li.slot");
			await look(proof, "a proof");
			const login = await t.browser.open(w.open, "/", { lang });
			await login.click(".top-end button.quiet");
			await login.waitForSelector("dialog[open] input[name=user]");
			await look(login, "login");
			const search = await t.browser.open(w.open, "/", { lang });
			await search.fill(".search input", "hoa");
			await search.waitForSelector("#found a");
			await look(search, "search");
			if (wrong.length) throw new Error(wrong.slice(0, 15).join("\n  "));
		});

	for (const lang of LANGS)
		test(`every file in ${lang} opens right in a spreadsheet`, async (t) => {
			const w = await t.example();
			const whole = lang === "vi" || form === "soak"; // in English a few: the same code with another decimal sign
			const word = lang === "en" ? "Download CSV" : "Tải CSV";
			const wrong = [];
			let files = 0;
			let decimals = 0;
			for (const where of whole ? FILES : FILES.filter((_, i) => i % 4 === 1)) {
				const page = await t.browser.open(w.open, where, { user: "vanhanh", lang });
				if (where.includes("drill=")) await page.waitForSelector(`${dialog} .updates`);
				const box = where.includes("drill=") ? page.locator(dialog) : page.locator("main");
				const buttons = box.locator(`button:visible:not([disabled]):has-text("${word}")`);
				const n = await buttons.count();
				for (let i = 0; i < n; i++) {
					const { name, bytes } = await downloaded(page, () => buttons.nth(i).click());
					const { rows, wrong: faults } = csv(bytes);
					files++;
					if (!/^[\p{L}\p{N}._-]+\.csv$/u.test(name)) faults.push(`its name is ${name}`);
					if (!name.includes("2024-04-02") || !name.includes(lang === "vi" ? "minh-hoạ-thời-gian-mô-phỏng" : "Illustrative-data-simulated-time")) faults.push(`its name does not say of when and of what kind: ${name}`);
					if (rows.length < 2) faults.push("it has no rows");
					for (const c of rows.slice(1).flat()) {
						if (/^-?\d+,\d\d$/.test(c)) decimals += lang === "vi";
						if (/^-?\d+\.\d\d$/.test(c)) decimals += lang === "en";
						if (lang === "vi" ? /^-?\d+\.\d{1,2}$/.test(c) : /^-?\d+,\d{1,2}$/.test(c)) faults.push(`the decimal sign of “${c}”`);
						if (/[\u202a-\u202e\u2066-\u2069\u0000-\u0008]/.test(c)) faults.push(`a control character in “${c}”`);
						if (/^\d{1,2}\/\d{1,2}$/.test(c)) faults.push(`a spreadsheet takes “${c}” for a date`);
					}
					wrong.push(...[...new Set(faults)].slice(0, 3).map((x) => `${where}, ${name}: ${x}`));
				}
				await page.context().close();
			}
			if (files < (whole ? 12 : 3)) wrong.push(`only ${files} files were found`);
			if (!decimals) wrong.push("no decimal number in any of them");
			if (wrong.length) throw new Error(wrong.slice(0, 15).join("\n  "));
		});

	test("a unit's file holds the figures of `tiendo get`", async (t) => {
		const w = await t.example();
		const page = await t.browser.open(w.open, "/don-vi?unit=40&plan=CT40");
		const { bytes } = await downloaded(page, () => page.click('.tree-bar button:has-text("Tải CSV")'));
		const { rows } = csv(bytes);
		const col = Object.fromEntries(rows[0].map((h, i) => [h, i]));
		const row = rows.find((r) => r[0] === "CCCD");
		const truth = await w.tiendo("get", "40", "CCCD");
		expect("numerator", row[col["Tử số"]] ?? row.join(";"), String(truth.numerator));
		expect("denominator", row[col["Mẫu số"]] ?? row.join(";"), String(truth.denominator));
		expect("the rate", row.find((c) => c.includes("98,43")) ? "98,43" : row.join(";"), "98,43");
	});
}
