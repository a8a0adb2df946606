# SPDX-License-Identifier: Apache-2.0
"""A horizontal bar chart as SVG: bars in groups, logarithmic axis, a second line under each name, a remark behind the
value. No script, no fonts of its own; colours for light and dark pages. bars(...) returns the text."""
import math
from html import escape

WIDTH, LEFT, RIGHT, ROW, GROUP, TOP = 1060, 430, 178, 40, 34, 92
STYLE = """
.page { fill: #ffffff }
text { font-family: system-ui, -apple-system, "Segoe UI", "Noto Sans", "DejaVu Sans", Arial, sans-serif; fill: #1f2328 }
.title { font-size: 19px; font-weight: 600 } .group { font-size: 13px; font-weight: 600 }
.name { font-size: 14px } .own { font-weight: 700 } .value { font-size: 14px; font-variant-numeric: tabular-nums }
.ack, .axis, .foot { font-size: 11.5px; fill: #59636e }
.grid { stroke: #d1d9e0; stroke-width: 1 } .bar { fill: #8c959f } .bar.own { fill: #0969da } .bar.weak { fill: #8c959f; fill-opacity: .45 }
@media (prefers-color-scheme: dark) {
.page { fill: #0d1117 } text { fill: #f0f6fc } .ack, .axis, .foot { fill: #9198a1 } .grid { stroke: #3d444d }
.bar { fill: #7d8590 } .bar.own { fill: #4493f8 } .bar.weak { fill: #7d8590; fill-opacity: .45 } }
"""


def text(x, y, kind, words, anchor="start"):
    return f'<text class="{kind}" x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}">{escape(words)}</text>'


def short(n):
    return f"{n / 1e6:g} M" if n >= 1e6 else f"{n / 1e3:g} k"


def bars(title, subtitle, groups, foot):
    """groups: [(heading, [(name, second line, value, remark, kind)])]; kind: own, weak (a pale bar) or nothing."""
    values = [row[2] for _, rows in groups for row in rows]
    low, high = 10 ** math.floor(math.log10(min(values))), max(values) * 1.1
    scale = (WIDTH - LEFT - RIGHT) / math.log10(high / low)
    out, y = [], TOP
    for heading, rows in groups:
        out.append(text(24, y + 14, "group", heading))
        y += GROUP - 8
        for name, second, value, remark, kind in rows:
            length = max(2, math.log10(value / low) * scale)
            out += [text(24, y + 14, f"name {kind}", name), text(24, y + 29, "ack", second),
                    f'<rect class="bar {kind}" x="{LEFT}" y="{y + 5}" width="{length:.1f}" height="20" rx="2"/>',
                    text(LEFT + length + 8, y + 20, f"value {kind}", f"{value:,.0f}"),
                    text(LEFT + length + 8 + (9.4 if kind == "own" else 8.6) * len(f"{value:,.0f}") + 8, y + 20, "ack", remark)]
            y += ROW
        y += 14
    grid, at = [], low
    while at <= high:
        x = LEFT + math.log10(at / low) * scale
        grid += [f'<line class="grid" x1="{x:.1f}" y1="{TOP - 6}" x2="{x:.1f}" y2="{y - 8}"/>', text(x, y + 8, "axis", short(at), "middle")]
        at *= 10
    height = y + 34 + 16 * len(foot)
    head = [text(24, 34, "title", title), text(24, 56, "axis", subtitle),
            text(LEFT, 78, "axis", "updates a second, logarithmic")]
    end = [text(24, y + 34 + 16 * i, "foot", line) for i, line in enumerate(foot)]
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
            f'role="img" aria-label="{escape(title, quote=True)}">\n<style>{STYLE}</style>\n'
            f'<rect class="page" width="{WIDTH}" height="{height}"/>\n' + "\n".join([*grid, *head, *out, *end]) + "\n</svg>\n")
