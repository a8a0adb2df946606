# SPDX-License-Identifier: Apache-2.0
"""What one cell was granted: another due date, "not applicable" for a time, milestones that it has reached."""
from .days import ordinal, ymd


class Term:
    __slots__ = ("due", "first_due", "na_from", "na_to", "milestones")

    def __init__(self):
        self.due = self.first_due = self.na_from = self.na_to = 0
        self.milestones = {}  # no -> the day on which it was reached


class Terms:
    def __init__(self):
        self.of = {}  # (unit, leaf) -> Term; dates are yyyymmdd

    def at(self, unit, leaf):
        return self.of.setdefault((unit, leaf), Term())

    def extend(self, c, unit, leaf, due):
        before = self.due(c, unit, leaf)
        t = self.at(unit, leaf)
        if not t.due:
            t.first_due = before
        t.due = due

    def not_applicable(self, unit, leaf, first, last):
        t = self.at(unit, leaf)
        t.na_from, t.na_to = first, last

    def reach(self, unit, leaf, no, day):
        """The first day counts."""
        self.at(unit, leaf).milestones.setdefault(no, day)

    def na(self, unit, leaf, d):
        t = self.of.get((unit, leaf))
        return bool(t and t.na_from and t.na_from <= d and (not t.na_to or d <= t.na_to))

    def due(self, c, unit, leaf):
        """The due date in force for that cell: for its level, or the granted one when that is later; 0 = the leaf has none."""
        t = self.of.get((unit, leaf))
        level = cascade(c, unit, leaf)
        return max(level, t.due) if t and level else level

    def reached(self, unit, leaf):
        t = self.of.get((unit, leaf))
        return t.milestones if t else ()


def cascade(c, unit, leaf):
    """A one-off that every reporter answers for itself is due the earlier, the lower the level."""
    item, s = c.items[leaf], c.schedule(leaf)
    due = item.get("due", 0)
    if not due or s is None or s.kind != "once" or item.get("answer") != "all":
        return due
    days = s.days[c.units[c.owner(leaf)]["kind"]] - s.days[c.units[unit]["kind"]]
    return ymd(c.calendar.before(ordinal(due), max(0, days)))
