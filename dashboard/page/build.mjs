// SPDX-License-Identifier: Apache-2.0
// build.mjs OUT GEN: the page, from src/ to OUT (names with a hash of what is in them, a gzip copy of each beside
// it) and, for the program that serves it, to GEN/page_files.S and GEN/page_files.c (dashboard/web_files.h).
// The same sources give the same bytes. Fails when a type is wrong, and when what a browser loads passes BUDGET.
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, extname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { minify } from "terser"; // behind esbuild's own: another 3 %
import zopfli from "@gfx/zopfli"; // gzip's format, 4 % smaller than zlib's best, and the same bytes with every node

import { words } from "./build_words.mjs";

const BUDGET = 80 * 1024; // gzipped, all there is, in both languages
const here = dirname(fileURLToPath(import.meta.url));
const out = resolve(process.argv[2] ?? join(here, "../../build/page"));
const gen = resolve(process.argv[3] ?? join(here, "../../build/gen"));
const top = resolve(here, "../..");

const TYPES = {
	".html": "text/html; charset=utf-8",
	".js": "text/javascript; charset=utf-8",
	".css": "text/css; charset=utf-8",
	".svg": "image/svg+xml",
	".txt": "text/plain; charset=utf-8",
};

const gzip = promisify(zopfli.gzip);
const hash = (bytes) => createHash("sha256").update(bytes).digest("hex");

function types() {
	const tsc = spawnSync(process.execPath, [join(here, "node_modules/typescript/bin/tsc"), "--noEmit", "-p", here], { stdio: "inherit" });
	if (tsc.status !== 0) process.exit(1); // it has said what is wrong
}

// d3-hierarchy's class of trees, which no bundler can tell is not used: it is filled by assignments.
const withoutTrees = {
	name: "without-trees",
	setup(b) {
		b.onLoad({ filter: /d3-hierarchy\.mjs$/ }, ({ path }) => {
			const whole = readFileSync(path, "utf8");
			const contents = whole.replace(/^[\w$]+\.prototype = (hierarchy\.prototype = \{.*?^\}|Object\.create\(Node\$1\.prototype\));$/gms, "");
			return contents === whole ? { errors: [{ text: "d3-hierarchy has changed: withoutTrees finds nothing" }] } : { contents };
		});
	},
};

const SMALL = { module: true, ecma: 2020, compress: { passes: 3, lhs_constants: false }, format: { comments: false } };
const terser = JSON.parse(readFileSync(join(here, "node_modules/terser/package.json"), "utf8")).version;

async function small(script) {
	const { code } = await minify(script, SMALL);
	return Buffer.from(code);
}

async function bundle() {
	const result = await build({
		absWorkingDir: here,
		entryPoints: { main: "src/main.tsx", style: "src/style/main.css" },
		outdir: out,
		bundle: true,
		splitting: true,
		format: "esm",
		target: "chrome109",
		jsx: "automatic",
		jsxImportSource: "preact",
		minify: true,
		charset: "utf8",
		banner: { js: `/* terser ${terser} ${JSON.stringify(SMALL)} */` }, // what is done to it afterwards is in the hash of its name, too
		legalComments: "none", // they are in LICENSES.txt
		entryNames: "[name]-[hash]",
		chunkNames: "[name]-[hash]",
		assetNames: "[name]-[hash]",
		metafile: true,
		plugins: [await words(join(here, "src")), withoutTrees],
		write: false,
		logLevel: "warning",
	});
	const entries = {};
	let behind = []; // what the script needs before it can begin
	for (const [path, o] of Object.entries(result.metafile.outputs)) {
		if (!o.entryPoint) continue;
		const name = basename(path);
		entries[o.entryPoint] = name;
		if (o.entryPoint === "src/main.tsx") behind = o.imports.filter((i) => i.kind === "import-statement").map((i) => basename(i.path));
	}
	return {
		files: await Promise.all(
			result.outputFiles.map(async (f) => ({ name: basename(f.path), bytes: f.path.endsWith(".js") ? await small(f.text) : Buffer.from(f.contents) })),
		),
		entries,
		behind,
	};
}

