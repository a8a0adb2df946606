# SPDX-License-Identifier: Apache-2.0
"""The reading questions, asked of the server that played a history, beside what the second computation would answer."""
from collections import Counter

import tiendo_pb2 as pb
from second import asked
from second.lines import series_row


class Questions:
    """`found`: what differs; `counted`: rows compared, by question."""

    def __init__(self, player, key, history, dice):
        self.player, self.key, self.h, self.dice = player, key, history, dice
        self.found, self.counted = [], Counter()

    def pages(self, name, **fields):
        cursor, question = b"", getattr(pb, "".join(w.capitalize() for w in name.split("_")))
        while True:
            reply = self.player.ask(self.key, **{name: question(cursor=cursor, **fields)})
            if reply.failure.reason == pb.REASON_NOT_FOUND and name == "period_figures":  # no such period has begun
                return
            assert not reply.HasField("failure"), f"{name} {fields}: {pb.Reason.Name(reply.failure.reason)}: {reply.failure.text}"
            yield getattr(reply, name)
            cursor = reply.cursor
            if not cursor:
                return

    def same(self, what, theirs, ours):
        self.counted[what.split()[0]] += len(ours)
        for key in theirs.keys() | ours.keys():
            if theirs.get(key) != ours.get(key):
                self.found.append(f"{what} {key}: server {theirs.get(key)}, second computation {ours.get(key)}")

    # ---- of whom, of what ----
    def subject(self):
        """(its code, what it is)"""
        c = self.h.catalogue
        codes = [*c.by_code, *("G/" + g for g in c.groups)]
        code = self.dice.choice(codes)
        return (code, code) if code.startswith("G/") else (code, c.unit_at(code, self.h.today) or c.unit_named(code))

    def item(self):
        return self.dice.choice(("", *self.h.catalogue.items))

    def period(self):
        c = self.h.catalogue
        periods = [r["_period"] for r in self.h.rows if r["table"] == "frozen"] + [s.period for s in self.h.sheets.held.values()]
        if not periods or self.dice.random() < 0.2:
            return ""
        p, q = sorted(self.dice.sample(periods, 2) if len(periods) > 1 else periods * 2, key=lambda p: p.first)
        if self.dice.random() < 0.3 and all(not s.find(x.code) for s in c.schedules.values() if s.kind == "once" for x in (p, q)):
            return f"{p.code}..{q.code}" if p.first <= q.last else p.code
        return p.code

    # ---- the questions ----
    def timeliness(self):
        (code, subject), item, period = self.subject(), self.item(), self.period()
        theirs = {}
        for page in self.pages("timeliness", unit=code, item=item, period=period):
            for r in page.rows:
                key = r.unit, r.level, r.schedule, r.period, r.first, r.last, r.frozen
                counts = theirs.setdefault(key, Counter())
                for name in asked.COUNTS:
                    counts[name] += getattr(r.slots, name)
        ours = asked.timeliness(self.h, subject, item, period)
        self.same(f"timeliness {code} {item} {period}", {k: +v for k, v in theirs.items() if +v}, {k: +v for k, v in ours.items()})

    def slots(self):
        """As many of each state as Timeliness counts, and each with its report: receipt, times, figure."""
        (code, subject), item, period = self.subject(), self.item(), self.period()
        if not period:
            return
        ours = asked.slots(self.h, subject, item, period)
        states, words = (({v: k[len(prefix):].lower() for k, v in enum.items()}) for prefix, enum in (("SLOT_STATE_", pb.SlotState), ("CELL_STATE_", pb.CellState)))
        theirs, counted = {}, 0
        for page in self.pages("slots", unit=code, item=item, period=period):
            for r in page.rows:
                key, counted = (r.unit, r.item, r.schedule, r.period), counted + 1
                report = ours[key][4] if key in ours else None
                sealed = r.sealed_ms if report and report.proven is not None else 0  # a seal that its stream refutes may be told all the same
                theirs[key] = (r.frozen, states[r.state], r.decided, r.deadline, said(r, words, sealed) if r.HasField("receipt") else None, r.after)
        assert counted == len(theirs), f"slots {code} {item} {period}: a slot is told twice"
        self.same(f"slots {code} {item} {period}", theirs, {k: (*v[:4], v[4] and stands(v[4]), v[5]) for k, v in ours.items()})

    def silent(self):
        (code, subject), item = self.subject(), self.item()
        theirs, expected, units = {}, 0, 0
        for page in self.pages("silent", unit=code, item=item):
            expected, units = expected + page.expected, units + page.units
            for r in page.rows:
                theirs[r.unit, r.item, r.period] = r.since, r.deadline, r.missing
        ours, n, offices = asked.silent(self.h, subject, item)
        self.same(f"silent {code} {item}", theirs | {"of": (expected, units)}, ours | {"of": (n, offices)})

    def series(self):
        if self.h.series is None:
            return
        (code, subject), item = self.subject(), self.dice.choice(list(self.h.catalogue.items))
        ours, theirs = asked.points(self.h, subject, item), {}
        for page in self.pages("series", unit=code, item=item):
            for p in page.points:
                theirs[p.date] = rollup_line(p.rollup)
        last, out = {"item": self.h.catalogue.items[item]["number"]}, {}
        for day in sorted(ours.keys() | theirs.keys()):
            now = ours.get(day, last)
            if day in theirs or not now.keys() <= {"item", "target", "has_target"} or not last.keys() <= {"item", "target", "has_target"}:
                out[day] = now
            last = now
        self.same(f"series {code} {item}", theirs, out)

    def period_figures(self):
        (code, subject), item, period = self.subject(), self.item(), self.period()
        if not period:
            return
        c, theirs = self.h.catalogue, {}
        for page in self.pages("period_figures", unit=code, item=item, period=period):
            for f in page.figures:
                if c.item_of[f.item] in c.leaves:
                    theirs[f.item] = rollup_line(f.frozen) if f.has_frozen else None, rollup_line(f.now)
        ours = asked.period_figures(self.h, subject, item, period)
        lines = {c.items[leaf]["number"]: tuple(r and self.line(leaf, r) for r in both) for leaf, both in ours.items()}
        self.same(f"period_figures {code} {item} {period}", *({k: v for k, v in x.items() if any(r and not r.keys() <= {"item", "target", "has_target"} for r in v)} for x in (theirs, lines)))

    def at_day(self):
        if self.h.series is None or not self.h.ticks:
            return
        (code, subject), item, day = self.subject(), self.item(), self.dice.choice(list(self.h.ticks.values()))
        c, theirs = self.h.catalogue, {}
        for page in self.pages("period_figures", unit=code, item=item, at=day):
            for f in page.figures:
                theirs[f.item] = rollup_line(f.frozen)
        ours = asked.at_day(self.h, subject, item, day)
        self.same(f"at_day {code} {item} {day}", *({k: v for k, v in x.items() if not v.keys() <= {"item", "target", "has_target"}} for x in (theirs, ours)))

    def cells(self):
        (code, subject), item = self.subject(), self.item()
        theirs, states = {}, {v: k[len("CELL_STATE_"):].lower() for k, v in pb.CellState.items()}
        for page in self.pages("cells", unit=code, item=item):
            for r in page.cells:
                theirs[r.unit, r.item] = {
                    "state": states[r.state], "receipt": (r.receipt.entry, r.receipt.index), "received": r.received_ms, "as_of": r.as_of, "percent": r.percent,
                    "done_on": r.done_on, "numerator": r.numerator, "denominator": r.denominator, "on_behalf": r.on_behalf, "overdue": r.overdue,
                    "behind": r.behind, "done_late": r.done_late, "expected": r.expected, "principal": r.principal,
                    "due": r.due, "first_due": r.first_due, "corrected": r.corrected, "accepted": r.accepted, "blame": (r.late_days, r.waiting_days),
                    "unchanged_since": r.unchanged_since}
        self.same(f"cells {code} {item}", theirs, asked.cells(self.h, subject, item))

    def suspicious(self):
        (code, subject), item, period = self.subject(), self.item(), self.period()
        words = {v: k[len("SUSPICION_"):].lower() for k, v in pb.Suspicion.items()}
        theirs = {(r.unit, r.item, r.period, words[r.suspicion], r.receipt.entry, r.receipt.index): (r.before, r.after)
                  for page in self.pages("suspicious", unit=code, item=item, period=period) for r in page.rows}
        ours = asked.suspicious(self.h, subject, item, period) | asked.control(self.h, subject, item, period)
        self.same(f"suspicious {code} {item} {period}", theirs, ours)

    def obstacles(self):
        (code, subject), item, by = self.subject(), self.item(), self.dice.random() < 0.4
        state = self.dice.choice((0, 0, 1, 2, 3))
        words, steps = {0: "", 1: "open", 2: "answered", 3: "closed"}, pb.Obstacle.DESCRIPTOR.fields_by_number
        theirs, per = {}, {}
        for page in self.pages("obstacles", unit=code, item=item, state=state, by_addressee=by, steps=True):
            for r in page.rows:
                theirs[r.receipt.entry, r.receipt.index] = {
                    "unit": r.unit, "item": r.item, "state": words[r.state], "addressee": r.addressee, "answer_due": r.answer_due, "overdue": r.overdue,
                    "escalations": r.escalations, "raised_late": r.raised_late, "closed_on": r.closed_on, "waiting_days": r.waiting_days,
                    "affects_rights": r.affects_rights,
                    "steps": [(steps[s.step].name, s.unit, s.addressee, s.on_behalf, s.resolves) for s in r.steps]}
            per |= {a.unit: n for a in page.addressees if any(n := (a.open, a.overdue, a.closed, a.days))}
        rows, addressees = asked.obstacles(self.h, subject, item, words[state], by)
        self.same(f"obstacles {code} {item} {state} {by}", theirs, rows)
        self.same(f"addressees {code} {item} {state} {by}", per, addressees)

    def findings(self):
        (code, subject), item, only = self.subject(), self.item(), self.dice.random() < 0.4
        theirs = {r.entry: (r.unit, r.item, r.severity, r.remedy_by, r.closed_on) for page in self.pages("findings", unit=code, item=item, open_only=only) for r in page.rows}
        self.same(f"findings {code} {item} {only}", theirs, asked.findings(self.h, subject, item, only))

    def requests(self):
        (code, subject), item, only = self.subject(), self.item(), self.dice.random() < 0.4
        theirs = {(r.receipt.entry, r.receipt.index): (r.unit, r.item, r.kind, r.date, r.date_to, r.decided_entry, r.granted, r.granted_date)
                  for page in self.pages("requests", unit=code, item=item, waiting_only=only) for r in page.rows}
        self.same(f"requests {code} {item} {only}", theirs, asked.requests(self.h, subject, item, only))

    def exceptions(self):
        code, subject = self.subject()
        rules = [t["rule"] for t in self.h.catalogue.thresholds]
        if not rules:
            return
        rule = self.dice.choice(("", *rules))
        theirs = {(r.rule, r.unit, r.schedule): (r.period, r.measured, r.expected) for page in self.pages("exceptions", unit=code, rule=rule)
                  for r in page.rows if r.measure in asked.MEASURED}
        self.same(f"exceptions {code} {rule}", theirs, asked.exceptions(self.h, subject, rule))

    def line(self, code, rollup):
        return series_row(self.h, 0, code, rollup)["rollup"]

    def all(self, times):
        for _ in range(times):
            for name in ("timeliness", "slots", "silent", "series", "period_figures", "at_day", "cells", "suspicious", "obstacles", "findings", "requests", "exceptions"):
                getattr(self, name)()
        return self.found


def said(r, words, sealed):
    """The report of a SlotRow ..."""
    return ((r.receipt.entry, r.receipt.index), r.first_received_ms or r.received_ms, sealed, r.on_behalf, r.as_of, words[r.report], r.percent, r.numerator,
            r.denominator)


def stands(r):
    """... and as it should be."""
    kind = {"task": r.state, "none_arisen": "none_arisen"}.get(r.kind, "value")
    figure = r.number("numerator") if r.kind == "ratio" else r.number("value")
    return r.receipt, r.received, r.proven or 0, r.on_behalf, r.as_of, kind, r.number("percent"), figure, r.number("denominator")


def rollup_line(r):
    """A Rollup as a dump shows it, but for its version."""
    out = {}
    for field, value in r.ListFields():
        if field.name != "version":
            out[field.name] = {f.name: v for f, v in value.ListFields()} if field.message_type else value
    return {k: v for k, v in out.items() if v != {}}
