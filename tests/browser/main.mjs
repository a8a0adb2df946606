// SPDX-License-Identifier: Apache-2.0
// main.mjs BUILD STORE OUT FORM: the tests in a browser, one after the other; the last line is "N passed, N failed".
// K=word runs those whose name has it. What failed leaves pictures in OUT.
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import path from "node:path";
import { Browser, launch } from "./look.mjs";
import { World } from "./world.mjs";

const [, , build, store, out, form] = process.argv;
const TEST_MS = form === "soak" ? 900_000 : 180_000;
const here = new URL(".", import.meta.url).pathname;
const files = readdirSync(here).filter((f) => f.endsWith(".test.mjs")).sort();
const wanted = process.env.K ?? "";
const tests = [];
for (const file of files) {
	const group = path.basename(file, ".test.mjs");
	const add = (name, fn) => tests.push({ name: `${group}: ${name}`, fn });
	(await import(`./${file}`)).default(add, form);
}

mkdirSync(out, { recursive: true });
for (const old of readdirSync(out)) if (old.endsWith(".png")) rmSync(path.join(out, old));
const tmp = mkdtempSync(path.join(out, "run-"));
const worlds = new Map();
const tools = {
	form,
	tmp,
	browser: null,
	/** The example with a public and a closed gateway; made when first asked for, and again after `fresh`. */
	async example() {
		if (!worlds.has("example"))
			worlds.set("example", (async () => {
				const w = await World.example(build, path.join(tmp, "example"), store);
				await w.start();
				const users = { lanhdao: ["leader", "VN", "--text"], vanhanh: ["operator", "VN", "--text"], vinh: ["staff", "412", "--text"] };
				w.open = await w.gateway("open", { users });
				w.closed = await w.gateway("closed", { isPublic: false, users });
				return w;
			})());
		return worlds.get("example");
	},
	async world(name, make) {
		if (!worlds.has(name)) worlds.set(name, make(build, path.join(tmp, name)));
		return worlds.get(name);
	},
};

function limited(promise) {
	let timer;
	const late = new Promise((_, fail) => (timer = setTimeout(() => fail(new Error(`not done after ${TEST_MS / 1000} s`)), TEST_MS)));
	return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

let passed = 0;
let failed = 0;
const browser = new Browser(await launch(), out);
tools.browser = browser;
try {
	for (const { name, fn } of tests.filter((x) => x.name.includes(wanted))) {
		const start = Date.now();
		const wrong = [];
		await limited(fn(tools)).catch((e) => wrong.push(e.stack ?? String(e)));
		wrong.push(...(await browser.close(name, wrong.length > 0)));
		const took = `${((Date.now() - start) / 1000).toFixed(1)} s`;
		if (wrong.length) {
			failed++;
			console.log(`FAILED ${name} (${took})\n  ${wrong.join("\n  ")}`);
		} else {
			passed++;
			console.log(`ok ${name} (${took})`);
		}
	}
} finally {
	await browser.browser.close();
	for (const w of worlds.values()) {
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
