# SPDX-License-Identifier: Apache-2.0
"""Units, groups, items, targets ... as the rows of a catalogue entry say. Dates are yyyymmdd, as in the rows; 0 = none."""
from collections import defaultdict
from functools import cached_property

from .days import Calendar, ordinal
from .periods import schedules

LEAVES = ("task", "ratio", "count", "points")


def within(row, d):
    """from..to, both inclusive."""
    return row.get("from", 0) <= d and (not row.get("to") or d <= row["to"])


def living(row, d):
    """opened: first day; closed: the first day on which it is no more."""
    return row.get("opened", 0) <= d and (not row.get("closed") or d < row["closed"])


class Catalogue:
    def __init__(self, rows):
        kinds = defaultdict(list)
        for row in rows:
            (kind, r), = row.items()
            kinds[kind].append(r)
        self.units = {r["number"]: r for r in kinds["unit"]}
        self.items = {r["code"]: r for r in kinds["item"]}
        self.item_of = {r["number"]: r["code"] for r in kinds["item"]}
        self.groups, self.targets, self.milestones = (self._by(kinds[k], name) for k, name in (
            ("group", "group"), ("target", "item"), ("milestone", "item")))
        self.holidays = {r["date"]: bool(r.get("working")) for r in kinds["holiday"]}
        self.thresholds = kinds["threshold"]
        self.calendar = Calendar(self.holidays)
        self.schedules = schedules(kinds["schedule"], kinds["period"], kinds["deadline"], self.calendar, ordinal)
        self.by_code, self.children, self.item_children = defaultdict(list), defaultdict(list), defaultdict(list)
        for n, u in self.units.items():
            self.by_code[u["code"]].append(n)
            self.children[u.get("parent", 0)].append(n)
        for code, i in self.items.items():
            self.item_children[i.get("parent", "")].append(code)
        self._subtree, self._reporters, self._open, self._lines, self._below, self._paths = {}, {}, {}, {}, {}, {}

    @staticmethod
    def _by(rows, name):
        out = defaultdict(list)
        for r in rows:
            out[r[name]].append(r)
        return out

    # ---- units ----
    def open_unit(self, n, d):
        return living(self.units[n], d)

    def unit_at(self, code, d):
        return next((n for n in self.by_code.get(code, ()) if self.open_unit(n, d)), None)

    def unit_named(self, code):
        """A code in a catalogue column: the unit that bears it, the latest if it was re-used."""
        return max(self.by_code[code], key=lambda n: self.units[n].get("opened", 0))

    def speaks(self, n, d):
        """Codes are used again: who bears it that day, else bore it last, speaks for it."""
        code = self.units[n]["code"]
        return n == (self.unit_at(code, d) or self.unit_named(code))

    def path(self, n):
        """The topic; of units that bore one code under one parent only the last has the plain one."""
        if n not in self._paths:
            u = self.units[n]
            parent, opened = u.get("parent", 0), u.get("opened", 0)
            later = any(self.units[m].get("parent", 0) == parent and self.units[m].get("opened", 0) > opened
                        for m in self.by_code[u["code"]])
            self._paths[n] = (self.path(parent) if parent else "") + u["code"] + (f"@{opened}/" if later else "/")
        return self._paths[n]

    def line(self, n):
        """The unit and those above it, the nearest first."""
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

    def subtrees(self, code):
        """Of every unit that ever bore the code."""
        return set().union(*(self.subtree(n) for n in self.by_code.get(code, ())))

    def members(self, group, d):
        return {n for r in self.groups[group] if within(r, d) for n in self.by_code[r["unit"]]}

    def under_group(self, group, d):
        return set().union(*(self.subtree(m) for m in self.members(group, d)))

    # ---- items ----
    def item_line(self, code):
        if code not in self._lines:
            out = [code]
            while parent := self.items[out[-1]].get("parent", ""):
                out.append(parent)
            self._lines[code] = out
        return self._lines[code]

    def plan_of(self, code):
        return self.item_line(code)[-1]

    def owner(self, code):
        return self.unit_named(self.items[self.plan_of(code)]["owner"])

    def open_item(self, code, d):
        key = code, d
        if key not in self._open:
            self._open[key] = all(living(self.items[c], d) for c in self.item_line(code))
        return self._open[key]

    def leaves_below(self, code):
        if code not in self._below:
            leaf = self.items[code]["kind"] in LEAVES
            self._below[code] = [code] if leaf else [x for c in self.item_children[code] for x in self.leaves_below(c)]
        return self._below[code]

    @cached_property
    def leaves(self):
        return {code: i for code, i in self.items.items() if i["kind"] in LEAVES}

    def schedule(self, leaf):
        """None = the leaf has one slot for ever."""
        return self.schedules.get(self.items[leaf].get("schedule", ""))

    def reporters(self, leaf, d):
        spec = self.items[leaf].get("reporters") or self.items[leaf].get("lead", "")
        key = leaf, d if "group:" in spec else 0
        if key not in self._reporters:
            self._reporters[key] = self._reporters_of(spec, lambda group: self.members(group, d))
        return self._reporters[key]

    def ever_reporters(self, leaf):
        """On any day."""
        spec = self.items[leaf].get("reporters") or self.items[leaf].get("lead", "")
        return self._reporters_of(spec, lambda group: {n for r in self.groups[group] for n in self.by_code[r["unit"]]})

    def _reporters_of(self, spec, members):
        out = set()
        for token in filter(None, spec.split("|")):
            if token.startswith("kind:"):
                kind, code = token[5:].split("@")
                out |= {n for n in self.subtrees(code) if self.units[n]["kind"] == kind}
            elif token.startswith("group:"):
                out |= members(token[6:])
            elif token.startswith("-"):
                out -= set(self.by_code[token[1:]])
            else:
                out |= set(self.by_code[token])
        return out

    def expected(self, unit, leaf, d):
        """Is the cell expected that day?"""
        return self.open_item(leaf, d) and unit in self.reporters(leaf, d) and self.open_unit(unit, d)
