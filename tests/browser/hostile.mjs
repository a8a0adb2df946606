// SPDX-License-Identifier: Apache-2.0
// 300 texts that somebody might write to harm who reads them, and a small province whose catalogue and reports hold all that are taken.
// What would run in a page counts itself in window.__hit (look.mjs).
const HIT = "window.__hit=(window.__hit||0)+1";
const SCRIPTS = [`<script>${HIT}</script>`, `"><script>${HIT}</script>`, `'><script>${HIT}</script>`, `</title><script>${HIT}</script>`, `</textarea><script>${HIT}</script>`, `--><script>${HIT}</script>`, `]]><script>${HIT}</script>`, `<scr<script>ipt>${HIT}</scr</script>ipt>`, `<SCRIPT SRC=//127.0.0.1:9/x.js></SCRIPT>`, `<script/x>${HIT}</script>`, `<script\n>${HIT}</script\n>`, `<svg><script>${HIT}</script></svg>`, `<math><mtext></p><script>${HIT}</script>`, `<noscript><p title="</noscript><script>${HIT}</script>">`, `<template><script>${HIT}</script></template>`, `<iframe srcdoc="<script>parent.${HIT}</script>"></iframe>`, `<base href=//127.0.0.1:9/>`, `<meta http-equiv=refresh content="0;url=javascript:${HIT}">`, `<object data="javascript:${HIT}"></object>`, `<embed src="javascript:${HIT}">`];
const EVENTS = ["error", "load", "focus", "mouseover", "click", "animationstart", "toggle", "pointerenter", "begin", "wheel"];
const TAGS = [["img", "src=x"], ["svg", ""], ["input", "autofocus"], ["video", "src=x"], ["details", "open"], ["body", ""], ["marquee", ""], ["a", "href=# autofocus"]];
const URLS = ["javascript:", "JaVaScRiPt:", "java\tscript:", " javascript:", "javascript&colon;", "&#106;avascript:", "data:text/html,<script>", "vbscript:", "blob:", "javascript://%0a", "feed:javascript:", "view-source:javascript:"].map((u) => u + HIT);
const ATTRIBUTES = [`" onmouseover="${HIT}`, `' onfocus='${HIT}' autofocus='`, "` onclick=`" + HIT, `" style="position:fixed;inset:0;z-index:99999" x="`, `"><style>*{display:none}</style>`, `" srcdoc="<script>${HIT}</script>`, `x onerror=${HIT}//`, `" href="javascript:${HIT}`, `"formaction="javascript:${HIT}`, `\\" onload=${HIT} \\"`];
const CODE = [`');${HIT};//`, `";${HIT};//`, `\\u0022;${HIT};//`, `\${${HIT}}`, "`;" + HIT + ";`", `{{constructor.constructor('${HIT}')()}}`, `{{${HIT}}}`, `#{${HIT}}`, `<%= ${HIT} %>`, `{%raw%}{{${HIT}}}{%endraw%}`, `[[\${${HIT}}]]`, `@(${HIT})`, `__proto__`, `constructor`, `toString`, `hasOwnProperty`, `{"__proto__":{"x":1}}`, `undefined và null`, `%s%n%x%p`, `\${jndi:ldap://127.0.0.1:9/a}`, `$(touch x)`, "`id`", "| cat /etc/passwd", "; rm -rf x", "&& shutdown", "../../../../etc/passwd", "..\\..\\boot.ini", "/dev/null", "CON", "NUL.csv"];
const SQL = ["' OR '1'='1", "'; DROP TABLE units; --", "1; SELECT pg_sleep(10)", "\" OR \"\"=\"", "') UNION SELECT password FROM users --", "admin'--", "%' ESCAPE '", "1/**/OR/**/1", "0x27204f52", "\\'; --"];
const FORMULAS = ["=1+1", "=cmd|' /C calc'!A0", "+1+1", "-1+1", "@SUM(A1:A9)", "=HYPERLINK(\"http://127.0.0.1:9/\",\"bấm\")", "=IMPORTXML(\"http://127.0.0.1:9\",\"//a\")", "=WEBSERVICE(\"http://127.0.0.1:9\")", "=DDE(\"cmd\";\"/C calc\";\"x\")", "+cmd|' /C notepad'!'A1'", "-2+3+cmd|' /C calc'!D2", "@A1", "＝1+1", "＋1", "－1+1", "＠SUM(1)", "=\"a\"&\"b\"", "=A1;=B1", "\"=1+1\"", ";=1+1", "'=1+1", "=1+1\";\"=2", "= 1+1", "=+1", "=-1", "=@x", "+-+1", "--1", "=rundll32|'URL.dll,OpenURL calc.exe'!A"];
const ENTITIES = ["&lt;b&gt;đậm&lt;/b&gt;", "&amp;amp;", "&#60;script&#62;", "&#x3c;img src=x&#x3e;", "&nbsp;&nbsp;", "&copy", "&notanentity;", "&#0;", "&#xFFFFFF;", "&quot;&apos;", "<b>đậm</b>", "<i>nghiêng", "</div></div></main>", "<!-- ghi chú", "<![CDATA[x]]>", "<?php echo 1?>", "<plaintext>", "<xmp>", "<table><tr><td>", "<select><option>"];
const BIDI = ["\u202e", "\u202d", "\u202a", "\u202b", "\u2066", "\u2067", "\u2068", "\u2069", "\u202c"].map((c) => `Xã ${c}gnôĐ hnĩV`);
const CONTROLS = ["\u0000", "\u0001", "\u0007", "\u0008", "\u001b[31m", "\u007f", "\u0085", "\u009b31m", "\r", "\v", "\f", "\u2028", "\u2029", "\ufffe"].map((c) => `Xã ${c} đỏ`);
const INVISIBLE = ["\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u180e", "\u3164", "\u115f", "\u034f"].flatMap((c) => [`Xã${c}Đông${c}Vĩnh`, `${c}=1+1`]);
const WRITING = ["שלום עולם", "مرحبا بالعالم", "Xã مرحبا Vĩnh", "ﷺ".repeat(12), "😀👩‍👩‍👧‍👦🏳️‍🌈", "🇻🇳".repeat(12), "👨🏿‍🚒", "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L̠ͨͧͩ͘G̴̻͈͍͔̹̑͗̎̅͛́Ǫ̵̹̻̝̳͂̌̌͘!", "ạ̈̀́̃".repeat(6), "ĐẶNG THUỲ TRÂM ƯỚC MƠ", "İstanbul ıI", "ß ﬁ ﬀ Å Ω", "﹤script﹥", "＜script＞alert(1)＜/script＞", "ʼ‘’“”«»", "中文很长的名字没有空格".repeat(4), "ไม่มีช่องว่างในภาษาไทย".repeat(3), "𝕏𝕒̃ 𝕍𝕚̃𝕟𝕙", "\u{1F600}".repeat(40), "ﾟ･✿ヾ╲(｡◕‿◕｡)╱✿･ﾟ"];
const LONG = [200, 180, 150].flatMap((n) => [..."WXiọ_/"].map((c) => c.repeat(Math.floor(n / new TextEncoder().encode(c).length))));
const EMPTY = [" ", "\t", "\u00a0", "\u3000", ".", "-", "–", "0", "null", "undefined", "NaN", "true", "[]", "{}", "\\", "\"", "'", "`", "<", ">", "&", ";", ",", "%", "#", "?", "//", "~", "_", "%3Cscript%3E", "%00", "%2e%2e%2f", "\\u003cscript\\u003e", "\\x3cscript\\x3e", "a\nb", "a\tb", "\"\"", "\";\"", "a;b;c", "\"a\r\nb\""];

