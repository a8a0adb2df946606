// SPDX-License-Identifier: Apache-2.0
// What moves while somebody looks: seen without a reload and drawn where it stands, and nowhere else. A line that is cut - centre,
// gateway, the wire between them - is said with the time, and heals by itself, with the figures of what happened meanwhile.
import { seenWhole, settled, text } from "./look.mjs";
import { pause, until } from "./world.mjs";

const OFFICE_MS = 7 * 3_600_000; // the office's clock is UTC+7
const SAID_MS = 45_000; // until a cut is said: the gateway gives the centre 3 s
const HEALED_MS = 90_000; // until it is whole again: the page itself waits up to 15 s between two attempts
const SEEN_MS = 30_000; // until a report is on the screen: a quiet machine needs a quarter of a second

const badge = (page) => page.evaluate(() => document.querySelector(".badge").firstChild.nextSibling.innerText);
const mark = (page) => page.evaluate(() => (window.__same = true));
const same = async (page) => {
	if (!(await page.evaluate(() => window.__same))) throw new Error("the page was loaded anew");
};
const clockMs = (hms) => hms.split(":").reduce((n, x) => n * 60 + Number(x), 0) * 1000;

/** An office tells how many households of how many: the ratio CUTRU of 412. */
async function report(w, n) {
	await w.agent("412", "report", "CUTRU", "--as-of", "2024-04-01", "--num", String(n), "--den", "25");
	return w.drained("412");
}

const cutru = (page) => page.evaluate(() => [...document.querySelectorAll(".tree-table tbody tr")].find((tr) => tr.querySelector(".code")?.innerText === "CUTRU")?.querySelector(".result small")?.innerText);

async function office(t) {
	const w = await t.example();
	if (!w.processes.has("agent-412")) await w.runAgent("412");
	return w;
}

/** Cut is said with the time it began; healed is said; and what happened meanwhile is there, on the same page. */
async function cutAndHealed(page, { said, cut, meanwhile, heal, n }) {
	await mark(page);
	const before = Date.now();
	await cut();
	const words = await until("the cut to be said", async () => ((await badge(page)).match(said) ? badge(page) : null), SAID_MS);
	const [, since, figures] = words.match(/từ (\d\d:\d\d:\d\d) — số liệu tính đến (\d\d:\d\d:\d\d|\d\d\/\d\d\/\d{4} \d\d:\d\d:\d\d)/) ?? [];
	if (!since) throw new Error(`the cut is said as “${words}”`);
	const began = (before + OFFICE_MS) % 86_400_000;
	const off = Math.abs(clockMs(since) - began);
	if (Math.min(off, 86_400_000 - off) > SAID_MS) throw new Error(`cut since ${since}, it was ${new Date(before + OFFICE_MS).toISOString()}`);
	if (!/08:0\d:\d\d/.test(figures)) throw new Error(`figures as of ${figures}`);
	if (!(await page.evaluate(() => document.querySelector(".badge").classList.contains("badge-bad")))) throw new Error("it is said, but not seen");
	const old = await cutru(page);
	if (!old) throw new Error("the figures went with the line");
	await meanwhile?.();
	await heal();
	await until("the line to be whole again", async () => /^trực tiếp/.test(await badge(page)), HEALED_MS);
	await until(`the figure of meanwhile, ${n}/25`, async () => (await cutru(page)) === `${n}/25`, HEALED_MS);
	await same(page);
}

