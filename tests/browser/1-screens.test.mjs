// SPDX-License-Identifier: Apache-2.0
// Every screen in both languages: what is true of all of them (judge.mjs), axe-core, the four widths, paper.
import path from "node:path";
import { axe, LANGS, SCREENS, seenWhole, settled, text } from "./look.mjs";
import { kind, layout, numbers, paper, rates } from "./judge.mjs";

const WIDTHS = [390, 1024, 1920]; // 1440 is what it was opened in
const SHEETS_MOST = { overview: 8, unit: 12, obstacles: 6, calendar: 12, stream: 12, system: 8 };
// what belongs to the screen and not onto paper
const PRESSED = { vi: ["Bỏ qua, tới nội dung", "Đăng xuất", "Tải CSV", "Dòng sự kiện\nHệ thống"], en: ["Skip to content", "Log out", "Download CSV", "Live feed\nSystem"] };
const DATE = { vi: "02/04/2024", en: "2024-04-02" };

export default function (test, form) {
	for (const [name, where] of Object.entries(SCREENS))
		for (const lang of LANGS)
			test(`${name} in ${lang}: words, axe, widths, paper`, async (t) => {
				const w = await t.example();
				const unit = name === "unit" ? "412" : "40";
				const page = await t.browser.open(w.open, `${where}?unit=${unit}`, { user: "vanhanh", lang });
				await seenWhole(page);
				const said = await text(page);
				const wrong = [...numbers(said, lang), ...kind(said, lang), ...(await rates(page))];
				if ((await page.evaluate(() => document.documentElement.lang)) !== lang) wrong.push(`the page does not say that it is in ${lang}`);
				if (!/ · tiendo$/.test(await page.title())) wrong.push(`its title is “${await page.title()}”`);
				wrong.push(...(await axe(page)), ...(await layout(page)));
				for (const width of form === "soak" ? [320, ...WIDTHS] : WIDTHS) {
					await page.setViewportSize({ width, height: 900 });
					if (width === 390 || form === "soak") await seenWhole(page);
					else await settled(page);
					wrong.push(...(await layout(page)));
					if (width === 390 && lang === "vi") wrong.push(...(await axe(page)).map((x) => `at 390 px: ${x}`));
				}
				await page.setViewportSize({ width: 1440, height: 900 });
				const { text: printed, sheets, lies } = paper(path.join(t.tmp, `${name}-${lang}.pdf`), await page.pdf({ preferCSSPageSize: true, printBackground: true }));
				if (sheets.length < 1 || sheets.length > SHEETS_MOST[name]) wrong.push(`${sheets.length} sheets of paper`);
				const place = await page.evaluate(() => document.querySelector("main h1").innerText.split(/[:\n]/).pop().trim());
				for (const [what, word] of [["the date", DATE[lang]], ["the place", place.split(" ")[0]], ...kind("", lang).map((k) => ["the kind of figures", k.match(/“(.*)”/)[1]])])
					if (!printed.includes(word)) wrong.push(`not on paper: ${what} (${word})`);
				for (const [i, sheet] of sheets.entries()) if (!sheet.trim()) wrong.push(`sheet ${i + 1} is empty`);
				for (const [i, sheet] of sheets.entries())
					for (const k of kind(sheet, lang)) wrong.push(`sheet ${i + 1}: ${k}`);
				if (lies !== (name === "calendar")) wrong.push(`the paper ${lies ? "lies" : "stands"}`);
				for (const word of PRESSED[lang]) if (printed.includes(word)) wrong.push(`on paper: “${word}”`);
				if (wrong.length) throw new Error(wrong.join("\n  "));
			});

	test("without JavaScript the page says so in both languages", async (t) => {
		const w = await t.example();
		const page = await t.browser.open(w.open, "/", { javaScriptEnabled: false, bare: true });
		const said = await page.locator("body").innerText();
		for (const word of ["Trang này cần JavaScript", "This page needs JavaScript"]) if (!said.includes(word)) throw new Error(`“${word}” is not said: ${said}`);
	});

	test("who wants no motion gets none", async (t) => {
		const w = await t.example();
		for (const where of Object.values(SCREENS)) {
			const page = await t.browser.open(w.open, `${where}?unit=412`, { user: "vanhanh", reducedMotion: "reduce" });
			const moving = await page.evaluate(() =>
				[...document.querySelectorAll("*")]
					.filter((e) => [null, "::before", "::after"].some((p) => {
						const s = getComputedStyle(e, p);
						const long = (d) => d.split(",").some((x) => parseFloat(x) * (x.includes("ms") ? 1 : 1000) > 10);
						return (s.animationName !== "none" && long(s.animationDuration)) || (s.transitionProperty !== "none" && long(s.transitionDuration)) || s.scrollBehavior === "smooth";
					}))
					.map((e) => `${e.tagName}.${e.getAttribute("class")}`),
			);
			if (moving.length) throw new Error(`${where}: moves: ${[...new Set(moving)].slice(0, 5).join(", ")}`);
			await page.context().close();
		}
	});
}
