# SPDX-License-Identifier: Apache-2.0
"""make bench-report: the tables of docs/, from the JSON lines of run.py. Nobody copies a figure by hand.

report.py LINES [FULL-LINES] [--docs docs]

Prints the tables of PERFORMANCE.md, or puts them, and the sizing table of OPERATIONS.md, between the two marker comments. From FULL-LINES (BENCH=full) comes what was
done in more rounds there; the ratios to the floors stay those of one run.
"""
import argparse
import json
from pathlib import Path

BEGIN, END = "<!-- bench: begin, written by `make bench-report` -->", "<!-- bench: end -->"


def read(path):
    with open(path, encoding="utf-8") as f:
        return {line["workload"]: line for line in map(json.loads, f)}


def number(value, digits=0):
    return "–" if value is None else f"{value:,.{digits}f}"


def thousands(value):
    return number(value / 1e3)


def get(lines, name, *path):
    value = lines.get(name)
    for p in path:
        value = value.get(p) if isinstance(value, dict) else None
    return value


def pair(spread, digits=1):
    return f"{number(spread['p50'], digits)} / {number(spread['p99'], digits)}" if spread else "–"


def table(head, rows):
    return ["| " + " | ".join(head) + " |", "|" + "---|" * len(head), *["| " + " | ".join(r) + " |" for r in rows], ""]


# ---- the tables ----

def pushes(lines):
    rows = []
    for name, line in lines.items():
        if "server_cpu_us" not in line or name.startswith("fan-out"):
            continue
        ack, (low, high) = line["ack_ms"], line["updates_s_range"]
        rows.append([name, f"**{number(line['updates_s'])}** ({thousands(low)}–{thousands(high)} k)",
                     f"{ack['p50']:.2f} / {ack['p99']:.1f} / {ack['max']:.1f}", number(line["entries_per_commit"], 1),
                     number(line.get("of_lmdb"), 2), number(line.get("of_tcp"), 2),
                     f"{line['server_cpu_us']:.2f} + {line['server_io_us']:.2f}", number(line["disk_bytes"])])
    return table(["workload", "updates/s (range)", "ack p50 / p99 / max ms", "entries a commit", "of LMDB alone (b)",
                  "of TCP + file (c)", "server CPU µs an update: own + ZeroMQ", "disk B an update"], rows)


def floors(lines):
    rows = []
    for name, what in (("growing_us", "file grows"), ("filled_us", "blocks written before")):
        s = get(lines, "floor (a)", name)
        rows += [[f"(a) fdatasync of a 128-byte append, {what}", f"{s['p50']:.0f} µs (p99 {s['p99']:.0f})"]] if s else []
    for name, what in (("1 agent, one in flight", "one record"), ("100 x 64", "the groups of 100 x 64")):
        b, c = get(lines, name, "floor_b"), get(lines, name, "floor_c")
        if b and c:
            rows.append([f"(b) LMDB alone, {what}: a commit; updates/s",
                         f"{b['commit_us']['p50']:.0f} µs; {number(b['records_s'] * get(lines, name, 'batch'))}"])
            rows.append([f"(c) TCP + file + one fdatasync a group, {name}: ack; updates/s",
                         f"{c['ack_us']['p50'] / 1e3:.2f} ms; {number(c['messages_s'] * get(lines, name, 'batch'))}"])
    return table(["floor, in the same run", "figure"], rows)


def fans(lines):
    rows = []
    one = get(lines, "fan-out to 1", "updates_s")
    for name, line in lines.items():
        if not name.startswith("fan-out"):
            continue
        end = line["end"]
        rows.append([name[11:], number(line["updates_s"]), number(line["updates_s"] / one if one else None, 2),
                     f"{line['server_cpu_us']:.2f} + {line['server_io_us']:.2f}", number(line["subscribers_cpu_s"] / line["seconds"], 2),
                     pair(line["held_idle_ms"]), pair(line["held_busy_ms"], 0), pair(line["light_ack_ms"]),
                     f"{number(end['behind'])}; {number(end['subscribers'] - end['unequal'])} of {number(end['subscribers'])}"])
    return table(["subscribers", "updates/s at 100 x 64", "beside 1", "server CPU µs an update: own + ZeroMQ",
                  "their own CPU, cores", "commit → held, idle: p50 / p99 ms", "under 100 x 64: p50 / p99 ms", "ack of one report each 2 ms: p50 / p99 ms",
                  "behind 2.5 s after the end; equal then"], rows)


