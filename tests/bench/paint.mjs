// SPDX-License-Identifier: Apache-2.0
// When a person sees it: the overview in a real browser, from the start of the navigation until its grid is painted, and each
// live change from its event to the paint, with what of the page was drawn anew for it.
//
//   node paint.mjs CHROMIUM ADDRESS CELLS LOADS
//
// loads the page LOADS times (a context of its own each: no cache), says one JSON line of the times, keeps the last one open
// and obeys lines on standard input, answering each with a line: `watch` = note events from now on; `log` = what was noted.
// Times of the log are milliseconds since 1970, by the browser's clock.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const { chromium } = createRequire(new URL("../../dashboard/page/package.json", import.meta.url))("playwright-core");
const [, , executablePath, address, cells, loads] = process.argv;
const say = (x) => process.stdout.write(`${JSON.stringify(x)}\n`);

/** Runs in the page before anything of the page's own. */
function look(wanted) {
	const now = () => performance.timeOrigin + performance.now();
	const twoFrames = (then) => requestAnimationFrame(() => requestAnimationFrame(then));
	const bench = { events: [], painted: null, whole: null, watching: false };
	bench.done = new Promise((done) => (bench.tell = done));
	window.bench = bench;
	const grid = () => document.querySelectorAll("td.gc:not(.gc-total)").length >= wanted;
	const first = new MutationObserver(() => {
		if (!grid()) return;
		first.disconnect();
		bench.whole = performance.now();
		twoFrames(() => {
			bench.painted = performance.now();
			bench.tell();
		});
	});
	first.observe(document, { childList: true, subtree: true });

	// What is drawn for an event is drawn in its frame: by then the observer has told of it.
	let drawn = { cells: new Set(), rows: 0 };
	const changes = new MutationObserver((list) => {
		for (const m of list) {
			if (m.type === "attributes") continue; // the flash
			const at = m.target.nodeType === Node.ELEMENT_NODE ? m.target : m.target.parentElement;
			const cell = at?.closest("td");
			if (cell) drawn.cells.add(cell);
			else drawn.rows += 1; // a row came or went, or moved
		}
	});
	bench.watch = () => {
		changes.observe(document.querySelector("td.gc").closest("tbody"), { childList: true, characterData: true, subtree: true });
		bench.events = [];
		bench.watching = true;
	};
	window.EventSource = class extends EventSource {
		constructor(url) {
			super(url);
			this.addEventListener("grain", (e) => {
				if (!bench.watching) return;
				const { unit, version } = JSON.parse(e.data);
				const it = { unit, version, came: now(), painted: null, cells: 0, rows: 0 };
				bench.events.push(it);
				drawn = { cells: new Set(), rows: 0 };
				const mine = drawn;
				twoFrames(() => {
					it.painted = now();
					it.cells = mine.cells.size;
					it.rows = mine.rows;
				});
			});
		}
	};
}

const browser = await chromium.launch({
	executablePath,
	args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
const times = [];
let page;
for (let i = 0; i < +loads; i++) {
	if (page) await page.context().close();
	const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
	page = await context.newPage();
	page.on("pageerror", (error) => {
		process.stderr.write(`${error.message}\n`);
		process.exit(1);
	});
	await page.addInitScript(look, +cells);
	await page.goto(address);
	await page.evaluate(() => window.bench.done);
	times.push(
		await page.evaluate(() => ({
			painted_ms: window.bench.painted,
			whole_ms: window.bench.whole,
			first_byte_ms: performance.getEntriesByType("navigation")[0].responseStart,
			bytes: performance.getEntriesByType("resource").reduce((n, r) => n + r.transferSize, 0),
		})),
	);
}
say({ loads: times });
for await (const line of createInterface({ input: process.stdin })) {
	if (line === "watch") {
		await page.evaluate(() => window.bench.watch());
		say({});
	} else if (line === "log") {
		await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(done)))));
		say({ events: await page.evaluate(() => window.bench.events) });
	}
}
await browser.close();
