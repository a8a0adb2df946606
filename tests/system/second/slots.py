# SPDX-License-Identifier: Apache-2.0
"""The slots (unit, leaf, period) of open and unfrozen periods: who owes, what stands, how it came; and what they leave behind."""
from typing import NamedTuple

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


class Homeless(NamedTuple):
    freeze: int
    sheet: Sheet  # that it was in
    unit: int
    leaf: str
    slot: Slot
    target: int


class Sheets:
    def __init__(self):
        self.held = {}  # (plan, schedule code, first day) -> Sheet
        self.homeless = []  # slots that have no place in the catalogue in force

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

    def has_place(self, c, unit, leaf, schedule, period):
        """Is the slot held by that catalogue, once its period is?"""
        s = c.schedule(leaf) if leaf in c.items else None
        return s is not None and s.code == schedule and s.find(period.code) == period and unit in c.ever_reporters(leaf)

    def carry(self, old, new, target_of):
        """Through a new catalogue: slots without a place in it wait, with the freeze and the target under which they leave."""
        for key, sheet in list(self.held.items()):
            plan, schedule, _ = key
            freeze = old.schedules[schedule].freeze(sheet.period)
            for (unit, leaf), slot in list(sheet.slots.items()):
                if not self.has_place(new, unit, leaf, schedule, sheet.period) or new.plan_of(leaf) != plan:
                    del sheet.slots[unit, leaf]
                    if slot.told():
                        self.homeless.append(Homeless(freeze, sheet, unit, leaf, slot, target_of(old, sheet, unit, leaf)))
            leaves = (x for x in new.leaves_below(plan) if new.items[x].get("schedule", "") == schedule) if plan in new.items else ()
            s = new.schedules.get(schedule)
            if not any(leaves) or s is None or s.find(sheet.period.code) != sheet.period:
                del self.held[key]

    def go_home(self, c):
        """Those that wait and have a place again."""
        waiting, self.homeless = self.homeless, []
        for h in waiting:
            sheet = h.sheet
            if not self.has_place(c, h.unit, h.leaf, sheet.schedule, sheet.period):
                self.homeless.append(h)
                continue
            key = c.plan_of(h.leaf), sheet.schedule, sheet.period.first
            if key not in self.held:
                self.held[key] = Sheet(key[0], sheet.schedule, sheet.period)
            self.held[key].slots[h.unit, h.leaf] = h.slot

    def given_up(self, today):
        """Those whose period freezes that day: they wait no more."""
        o = ordinal(today)
        out = [h for h in self.homeless if h.freeze <= o]
        self.homeless = [h for h in self.homeless if h.freeze > o]
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