def stalls(lines):
    line = lines.get("longest ack stall, one report each 2 ms")
    rows = []
    for what in ("quiet", "checkpoint", "snapshot", "catalogue load"):
        s = line and line[what]
        heavy = get(lines, "100 x 64" if what in ("quiet", "checkpoint") else f"100 x 64 beside a {what}", "stall_ms")
        if s:
            rows.append([{"quiet": "nothing"}.get(what, f"a national {what}"), f"{s['p99']:.1f} / {s['max']:.1f}",
                         number(s.get("additional"), 1), number(heavy, 0)])
    return table(["beside it runs", "ack p99 / longest, ms", "longer than beside nothing, ms",
                  "longest time without any ack under 100 x 64, ms"], rows)


def restarts(lines, full):
    rows = []
    for line in (lines.get("restart"), lines.get("restart, large"), full.get("restart, large")):
        if line:
            rows.append([f"{number(line['entries'])} ({line['updates'] / 1e6:.2f} M; {line['journal_mb'] / 1024:.2f} GiB)",
                         f"**{line['ready_s']:.2f}**", f"{line['load_s']:.2f}",
                         f"{line['fold_s']:.2f} ({number(line['tail_entries'])})", f"{line['check_s']:.2f}",
                         f"{line['rest_s']:.2f}", number(line["rebuild_updates_s"]), f"{line['verify_s']:.1f}",
                         f"{line['rss_anon_mb']:.0f}"])
    return table(["entries of 64 when killed with -9 (updates; journal)", "ready after s", "checkpoint loaded", "tail folded (entries)",
                  "sums recomputed and compared", "the rest", "`rebuild` updates/s", "`verify` s", "RssAnon before, MiB"], rows)


def others(lines):
    rows = []

    def row(what, figure):
        if figure is not None:
            rows.append([what, figure])
    idle, under = lines.get("national snapshot, idle"), get(lines, "100 x 64 beside a snapshot", "snapshot", "seconds")
    if idle:
        row(f"the country pulled page by page ({number(idle['grains'])} grains, {idle['bytes'] / 2**20:.0f} MiB): idle / under 100 x 64",
            f"{idle['seconds']:.2f} / {number(under, 2)} s")
    fresh = get(lines, "fan-out to 1", "end", "catch_up_s")
    row("the same into a real mirror (decoded, kept), idle", fresh and f"{fresh:.2f} s")
    crowd = lines.get("2,000 agents")
    if crowd:
        row("2,000 idle agents: RssAnon more; all welcome after", f"{crowd['rss_anon_mb']:.0f} MiB; {crowd['welcome_s']:.1f} s")
        row(f"the centre killed with -9, started again after {crowd['outage_s']:.0f} s, 2,000 agents with "
            f"{number(crowd['updates'] / crowd['agents'])} updates each: all welcome / all {number(crowd['updates'])} acknowledged, "
            "from the start of the process", f"{crowd['all_welcome_s']:.1f} / {crowd['drained_s']:.1f} s")
    r = lines.get("restart")
    if r:
        row("RssAnon, national tree, empty / under 100 x 64", f"{r['rss_anon_idle_mb']:.0f} / {r['rss_anon_mb']:.0f} MiB")
    night = lines.get("midnight")
    if night:
        row(f"midnight over {number(night['cells'])} cells with half-months: nothing changed / every cell changed / a period opens / "
            "one freezes", f"{night['idle_ms']:.0f} / {night['busy_ms']:.0f} / {night['opening_ms']:.0f} / {night['freezing_ms']:.0f} ms")
        row("RssAnon of the same, every slot of two periods reported", f"{night['rss_anon_mb']:.0f} MiB")
    provinces = get(lines, "100 x 64, 63 provinces", "rss_anon_mb")
    row("RssAnon, 63 provinces x 200 items", provinces and f"{provinces:.0f} MiB")
    return table(["what", "figure"], rows)


# ---- the goals ----

def over(a, b):
    return a / b if a and b else None


def apart(a, b):
    """How far the lower is below the higher."""
    return 1 - min(a, b) / max(a, b) if a and b else None


