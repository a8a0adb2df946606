// SPDX-License-Identifier: Apache-2.0
// main.mjs BUILD STORE OUT FORM: the tests in a browser, in three lanes; the last line is "N passed, N failed".
// K=word runs those whose name has it. What failed leaves pictures in OUT.
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import path from "node:path";
import { Browser, launch } from "./look.mjs";
import { World } from "./world.mjs";

const [, , build, store, out, form] = process.argv;
const TEST_MS = form === "soak" ? 900_000 : 400_000;
const here = new URL(".", import.meta.url).pathname;
const files = readdirSync(here).filter((f) => f.endsWith(".test.mjs")).sort();
const wanted = process.env.K ?? "";
// Beside each other, each with worlds of its own: much of a test is waiting.
const LANES = [["1-screens", "3-live"], ["2-figures", "4-ways"], ["5-hostile", "6-login"]];
const groups = new Map();
for (const file of files) {
	const group = path.basename(file, ".test.mjs");
	const tests = [];
	(await import(`./${file}`)).default((name, fn) => tests.push({ name: `${group}: ${name}`, fn }), form);
	groups.set(group, tests.filter((t) => t.name.includes(wanted)));
}
const lanes = LANES.map((names) => names.flatMap((n) => groups.get(n) ?? []));
lanes[0].push(...[...groups].filter(([n]) => !LANES.flat().includes(n)).flatMap(([, tests]) => tests));

mkdirSync(out, { recursive: true });
for (const old of readdirSync(out)) if (old.endsWith(".png")) rmSync(path.join(out, old));
const tmp = mkdtempSync(path.join(out, "run-"));
const chromium = await launch();
const worlds = [];

/** What a test is given: a browser, and the worlds of its lane, made when first asked for. */
function tools(lane) {
	const made = new Map();
	const place = path.join(tmp, `lane-${lane}`);
	mkdirSync(place);
	const once = (name, make) => {
		if (!made.has(name)) {
			made.set(name, make());
			worlds.push(made.get(name));
		}
		return made.get(name);
	};
	return {
		form,
		tmp: place,
		browser: new Browser(chromium, out),
		world: (name, make) => once(name, () => make(build, path.join(place, name))),
		/** The example with a public and a closed gateway. */
		example: () =>
			once("example", async () => {
				const w = await World.example(build, path.join(place, "example"), store);
				await w.start();
				await w.addReader();
				const users = { lanhdao: ["leader", "VN", "--text"], vanhanh: ["operator", "VN", "--text"], vinh: ["staff", "412", "--text"] };
				w.open = await w.gateway("open", { users });
				w.closed = await w.gateway("closed", { isPublic: false, users });
				return w;
			}),
	};
}

function limited(promise) {
	let timer;
	const late = new Promise((_, fail) => (timer = setTimeout(() => fail(new Error(`not done after ${TEST_MS / 1000} s`)), TEST_MS)));
	return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

let passed = 0;
let failed = 0;
async function one({ name, fn }, t) {
	const start = Date.now();
	const wrong = [];
	await limited(fn(t)).catch((e) => wrong.push(e.stack ?? String(e)));
	wrong.push(...(await t.browser.close(name, wrong.length > 0)));
	const took = `${((Date.now() - start) / 1000).toFixed(1)} s`;
	if (wrong.length) failed++;
	else passed++;
	console.log(wrong.length ? `FAILED ${name} (${took})\n  ${wrong.join("\n  ")}` : `ok ${name} (${took})`);
}

try {
	await Promise.all(
		lanes.map(async (tests, i) => {
			const t = tools(i);
			for (const test of tests) await one(test, t);
		}),
	);
} finally {
	await chromium.close();
	for (const w of worlds) {
		const world = await w.catch(() => null);
		await world?.end();
		for (const c of world?.complaints() ?? []) {
			failed++;
			console.log(`FAILED: ${c}`);
		}
	}
	if (!process.env.KEEP) rmSync(tmp, { recursive: true, force: true });
}
if (!passed && !failed) failed = 1; // nothing was tested
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
