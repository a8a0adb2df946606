# SPDX-License-Identifier: Apache-2.0
"""What waits for somebody's word, and what became of it: requests, decisions, findings."""
from .days import ordinal

EXTENSION, NOT_APPLICABLE, ACCEPTED, RETURNED, EXEMPT, IN_TIME = range(1, 7)


class Request:
    def __init__(self, at, unit, principal, item, kind, asked, date, date_to=0):
        self.asked = asked
        self.at, self.unit, self.principal, self.item, self.kind, self.date, self.date_to = at, unit, principal, item, kind, date, date_to
        self.decided, self.granted, self.granted_date, self.granted_to = 0, False, 0, 0


class Finding:
    def __init__(self, entry, body, today):
        self.entry, self.unit, self.item = entry, body.get("unit", 0), body.get("item", 0)
        self.severity, self.principal, self.found, self.remedy_by = body.get("severity", 0), body.get("principal", 0), today, body.get("remedy_by", 0)
        self.closed_by = self.closed = 0


class Cases:
    def __init__(self):
        self.requests, self.findings = {}, {}

    # ---- offices ask ----
    def request(self, h, at, unit, principal, item, kind, date, date_to=0):
        """One of a kind waits for a cell at a time; an extension is to a later day."""
        if any(r.unit == unit and r.item == item and r.kind == kind and not r.decided for r in self.requests.values()):
            return
        due = h.terms.due(h.catalogue, unit, item)
        if kind == EXTENSION and (not due or date <= due):
            return
        self.requests[at] = Request(at, unit, principal, item, kind, h.today, date, date_to)

    # ---- the centre decides ----
    def decide(self, h, entry, d):
        kind = d["kind"]
        if kind in (EXTENSION, NOT_APPLICABLE):
            self.answer(h, entry, d)
            return
        c = h.catalogue
        unit, leaf = d.get("unit", 0), c.item_of.get(d.get("item", 0)) if c else None
        stand = h.cells.get((unit, leaf))
        if not c or unit not in c.units or leaf not in c.leaves or not (unit in c.ever_reporters(leaf) or (stand and stand.top)):
            return
        about = d.get("about_entry", 0), d.get("about_index", 0)
        if kind == ACCEPTED:
            top = stand and stand.top
            if top and top.receipt == about and top.state == "done":
                top.accepted = True
        elif kind == RETURNED:
            h.void(unit, leaf, self.period_of(h, unit, leaf, d.get("period", ""), about), about, (entry, 0))
            h.tell("return", unit, d.get("item", 0), about)
        else:
            self.slot(h, unit, leaf, d)

    @staticmethod
    def period_of(h, unit, leaf, named, receipt):
        """The one that is named, else the unfrozen one in which the report stands."""
        s = h.catalogue.schedule(leaf)
        if s and named:
            return s.find(named)
        for (_, _, _), sheet in h.sheets.held.items():
            slot = sheet.slots.get((unit, leaf))
            if slot and slot.stand.find(receipt):
                return sheet.period
        return None

    @staticmethod
    def slot(h, unit, leaf, d):
        c = h.catalogue
        s = c.schedule(leaf)
        p = s and s.find(d.get("period", ""))
        sheet = p and h.sheets.of(c, leaf, p)
        if not sheet or unit not in c.ever_reporters(leaf):
            return
        slot = sheet.slot(unit, leaf)
        if d["kind"] == EXEMPT:
            slot.exempted = True
        else:
            slot.decided = True

    def answer(self, h, entry, d):
        r = self.requests.get((d.get("about_entry", 0), d.get("about_index", 0)))
        if r is None or r.decided or r.kind != d["kind"]:
            return
        r.decided, r.granted = entry, bool(d.get("granted"))
        if r.granted:
            r.granted_date, r.granted_to = d.get("date", 0), d.get("date_to", 0)
        h.tell("decision", r.unit, h.catalogue.items[r.item]["number"], r.at, due=r.granted_date, granted=r.granted)
        if not r.granted:
            return
        if r.kind == NOT_APPLICABLE:
            h.terms.not_applicable(r.unit, r.item, r.granted_date, r.granted_to)
        elif r.granted_date > h.terms.due(h.catalogue, r.unit, r.item):
            h.terms.extend(h.catalogue, r.unit, r.item, r.granted_date)

    # ---- and finds ----
    def find(self, h, entry, body):
        closes = body.get("closes", 0)
        c = h.catalogue
        if not closes:
            if not c or body.get("unit", 0) not in c.units or (body.get("item") and body["item"] not in c.item_of):
                return
            f = self.findings[entry] = Finding(entry, body, h.today)
            h.tell("finding", f.unit, f.item, (0, 0), due=f.remedy_by)
        elif closes in self.findings and not self.findings[closes].closed_by:
            f = self.findings[closes]
            f.closed_by, f.closed = entry, h.today


def blame(h, unit, leaf):
    """(days late, those of them on which an obstacle of the unit about it lay with an addressee) of a task that is late."""
    from .obstacles import waiting_days
    c, due, stand = h.catalogue, h.terms.due(h.catalogue, unit, leaf), h.cells.get((unit, leaf))
    r = stand.top if stand else None
    end = r.number("done_on") if r and r.state == "done" else h.today
    if not due or due >= end:
        return 0, 0
    late = set(range(ordinal(due) + 1, ordinal(end) + 1))
    waited = set()
    for o in h.obstacles.of.values():
        if o.unit == unit and o.item in c.item_line(leaf):
            waited |= waiting_days(o, h.today)
    return len(late), len(waited & late)
