// SPDX-License-Identifier: Apache-2.0
// What must be true of every screen, whatever it shows: how numbers are written, what stands beside a percentage, what kind of figures
// these are, that nothing is cut off. Each gives sentences about what is wrong; none = good.
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";

const LOUD = 5; // so many examples of one fault are enough

/** Words that no reader should ever see: our own machinery showing through. */
const SEAMS = /\bundefined\b|\bNaN\b|\[object |\bnull\b|\{[a-z]+\}|\bInfinity\b/;

/** Numbers as they are written here: 1.387 and 98,43 %; in English 1,387 and 98.43 %. */
export function numbers(said, lang) {
	const wrong = [];
	const point = lang === "en" ? "\\." : ",";
	const group = lang === "en" ? "," : "\\.";
	for (const line of said.split("\n")) {
		for (const [p] of line.matchAll(/[\d.,]+[\s\u00a0]?%/g))
			if (!new RegExp(`^\\d{1,3}(${group}\\d{3})*(${point}\\d{1,2})?\\u00a0%$`).test(p)) wrong.push(`a percentage is written “${p}”: ${line.slice(0, 120)}`);
		// n/N of more than three digits: grouped
		for (const [p] of line.matchAll(/(?<![\d/.,:-])\d{4,}\/\d+(?![\d/])|(?<![\d/.,:-])\d+\/\d{5,}(?![\d/])/g)) if (!/\/\d{4}$/.test(p)) wrong.push(`“${p}” is not grouped: ${line.slice(0, 120)}`);
		if (lang === "vi" && /(?<![\d.,])\d{1,3},\d{3}(?!\d)/.test(line)) wrong.push(`grouped by a comma: ${line.slice(0, 120)}`);
		if (lang === "en" && /(?<![\d.,])[1-9]\d{0,2}\.\d{3}(?![\d.])/.test(line)) wrong.push(`grouped by a dot: ${line.slice(0, 120)}`);
		if (SEAMS.test(line)) wrong.push(`our own machinery shows: ${line.slice(0, 120)}`);
	}
	return wrong.slice(0, LOUD);
}

export function kind(said, lang) {
	const words = lang === "en" ? ["Illustrative data", "simulated time"] : ["Số liệu minh hoạ", "thời gian mô phỏng"];
	return words.filter((x) => !said.includes(x)).map((x) => `“${x}” is not said`);
}

/** A measured percentage has its n of N in the same row, tile, sentence or card. A target or threshold
 * is no measured figure, nor is how far an office says it has come with one task. */
export function rates(page) {
	return page.evaluate((most) => {
		const wrong = [];
		const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
		for (let n = walk.nextNode(); n && wrong.length < most; n = walk.nextNode()) {
			const e = n.parentElement;
			if (!/\d\s?%/.test(n.data) || !e.checkVisibility?.() || e.closest("script,style,option,input,textarea")) continue;
			const near = e.closest("tr,li,p,.tile,.stat,dl,figure,h2,summary,article,section");
			const said = near?.innerText ?? n.data;
			if (/\d\s?\/\s?\d|\d (trên|of) [\d.,]+/.test(said)) continue;
			const column = e.closest("td") && e.closest("table")?.tHead?.rows[0]?.cells[e.closest("td").cellIndex]?.innerText;
			if (/mục tiêu|target|ngưỡng|threshold|đang thực hiện, \d|in progress, \d|^(trước|nay|before|now)$/im.test(`${column ?? ""} ${e.innerText} ${e.closest("div")?.querySelector("dt")?.innerText ?? ""}`)) continue;
			wrong.push(`a percentage without its n/N: “${n.data.trim()}” in ${near?.tagName.toLowerCase()}.${near?.className}: ${said.slice(0, 100).replace(/\s+/g, " ")}`);
		}
		return wrong;
	}, LOUD);
}

/** Nothing wider than the window, no text beyond its box. What scrolls by itself may be wider inside. */
export function layout(page) {
	return page.evaluate((most) => {
		const wrong = [];
		const say = (e, what) => {
			if (wrong.length < most) wrong.push(`at ${innerWidth} px: ${what}: <${e.tagName.toLowerCase()} class="${e.getAttribute("class") ?? ""}"> ${(e.innerText ?? e.textContent).trim().slice(0, 60).replace(/\s+/g, " ")}`);
		};
		const root = document.scrollingElement;
		const within = (e, test) => {
			for (let up = e.parentElement; up; up = up.parentElement) if (test(getComputedStyle(up), up)) return up;
			return null;
		};
		const scrolls = (s) => /auto|scroll/.test(s.overflowX);
		if (root.scrollWidth > innerWidth + 1) {
			say(root, `the page is ${root.scrollWidth} px wide`);
			for (const e of document.querySelectorAll("body *")) if (e.getBoundingClientRect().right > innerWidth + 1 && e.checkVisibility() && !within(e, scrolls)) say(e, "reaches beyond the window");
		}
		const range = document.createRange();
		const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
		for (let n = walk.nextNode(); n; n = walk.nextNode()) {
			const e = n.parentElement;
			if (!n.data.trim() || e.closest("option,script,style,noscript,.unseen,.skip,svg,canvas") || !e.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
			range.selectNodeContents(n);
			for (const r of range.getClientRects()) {
				if (r.width < 1) continue;
				for (let up = e; up && up !== document.body; up = up.parentElement) {
					const s = getComputedStyle(up);
					if (scrolls(s)) break;
					const box = up.getBoundingClientRect();
					const boxed = s.display !== "inline" && s.display !== "contents";
					const clips = /hidden|clip/.test(s.overflowX) || /hidden|clip/.test(s.overflowY);
					const named = s.textOverflow === "ellipsis" || (s.webkitLineClamp && s.webkitLineClamp !== "none");
					if (clips && (r.right > box.right + 1.5 || r.left < box.left - 1.5 || r.bottom > box.bottom + r.height * 0.3)) {
						// shortened on purpose: then the whole is said elsewhere
						if (!(named && up.closest("[title],[aria-label]"))) say(up, `its text is cut off (${Math.round(r.right - box.right)} px)`);
						break;
					}
					if (boxed && /^(td|th|button|li|dd|dt|p|h1|h2|h3|section|article)$/i.test(up.tagName) && box.width > 0 && (r.right > box.right + 1.5 || r.left < box.left - 1.5)) {
						say(up, `its text reaches ${Math.round(Math.max(r.right - box.right, box.left - r.left))} px beyond it`);
						break;
					}
				}
			}
		}
		return [...new Set(wrong)];
	}, LOUD);
}

export function paper(file, bytes) {
	writeFileSync(file, bytes);
	const text = execFileSync("pdftotext", ["-layout", "-enc", "UTF-8", file, "-"], { encoding: "utf8", maxBuffer: 16 << 20 });
	return { text, sheets: text.split("\f").slice(0, -1), lies: /MediaBox \[0 0 84\d/.test(Buffer.from(bytes).toString("latin1")) };
}
