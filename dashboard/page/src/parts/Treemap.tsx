// SPDX-License-Identifier: Apache-2.0
// Who has how much, and how it stands: one rectangle for each unit, two levels deep, as large as what is expected of
// it. A picture beside the grid, which says the same in words; a rectangle is reached by Tab and then by arrows.
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { look, lookWords, sizedTree, type SizedNode } from "../overview";
import { hasHead, rects, type Rect } from "../rects";
import { navigate } from "../route";
import { typeScale } from "../scale";
import { nameOf, t } from "../words";
import type { Tree } from "../model";
import { letter, word } from "./Look";

// In pixels at a desk; on a wall all of it grows with the page's type.
const k = typeScale();
const HEAD = 20 * k; // the line with the name over a unit that has others below
const LINE = 16 * k; // from one line of a name to the next
const LEFT = 5 * k;
const LETTER = 14 * k; // room for the letter in front of the first line
const LETTER_MIN = 13 * k; // narrower: the pattern alone

const widths = new Map<string, number>();
let pen: CanvasRenderingContext2D | null = null;

/** How wide a word is as it is written into a rectangle. */
function width(word: string): number {
	let w = widths.get(word);
	if (w === undefined) {
		if (!pen) {
			pen = document.createElement("canvas").getContext("2d")!;
			pen.font = `${13 * k}px ${getComputedStyle(document.body).fontFamily}`;
		}
		widths.set(word, (w = pen.measureText(word).width));
	}
	return w;
}

/** As much of a name as there is room for, in lines; the last one ends with … when it is not all. Two letters are none. */
export function fit(name: string, room: number, lines: number, measure: (text: string) => number = width): string[] {
	const out: string[] = [];
	let words = name.split(" ");
	while (words.length && out.length < lines) {
		let n = words.length;
		while (n > 1 && measure(words.slice(0, n).join(" ")) > room) n--;
		const line = words.slice(0, n).join(" ");
		out.push(line);
		if (measure(line) > room) return cut(out, room, measure);
		words = words.slice(n);
	}
	return words.length ? cut(out, room, measure) : out;
}

function cut(lines: string[], room: number, measure: (text: string) => number): string[] {
	let last = lines[lines.length - 1] ?? "";
	while (last && measure(`${last}…`) > room) last = last.slice(0, -1).trimEnd();
	return last.length > 2 ? [...lines.slice(0, -1), `${last}…`] : lines.slice(0, -1);
}

// What a rectangle can do without: the reader knows where they are, and the whole name is said on pointing at it.
const CUT = /^(Tỉnh|Thành phố|Huyện|Thị xã|Quận|Xã|Phường|Thị trấn) /;
const short = (n: SizedNode): string => nameOf(n).replace(CUT, "");

function useWidth() {
	const box = useRef<HTMLDivElement>(null);
	const [w, setW] = useState(0);
	useLayoutEffect(() => {
		const el = box.current!;
		const seen = new ResizeObserver(() => setW(Math.floor(el.clientWidth)));
		seen.observe(el);
		setW(Math.floor(el.clientWidth));
		return () => seen.disconnect();
	}, []);
	return { box, w };
}

interface Writing {
	lines: string[];
	x: number;
	y: number; // of the first line
}

/** The name beside the letter; below it where that says more. */
function write(name: string, w: number, h: number): Writing {
	const rows = Math.min(4, Math.floor((h - 3) / LINE));
	const beside: Writing = { lines: rows > 0 ? fit(name, w - LEFT * 2 - LETTER, Math.min(3, rows)) : [], x: LEFT + LETTER, y: LINE - 1 };
	if (rows < 2 || beside.lines.join(" ") === name) return beside;
	const below: Writing = { lines: fit(name, w - LEFT * 2, rows - 1), x: LEFT, y: LINE * 2 - 1 };
	return below.lines.join("").length > beside.lines.join("").length ? below : beside;
}

