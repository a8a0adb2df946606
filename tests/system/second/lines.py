# SPDX-License-Identifier: Apache-2.0
"""What a dump's line says of a report, a slot, a row that was emitted: the same words and members as dump.h."""
from . import slots, timely
from .days import ymd
from .rollups import JUDGED, Rollups, Targets


def report_line(r, judged=()):
    """A report as a dump shows it. How it was judged is said of what is frozen."""
    if r is None:
        return None
    flags = [f for f, yes in (("none_arisen", r.kind == "none_arisen"), ("on_behalf", r.on_behalf), ("corrected", r.corrected),
                              ("unchanged", r.unchanged)) if yes] + [name for place, name in JUDGED.items() if place in judged]
    return {"entry": r.entry, "index": r.index, "principal": r.principal, "received_ms": r.received, "as_of": r.as_of, "state": r.state or "",
            "percent": r.number("percent"), "done_on": r.number("done_on"), "value": r.number("numerator") or r.number("value"),
            "denominator": r.number("denominator"), "flags": flags}


def slot_line(h, sheet, unit, leaf, slot):
    return {"expected": slot.expected, "exempt": slots.exempt(h.catalogue, h.terms, sheet, unit, leaf, slot, h.today), "decided": slot.decided,
            "timely": timely.NAMES[slot.timely], "report": report_line(slot.stand.top), "before": report_line(slot.stand.below)}


def row(h, table, unit, leaf, period, **more):
    """By the entry that is being read."""
    return {"by": h.head, "table": table, "item": h.catalogue.items[leaf]["number"], "period": ymd(period.first), "unit": unit} | more


def target_of(c, sheet, unit, leaf):
    """What the period is judged by."""
    return Targets(c, ymd(sheet.period.last)).of(leaf, unit, c.subtree(unit))


def frozen_row(h, sheet, unit, leaf, slot, target):
    line = slot_line(h, sheet, unit, leaf, slot)
    adds = Rollups(h.catalogue, h.today, {}, h.terms).adds(leaf, unit, slot.stand.top, target)
    if not line["expected"] or line["exempt"]:  # then nobody asks whether it is late
        adds = [x for x in adds if x[0] not in JUDGED]
    line["report"] = report_line(slot.stand.top, [place for place, _ in adds])
    return row(h, "frozen", unit, leaf, sheet.period, target=target, **line, _slot=slot, _adds=adds, _day=h.today, _leaf=leaf,
               _schedule=sheet.schedule, _period=sheet.period)


def after_row(h, r, verdict):
    return row(h, "after", r.unit, r.item, r.period, kind="report", entry=r.entry, index=r.index, timely=timely.NAMES[verdict],
               report=report_line(r), _report=r, _leaf=r.item, _period=r.period)


def void_row(h, unit, leaf, period, by, receipt):
    return row(h, "after", unit, leaf, period, kind="void", entry=by[0], index=by[1], voided_entry=receipt[0], voided_index=receipt[1], _leaf=leaf,
               _period=period)


def series_row(h, row_, code, rollup):
    """The numbers are those of the message Rollup: what is zero is not written."""
    where = {"group": row_[2:]} if isinstance(row_, str) else {"unit": row_}
    number = h.catalogue.items[code]["number"]
    flat = {k: {n: v for n, v in r.items() if v} if isinstance(r, dict) else r for k, r in rollup.items()} | {"item": number}
    for name in ("target", "attainment"):
        if flat[name] is not None:
            flat["has_" + name] = True
    return {"by": h.head, "table": "series", "item": number, "date": h.today, **where, "rollup": {k: v for k, v in flat.items() if v}}


def suspicion_row(h, r, kind, before, after):
    return row(h, "suspicions", r.unit, r.item, r.period, entry=r.entry, index=r.index, suspicion=kind, before=before, after=after, _leaf=r.item,
               _period=r.period)


# ---- what is kept ----

def term_line(t):
    return {"due": t.due, "first_due": t.first_due, "na_from": t.na_from, "na_to": t.na_to,
            "milestones": [{"no": no, "on": on} for no, on in sorted(t.milestones.items())]}


def step_line(s):
    return {"entry": s.at[0], "index": s.at[1], "step": s.kind, "unit": s.unit, "addressee": s.addressee or 0, "date": s.date,
            "on_behalf": s.on_behalf, "resolves": s.resolves}


def obstacle_line(h, o):
    return {"unit": o.unit, "principal": o.principal, "item": h.catalogue.items[o.item]["number"], "state": o.state, "addressee": o.addressee,
            "raised": o.raised, "since": o.since, "answer_due": o.due, "closed": o.closed, "escalations": o.escalations, "cause": o.cause,
            "fault": o.fault, "solution_class": o.solution_class, "affects_rights": o.affects_rights, "raised_late": o.raised_late,
            "steps": [step_line(s) for s in o.steps]}


def request_line(h, r):
    return {"unit": r.unit, "principal": r.principal, "item": h.catalogue.items[r.item]["number"], "kind": r.kind, "asked": r.asked, "date": r.date,
            "date_to": r.date_to, "decided": r.decided, "granted": r.granted, "granted_date": r.granted_date, "granted_to": r.granted_to}


def finding_line(f):
    return {k: getattr(f, k) for k in ("unit", "item", "principal", "severity", "found", "remedy_by", "closed_by", "closed")}


def notice_line(n):
    return {"kind": n.kind, "index": n.index, "item": n.item, "due": n.due, "sent": n.sent, "opened": n.opened, "about_entry": n.about[0],
            "about_index": n.about[1], "period": n.period, "owed": n.owed, "granted": n.granted}
