# SPDX-License-Identifier: Apache-2.0
"""What each unit was told, what it has opened, and what is forgotten."""
from .days import ordinal, ymd

KEEP, KEEP_REMINDER = 400, 31  # days after it was opened
DIRECTIVE, TASK = 5, 6


class Notice:
    __slots__ = ("unit", "entry", "place", "kind", "index", "item", "due", "sent", "opened", "about", "period", "owed", "granted", "letter")

    def __init__(self, unit, entry, kind, sent, item=0, due=0, index=0, about=(0, 0), period=0, owed=0, granted=False, letter=False):
        self.unit, self.entry, self.kind, self.sent, self.item, self.due, self.index = unit, entry, kind, sent, item, due, index
        self.about, self.period, self.owed, self.granted, self.letter = about, period, owed, granted, letter
        self.opened = self.place = 0


class Mailbox:
    def __init__(self):
        self.of = {}  # unit -> [Notice]
        self.forgotten = {}  # unit -> the newest entry that was forgotten

    def tell(self, n):
        """To its unit; a reminder takes the place of an unread older one."""
        box = self.of.setdefault(n.unit, [])
        if n.kind == "reminder":
            self.drop(n.unit, [x for x in box if x.kind == "reminder" and not x.opened])
            box = self.of[n.unit]
        n.place = sum(1 for x in box if x.entry == n.entry and not x.letter)
        box.append(n)

    def drop(self, unit, gone):
        if gone:
            self.forgotten[unit] = max(self.forgotten.get(unit, 0), *(x.entry for x in gone))
            self.of[unit] = [x for x in self.of[unit] if x not in gone]

    def letter(self, entry, body, today):
        """One NOTICE entry to many units."""
        for unit in body.get("units", ()):
            kind = "directive" if body["kind"] == DIRECTIVE else "task"
            self.tell(Notice(unit, entry, kind, today, body.get("item", 0), body.get("due", 0), about=(body.get("about_entry", 0), 0), letter=True))

    def open(self, unit, entry, today):
        for n in self.of.get(unit, ()):
            if n.entry == entry and not n.opened:
                n.opened = today

    def forget(self, today):
        o = ordinal(today)
        for unit, box in self.of.items():
            self.drop(unit, [n for n in box if n.opened and not n.letter and
                             ordinal(n.opened) + (KEEP_REMINDER if n.kind == "reminder" else KEEP) < o])


def reminders(h, before):
    """At the tick of a day: one to each office with an agent for what is due in a working day, or is overdue since the tick before."""
    c, today = h.catalogue, ordinal(h.today)
    before = ordinal(before) if before else today - 1
    working = c.calendar.working(today)

    def now(deadline):
        return before <= deadline < today or (deadline >= today and working and c.calendar.between(today, deadline) == 1)

    owed = {}
    for sheet in h.sheets.held.values():
        s = c.schedules.get(sheet.schedule)
        for (unit, leaf), slot in sheet.slots.items():
            if s and unit in h.agents and h.slot_state(sheet, unit, leaf, slot) in ("pending", "missing"):
                deadline = s.deadline(sheet.period, c.units[unit]["kind"])
                if now(deadline):
                    owed.setdefault(unit, []).append((deadline, c.items[leaf]["number"], ymd(sheet.period.first)))
    for leaf in c.leaves:
        if c.items[leaf]["kind"] == "task" and c.open_item(leaf, h.today):
            number = c.items[leaf]["number"]
            for unit in c.reporters(leaf, h.today):
                due = h.terms.due(c, unit, leaf)
                if due and unit in h.agents and now(ordinal(due)) and h.owes(unit, leaf):
                    owed.setdefault(unit, []).append((ordinal(due), number, 0))
    for unit, what in sorted(owed.items()):
        due, item, period = min(what, key=lambda w: (w[0], w[1], not w[2], w[2]))  # of one leaf: a slot before its own due date
        yield Notice(unit, h.head, "reminder", h.today, item, ymd(due), period=period, owed=len(what))