def goals(lines, full):
    many = get(lines, "100 x 64", "updates_s")
    large = full.get("restart, large") or lines.get("restart, large") or {}
    stall = "longest ack stall, one report each 2 ms"
    unequal = [line["end"]["unequal"] for name, line in lines.items() if name.startswith("fan-out")]

    def rate(name):
        return get(lines, name, "updates_s")
    return [
        ("1 agent, one in flight: median ack / floor (b)", "at most 2.0", get(lines, "1 agent, one in flight", "ack_over_lmdb"), 2, 2.0, -1),
        ("100 x 64, updates/s", "600,000", many, 0, 600000, 1),
        ("100 x 64 / the same where a sync costs nothing", "0.5", over(many, rate("100 x 64, sync costs nothing")), 2, 0.5, 1),
        ("63 provinces x 200 items, updates/s", "600,000", rate("100 x 64, 63 provinces"), 0, 600000, 1),
        ("700 agents and 100 agents apart", "at most 0.35", apart(rate("700 x 64"), many), 2, 0.35, -1),
        ("a tree of 700 units and the national one apart", "at most 0.35", apart(rate("100 x 64, 700 units"), many), 2, 0.35, -1),
        ("longest ack while a checkpoint is written, ms", "50", get(lines, stall, "checkpoint", "max"), 1, 50, -1),
        ("longest ack while a catalogue is loaded, ms", "1,000", get(lines, stall, "catalogue load", "max"), 0, 1000, -1),
        ("longer than beside nothing: a national snapshot, ms", "5", get(lines, stall, "snapshot", "additional"), 1, 5, -1),
        ("national catch-up, s", "2", get(lines, "national snapshot, idle", "seconds"), 2, 2, -1),
        ("mirrors that differ at the end, of 1 + 100 + 1,000", "0", sum(unequal) if len(unequal) == 3 else None, 0, 0, -1),
        (f"ready after kill -9 with {number(large.get('entries'))} entries, s", "2", large.get("ready_s"), 2, 2, -1),
        ("`rebuild`, updates/s", "800,000", get(lines, "restart", "rebuild_updates_s"), 0, 800000, 1),
        ("RssAnon at national size, MiB", "286 (300 MB)", get(lines, "restart", "rss_anon_mb"), 0, 300e6 / 2**20, -1),
        ("2,000 idle agents, MiB more", "95 (100 MB)", get(lines, "2,000 agents", "rss_anon_mb"), 0, 100e6 / 2**20, -1),
        ("a reconnect storm of 2,000 drained, s", "15", get(lines, "2,000 agents", "drained_s"), 1, 15, -1),
        ("an ordinary midnight, every cell changed the day before: acks held, ms", "200", get(lines, "midnight", "busy_ms"), 0, 200, -1),
        ("a midnight that freezes a period, ms", "1,000", get(lines, "midnight", "freezing_ms"), 0, 1000, -1),
        ("reading commands about the whole country: slowest page, ms", "100", slowest_page(lines), 0, 100, -1),
        ("commit → event at 100 browsers, 50 changed units a second, p99 ms", "50", get(lines, "web: 100 streams", "event_ms", "p99"), 1, 50, -1),
        ("1,000 streams: MiB more than without", "57 (60 MB)", get(lines, "web: 1,000 streams", "grown_mb"), 0, 60e6 / 2**20, -1),
        ("1,000 streams: events lost", "0", get(lines, "web: 1,000 streams", "lost"), 0, 0, -1),
        ("overview of the country painted, ms", "1,000", get(lines, "web: a browser", "painted_ms"), 0, 1000, -1),
        ("a live change: cells of the grid drawn anew (its own, its row's sum)", "at most 2", get(lines, "web: a browser", "most_cells"), 0, 2, -1),
        ("p99 over the raw subscriber's: beside 100 stalled browsers / without", "at most 1.5", beside_stalled(lines), 2, 1.5, -1),
        ("RSS of the gateway at national size, MiB", "286 (300 MB)", get(lines, "web: the country", "rss_mb"), 0, 300e6 / 2**20, -1),
        ("... while a new catalogue takes the old one's place", "286 (300 MB)", get(lines, "web: the country", "swap_mb"), 0, 300e6 / 2**20, -1),
        ("gateway's first whole picture, s after its start", "3", get(lines, "web: the country", "start_s"), 2, 3, -1),
        ("RssAnon with two periods live, MiB", "334 (350 MB)", get(lines, "midnight", "rss_anon_mb"), 0, 350e6 / 2**20, -1),
    ]


