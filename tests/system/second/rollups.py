# SPDX-License-Identifier: Apache-2.0
"""The figures of (unit or group) x item on a day, summed anew from the cells' winning reports."""
from .catalogue import LEAVES, within
from .days import ordinal

TASK_KEYS = ("unreported", "not_started", "in_progress", "done", "na")
IND_KEYS = ("unreported", "value", "none", "na", "at_target")
CELLS = {k: i for i, k in enumerate(TASK_KEYS)}
INDICATORS = {k: i + 5 for i, k in enumerate(IND_KEYS)}
OVERDUE, BEHIND, DONE_LATE, PERCENT, NUMERATOR, DENOMINATOR, VALUE, SUMMED, SUMS = range(10, 19)
JUDGED = {INDICATORS["at_target"]: "at_target", OVERDUE: "overdue", BEHIND: "behind", DONE_LATE: "done_late"}


def half_up(n, d):
    return (2 * n + d) // (2 * d)


def target_reached(item, n, d, v, target):
    if target is None:
        return False
    lower = item.get("direction") == "lower"
    if item["kind"] in ("ratio", "ratio_group"):
        if d == 0:
            return False
        return n * 10000 <= target * d if lower else n * 10000 >= target * d
    return v <= target if lower else v >= target


def attainment(item, n, d, v, target):
    kind, lower = item["kind"], item.get("direction") == "lower"
    if kind == "points":
        return min(10000, half_up(v * 10000, item["maximum"])) if item.get("has_maximum") and item.get("maximum") else None
    if target is None or (kind in ("ratio", "ratio_group") and d == 0):
        return None
    if kind in ("ratio", "ratio_group"):
        if target == 0:
            return 10000 if not lower or n == 0 else 0
        if not lower:
            return min(10000, half_up(n * 10**8, d * target))
        return 10000 if n * 10000 <= target * d else half_up(target * d * 10000, n * 10000)
    if target == 0:
        return 10000 if not lower or v == 0 else 0
    if not lower:
        return min(10000, half_up(v * 10000, target))
    return 10000 if v <= target else half_up(target * 10000, v)


class Targets:
    """In force on one day (yyyymmdd)."""

    def __init__(self, c, d):
        self.c, self.d = c, d
        self._rows = {}

    def explicit(self, code, where):
        """where: a unit's code or G/CODE"""
        if code not in self._rows:
            rows = {}
            for r in self.c.targets.get(code, ()):
                if within(r, self.d):
                    rows.setdefault(r["unit"], r.get("target", 0))
            self._rows[code] = rows
        return self._rows[code].get(where)

    def of(self, code, row, under):
        """row: unit number or "G/CODE"; under: the units below it."""
        c, item = self.c, self.c.items[code]
        kind = item["kind"]
        if kind not in ("ratio", "ratio_group", "count", "points"):
            return None
        default = item.get("target", 0) if item.get("has_target") else None
        group = isinstance(row, str)
        t = self.explicit(code, row if group else c.units[row]["code"])
        if t is not None:
            return t
        if kind == "count":
            each = [self.explicit(code, c.units[u]["code"]) for u in c.reporters(code, self.d)
                    if u in under and c.open_unit(u, self.d)] if self._rows[code] else ()
            if each and None not in each:
                return sum(each)
            return default if group or row == c.owner(code) else None
        if kind in ("ratio", "ratio_group"):
            for a in () if group else c.line(row)[1:]:
                t = self.explicit(code, c.units[a]["code"])
                if t is not None:
                    return t
            return default
        return None


