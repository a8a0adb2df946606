// SPDX-License-Identifier: Apache-2.0
// What stands on the screens is what `tiendo` says at the same moment, and that is the example's. The expected texts are put together
// here from the JSON of the commands, not with the page's own code.
import path from "node:path";
import { writeFileSync } from "node:fs";
import { LANGS, seenWhole, text } from "./look.mjs";

const group = (n, lang) => String(n).replace(/\B(?=(\d{3})+$)/g, lang === "en" ? "," : ".");
const of = (n, all, lang) => `${group(n, lang)}/${group(all, lang)}`;
const rate = (bp, lang) => {
	const rest = bp % 100 ? (lang === "en" ? "." : ",") + String(bp % 100).padStart(2, "0") : "";
	return `${Math.floor(bp / 100)}${rest}\u00a0%`;
};
const applicable = (c) => c.expected - c.na;

/** Of a table by address and command: {unit/item: figure}, asked for all at once. */
async function figures(w, dir, pairs) {
	const list = path.join(dir, "pairs.csv");
	writeFileSync(list, pairs.map(([u, i]) => `${u},${i}\n`).join(""));
	const found = await w.tiendo("get", "--list", list);
	return new Map(found.map((f) => [`${f.unit}/${f.item}`, f]));
}

class Wrong {
	list = [];
	seen = 0;
	same(what, shown, expected) {
		this.seen++;
		if (String(shown) !== String(expected)) this.list.push(`${what}: the screen says “${shown}”, tiendo says “${expected}”`);
	}
	end(least) {
		if (this.seen < least) this.list.push(`only ${this.seen} figures were compared, ${least} are there at least`);
		if (this.list.length) throw new Error(this.list.slice(0, 12).join("\n  "));
	}
}

