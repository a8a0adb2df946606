# SPDX-License-Identifier: Apache-2.0
"""The table and the picture of make bench-peers, from its JSON lines; nothing in them is written by hand.

python3 tests/bench/peers_report.py     puts the last run of make bench-peers (build/peers/) into docs/
"""
import json
import sys
from pathlib import Path

import svg
from peers_rows import ROWS

BEGIN, END = "<!-- peers: begin, written by tests/bench/peers_report.py -->", "<!-- peers: end -->"
GOAL = 6  # 0.6 M/s on a machine where PostgreSQL does 0.1 M
SAME_SUMS = ("PostgreSQL, 2 writers", "PostgreSQL, 100 connections")


def number(value, digits=0):
    return "–" if value is None else f"{value:,.{digits}f}"


def spread(ms):
    digits = 2 if ms["p50"] < 10 else 0
    return f"{number(ms['p50'], digits)} / {number(ms['p99'], digits)}"


def found(lines):
    """[(row, its line under load, its line with one in flight)] of those that were measured."""
    by = {line["workload"]: line for line in lines}
    return [(r, by[f"{r.key}, 100 x 64"], by.get(f"{r.key}, one in flight")) for r in ROWS if f"{r.key}, 100 x 64" in by]


def times(n):
    return f"{n:.2f}" if n < 1 else f"{n:.1f}"


def table(lines):
    rows = found(lines)
    own = next(line["updates_s"] for r, line, _ in rows if r.key == "tiendo")
    out = ["| | updates/s (range) | tiendo is | ack under load p50 / p99 ms | one in flight p50 / p99 ms | when the ack comes, "
           "the update is | sums that hold it | sent again, it counts | server CPU µs an update |", "|" + "---|" * 9]
    for row, line, single in rows:
        low, high = line["updates_s_range"]
        out.append(f"| {row.label} | **{number(line['updates_s'])}** ({number(low / 1e3)}–{number(high / 1e3)} k) | "
                   f"{'' if row.key == 'tiendo' else times(own / line['updates_s']) + ' x'} | {spread(line['ack_ms'])} | "
                   f"{spread(single['ack_ms']) if single else ''} | {row.disk} | {row.sums} | {row.once} | "
                   f"{number(line['server_cpu_us'], 1)} |")
    return out


def goal(lines):
    """What the goals ask, as one line more."""
    rows = {r.key: (line, single) for r, line, single in found(lines)}
    own = rows["tiendo"][0]["updates_s"]
    summing = [r.key for r in ROWS if r.key in rows and r.key != "tiendo" and r.sums != "none"]
    same = max((rows[k][0]["updates_s"] for k in SAME_SUMS if k in rows), default=None)
    fastest = max((rows[k][0]["updates_s"] for k in summing), default=None)
    return {"workload": "goals", "updates_s": own, "postgres_same_sums_s": same, "of_postgres": own / same if same else None,
            "goal_of_postgres": GOAL, "fastest_with_sums_s": fastest, "of_fastest_with_sums": own / fastest if fastest else None,
            "one_in_flight_p50_ms": {k: single["ack_ms"]["p50"] for k, (_, single) in rows.items() if single}}


def goals(lines):
    g, out = goal(lines), []
    labels = {r.key: r.label for r in ROWS}
    if g["of_postgres"]:
        out.append(f"* 0.6 M/s where PostgreSQL does 0.1 M: with the same sums in its transactions PostgreSQL's best here is "
                   f"{number(g['postgres_same_sums_s'])}/s, so the goal here is {number(GOAL * g['postgres_same_sums_s'])}/s; tiendo does "
                   f"{number(g['updates_s'])}/s, {g['of_postgres']:.1f} times PostgreSQL (goal {GOAL}): "
                   f"{'reached' if g['of_postgres'] >= GOAL else 'not reached'}.")
    if g["of_fastest_with_sums"]:
        out.append(f"* Against the fastest of all that keep sums in any way ({number(g['fastest_with_sums_s'])}/s): "
                   f"{g['of_fastest_with_sums']:.1f} times.")
    out.append("* One client, one update in flight, median: "
               + ", ".join(f"{labels[k]} {ms:.2f} ms" for k, ms in g["one_in_flight_p50_ms"].items()) + ".")
    return out


def text(lines, about, left_out, settings):
    versions = {line["server"]: line["version"] for line in lines if "server" in line}
    return "\n".join([
        about + ".", "", *table(lines), "", *goals(lines), "", "| server | version | how it was set up |", "|---|---|---|",
        *(f"| {n} | {versions[n]} | {settings[n]} |" for n in settings if n in versions),
        *(f"| {n} | – | left out: {' '.join(why.split())[:200]} |" for n, why in left_out.items()), ""])


def picture(lines, about):
    own = "own"
    groups = {"Acknowledged = in the sums of the units above": [], "Acknowledged = kept": []}
    for row, line, single in found(lines):
        remark = f"alone: {single['ack_ms']['p50']:.2f} ms" if single else ""
        kind = own if row.key == "tiendo" else "weak" if "fsync" not in row.disk else ""
        heading = list(groups)[row.sums == "none"]
        groups[heading].append((row.label, row.ack, line["updates_s"], remark, kind))
    foot = [about + ".", "Pale bars: what is acknowledged is not yet on the disk. Alone: one client, one update in flight, median.",
            "Only tiendo encrypts (CURVE), checks who may report what, chains what it keeps, and publishes each change to a subscriber."]
    return svg.bars("The same updates, acknowledged",
                    "100 offices, batches of 64 updates, four batches of each in flight; one machine, loopback; what an "
                    "acknowledgement means stands below each name",
                    [(k, v) for k, v in groups.items() if v], foot)


def into(document, words):
    old = document.read_text(encoding="utf-8")
    if BEGIN not in old or END not in old:
        raise SystemExit(f"{document} has no place for the table: {BEGIN}")
    head, rest = old.split(BEGIN, 1)
    document.write_text(f"{head}{BEGIN}\n{words}{END}{rest.split(END, 1)[1]}", encoding="utf-8")


def write(root, work, lines, about, left_out, settings, docs):
    work.joinpath("about.json").write_text(json.dumps(dict(about=about, left_out=left_out, settings=settings)), encoding="utf-8")
    words, image = text(lines, about, left_out, settings), picture(lines, about)
    (root / "build/bench").mkdir(exist_ok=True)
    (root / "build/bench/peers.md").write_text(words, encoding="utf-8")
    (work / "peers.svg").write_text(image, encoding="utf-8")
    if docs:
        into(root / "docs/PERFORMANCE.md", words)
        (root / "docs/peers.svg").write_text(image, encoding="utf-8")


def main():
    root = Path(__file__).resolve().parent.parent.parent
    work = root / "build/peers"
    if not (work / "about.json").exists():
        sys.exit("there is no run of make bench-peers yet")
    with open(work / "lines.json", encoding="utf-8") as f:
        lines = [json.loads(line) for line in f]
    write(root, work, lines, **json.loads((work / "about.json").read_text(encoding="utf-8")), docs=True)


if __name__ == "__main__":
    main()
