#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A second computation of every figure, from `tiendo-server dump --figures` alone.

Written from the definitions (docs/FIGURES.md), not from the C: no code is shared, nothing is incremental. Every rollup is summed anew
from the winning reports. Usage: recompute.py DUMP; prints what differs and ends with status 1 if anything does.
"""
import datetime
import json
import sys
from collections import defaultdict

LEAVES = ("task", "ratio", "count", "points")
TASK_KEYS = ("unreported", "not_started", "in_progress", "done", "na")
IND_KEYS = ("unreported", "value", "none", "na", "at_target")


def day(ymd):
    return datetime.date(ymd // 10000, ymd // 100 % 100, ymd % 100)


def half_up(n, d):
    return (2 * n + d) // (2 * d)


class Catalogue:
    def __init__(self, rows):
        self.units, self.items, self.groups = {}, {}, defaultdict(list)
        self.targets, self.milestones, self.holidays = defaultdict(list), defaultdict(list), {}
        for row in rows:
            (kind, r), = row.items()
            if kind == "unit":
                self.units[r["number"]] = r
            elif kind == "item":
                self.items[r["code"]] = r
            elif kind == "group":
                self.groups[r["group"]].append(r)
            elif kind == "target":
                self.targets[r["item"]].append(r)
            elif kind == "milestone":
                self.milestones[r["item"]].append(r)
            elif kind == "holiday":
                self.holidays[r["date"]] = bool(r.get("working"))
        self.by_code = defaultdict(list)
        for n, u in self.units.items():
            self.by_code[u["code"]].append(n)
        self.children = defaultdict(list)
        for n, u in self.units.items():
            self.children[u.get("parent", 0)].append(n)
        self.item_children = defaultdict(list)
        for code, i in self.items.items():
            self.item_children[i.get("parent", "")].append(code)
        self._subtree, self._reporters = {}, {}

    # ---- units ----
    def open_unit(self, n, d):
        u = self.units[n]
        return u.get("opened", 0) <= d and (not u.get("closed") or d < u["closed"])

    def unit_at(self, code, d):
        for n in self.by_code.get(code, ()):
            if self.open_unit(n, d):
                return n
        return None

    def unit_named(self, code):
        """A code in a catalogue column: the unit that bears it, the latest if it was re-used."""
        return max(self.by_code[code], key=lambda n: self.units[n].get("opened", 0))

    def line(self, n):
        out = []
        while n:
            out.append(n)
            n = self.units[n].get("parent", 0)
        return out

    def subtree(self, n):
        if n not in self._subtree:
            out = {n}
            for c in self.children[n]:
                out |= self.subtree(c)
            self._subtree[n] = out
        return self._subtree[n]

    def members(self, group, d):
        return {self.unit_named(r["unit"]) for r in self.groups[group]
                if r.get("from", 0) <= d and (not r.get("to") or d <= r["to"])}

    def under_group(self, group, d):
        out = set()
        for m in self.members(group, d):
            out |= self.subtree(m)
        return out

    # ---- items ----
    def item_line(self, code):
        out = []
        while code:
            out.append(code)
            code = self.items[code].get("parent", "")
        return out

    def open_item(self, code, d):
        return all(self.items[c].get("opened", 0) <= d and
                   (not self.items[c].get("closed") or d < self.items[c]["closed"]) for c in self.item_line(code))

    def leaves_below(self, code):
        if self.items[code]["kind"] in LEAVES:
            return [code]
        return [leaf for c in self.item_children[code] for leaf in self.leaves_below(c)]

    def reporters(self, leaf, d):
        spec = self.items[leaf].get("reporters") or self.items[leaf].get("lead", "")
        dated = "group:" in spec
        key = (leaf, d if dated else 0)
        if key not in self._reporters:
            out = set()
            for token in filter(None, spec.split("|")):
                if token.startswith("kind:"):
                    kind, code = token[5:].split("@")
                    out |= {n for n in self.subtree(self.unit_named(code)) if self.units[n]["kind"] == kind}
                elif token.startswith("group:"):
                    out |= self.members(token[6:], d)
                elif token.startswith("-"):
                    out -= {self.unit_named(token[1:])}
                else:
                    out.add(self.unit_named(token))
            self._reporters[key] = out
        return self._reporters[key]

    # ---- dates ----
    def working(self, date):
        ymd = date.year * 10000 + date.month * 100 + date.day
        return self.holidays[ymd] if ymd in self.holidays else date.weekday() < 5

    def working_days(self, first, end):
        """first <= d < end"""
        n, d = 0, first
        while d < end:
            n += self.working(d)
            d += datetime.timedelta(1)
        return n


class Fold:
    def __init__(self):
        self.catalogue, self.today, self.reports = None, 0, {}
        self.head = 0

    def entry(self, e):
        assert e["entry"] == self.head + 1, f"a hole before entry {e['entry']}"
        self.head = e["entry"]
        if e["kind"] == "catalogue":
            self.catalogue = Catalogue(e["rows"])
            self.winners()
        elif e["kind"] == "tick":
            self.today = e["date"]
        elif e["kind"] == "batch":
            for t in e["taken"]:
                self.report(t["update"])

    def winners(self):
        pass  # cells are kept by (unit number, item code): numbers and codes are for ever

    def report(self, u):
        unit = self.catalogue.unit_at(u["unit"], u["as_of"])
        key = (unit, u["item"])
        held = self.reports.get(key)
        if held is None or u["as_of"] >= held["as_of"]:
            self.reports[key] = u

    # ---- targets ----
    def explicit(self, leaf, unit):
        for r in self.catalogue.targets.get(leaf, ()):
            if r["unit"] == unit and r.get("from", 0) <= self.today and (not r.get("to") or self.today <= r["to"]):
                return r.get("target", 0)
        return None

    def target(self, code, row, below):
        """row: unit number or "G/CODE"; below: the reporters of the leaf under it whose units are open."""
        c, item = self.catalogue, self.catalogue.items[code]
        kind = item["kind"]
        default = item.get("target", 0) if item.get("has_target") else None
        if kind not in ("ratio", "ratio_group", "count", "points"):
            return None
        name = row if isinstance(row, str) else c.units[row]["code"]
        t = self.explicit(code, name)
        if t is not None:
            return t
        if kind == "count":
            each = [self.explicit(code, c.units[u]["code"]) for u in below]
            if each and None not in each:
                return sum(each)
            if isinstance(row, str):
                return default
            plan = c.item_line(code)[-1]
            return default if row == c.unit_named(c.items[plan]["owner"]) else None
        if kind in ("ratio", "ratio_group"):
            if not isinstance(row, str):
                for a in c.line(row)[1:]:
                    t = self.explicit(code, c.units[a]["code"])
                    if t is not None:
                        return t
            return default
        return None

    def reporting(self, leaf, under):
        c = self.catalogue
        return {u for u in c.reporters(leaf, self.today) if u in under and c.open_unit(u, self.today)}

    # ---- cells ----
    def reached(self, item, n, d, v, target):
        if target is None:
            return False
        lower = item.get("direction") == "lower"
        if item["kind"] in ("ratio", "ratio_group"):
            if d == 0:
                return False
            return n * 10000 <= target * d if lower else n * 10000 >= target * d
        return v <= target if lower else v >= target

    def attainment(self, item, n, d, v, target):
        kind, lower = item["kind"], item.get("direction") == "lower"
        if kind == "points":
            return half_up(v * 10000, item["maximum"]) if item.get("has_maximum") and item.get("maximum") else None
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

    def late(self, leaf, unit, r):
        """(overdue, behind, done_late) of a task cell"""
        c, item = self.catalogue, self.catalogue.items[leaf]
        due, start, today = item.get("due", 0), item.get("start", 0), self.today
        state = r["task"].get("state") if r else None
        if state == "done":
            return False, False, bool(due and r["task"].get("done_on", 0) > due)
        overdue = bool(due and due < today)
        behind = False
        if state == "in_progress":
            code = c.units[unit]["code"]
            past = [m for m in c.milestones.get(leaf, ()) if m.get("unit", "") in ("", code) and m["date"] < today]
            behind = bool(past)
            if due and start and start <= due and today > start:
                total = c.working_days(day(start), day(due) + datetime.timedelta(1))
                gone = min(c.working_days(day(start), day(today)), total)
                behind = behind or (r["task"].get("percent", 0) + 10) * total < 100 * gone
        return overdue, behind, False

    # ---- rollups ----
    def leaf_rollup(self, leaf, row, under):
        c, item = self.catalogue, self.catalogue.items[leaf]
        out = blank()
        live = c.open_item(leaf, self.today)
        reporters = c.reporters(leaf, self.today)
        cells = [u for u in under if live and u in reporters and c.open_unit(u, self.today)]
        out["_cells"] = len(cells)
        own = item.get("aggregate") == "own"
        shown = 0
        for u in cells:
            r = self.reports.get((u, leaf))
            if item["kind"] == "task":
                state = (r["task"].get("state") if r else None) or "unreported"
                out["cells"][state] += 1
                if r:
                    out["percent_sum"] += r["task"].get("percent", 0)
                for key, yes in zip(("overdue", "behind", "done_late"), self.late(leaf, u, r)):
                    out[key] += yes
                continue
            if r is None:
                out["indicators"]["unreported"] += 1
                continue
            if "none_arisen" in r:
                out["indicators"]["none"] += 1
                continue
            out["indicators"]["value"] += 1
            n, d = (r["ratio"].get("numerator", 0), r["ratio"].get("denominator", 0)) if "ratio" in r else (0, 0)
            v = r[item["kind"]].get("value", 0) if item["kind"] in ("count", "points") else 0
            mine = self.target(leaf, u, self.reporting(leaf, c.subtree(u)))
            out["indicators"]["at_target"] += self.reached(item, n, d, v, mine)
            if not own or row == u:
                shown += 1
                out["numerator"] += n
                out["denominator"] += d
                out["value"] += v
        out["summed"] = shown
        self.derive_leaf(out, item, leaf, row)
        return out

    def derive_leaf(self, out, item, leaf, row):
        if item["kind"] == "task":
            k = out["cells"]
            expected = sum(k.values())
            if expected:
                n = expected - k["na"]
                state = ("na" if n == 0 else "done" if k["done"] == n else "unreported" if k["unreported"] == n else
                         "not_started" if k["unreported"] + k["not_started"] == n else "in_progress")
                out["leaves"][state] += 1
                if n:
                    out["attainment"] = half_up(out["percent_sum"] * 100, n)
        else:
            out["target"] = self.target(leaf, row, self.reporting(leaf, self._under(row)))
            if out["summed"]:
                out["target_reached"] = self.reached(item, out["numerator"], out["denominator"], out["value"], out["target"])
                out["attainment"] = self.attainment(item, out["numerator"], out["denominator"], out["value"], out["target"])
        if out["attainment"] is not None:
            w = item.get("weight") or 1
            out["weight_sum"], out["weighted"], out["score_leaves"] = w, w * out["attainment"], 1
        out["score_leaves_of"] = 1 if out["_cells"] else 0

    def _under(self, row):
        return self.catalogue.under_group(row[2:], self.today) if isinstance(row, str) else self.catalogue.subtree(row)

    def inner_rollup(self, code, row, leaf_rollups):
        c, item = self.catalogue, self.catalogue.items[code]
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
                out["numerator"] += r["numerator"]
                out["denominator"] += r["denominator"]
                out["summed"] += r["summed"]
        if item["kind"] == "ratio_group":
            out["target"] = self.target(code, row, ())
            if out["summed"]:
                args = item, out["numerator"], out["denominator"], 0, out["target"]
                out["target_reached"] = self.reached(*args)
                out["attainment"] = self.attainment(*args)
        return out

    def rows_of(self, plan):
        c = self.catalogue
        owner = c.unit_named(c.items[plan]["owner"])
        inside = c.subtree(owner)
        for u in inside | set(c.line(owner)):
            yield u
        for g, rows in c.groups.items():
            for r in rows:
                m = c.unit_named(r["unit"])
                if m in inside or owner in c.subtree(m):
                    yield "G/" + g
                    break

    def path(self, row):
        if isinstance(row, str):
            return row + "/"
        return "".join(self.catalogue.units[u]["code"] + "/" for u in reversed(self.catalogue.line(row)))

    def figures(self):
        """(path, plan number, item number) -> rollup"""
        out, c = {}, self.catalogue
        for plan in c.item_children[""]:
            owner = c.unit_named(c.items[plan]["owner"])
            codes = [plan]
            for code in codes:
                codes.extend(c.item_children[code])
            for row in self.rows_of(plan):
                under = self._under(row) & c.subtree(owner)
                leaves = {code: self.leaf_rollup(code, row, under) for code in codes if c.items[code]["kind"] in LEAVES}
                for code in codes:
                    r = leaves[code] if code in leaves else self.inner_rollup(code, row, leaves)
                    out[self.path(row), c.items[plan]["number"], c.items[code]["number"]] = r
        return out


def blank():
    return {"cells": dict.fromkeys(TASK_KEYS, 0), "leaves": dict.fromkeys(TASK_KEYS, 0),
            "indicators": dict.fromkeys(IND_KEYS, 0), "done_late": 0, "overdue": 0, "behind": 0, "percent_sum": 0,
            "numerator": 0, "denominator": 0, "value": 0, "weight_sum": 0, "weighted": 0, "score_leaves": 0,
            "score_leaves_of": 0, "target": None, "target_reached": False, "attainment": None, "summed": 0, "_cells": 0}


def compare(lines):
    fold, shown = Fold(), {}
    for line in lines:
        e = json.loads(line)
        if "figures" in e:
            g = e["figures"]
            for r in g["rollups"]:
                shown[g["path"], g["plan"], r["item"]] = r
        else:
            fold.entry(e)
    differences, mine = [], fold.figures() if fold.catalogue else {}
    for key, r in mine.items():
        s = shown.get(key)
        for name, value in r.items():
            if name == "_cells":
                continue
            other = s.get(name) if s else (None if value is None else {} if isinstance(value, dict) else 0)
            if isinstance(value, dict):
                other = {k: (other or {}).get(k, 0) for k in value}
            elif value is not None:
                other = other or type(value)(0)
            if other != value:
                differences.append(f"{key} {name}: server {other}, second computation {value}")
    for key in shown.keys() - mine.keys():
        differences.append(f"{key}: the server shows a figure that should not exist")
    return differences, len(mine)


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as f:
        found, n = compare(f)
    for d in found[:40]:
        print(d)
    print(f"{n} rollups compared, {len(found)} differences")
    sys.exit(bool(found))
