// SPDX-License-Identifier: Apache-2.0
// Two lines of steps over days, as a picture that prints and takes its colours from the sheet. 1.5 KB; a library for charts is 22.
import { useEffect, useRef, useState } from "preact/hooks";
import { dayNumber, dayTicks, standing, steps, ticks } from "../plot";

export interface PlotProps {
	days: readonly string[]; // ascending
	first: readonly (number | null)[]; // drawn full, with its ground
	second: readonly (number | null)[] | null; // drawn dashed
	secondClass: string; // whose colour it has
	top: number; // at least so high
	unit?: number; // of the values: 100 for hundredths
	show: (n: number) => string;
	showDay: (iso: string, span: number) => string;
	label: string;
	/** Over which day the pointer is; null: it left. */
	onDay?: (index: number | null) => void;
}

const HEIGHT = 240;
const ABOVE = 8;
const BELOW = 24;
const LETTER = 7.5; // of the labels, wide
const EACH_DAY = 84; // as wide as a date wants to stand
const MOST_STEPS = 5;

export function Plot(p: PlotProps) {
	const box = useRef<HTMLDivElement>(null);
	const [width, setWidth] = useState(0);
	const [at, setAt] = useState<number | null>(null);
	useEffect(() => {
		const el = box.current!;
		const seen = new ResizeObserver(() => setWidth(Math.floor(el.clientWidth)));
		seen.observe(el);
		return () => seen.disconnect();
	}, []);

	const from = dayNumber(p.days[0]!);
	const span = Math.max(1, dayNumber(p.days[p.days.length - 1]!) - from);
	const values = ticks(p.top, MOST_STEPS, p.unit);
	const left = 12 + LETTER * Math.max(...values.map((v) => p.show(v).length));
	const wide = Math.max(1, width - left - 12);
	const high = HEIGHT - ABOVE - BELOW;
	const x = (iso: string) => Math.round((left + ((dayNumber(iso) - from) / span) * wide) * 10) / 10;
	const y = (n: number) => Math.round((ABOVE + high - (n / values[values.length - 1]!) * high) * 10) / 10;
	const xs = p.days.map(x);
	const place = (line: readonly (number | null)[]) => line.map((n) => (n == null ? null : y(n)));
	const first = steps(xs, place(p.first));
	const dates = dayTicks(p.days[0]!, p.days[p.days.length - 1]!, Math.max(1, Math.floor(wide / EACH_DAY)));

	const look = (e: PointerEvent) => {
		const i = standing(xs, e.clientX - (e.currentTarget as Element).getBoundingClientRect().left);
		setAt(i);
		p.onDay?.(i);
	};
	const leave = () => {
		setAt(null);
		p.onDay?.(null);
	};
	const dot = (line: readonly (number | null)[] | null, kind: string) =>
		at !== null && line?.[at] != null && <circle class={kind} cx={xs[at]} cy={y(line[at])} r={4} />;

	return (
		<div ref={box} class="plot">
			{width > 0 && (
				<svg width={width} height={HEIGHT} viewBox={`0 0 ${width} ${HEIGHT}`} role="img" aria-label={p.label} onPointerMove={look} onPointerLeave={leave}>
					{values.map((v) => (
						<g key={v}>
							<line class="plot-grid" x1={left} x2={left + wide} y1={y(v)} y2={y(v)} />
							<text x={left - 6} y={y(v) + 4} text-anchor="end">
								{p.show(v)}
							</text>
						</g>
					))}
					{dates.map((d, i) => (
						<text key={d} x={x(d)} y={HEIGHT - 6} text-anchor={i === 0 && x(d) - left < 30 ? "start" : left + wide - x(d) < 30 ? "end" : "middle"}>
							{p.showDay(d, span)}
						</text>
					))}
					{p.first.every((n) => n != null) && <path class="plot-ground" d={`${first}V${y(0)}H${xs[0]}Z`} />}
					{p.second && <path class={`plot-line plot-second ${p.secondClass}`} d={steps(xs, place(p.second))} />}
					<path class="plot-line plot-first" d={first} />
					{at !== null && <line class="plot-at" x1={xs[at]} x2={xs[at]} y1={ABOVE} y2={ABOVE + high} />}
					{dot(p.second, `plot-dot ${p.secondClass}`)}
					{dot(p.first, "plot-dot")}
				</svg>
			)}
		</div>
	);
}