WEB_ANSWERS = ("board", "tree", "below", "search", "figures", "items", "state")


def webs(lines):
    """The gateway: its streams, its answers, the browser; [] when it was not measured."""
    rows = []

    def row(name, what, line):
        if line:
            rows.append([name, number(line["changes"]), pair(line["event_ms"]), pair(line["raw_ms"]), number(line["lost"]),
                         number(line["gateway_cpu_cores"], 2), *what])
    for n in ("100 streams", "1,000 streams", "1,000 overviews"):
        line = lines.get(f"web: {n}")
        row(n, [f"{number(line['rss_before_mb'])} + {number(line['grown_mb'])}"] if line else [], line)
    stalled = lines.get("web: 100 stalled beside 100")
    if stalled:
        row("100 streams once more", [number(stalled["alone_mb"])], stalled["alone"])
        row("... beside 100 that read nothing", [number(stalled["beside_mb"])], stalled["beside"])
    if not rows:
        return []
    out = ["### The gateway for browsers", "", "50 units change a second, anywhere in the country:", "",
           *table(["streams of events", "changes", "commit → last byte of the event: p50 / p99 ms", "commit → raw ZeroMQ subscriber, same run",
                   "events lost", "gateway's CPU, cores", "RSS, MiB"], rows)]
    return out + web_answers(lines) + web_browser(lines)


def web_answers(lines):
    line = lines.get("web: the country")
    if not line:
        return []

    def figures(name):
        a = line[name]
        return f"{a['bytes'] / 1024:.1f}", f"{a['first_ms']:.1f}", pair(a["ms"], 2)
    rows = [[f"`{n}`", *figures(n), *figures(f"{n}, packed")] for n in WEB_ANSWERS]
    return [f"{number(line['cells'])} cells reported; whole {line['start_s']:.2f} s after the start of the process; RSS {number(line['rss_mb'])} "
            f"MiB, {number(line['swap_mb'])} at most while a new catalogue takes the old one's place:", "",
            *table(["answer about the whole country, national tree", "KiB", "the first, ms", "while nothing moves: p50 / p99 ms", "KiB packed",
                   "the first, ms", "p50 / p99 ms"], rows)]


def web_browser(lines):
    line = lines.get("web: a browser")
    if not line:
        return []
    return ["Chromium without a display, 1440 x 900, a fresh cache each time:", "",
            *table(["what", "figure"],
                   [[f"overview, from the start of the navigation to the paint of the last of {number(line['cells'])} rows: median / slowest of "
                     f"{number(line['loads'])}", f"{number(line['painted_ms'])} / {number(line['slowest_ms'])} ms"],
                    [f"{number(line['changes'])} changes, 50 a second: commit → painted, p50 / p99", f"{pair(line['paint_ms'])} ms"],
                    ["event → painted, p50 / p99", f"{pair(line['frame_ms'])} ms"],
                    ["drawn anew for an event: cells of the grid at most; rows in all",
                     f"{number(line['most_cells'])}; {number(line['rows_redrawn'])}"]])]


def beside_stalled(lines):
    """Each beside its own floor, so that what the machine did meanwhile is in both."""
    def of_raw(when):
        line = get(lines, "web: 100 stalled beside 100", when)
        return over(line["event_ms"]["p99"], line["raw_ms"]["p99"]) if line else None
    return over(of_raw("beside"), of_raw("alone"))


def slowest_page(lines):
    pages = [line["page_ms"]["max"] for name, line in lines.items() if name.startswith("reading, ")]
    return max(pages) if pages else None


def readings(lines):
    names = [n for n in lines if n.startswith("reading, ")]
    if not names:
        return []
    return ["### Reading commands", "", "One viewer asks about the whole country (11,367 units x 60 leaves with half-months, nobody has "
            "reported) while a period is live, and after it was frozen:", "",
            *table(["question", "pages", "KiB", "page p50 / longest, ms"],
                   [[n[len("reading, "):], number(lines[n]["pages"]), number(lines[n]["bytes"] / 1024),
                     f"{lines[n]['page_ms']['p50']:.1f} / {lines[n]['page_ms']['max']:.1f}"] for n in names])]