export default function (test) {
	test("a report is seen at once, in its cell and nowhere else", async (t) => {
		const w = await office(t);
		const page = await t.browser.open(w.open, "/?unit=40");
		const feed = await t.browser.open(w.open, "/su-kien?unit=40");
		await seenWhole(page);
		await mark(page);
		await page.evaluate(() => {
			window.__moved = [];
			window.__cells = new Map([...document.querySelectorAll("table.grid tbody tr")].flatMap((tr) => [...tr.cells].map((td, i) => [td, `${new URL(tr.querySelector("th a").href).searchParams.get("unit")}:${i}`])));
			new MutationObserver((list) => {
				for (const m of list) {
					const td = m.target.nodeType === 1 ? m.target.closest("td,th") : m.target.parentElement?.closest("td,th");
					window.__moved.push(window.__cells.get(td) ?? `outside: ${m.type} ${m.target.nodeName} ${m.target.className ?? ""}`);
				}
			}).observe(document.querySelector("table.grid"), { subtree: true, childList: true, characterData: true, attributes: true });
		});
		const column = await page.evaluate(() => [...document.querySelectorAll("table.grid thead th")].findIndex((th) => th.querySelector("b")?.innerText === "KH87"));
		const cell = () => page.evaluate((i) => [...document.querySelectorAll("table.grid tbody tr")].find((tr) => tr.querySelector("th a").href.includes("unit=412"))?.cells[i].querySelector(".gc-of").innerText, column);
		if ((await cell()) !== "0/1") throw new Error(`before: ${await cell()}`);
		await w.agent("412", "report", "KH87.08", "--as-of", "2024-04-01", "--state", "done", "--percent", "100", "--product", "51/BC-UBND", "--done-on", "2024-03-30");
		await until("the cell to move", async () => (await cell()) === "1/1", SEEN_MS);
		await until("the feed to show it", async () => (await text(feed, ".feed-line")).includes("hoàn thành"), SEEN_MS);
		const line = (await text(feed, ".feed-line:has(b)")).split("\n").join(" ");
		if (!/Thành phố Vinh.*đang thực hiện[^→]*→ hoàn thành/.test(line)) throw new Error(`the feed says: ${line.slice(0, 300)}`);
		await pause(1500); // what would be drawn needlessly is drawn behind it
		const moved = [...new Set(await page.evaluate(() => window.__moved))];
		const others = moved.filter((x) => x !== `412:${column}` && x !== "412:1");
		if (others.length || !moved.length) throw new Error(`of the grid were drawn: ${moved.slice(0, 10).join(", ")}`);
		const f = await w.tiendo("get", "40", "KH87");
		const bar = await page.evaluate(() => [...document.querySelectorAll("li.plan")].find((li) => li.querySelector("b").innerText === "KH87").querySelector(".plan-sum").innerText);
		if (bar !== `${f.leaves.done} · ${f.leaves.in_progress} · ${f.leaves.not_started} / ${f.leaves.expected}`) throw new Error(`the bar says ${bar}`);
		await same(page);
	});

	test("the feed waits while it is paused, and says how much", async (t) => {
		const w = await office(t);
		const page = await t.browser.open(w.open, "/su-kien?unit=412");
		await page.click(".feed-pause");
		const before = await page.locator(".feed-line").count();
		await report(w, 23);
		await until("the count of what waits", async () => /^1 mới/.test(await text(page, ".feed-held")), SEEN_MS);
		if ((await page.locator(".feed-line").count()) !== before) throw new Error("it did not wait");
		await page.click(".feed-pause");
		await until("the line", async () => (await text(page, ".feed-line")).includes("23/25"), SEEN_MS);
	});

	test("the centre is killed behind an open page", async (t) => {
		const w = await office(t);
		const page = await t.browser.open(w.open, "/don-vi?unit=412&plan=CT40");
		const machinery = await t.browser.open(w.open, "/he-thong", { user: "vanhanh" });
		const says = (words) => until(`“${words}” for operators`, async () => (await text(machinery, "main")).includes(words), HEALED_MS);
		await says("Trung tâm bình thường");
		await cutAndHealed(page, {
			said: /^trung tâm mất kết nối/,
			cut: () => w.stop("server", "SIGKILL"),
			meanwhile: async () => {
				await says("Trung tâm không trả lời");
				if (/bình thường/.test(await text(machinery, "main"))) throw new Error("all is well without a centre");
			},
			heal: async () => {
				await w.start();
				await report(w, 22);
			},
			n: 22,
		});
		await says("Trung tâm bình thường");
	});

	test("the gateway is killed behind an open page", async (t) => {
		const w = await office(t);
		const page = await t.browser.open(w.open, "/don-vi?unit=412&plan=CT40");
		const feed = await t.browser.open(w.open, "/su-kien?unit=412");
		await report(w, 24); // a gap is one between two lines
		await until("the line", async () => (await text(feed, ".feed-line")).includes("24/25"), SEEN_MS);
		await cutAndHealed(page, {
			said: /^mất kết nối/,
			cut: () => w.open.stop("SIGKILL"),
			meanwhile: () => report(w, 21),
			heal: () => w.open.start(),
			n: 21,
		});
		await until("the feed to mark the gap", async () => (await feed.locator(".feed-gap").count()) > 0, HEALED_MS);
	});

	test("the wire between gateway and centre is cut", async (t) => {
		const w = await office(t);
		const page = await t.browser.open(w.open, "/don-vi?unit=412&plan=CT40");
		await cutAndHealed(page, {
			said: /^trung tâm mất kết nối/,
			cut: () => w.open.cables.forEach((c) => c.cut()),
			meanwhile: () => report(w, 20),
			heal: () => Promise.all(w.open.cables.map((c) => c.mend())),
			n: 20,
		});
		await settled(page);
	});

	test("the centre is restored from a backup behind an open page", async (t) => {
		const w = await office(t);
		const page = await t.browser.open(w.open, "/don-vi?unit=412&plan=CT40");
		const figure = (n, said) => until(`${n}/25, ${said}`, async () => (await cutru(page)) === `${n}/25`, HEALED_MS);
		await mark(page);
		await report(w, 18);
		await figure(18, "which the backup has");
		const copy = `${w.dir}/backup`;
		await w.server("backup", copy);
		await report(w, 17);
		await figure(17, "which it has not");
		await w.stop("agent-412", "SIGTERM");
		await w.stop("server", "SIGKILL");
		w.replaceServer(copy);
		await w.start();
		await figure(18, "as the restored centre says");
		await until("the line to be whole again", async () => /^trực tiếp/.test(await badge(page)), HEALED_MS);
		if ((await cutru(page)) !== "18/25") throw new Error("live, and it shows what was lost");
		await w.runAgent("412"); // its own disk fills the gap
		await figure(17, "which the office had and gave again");
		await same(page);
		await settled(page);
	});

	test("the gateway's key is revoked behind an open page", async (t) => {
		const w = await office(t);
		const g = await w.gateway("shut");
		const page = await t.browser.open(g, "/don-vi?unit=412&plan=CT40");
		const before = await until("the figure", () => cutru(page), SEEN_MS);
		await mark(page);
		const key = (await g.command("init", "--server-key", w.key)).trim();
		const { details } = JSON.parse(await w.server("agent", "list", "--json"));
		await w.server("agent", "key", "revoke", details.find((k) => k.public_key === key).key);
		await until("the reason", async () => /^trung tâm không nhận máy chủ này từ \d\d:\d\d:\d\d, cần người vận hành — số liệu tính đến/.test(await badge(page)), SAID_MS);
		if (!(await page.evaluate(() => document.querySelector(".badge").classList.contains("badge-bad")))) throw new Error("it is said, but not seen");
		if ((await cutru(page)) !== before) throw new Error("the figures went with the line");
		await same(page);
		await g.stop("SIGTERM");
	});

	test("a gateway that has never seen its centre says so, and then shows it", async (t) => {
		const w = await office(t);
		await w.open.stop("SIGTERM");
		w.open.cables.forEach((c) => c.cut());
		w.spawn("open", "tiendo-web", ["--dir", w.open.dir, "run"]);
		const page = await until("the gateway to answer", async () => t.browser.open(w.open, "/don-vi?unit=412&plan=CT40", { bare: true }).catch(() => null));
		await until("a sentence", async () => /chưa nhận (được|đủ) số liệu từ trung tâm/i.test(await text(page, "main")), SAID_MS);
		await report(w, 19);
		await Promise.all(w.open.cables.map((c) => c.mend()));
		await until("the figures", async () => (await cutru(page)) === "19/25", HEALED_MS);
	});
}