export default function (test) {
	test("the store is the example", async (t) => {
		const w = await t.example();
		const f = await figures(w, t.tmp, [["40", "KH762"], ["40", "CCCD"], ["17", "DVCQG"]]);
		const l = f.get("40/KH762").leaves;
		const found = [l.done, l.in_progress, l.not_started, f.get("40/CCCD").percent_bp, f.get("17/DVCQG").value].join(" ");
		if (found !== "6 20 12 9843 1387") throw new Error(found);
	});

	for (const lang of LANGS)
		test(`overview in ${lang}: bars, grid and tiles`, async (t) => {
			const w = await t.example();
			const page = await t.browser.open(w.open, "/?unit=40", { lang, user: "lanhdao" });
			const shown = await page.evaluate(() => ({
				plans: [...document.querySelectorAll("li.plan")].map((li) => ({ code: li.querySelector(".plan-name b").innerText, sum: li.querySelector(".plan-sum").innerText.trim(), late: li.querySelector(".plan-late").innerText, reported: li.querySelector(".plan-reported").innerText, bar: [...li.querySelectorAll(".bar-part")].map((p) => p.innerText.trim()).join(" ") })),
				columns: [...document.querySelectorAll("table.grid thead th b")].map((b) => b.innerText),
				rows: [...document.querySelectorAll("table.grid tbody tr")].map((tr) => ({ unit: new URL(tr.querySelector("th a").href).searchParams.get("unit"), cells: [...tr.cells].slice(2).map((td) => ({ mark: td.querySelector(".mark")?.innerText.trim() ?? "", of: td.querySelector(".gc-of")?.innerText ?? "" })) })),
				tiles: Object.fromEntries([...document.querySelectorAll(".tile")].map((x) => [[...x.classList].find((c) => c.startsWith("tile-")), [x.querySelector(".tile-value").innerText, x.querySelector(".tile-of").innerText]])),
				said: document.querySelector(".sentence").innerText,
			}));
			const wrong = new Wrong();
			const pairs = [...shown.plans.map((p) => ["40", p.code]), ...shown.rows.flatMap((r) => shown.columns.map((c) => [r.unit, c]))];
			const truth = await figures(w, t.tmp, pairs);
			const letters = lang === "en" ? { done: "D", doing: "P", todo: "N", none: "U", late: "O" } : { done: "X", doing: "Đ", todo: "C", none: "B", late: "Q" };
			for (const p of shown.plans) {
				const f = truth.get(`40/${p.code}`);
				if (applicable(f.leaves) > 0) {
					const l = f.leaves;
					wrong.same(`${p.code}, beside its bar`, p.sum, `${l.done} · ${l.in_progress} · ${l.not_started}${l.unreported ? ` · ${l.unreported}` : ""} / ${applicable(l)}`);
					wrong.same(`${p.code}, overdue`, p.late.match(/\d+\/\d+/)?.[0], of(f.overdue, applicable(f.cells), lang));
					const late = f.leaves.expected === f.cells.expected ? f.done_late : 0;
					const parts = [[letters.done, l.done - late], [letters.done, late], [letters.doing, l.in_progress], [letters.todo, l.not_started], [letters.none, l.unreported]].filter(([, n]) => n > 0);
					wrong.same(`${p.code}, its bar`, p.bar.replace(/\s+/g, " "), parts.map(([x, n]) => `${x} ${n}`).join(" "));
				}
				wrong.same(`${p.code}, reported`, p.reported.match(/[\d.,]+\/[\d.,]+/)?.[0], of(f.reported, f.expected, lang));
			}
			for (const r of shown.rows)
				shown.columns.forEach((plan, i) => {
					const f = truth.get(`${r.unit}/${plan}`);
					const cell = r.cells[i];
					if (!f || f.expected === 0) return wrong.same(`${r.unit} ${plan}, nothing expected`, cell.of, "");
					if (f.overdue) {
						wrong.same(`${r.unit} ${plan}, overdue`, cell.mark.replace(/\s/g, ""), `${letters.late}${f.overdue}`);
					}
					if (applicable(f.cells) && !f.indicators.expected) wrong.same(`${r.unit} ${plan}, ${cell.mark}`, cell.of.split("/")[1], applicable(f.cells));
					if (f.overdue === 0 && f.reported === f.expected && applicable(f.cells) && !f.indicators.expected) wrong.same(`${r.unit} ${plan}, done`, cell.of, of(f.cells.done, applicable(f.cells), lang));
				});
			const all = shown.plans.map((p) => truth.get(`40/${p.code}`));
			const sum = (fn) => all.reduce((n, f) => n + fn(f), 0);
			const cells = sum((f) => applicable(f.cells));
			wrong.same("tile: done in time", shown.tiles["tile-done"]?.[0], sum((f) => f.cells.done - f.done_late));
			wrong.same("tile: overdue", shown.tiles["tile-overdue"]?.[0], sum((f) => f.overdue));
			wrong.same("tile: in progress", shown.tiles["tile-progress"]?.[0], sum((f) => f.cells.in_progress));
			for (const x of ["done", "overdue", "progress"]) wrong.same(`tile ${x}: of`, shown.tiles[`tile-${x}`]?.[1].match(/[\d.,]+/)[0], group(cells, lang));
			const silent = await w.tiendo("silent", "40");
			wrong.same("tile: silent offices", shown.tiles["tile-silent"]?.[0], new Set(silent.rows.map((r) => r.unit)).size);
			wrong.same("tile: silent offices, of", shown.tiles["tile-silent"]?.[1].match(/[\d.,]+/)[0], silent.expected_units);
			wrong.same("the sentence", shown.said.replace(/\d\d\/\d\d\/\d{4}/g, "").match(/[\d.,]+\/[\d.,]+/)[0], of(sum((f) => f.leaves.done), sum((f) => applicable(f.leaves)), lang));
			const kh = shown.plans.find((p) => p.code === "KH762");
			wrong.same("KH762", kh?.sum, "6 · 20 · 12 / 38");
			wrong.end(150);
		});

	for (const [lang, unit, plan] of [["vi", "40", "CT40"], ["en", "40", "CT40"], ["vi", "412", "BC15"], ["vi", "17", "KHHB23"]])
		test(`unit ${unit} in ${lang}: every item of ${plan}`, async (t) => {
			const w = await t.example();
			const page = await t.browser.open(w.open, `/don-vi?unit=${unit}&plan=${plan}`, { lang, user: "lanhdao" });
			const rows = await page.evaluate(() => [...document.querySelectorAll(".tree-table tbody tr")].map((tr) => ({ code: tr.querySelector(".code")?.innerText, main: tr.querySelector(".result b")?.innerText ?? "", rest: tr.querySelector(".result small")?.innerText ?? "", reports: tr.cells[5]?.innerText.split("\n")[0].trim(), target: tr.cells[3]?.innerText.split("\n")[0].trim(), due: tr.cells[1]?.innerText.trim() })));
			const truth = await figures(w, t.tmp, rows.map((r) => [unit, r.code]));
			const wrong = new Wrong();
			for (const r of rows) {
				const f = truth.get(`${unit}/${r.code}`);
				wrong.same(`${r.code}, reports`, r.reports, of(f.reported, f.expected, lang));
				if (f.denominator !== null && f.percent_bp !== null) {
					wrong.same(`${r.code}, rate`, r.main, rate(f.percent_bp, lang));
					wrong.same(`${r.code}, of`, r.rest, of(f.numerator, f.denominator, lang));
					if (f.target !== null) wrong.same(`${r.code}, target`, r.target, rate(f.target, lang));
				} else if (f.value !== null && f.indicators.expected && /^\d/.test(r.main) && !/^[\d.,]+\//.test(r.main)) {
					const whole = group(f.value, lang);
					const hundredths = group(Math.floor(f.value / 100), lang);
					if (!r.main.startsWith(whole) && !r.main.startsWith(hundredths)) wrong.same(`${r.code}, value`, r.main, whole);
					else wrong.seen++;
				} else if (f.leaves.expected > 1) wrong.same(`${r.code}, tasks`, r.main.match(/[\d.,]+\/[\d.,]+/)?.[0], of(f.leaves.done, applicable(f.leaves), lang));
			}
			if (plan === "CT40") wrong.same("CCCD of the example", rows.find((r) => r.code === "CCCD")?.main, unit === "40" ? (lang === "en" ? "98.43\u00a0%" : "98,43\u00a0%") : "98,60\u00a0%");
			if (plan === "KHHB23") wrong.same("1.387 services", rows.find((r) => r.code === "DVCQG")?.main, "1.387");
			wrong.end(8);
		});

	for (const lang of LANGS)
		test(`calendar in ${lang}: every period of BC15`, async (t) => {
			const w = await t.example();
			const page = await t.browser.open(w.open, "/lich?unit=40&item=BC15", { lang });
			const shown = await page.evaluate(() => ({
				rows: [...document.querySelectorAll(".cal-matrix tbody tr")].map((tr) => ({ sort: tr.className.replace("cal-", ""), unit: tr.querySelector("th a") ? new URL(tr.querySelector("th a").href).searchParams.get("unit") : null, sum: tr.cells[1].innerText.replace(/\s+/g, " ").trim(), cells: [...tr.cells].slice(2).map((td) => td.querySelector(".vpill-line")?.innerText.replace(/\s+/g, " ").trim() ?? "") })),
				columns: document.querySelectorAll(".cal-matrix thead .cal-period").length,
			}));
			const truth = await w.tiendo("timeliness", "40", "BC15", "--period", "2023-10b..2024-04a");
			const periods = [...new Set(truth.rows.map((r) => r.period))].sort().slice(-shown.columns);
			const letters = lang === "en" ? null : { missing: "B", late: "T", pending: "C", line_slow: "M", on_time: "Đ", exempt: "–" };
			const wrong = new Wrong();
			wrong.same("periods", shown.columns, periods.length);
			for (const r of shown.rows) {
				if (r.sort === "level") continue;
				periods.forEach((p, i) => {
					const row = truth.rows.find((x) => x.period === p && (r.sort === "total" ? x.unit === "40" && x.level === null : x.unit === r.unit && x.level === null));
					const many = row && row.expected + row.exempt > 1 && row.expected > 0;
					if (!row || row.expected + row.exempt === 0) return wrong.same(`${r.unit ?? "40"} ${p}`, r.cells[i], "");
					const [letter, n] = r.cells[i].split(" ");
					if (many) wrong.same(`${r.unit ?? "40"} ${p}, in time`, n, of(row.on_time + row.line_slow, row.expected, lang));
					if (letters) {
						const worst = ["missing", "late", "pending", "line_slow", "on_time", "exempt"].filter((v) => row[v]);
						wrong.same(`${r.unit ?? "40"} ${p}, letter`, letter, letters[worst[0]]);
					}
				});
			}
			const total = shown.rows.find((r) => r.sort === "total");
			const first = truth.rows.find((x) => x.period === "2024-03a" && x.unit === "40" && x.level === null);
			wrong.same("2024-03a of the example", `${first.on_time} ${first.late} ${first.missing} ${first.expected}`, "53 5 2 60");
			if (!total) wrong.list.push("no row of the whole unit");
			wrong.end(200);
		});

	test("calendar: a pill opens its proof, with the receipts of `tiendo slots`", async (t) => {
		const w = await t.example();
		const page = await t.browser.open(w.open, "/lich?unit=40&item=BC15&proof=416~2024-03a", { user: "lanhdao" });
		const truth = await w.tiendo("slots", "416", "BC15", "--period", "2024-03a");
		const said = await text(page, "dialog[open]");
		const wrong = new Wrong();
		for (const r of truth.rows) if (r.receipt) wrong.same(`receipt of ${r.item}`, said.includes(r.receipt), true);
		wrong.same("reports", (await page.locator("dialog[open] li.slot").count()), truth.rows.length);
		wrong.end(2);
	});

	for (const lang of LANGS)
		test(`obstacles in ${lang}: as the commands say`, async (t) => {
			const w = await t.example();
			const page = await t.browser.open(w.open, "/vuong-mac?unit=40", { lang, user: "lanhdao" });
			const truth = await w.tiendo("obstacles", "40", "--steps");
			const shown = await page.evaluate(() => Object.fromEntries(["overdue", "waiting", "answered", "closed"].map((s) => [s, [...document.querySelectorAll(`.obstacle-${s}`)].map((a) => Number(a.querySelector(".obstacle-age b").innerText.replace(/\D/g, "")))])));
			const stage = (o) => (o.state === "closed" ? "closed" : o.overdue ? "overdue" : o.state === "answered" ? "answered" : "waiting");
			const wrong = new Wrong();
			for (const s of Object.keys(shown)) {
				const rows = truth.rows.filter((o) => stage(o) === s);
				wrong.same(`${s}: how many, and how long they wait`, shown[s].sort().join(" "), rows.map((o) => o.waiting_days).sort().join(" "));
			}
			const said = await page.evaluate(() => document.querySelector("main").textContent);
			for (const o of truth.rows) {
				wrong.same(`receipt ${o.receipt}`, said.includes(o.receipt), true);
				if (o.text) wrong.same(`text of ${o.receipt}`, said.includes(o.text), true);
				for (const s of o.steps) if (s.text) wrong.same(`a step of ${o.receipt}`, said.includes(s.text), true);
			}
			await page.goto(`${w.open.address}/vuong-mac?unit=40&view=who${lang === "en" ? "&lang=en" : ""}`);
			await page.waitForSelector("main table");
			wrong.same("who must clear them", await page.locator("main tbody tr").count(), truth.addressees.length);
			wrong.end(15);
		});

	test("obstacles: nothing is told without a login", async (t) => {
		const w = await t.example();
		const page = await t.browser.open(w.open, "/vuong-mac?unit=40");
		const said = await text(page, "main");
		const truth = await w.tiendo("obstacles", "40");
		if (!/đăng nhập/i.test(said)) throw new Error(`no word of a login: ${said}`);
		for (const o of truth.rows) if (said.includes(o.receipt) || (o.text && said.includes(o.text))) throw new Error(`told without a login: ${o.receipt}`);
	});

	test("system: as `tiendo health` says", async (t) => {
		const w = await t.example();
		const page = await t.browser.open(w.open, "/he-thong", { user: "vanhanh" });
		await seenWhole(page);
		const truth = await w.tiendo("health");
		const said = (await text(page, "main")).replace(/\s+/g, " ");
		const wrong = new Wrong();
		const agents = truth.rows.filter((r) => r.role === "agent");
		wrong.same("agents", said.match(/tất cả ([\d.]+)/)?.[1], agents.length);
		wrong.same("entries in the journal", said.match(/Mục trong nhật ký ([\d.]+)/)?.[1], group((truth.centre ?? truth).entries, "vi"));
		wrong.same("never seen", said.match(/chưa thấy ([\d.]+\/[\d.]+)/)?.[1], of(agents.filter((r) => r.last_heard_ms === null).length, agents.length, "vi"));
		wrong.end(3);
	});

	test("system: only operators see it", async (t) => {
		const w = await t.example();
		for (const user of ["lanhdao", undefined]) {
			const page = await t.browser.open(w.open, "/he-thong", { user });
			const said = await text(page, "main");
			if (/nhật ký|chưa thấy|handshake/i.test(said)) throw new Error(`${user ?? "nobody"} sees: ${said.slice(0, 300)}`);
		}
	});
}