def verdict(value, limit, sign):
    if value is None:
        return "not measured"
    return "reached" if (value - limit) * sign >= 0 else "**not reached**"


def goal_table(lines, full):
    return table(["goal", "wanted", "figure", ""],
                 [[what, text, number(value, digits), verdict(value, limit, sign)]
                  for what, text, value, digits, limit, sign in goals(lines, full)])


# ---- together ----

def heading(lines):
    a = lines["about"]
    return (f"Taken on {a['date']}: {a['machine']}; {a['rounds']} interleaved rounds, size `{a['size']}`, {a['seconds']:.0f} s; "
            f"tree: {a['tree']}.")


def tables(lines, full=None):
    full = full or {}
    better = {k: v for k, v in full.items() if k in lines and k != "about" and v["rounds"] > lines[k]["rounds"]}
    lines = {**lines, **better}
    few = {k: v["rounds"] for k, v in lines.items() if k != "about" and v["rounds"] < lines["about"]["rounds"]}
    out = [heading(lines), ""]
    if few:
        out += ["Medians of all rounds, but of fewer: " + "; ".join(f"{k} {n}" for k, n in few.items()) + ".", ""]
    out += ["### Goals", "", *goal_table(lines, full), "### The main job", "", *pushes(lines), *floors(lines),
            "### Subscribers", "", *fans(lines), "### What an ack waits for", "",
            "One report each 2 ms, one in flight, and beside it:", "", *stalls(lines),
            "### Start", "", *restarts(lines, full), *readings(lines), *webs(lines), "### Memory, many lines, catch-up", "", *others(lines)]
    if full:
        out += ["From `BENCH=full`: " + "; ".join([*better, "the start with the most entries"]) + ". " + heading(full), ""]
    return "\n".join(out)


def sizing(lines):
    r = lines["restart"]
    rows = [["100 offices, one report at a time", f"{number(lines['100 agents, one in flight']['updates_s'])} updates/s, median "
             f"receipt {lines['100 agents, one in flight']['ack_ms']['p50']:.0f} ms"],
            ["100 offices emptying full queues", f"{number(lines['100 x 64']['updates_s'])} updates/s"],
            ["disk", f"{number(lines['100 x 64']['disk_bytes'])} to {number(lines['1 agent, one in flight']['disk_bytes'])} bytes an update"],
            ["memory of the server", f"{number(r['rss_anon_idle_mb'])} MiB empty, {number(r['rss_anon_mb'])} MiB after "
             f"{number(r['updates'])} updates"],
            [f"ready after `kill -9` with {number(r['updates'])} updates", f"{r['ready_s']:.1f} s"],
            ["`verify` of the same", f"{r['verify_s']:.1f} s"]]
    crowd = lines.get("2,000 agents")
    if crowd:
        rows += [["2,000 connected offices", f"{number(crowd['rss_anon_mb'])} MiB more"],
                 [f"all 2,000 back after a `kill -9`, {number(crowd['updates'] / crowd['agents'])} reports each taken",
                  f"{crowd['drained_s']:.0f} s after the start"]]
    return "\n".join(["| | |", "|---|---|", *(f"| {a} | {b} |" for a, b in rows), ""])


def put(path, text):
    old = path.read_text(encoding="utf-8")
    before, rest = old.split(BEGIN, 1)
    path.write_text(f"{before}{BEGIN}\n\n{text}\n{END}{rest.split(END, 1)[1]}", encoding="utf-8")


def main():
    p = argparse.ArgumentParser()
    p.add_argument("lines", type=Path)
    p.add_argument("full", type=Path, nargs="?")
    p.add_argument("--docs", type=Path)
    a = p.parse_args()
    lines = read(a.lines)
    text = tables(lines, read(a.full) if a.full and a.full.exists() and a.full != a.lines else None)
    if not a.docs:
        print(text)
        return
    put(a.docs / "PERFORMANCE.md", text)
    put(a.docs / "OPERATIONS.md", sizing(lines))


if __name__ == "__main__":
    main()
