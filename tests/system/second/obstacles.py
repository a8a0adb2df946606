# SPDX-License-Identifier: Apache-2.0
"""Khó khăn, vướng mắc: who was asked, until when, where it climbs, and with whom it lay for how long."""
from .days import ordinal, ymd

DAYS = 5  # working days that each addressee has
MINISTRIES = 0
STANDING = "thường trực"
OPEN, ANSWERED, CLOSED = "open", "answered", "closed"


class Step:
    def __init__(self, at, kind, unit, addressee, date, on_behalf, resolves=False):
        self.at, self.kind, self.unit, self.addressee, self.date = at, kind, unit, addressee, date
        self.on_behalf, self.resolves = on_behalf, resolves


class Obstacle:
    def __init__(self, at, unit, principal, item, late, said):
        self.at, self.unit, self.principal, self.item, self.raised_late = at, unit, principal, item, late
        self.cause, self.fault = said.get("cause", ""), said.get("fault", "")
        self.solution_class, self.affects_rights = said.get("solution_class", ""), bool(said.get("affects_rights"))
        self.state, self.addressee, self.since, self.due, self.closed, self.escalations = OPEN, None, 0, 0, 0, 0
        self.steps = []

    def goes_to(self, c, addressee, today):
        """It lies there from today on; days are yyyymmdd."""
        self.state, self.addressee, self.since, self.closed = OPEN, addressee, today, 0
        self.due = ymd(c.calendar.after(ordinal(today), DAYS))

    def asked(self):
        return {s.addressee for s in self.steps if s.kind in ("raise", "escalate")}


def ladder(c, item, raiser, today):
    """[lead, standing body, owner, ministries]; None where nobody stands."""
    def stands(n):
        return n if n and n != raiser and c.open_unit(n, today) else None

    lead, owner = c.items[item].get("lead", ""), c.owner(item)
    lead = (c.unit_at(lead, today) or c.unit_named(lead)) if lead and c.by_code.get(lead) else None
    bodies = [n for n in c.children[owner] if c.units[n].get("type") == STANDING and c.open_unit(n, today) and
              (c.units[n]["kind"] == "department" or c.units[n].get("branch") == "sector")]
    return [stands(lead), stands(min(bodies, default=None)), stands(owner), MINISTRIES]


def first_rung(c, item, raiser, today):
    return next(n for n in ladder(c, item, raiser, today) if n is not None)


def next_rung(c, item, raiser, addressee, today):
    """Above the rung on which the addressee stands."""
    if addressee == MINISTRIES:
        return MINISTRIES
    rungs, owner = ladder(c, item, raiser, today), c.owner(item)
    if addressee in rungs[:3]:
        at = max(i for i in range(3) if rungs[i] == addressee)
    else:
        at = 0 if owner in c.line(addressee)[1:] else 2
    return next(n for n in rungs[at + 1:] if n is not None)


def may_name(c, item, raiser, unit, today):
    owner = c.owner(item)
    return unit != raiser and c.open_unit(unit, today) and (owner in c.line(unit) or unit in c.line(owner))


def reports(c, item, unit, day):
    """Does the unit report some leaf at or below the item that is open that day?"""
    return any(c.expected(unit, leaf, day) for leaf in c.leaves_below(item))


def late(h, item, unit):
    """Behind the due date in force, or between the end of a period of the leaf and its freeze: of every leaf of the unit there."""
    c, o = h.catalogue, ordinal(h.today)
    leaves = [leaf for leaf in c.leaves_below(item) if c.expected(unit, leaf, h.today)]

    def behind(leaf):
        due, s = h.terms.due(c, unit, leaf), c.schedule(leaf)
        p = s and s.ended(o)
        return bool(due and due < h.today) or bool(p and o < s.freeze(p))
    return bool(leaves) and all(behind(leaf) for leaf in leaves)