const FEW = 300;
const HANDLERS = EVENTS.flatMap((e) => TAGS.map(([tag, more]) => `"><${tag} ${more} on${e}="${HIT}">`));
const OTHERS = [...SCRIPTS, ...URLS, ...ATTRIBUTES, ...CODE, ...SQL, ...FORMULAS, ...ENTITIES, ...BIDI, ...CONTROLS, ...INVISIBLE, ...WRITING, ...LONG, ...EMPTY];
/** All of the others, and as many handlers as make 300, spread over events and elements. */
export const STRINGS = [...OTHERS, ...HANDLERS.filter((_, i) => (i * 37) % HANDLERS.length < FEW - OTHERS.length)].slice(0, FEW);

const quote = (cell) => (/[",\r\n]/.test(cell) ? `"${cell.replace(/"/g, '""')}"` : cell);
const table = (columns, rows) => [columns, ...rows.map((r) => columns.map((c) => r[c] ?? ""))].map((r) => r.map(quote).join(",")).join("\n") + "\n";
const UNIT = "code parent kind type branch name name_en head contact opened closed source".split(" ");
const ITEM = "code parent owner kind name name_en doc_no doc_date issuer basis flags sector class lead coop person product product_unit start due answer reporters schedule measure aggregate num_def den_def uom target maximum direction bounded weight opened closed source".split(" ");

const at = (i) => STRINGS[i % STRINGS.length];
const pad = (i) => String(i).padStart(3, "0");
const name = (i) => `${i}`; // a plain name where a text was refused

/** `refused`: "file column text" of those that the check of the catalogue does not take. Text i is the name of the i-th commune and of the i-th task, and stands in other columns of others. */
export function catalogue(refused) {
	const put = (file, column, i, text) => (refused.has(`${file} ${column} ${text}`) || text.includes("\0") || !text.trim() ? `Tên ${name(i)}` : text);
	const unit = (i) => {
		const p = (column, text) => put("units", column, i, text);
		return { code: `X${pad(i)}`, parent: "412", kind: "commune", type: p("type", at(i + 90)), branch: "state", name: p("name", at(i)), name_en: p("name_en", at(i + 150)), head: p("head", at(i + 60)), contact: p("contact", at(i + 30)) };
	};
	const task = (i) => {
		const p = (column, text) => put("items", column, i, text);
		return { code: `KH.T${pad(i)}`, parent: "KH.G", kind: "task", lead: "412", name: p("name", at(i)), name_en: p("name_en", at(i + 150)), person: p("person", at(i + 60)), product: p("product", at(i + 90)), product_unit: "văn bản", start: "2023-01-01", due: i % 3 ? "2024-12-31" : "2024-03-01", answer: "lead" };
	};
	const indexes = STRINGS.map((_, i) => i);
	return {
		units: table(UNIT, [
			{ code: "VN", kind: "central", branch: "state", name: "Việt Nam" },
			{ code: "40", parent: "VN", kind: "province", type: "tỉnh", branch: "state", name: "Tỉnh <b>Thử</b>", head: "Chủ tịch" },
			{ code: "412", parent: "40", kind: "district", type: "huyện", branch: "state", name: "Huyện \"Thử\" & ' <i>", head: "Chủ tịch" },
			...indexes.map(unit),
		]),
		items: table(ITEM, [
			{ code: "KH", kind: "plan", owner: "40", name: put("items", "name", -2, at(1)), doc_no: "1/KH-UBND", doc_date: "2022-01-01", issuer: "UBND tỉnh" },
			{ code: "KH.G", parent: "KH", kind: "group", name: put("items", "name", -1, at(21)) },
			...indexes.map(task),
			{ code: "KH.R", parent: "KH", kind: "ratio", lead: "40", name: "Tỷ lệ =1+1", person: "Trưởng phòng", product: "Số liệu", product_unit: "hồ sơ", start: "2023-01-01", due: "2024-12-31", answer: "all", reporters: "kind:commune@412", schedule: "BC", measure: "flow", aggregate: "sum", num_def: put("items", "num_def", -3, at(25)), den_def: put("items", "den_def", -3, at(3)), target: "50%", direction: "higher", bounded: "yes" },
		]),
		schedules: "schedule,kind,first,last,name\nBC,half_month,2024-02a,,Định kỳ\n",
		deadlines: "schedule,unit_kind,working_days\nBC,commune,1\nBC,district,2\n",
	};
}

export const REPORT = "unit item period as_of state percent numerator denominator value nothing product_ref done_on corrects reason note".split(" ");
export const reports = (taken) => table(REPORT, STRINGS.map((_, i) => ({ unit: "412", item: `KH.T${pad(i)}`, as_of: "2024-03-29", state: "in_progress", percent: "40", note: taken(i) })));
