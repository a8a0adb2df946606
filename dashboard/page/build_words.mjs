// SPDX-License-Identifier: Apache-2.0
// build_words.mjs: the words in the built page, where a browser loads the texts of one language and few of their keys
// (all of them were 7 KB of 87, gzipped). A key written out in the source, "over.key", becomes its place in the list of
// texts. What is put together of a group and a code, `state.${s}` or codeWord("kind", k), is known only when the page
// runs: these stand first in the list, and words/keys.ts says which they are.
import { build } from "esbuild";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

const WRITTEN_OUT = /"(\w+(?:\.\w+)+)"/g;
const GROUPS = /`([\w.]+)\.\$\{|codeWord\("([\w.]+)"/g;

async function tableOf(src) {
	const made = await build({ entryPoints: [join(src, "words/table.ts")], bundle: true, format: "esm", write: false });
	return (await import(`data:text/javascript;base64,${Buffer.from(made.outputFiles[0].contents).toString("base64")}`)).table;
}

function* sources(src) {
	for (const f of readdirSync(src, { recursive: true })) if (/\.tsx?$/.test(f) && !f.startsWith("words/")) yield readFileSync(join(src, f), "utf8");
}

/** As a plugin of esbuild's. Fails when the table has a word that is said nowhere. */
export async function words(src) {
	const table = await tableOf(src);
	const written = new Set();
	const groups = new Set();
	for (const text of sources(src)) {
		for (const [, key] of text.matchAll(WRITTEN_OUT)) written.add(key);
		for (const [, a, b] of text.matchAll(GROUPS)) groups.add(a ?? b);
	}
	const keys = Object.keys(table);
	const named = keys.filter((key) => groups.has(key.slice(0, key.lastIndexOf("."))));
	const placed = keys.filter((key) => !named.includes(key));
	const unsaid = placed.filter((key) => !written.has(key));
	if (unsaid.length) {
		console.error(`build_words.mjs: no screen says ${unsaid.join(", ")}: take them out of src/words/`);
		process.exit(1);
	}
	const place = new Map(placed.map((key, i) => [key, named.length + i]));
	const texts = (which) => `export const texts = ${JSON.stringify([...named, ...placed].map((key) => table[key][which]))};`;
	const made = { vi: texts(0), en: texts(1), keys: `export const keys = ${JSON.stringify(named)};` };
	return {
		name: "words",
		setup(b) {
			b.onLoad({ filter: /src\/words\/(vi|en|keys)\.ts$/ }, ({ path }) => ({ contents: made[/(\w+)\.ts$/.exec(path)[1]], loader: "js" }));
			b.onLoad({ filter: /src\/.*\.tsx?$/ }, ({ path }) => ({
				contents: readFileSync(path, "utf8").replace(WRITTEN_OUT, (text, key) => place.get(key) ?? text),
				loader: path.endsWith("x") ? "tsx" : "ts",
			}));
		},
	};
}