function Box({ r, plan, first }: { r: Rect; plan: string; first: boolean }) {
	const n = r.data;
	const w = r.x1 - r.x0;
	const h = r.y1 - r.y0;
	const l = look(n.f);
	const label = `${nameOf(n)}: ${word(l)}; ${lookWords(n.f)}`;
	const { lines, x, y } = write(short(n), w, h);
	const open = () => navigate({ drill: { unit: n.code, item: plan } });
	return (
		<g
			class={`tm tm-${l}`}
			transform={`translate(${r.x0},${r.y0})`}
			role="button"
			tabIndex={first ? 0 : -1}
			onClick={open}
			onKeyDown={(e) => {
				if (e.key !== "Enter" && e.key !== " ") return;
				e.preventDefault();
				open();
			}}
		>
			<title>{label}</title>
			<rect width={w} height={h} rx="2" class="tm-ground" />
			<rect width={w} height={h} rx="2" fill={`url(#tm-${l})`} class="tm-pattern" />
			{w >= LETTER_MIN && h >= LETTER_MIN && (
				<text x={lines.length ? LEFT : w / 2} y={lines.length ? LINE - 1 : h / 2 + 4.5 * k} text-anchor={lines.length ? "start" : "middle"} class="tm-letter" aria-hidden="true">
					{letter(l)}
				</text>
			)}
			{lines.map((line, i) => (
				<text key={i} x={x} y={y + LINE * i} class="tm-name" aria-hidden="true">
					{line}
				</text>
			))}
		</g>
	);
}

function Patterns() {
	return (
		<defs>
			<pattern id="tm-overdue" width="10" height="10" patternUnits="userSpaceOnUse">
				<path d="M0 10 10 0M0 0 10 10" class="tm-line-late" />
			</pattern>
			<pattern id="tm-in_progress" width="9" height="9" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
				<path d="M0 0V9" class="tm-line-doing" />
			</pattern>
			<pattern id="tm-not_started" width="7" height="7" patternUnits="userSpaceOnUse">
				<circle cx="2" cy="2" r="1.2" class="tm-dot" />
			</pattern>
			<pattern id="tm-value" width="8" height="8" patternUnits="userSpaceOnUse">
				<path d="M0 4H8" class="tm-line-value" />
			</pattern>
		</defs>
	);
}

const STEP: Readonly<Record<string, number>> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

export function Treemap({ tree, plan, unit, label }: { tree: Tree; plan: string; unit: string; label: string }) {
	const { box, w } = useWidth();
	const h = Math.round(Math.min(Math.max(w * 0.45, 340), 560 * k));
	const all = useMemo(() => (w ? rects(sizedTree(tree.nodes, unit), w, h, HEAD) : null), [tree, unit, w, h]);
	const svg = useRef<SVGSVGElement>(null);
	const leaves = useMemo(() => all?.filter((r) => !r.children && r.depth > 0 && r.x1 > r.x0 && r.y1 > r.y0) ?? [], [all]);
	const heads = all?.filter((r) => hasHead(r, HEAD)) ?? [];
	useEffect(() => {
		const all = [...(svg.current?.querySelectorAll("g.tm") ?? [])];
		all.forEach((g, i) => g.setAttribute("tabindex", i ? "-1" : "0"));
	}, [leaves]);
	const key = (e: KeyboardEvent) => {
		const all = [...(svg.current?.querySelectorAll<SVGGElement>("g.tm") ?? [])];
		const i = all.indexOf((e.target as Element).closest("g.tm") as SVGGElement);
		const to = e.key === "Home" ? 0 : e.key === "End" ? all.length - 1 : STEP[e.key] ? i + STEP[e.key]! : -1;
		if (i < 0 || !all[to]) return;
		e.preventDefault();
		all[i]!.setAttribute("tabindex", "-1");
		all[to]!.setAttribute("tabindex", "0");
		all[to]!.focus();
	};
	return (
		<div ref={box} class="treemap">
			{all && (
				<svg ref={svg} width={w} height={h} viewBox={`0 0 ${w} ${h}`} role="group" aria-label={label} onKeyDown={key}>
					<Patterns />
					{heads.map((r) => (
						<text key={r.data.code} x={r.x0 + 2} y={r.y0 + 14 * k} class="tm-head" aria-hidden="true">
							{fit(short(r.data), r.x1 - r.x0 - 10, 1)}
						</text>
					))}
					{leaves.map((r, i) => (
						<Box key={`${r.data.code}~${r.depth}`} r={r} plan={plan} first={i === 0} />
					))}
				</svg>
			)}
			{all && leaves.length === 0 && <p class="empty">{t("ov.tree.none")}</p>}
		</div>
	);
}
