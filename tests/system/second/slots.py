# SPDX-License-Identifier: Apache-2.0
"""The slots (unit, leaf, period) of open and unfrozen periods: who owes, what stands, how it came; and what they leave behind."""
from . import timely
from .days import ordinal, ymd
from .reports import Stand


class Slot:
    __slots__ = ("stand", "expected", "exempted", "decided", "timely")

    def __init__(self):
        self.stand = Stand()
        self.expected = self.exempted = self.decided = False
        self.timely = timely.NONE

    def told(self):
        """Is there anything to be said of it?"""
        return bool(self.expected or self.exempted or self.decided or self.stand.top)


class Sheet:
    """The slots of one plan, schedule and period."""

    def __init__(self, plan, schedule, period):
        self.plan, self.schedule, self.period = plan, schedule, period
        self.slots = {}  # (unit, leaf) -> Slot

    def slot(self, unit, leaf):
        key = unit, leaf
        if key not in self.slots:
            self.slots[key] = Slot()
        return self.slots[key]


class Sheets:
    def __init__(self):
        self.held = {}  # (plan, schedule code, first day) -> Sheet

    def of(self, c, leaf, period):
        return self.held.get((c.plan_of(leaf), c.items[leaf].get("schedule", ""), period.first))

    def open(self, c, today):
        """Those of the periods that contain today; today is yyyymmdd."""
        o = ordinal(today)
        for leaf in c.leaves:
            s = c.schedule(leaf)
            p = s and s.at(o)
            if not p:
                continue
            key = c.plan_of(leaf), s.code, p.first
            if key not in self.held:
                self.held[key] = self._opened(c, key, p, today)

    @staticmethod
    def _opened(c, key, period, today):
        sheet = Sheet(key[0], key[1], period)
        for leaf in c.leaves_below(key[0]):
            if c.items[leaf].get("schedule", "") == key[1]:
                for unit in c.reporters(leaf, today):
                    if c.expected(unit, leaf, today):
                        sheet.slot(unit, leaf).expected = True
        return sheet

    @staticmethod
    def report(sheet, r, verdict):
        slot = sheet.slot(r.unit, r.item)
        slot.stand.add(r)
        slot.timely = timely.better(slot.timely, verdict)

    def homeless(self, old, new):
        """Slots that have no place in a new catalogue: (sheet, unit, leaf, slot). They are held no more."""
        out = []
        for (_, schedule, _), sheet in self.held.items():
            for (unit, leaf), slot in list(sheet.slots.items()):
                ever = new.ever_reporters(leaf) if leaf in new.items else ()
                if unit not in ever or new.items[leaf].get("schedule", "") != schedule or schedule not in new.schedules:
                    out.append((sheet, unit, leaf, sheet.slots.pop((unit, leaf))))
        return out

    @staticmethod
    def void(slot, receipt):
        if slot and slot.stand.void(receipt) and slot.stand.top is None:
            slot.timely = timely.NONE

    def frozen(self, c, today):
        """The sheets that freeze at the tick of that day, ascending; they are held no more."""
        o = ordinal(today)
        due = [k for k, s in self.held.items() if k[1] in c.schedules and c.schedules[k[1]].freeze(s.period) <= o]
        return [self.held.pop(k) for k in sorted(due, key=lambda k: (k[2], k[0], k[1]))]


def verdict(c, r, offset):
    """Of the unit's own report."""
    if r.on_behalf:
        return timely.NONE
    return timely.judge(r.received, r.proven, c.schedule(r.item).deadline(r.period, c.units[r.unit]["kind"]), offset)


def exempt(c, terms, sheet, unit, leaf, slot, today):
    """today: yyyymmdd"""
    if not slot.expected:
        return False
    last = min(today, ymd(sheet.period.last))
    return (slot.exempted or not c.open_unit(unit, today) or not c.open_item(leaf, today) or unit not in c.reporters(leaf, last) or
            terms.na(unit, leaf, last))


def state(c, terms, sheet, unit, leaf, slot, today):
    """How it is counted that day."""
    if not slot.expected:
        return "not_expected"
    if exempt(c, terms, sheet, unit, leaf, slot, today):
        return "exempt"
    if slot.decided:
        return "on_time"
    if slot.timely:
        return timely.NAMES[slot.timely]
    deadline = c.schedules[sheet.schedule].deadline(sheet.period, c.units[unit]["kind"])
    return "missing" if ordinal(today) > deadline else "pending"