class Rollups:
    """Of one catalogue, day (yyyymmdd), cells {(unit, leaf): Stand} and terms."""

    def __init__(self, c, today, cells, terms):
        self.c, self.today, self.cells, self.terms = c, today, cells, terms
        self.targets = Targets(c, today)

    # ---- cells ----
    def late(self, leaf, unit, r):
        """(overdue, behind, done_late) of a task cell."""
        c, item, today = self.c, self.c.items[leaf], self.today
        due, start = self.terms.due(c, unit, leaf), item.get("start", 0)
        state = r.state if r else None
        if state == "done":
            return False, False, bool(due and r.number("done_on") > due)
        behind = False
        if state == "in_progress":
            code, reached = c.units[unit]["code"], self.terms.reached(unit, leaf)
            behind = any(m.get("unit", "") in ("", code) and m["date"] < today and m["no"] not in reached
                         for m in c.milestones.get(leaf, ()))
            if due and start and start <= due and today > start:
                total = c.calendar.between(ordinal(start), ordinal(due) + 1)
                gone = min(c.calendar.between(ordinal(start), ordinal(today)), total)
                behind = behind or (r.number("percent") + 10) * total < 100 * gone
        return bool(due and due < today), behind, False

    def cell(self, leaf, unit):
        """What an expected cell adds to the sums: [(place, amount)]."""
        if self.terms.na(unit, leaf, self.today):
            return self.not_applicable(leaf)
        stand = self.cells.get((unit, leaf))
        return self.adds(leaf, unit, stand.top if stand else None, self.targets.of(leaf, unit, self.c.subtree(unit)))

    def not_applicable(self, leaf):
        return [(CELLS["na"] if self.c.items[leaf]["kind"] == "task" else INDICATORS["na"], 1)]

    def adds(self, leaf, unit, r, target):
        item = self.c.items[leaf]
        if item["kind"] == "task":
            out = [(CELLS[(r.state if r else None) or "unreported"], 1), (PERCENT, r.number("percent") if r else 0)]
            return out + [(k, 1) for k, yes in zip((OVERDUE, BEHIND, DONE_LATE), self.late(leaf, unit, r)) if yes]
        if r is None:
            return [(INDICATORS["unreported"], 1)]
        if r.kind == "none_arisen":
            return [(INDICATORS["none"], 1)]
        n, d, v = r.number("numerator"), r.number("denominator"), r.number("value")
        out = [(INDICATORS["value"], 1), (NUMERATOR, n), (DENOMINATOR, d), (VALUE, v), (SUMMED, 1)]
        if target_reached(item, n, d, v, target):
            out.append((INDICATORS["at_target"], 1))
        return out

    # ---- rollups ----
    def leaf(self, leaf, row, under, cells):
        """cells: [(unit, what it adds)] of the expected ones, whoever's."""
        item, sums, n = self.c.items[leaf], [0] * SUMS, 0
        own = item.get("aggregate") == "own"
        for u, adds in cells:
            if u in under:
                n += 1
                for place, amount in adds:
                    if place < NUMERATOR or not own or row == u:
                        sums[place] += amount
        out = blank()
        out["cells"] = dict(zip(TASK_KEYS, sums))
        out["indicators"] = dict(zip(IND_KEYS, sums[5:]))
        out["overdue"], out["behind"], out["done_late"], out["percent_sum"] = sums[OVERDUE:NUMERATOR]
        out["numerator"], out["denominator"], out["value"], out["summed"] = sums[NUMERATOR:]
        self.derive(out, leaf, row, n)
        return out

    def derive(self, out, leaf, row, cells):
        item = self.c.items[leaf]
        if item["kind"] == "task":
            k = out["cells"]
            if cells:
                n = cells - k["na"]
                state = ("na" if n == 0 else "done" if k["done"] == n else "unreported" if k["unreported"] == n else
                         "not_started" if k["unreported"] + k["not_started"] == n else "in_progress")
                out["leaves"][state] += 1
                if n:
                    out["attainment"] = half_up(out["percent_sum"] * 100, n)
        else:
            out["target"] = self.targets.of(leaf, row, self.under(row))
            if out["summed"]:
                args = item, out["numerator"], out["denominator"], out["value"], out["target"]
                out["target_reached"], out["attainment"] = target_reached(*args), attainment(*args)
        if out["attainment"] is not None:
            w = item.get("weight") or 1
            out["weight_sum"], out["weighted"], out["score_leaves"] = w, w * out["attainment"], 1
        out["score_leaves_of"] = 1 if cells else 0

    def under(self, row):
        return self.c.under_group(row[2:], self.today) if isinstance(row, str) else self.c.subtree(row)

    def inner(self, code, row, leaf_rollups):
        c, item = self.c, self.c.items[code]
        out = blank()
        for leaf in c.leaves_below(code):
            r = leaf_rollups[leaf]
            for k in TASK_KEYS:
                out["cells"][k] += r["cells"][k]
                out["leaves"][k] += r["leaves"][k]
            for k in IND_KEYS:
                out["indicators"][k] += r["indicators"][k]
            for k in ("overdue", "behind", "done_late", "weight_sum", "weighted", "score_leaves", "score_leaves_of"):
                out[k] += r[k]
            if item["kind"] == "ratio_group" and c.items[leaf].get("aggregate") != "own":
                for k in ("numerator", "denominator", "summed"):
                    out[k] += r[k]
        if item["kind"] == "ratio_group":
            out["target"] = self.targets.of(code, row, ())
            if out["summed"]:
                args = item, out["numerator"], out["denominator"], 0, out["target"]
                out["target_reached"], out["attainment"] = target_reached(*args), attainment(*args)
        return out

    def rows_of(self, plan):
        c, owner = self.c, self.c.owner(plan)
        inside = c.subtree(owner)
        yield from inside | set(c.line(owner))
        for g, rows in c.groups.items():
            if any(m in inside or owner in c.subtree(m) for r in rows for m in c.by_code[r["unit"]]):
                yield "G/" + g

    def path(self, row):
        return row + "/" if isinstance(row, str) else self.c.path(row)

    def plan(self, plan):
        """{(row, item code): rollup}"""
        out, c = {}, self.c
        inside = c.subtree(c.owner(plan))
        codes = [plan]
        for code in codes:
            codes.extend(c.item_children[code])
        leaves = [code for code in codes if c.items[code]["kind"] in LEAVES]
        cells = {}
        for leaf in leaves:
            live = c.reporters(leaf, self.today) if c.open_item(leaf, self.today) else ()
            cells[leaf] = [(u, self.cell(leaf, u)) for u in live if u in inside and c.open_unit(u, self.today)]
        for row in self.rows_of(plan):
            under = self.under(row)
            mine = {leaf: self.leaf(leaf, row, under, cells[leaf]) for leaf in leaves}
            for code in codes:
                out[row, code] = mine[code] if code in mine else self.inner(code, row, mine)
        return out

    def figures(self):
        """(path, plan number, item number) -> rollup"""
        out, c = {}, self.c
        for plan in c.item_children[""]:
            for (row, code), r in self.plan(plan).items():
                if not isinstance(row, str) and not c.speaks(row, self.today):
                    continue
                out[self.path(row), c.items[plan]["number"], c.items[code]["number"]] = r
        return out


def blank():
    return {"cells": dict.fromkeys(TASK_KEYS, 0), "leaves": dict.fromkeys(TASK_KEYS, 0),
            "indicators": dict.fromkeys(IND_KEYS, 0), "done_late": 0, "overdue": 0, "behind": 0, "percent_sum": 0,
            "numerator": 0, "denominator": 0, "value": 0, "weight_sum": 0, "weighted": 0, "score_leaves": 0,
            "score_leaves_of": 0, "target": None, "target_reached": False, "attainment": None, "summed": 0}


BLANK = blank()