function licenses() {
	const needed = Object.keys(JSON.parse(readFileSync(join(here, "package.json"), "utf8")).dependencies).sort();
	const texts = needed.map((name) => {
		const dir = join(here, "node_modules", name);
		const file = readdirSync(dir).find((f) => /^licen[sc]e/i.test(f));
		if (!file) throw new Error(`build.mjs: ${name} has no file LICENSE`);
		const { version } = JSON.parse(readFileSync(join(dir, "package.json"), "utf8"));
		return `${name} ${version}\n\n${readFileSync(join(dir, file), "utf8").trim()}\n`;
	});
	return Buffer.from(texts.join("\n---\n\n"));
}

// Octal escapes end after three digits, so what follows one is never taken into it.
const quoted = (text) => `"${text.replace(/[^ !#-[\]-~]/g, (c) => `\\${c.charCodeAt(0).toString(8).padStart(3, "0")}`)}"`;

function embed(files) {
	const assembler = ["/* made by dashboard/page/build.mjs */", '\t.section .rodata,"a",@progbits'];
	const declared = [];
	const rows = [];
	files.forEach((f, i) => {
		const sides = { plain: f.bytes, packed: f.packed };
		for (const [side, bytes] of Object.entries(sides)) {
			const path = relative(top, join(out, side === "packed" ? `${f.name}.gz` : f.name));
			assembler.push(`\t.balign 16`, `\t.globl page_${i}_${side}`, `\t.hidden page_${i}_${side}`);
			assembler.push(`page_${i}_${side}:`, `\t.incbin ${quoted(path)}`);
			declared.push(`extern const uint8_t page_${i}_${side}[${bytes.length}] __attribute__((visibility("hidden")));`);
		}
		rows.push(
			`\t{ ${quoted(f.path)}, ${quoted(f.type)}, ${quoted(`"${f.hash}"`)},\n` +
				`\t  { page_${i}_plain, ${f.bytes.length} }, { page_${i}_packed, ${f.packed.length} }, ${f.immutable} },`,
		);
	});
	assembler.push('\t.section .note.GNU-stack,"",@progbits', "");
	mkdirSync(gen, { recursive: true });
	writeFileSync(join(gen, "page_files.S"), assembler.join("\n"));
	writeFileSync(
		join(gen, "page_files.c"),
		`/* made by dashboard/page/build.mjs */
#include "dashboard/web_files.h"

#include <string.h>

${declared.join("\n")}

static const struct web_file files[] = {
${rows.join("\n")}
};

const struct web_file *web_files(size_t *n)
{
	*n = sizeof(files) / sizeof(files[0]);
	return files;
}

const struct web_file *web_file(const char *path)
{
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		if (!strcmp(files[i].path, path))
			return &files[i];
	return NULL;
}
`,
	);
}

types();
const { files, entries, behind } = await bundle();
const icon = readFileSync(join(here, "icon.svg"));
const iconName = `icon-${hash(icon).slice(0, 8).toUpperCase()}.svg`;
files.push({ name: iconName, bytes: icon });
const html = readFileSync(join(here, "index.html"), "utf8")
	.replace("%ICON%", `/${iconName}`)
	.replace("%STYLE%", `/${entries["src/style/main.css"]}`)
	.replace("%BEHIND%\n", behind.map((name) => `<link rel="modulepreload" href="/${name}">\n`).join(""))
	.replace("%SCRIPT%", `/${entries["src/main.tsx"]}`);
files.push({ name: "index.html", bytes: Buffer.from(html) });
files.push({ name: "LICENSES.txt", bytes: licenses() });
files.sort((a, b) => (a.name < b.name ? -1 : 1));

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
let total = 0;
for (const f of files) {
	f.packed = Buffer.from(await gzip(f.bytes, { numiterations: 15 })); // with no time and no name in it
	f.type = TYPES[extname(f.name)];
	f.path = `/${f.name}`;
	f.hash = hash(f.bytes).slice(0, 32);
	f.immutable = !["index.html", "LICENSES.txt"].includes(f.name);
	writeFileSync(join(out, f.name), f.bytes);
	writeFileSync(join(out, `${f.name}.gz`), f.packed);
	total += f.packed.length;
}
embed(files);
for (const f of [...files].sort((a, b) => b.packed.length - a.packed.length))
	if (process.env.SIZES) console.log(`${String(f.packed.length).padStart(8)} ${f.name}`);
console.log(`  PAGE  ${total} of ${BUDGET} bytes gzipped, ${files.length} files`);
if (total > BUDGET) {
	console.error(`build.mjs: the page is ${total - BUDGET} bytes above its budget; SIZES=1 shows where they are`);
	process.exit(1);
}
