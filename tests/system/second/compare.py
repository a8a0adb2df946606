# SPDX-License-Identifier: Apache-2.0
"""A dump beside our own computation of it, field by field and both ways."""
import json
from collections import defaultdict

from .days import ymd
from .history import History
from .lines import finding_line, notice_line, obstacle_line, request_line, slot_line, term_line
from .rollups import JUDGED


class Compared:
    def __init__(self, history):
        self.history, self.differences, self.counted = history, [], {}

    def count(self, what, n=1):
        self.counted[what] = self.counted.get(what, 0) + n

    def says(self, where, server, ours):
        self.differences.append(f"{where}: server {server}, second computation {ours}")


def read(lines, series=False):
    """(history of the entries, the dump's other lines by kind). Rows stand behind the entry that emitted them."""
    history, shown = History(series), defaultdict(list)
    for line in lines:
        e = json.loads(line)
        if "kind" in e and "entry" in e:
            history.entry(e)
        else:
            (kind, value), = e.items()
            shown[kind].append(value | {"by": history.head} if kind == "row" else value)
    return history, shown


def once(what, pairs, out):
    """{key: value}; nothing is told twice."""
    found = {}
    for key, value in pairs:
        if key in found:
            out.differences.append(f"{what} {key} is told twice")
        found[key] = value
    return found


def compare_figures(history, shown, out):
    theirs = once("figures", (((g["path"], g["plan"], r["item"]), r) for g in shown for r in g["rollups"]), out)
    ours = history.figures()
    out.count("rollups", len(ours))
    for key, r in ours.items():
        s = theirs.get(key)
        for name, value in r.items():
            other = s.get(name) if s else (None if value is None else {} if isinstance(value, dict) else 0)
            if isinstance(value, dict):
                other = {k: (other or {}).get(k, 0) for k in value}
            elif value is not None:
                other = other or type(value)(0)
            if other != value:
                out.says(f"{key} {name}", other, value)
    for key in theirs.keys() - ours.keys():
        out.differences.append(f"{key}: the server shows a figure that should not exist")


def match(what, theirs, ours, out):
    """Two dicts of what should be the same, both ways; values are dicts, compared by our names."""
    out.count(what, len(ours))
    for key in sorted(theirs.keys() | ours.keys(), key=str):
        if key not in theirs or key not in ours:
            out.says(f"{what} {key}", theirs.get(key, "has none"), ours.get(key, "has none"))
            continue
        for name, value in ours[key].items():
            if name[0] != "_" and theirs[key].get(name) != value:
                out.says(f"{what} {key} {name}", theirs[key].get(name), value)


def shown_report(r, judged=False):
    """`accepted` is the cell's word; how a report is judged is said of what is frozen."""
    return r and r | {"flags": [f for f in r["flags"] if f != "accepted" and (judged or f not in JUDGED.values())]}


def shown_slot(s, judged=False):
    return s | {"report": shown_report(s["report"], judged), "before": shown_report(s["before"])}


def compare_slots(h, shown, out):
    theirs = once("slot", (((s["item"], s["period"], s["unit"]), shown_slot(s)) for s in shown), out)
    ours, c = {}, h.catalogue
    for sheet in h.sheets.held.values():
        for (unit, leaf), slot in sheet.slots.items():
            if slot.told():
                s, p = c.schedules[sheet.schedule], sheet.period
                more = {"code": p.code, "deadline": ymd(s.deadline(p, c.units[unit]["kind"])), "freeze": ymd(s.freeze(p)), "target": None}
                ours[c.items[leaf]["number"], ymd(p.first), unit] = slot_line(h, sheet, unit, leaf, slot) | more
    match("slots", theirs, ours, out)


def row_key(r):
    return tuple(r.get(k) for k in ("by", "table", "item", "period", "unit", "entry", "index", "kind", "suspicion", "group", "date"))


def compare_rows(h, shown, out):
    for table in ("frozen", "after", "suspicions"):
        theirs = once(table, ((row_key(r), shown_slot(r, True) if table == "frozen" else r | {"report": shown_report(r.get("report"))})
                              for r in shown if r["table"] == table), out)
        match(table, theirs, {row_key(r): r for r in h.rows if r["table"] == table}, out)


def compare_series(h, shown, out):
    """Each rollup that moved has a point; a point that repeats the one before it is no fault (a report that says the same)."""
    ours = {row_key(r): r["rollup"] for r in h.rows if r["table"] == "series"}
    theirs = once("series", ((row_key(r), {k: v for k, v in r["rollup"].items() if k != "version" and v != {}})
                             for r in shown if r["table"] == "series"), out)
    out.count("series", len(ours))
    last = {}
    for key in sorted(ours.keys() | theirs.keys(), key=lambda k: (k[0], str(k))):
        where = key[2], key[4], key[9]
        was, now = last.get(where, {"item": key[2]}), ours.get(key)
        if key[10] != h.ticks.get(key[0]):
            out.says(f"series {key}", "is of another day", h.ticks.get(key[0]))
        last[where] = now or was
        if key in theirs and theirs[key] != last[where]:
            out.says(f"series {key}", theirs[key], last[where])
        elif key not in theirs and not (was.keys() | now.keys()) <= {"item", "target", "has_target"}:  # nobody reports there
            out.says(f"series {key}", "has none", now)


def compare_kept(h, shown, out):
    def keyed(kind, *names):
        return once(kind, ((tuple(x[n] for n in names), x) for x in shown[kind]), out)

    items = h.catalogue.items
    match("terms", keyed("terms", "unit", "item"), {(u, items[leaf]["number"]): term_line(t) for (u, leaf), t in h.terms.of.items()}, out)
    match("obstacles", keyed("obstacle", "entry", "index"), {at: obstacle_line(h, o) for at, o in h.obstacles.of.items()}, out)
    match("requests", keyed("request", "entry", "index"), {at: request_line(h, r) for at, r in h.cases.requests.items()}, out)
    match("findings", keyed("finding", "entry"), {(e,): finding_line(f) for e, f in h.cases.findings.items()}, out)
    ours = {(n.unit, n.entry, n.place, n.kind): notice_line(n) for box in h.mailbox.of.values() for n in box}
    match("notices", keyed("notice", "unit", "entry", "place", "kind"), ours, out)


KINDS = ("figures", "slot", "row", "terms", "obstacle", "request", "finding", "notice")
TABLES = ("frozen", "after", "series", "suspicions")


def compare(lines, series=False):
    history, shown = read(lines, series)
    out = Compared(history)
    out.differences += [f"a line of no kind: {k}" for k in shown if k not in KINDS]
    out.differences += [f"a row of no table: {r}" for r in shown["row"] if r.get("table") not in TABLES]
    out.differences += history.lies
    compare_figures(history, shown["figures"], out)
    compare_slots(history, shown["slot"], out)
    compare_rows(history, shown["row"], out)
    compare_kept(history, shown, out)
    if series:
        compare_series(history, shown["row"], out)
    return out