class Obstacles:
    def __init__(self):
        self.of = {}  # (entry, index) -> Obstacle, in the order of the journal

    def step(self, h, at, unit, principal, own, item, said, centre=False):
        """What cannot be done (any more) has no effect. unit: whose step it is, None = the ministries'."""
        (kind, body), = ((k, v) for k, v in said.items() if k != "obstacle")
        if kind == "raise":
            self.raised(h, at, unit, principal, own, item, body)
            return
        ref = said.get("obstacle", {})
        o = self.of.get((ref.get("entry", 0), ref.get("index", 0)))
        if o is None or (item is not None and o.item != item):
            return
        on_behalf = centre or own != unit
        himself = not centre and (own == unit or principal == o.principal)
        if self.allowed(h, o, kind, unit, body, himself):
            getattr(self, kind)(h, o, Step(at, kind, unit or MINISTRIES, None, h.today, on_behalf, bool(body.get("resolves"))), body)
            self.heard(h, o)

    def raised(self, h, at, unit, principal, own, item, body):
        c = h.catalogue
        named = body.get("addressee", "")
        to = c.unit_at(named, h.today) if named else first_rung(c, item, unit, h.today)
        if not reports(c, item, unit, h.today) or (named and (to is None or not may_name(c, item, unit, to, h.today))):
            return
        o = self.of[at] = Obstacle(at, unit, principal, item, late(h, item, unit), body)
        o.raised = h.today
        o.goes_to(c, to, h.today)
        o.steps.append(Step(at, "raise", unit, to, h.today, own != unit))
        self.heard(h, o)

    @staticmethod
    def heard(h, o, clock=False):
        """With whom it lies now hears of it; so do the two sides of what the other one says. The clock says nothing."""
        s, item = o.steps[-1], h.catalogue.items[o.item]["number"]
        if o.addressee not in (MINISTRIES, s.unit):
            comes = s.kind in ("raise", "escalate", "reopen")
            h.tell("obstacle" if comes else "answer", o.addressee, item, o.at, s.at[1])
        if s.unit != o.unit and not clock:
            h.tell("answer", o.unit, item, o.at, s.at[1])

    @staticmethod
    def allowed(h, o, kind, unit, body, himself):
        mine = unit == o.unit
        asked = (unit or MINISTRIES) == o.addressee
        if kind == "reopen":
            return mine and himself and o.state == CLOSED
        if o.state == CLOSED:
            return False
        if kind == "close":
            return mine and himself
        if kind == "comment":
            return mine or (unit or MINISTRIES) in o.asked()
        if kind == "answer":
            return asked
        named = body.get("addressee", "")
        if not named:
            return (mine or asked) and o.addressee != MINISTRIES
        to = h.catalogue.unit_at(named, h.today)
        if to is None or not may_name(h.catalogue, o.item, o.unit, to, h.today) or (to == o.addressee and o.state == OPEN):
            return False
        return mine or asked

    @staticmethod
    def comment(h, o, step, body):
        o.steps.append(step)

    @staticmethod
    def answer(h, o, step, body):
        o.state = ANSWERED
        o.steps.append(step)

    @staticmethod
    def escalate(h, o, step, body):
        c, named = h.catalogue, body.get("addressee", "")
        step.addressee = c.unit_at(named, h.today) if named else next_rung(c, o.item, o.unit, o.addressee, h.today)
        o.goes_to(c, step.addressee, h.today)
        o.escalations += 1
        o.steps.append(step)

    @staticmethod
    def close(h, o, step, body):
        o.state, o.closed = CLOSED, h.today
        o.steps.append(step)

    @staticmethod
    def reopen(h, o, step, body):
        o.goes_to(h.catalogue, o.addressee, h.today)
        o.steps.append(step)

    def tick(self, h, entry):
        """What was not answered in time climbs."""
        for o in self.of.values():
            if o.state == OPEN and o.addressee != MINISTRIES and o.due < h.today:
                to = next_rung(h.catalogue, o.item, o.unit, o.addressee, h.today)
                o.goes_to(h.catalogue, to, h.today)
                o.escalations += 1
                o.steps.append(Step((entry, 0), "escalate", 0, to, h.today, True))
                self.heard(h, o, clock=True)


def stays(o, today):
    """(addressee, first day, the day on which it left; None = it lies there) of each stay; days are numbers."""
    there, since, last = None, 0, None
    for s in [*o.steps, None]:
        if (s is None or s.kind in ("answer", "escalate", "close")) and there is not None:
            yield there, since, ordinal(s.date) if s else None
            last, there = there, None
        if s and s.kind in ("raise", "escalate", "reopen"):
            there, since = last if s.kind == "reopen" else s.addressee, ordinal(s.date)


def lay(o, today):
    """{addressee: calendar days that it lay there}"""
    out = {}
    for addressee, first, end in stays(o, today):
        out[addressee] = out.get(addressee, 0) + (ordinal(today) if end is None else end) - first
    return out


def waiting_days(o, today):
    return {d for _, first, end in stays(o, today) for d in range(first, ordinal(today) + 1 if end is None else end)}


def overdue(o, today):
    return o.state == OPEN and o.due < today
