# SPDX-License-Identifier: Apache-2.0
"""What the reading questions of PROTOCOL.md must be answered, from a history. Numbers of units and items; dates are yyyymmdd."""
from collections import Counter

from .cases import blame
from .days import ordinal, ymd
from .obstacles import CLOSED, MINISTRIES, OPEN, lay, overdue
from .periods import RHYTHMS, parse
from .rollups import Rollups, Targets, half_up

COUNTS = ("expected", "exempt", "pending", "on_time", "line_slow", "late", "missing")


def under(h, subject):
    """The units at or below a unit (its number), or of a group ("G/CODE") today."""
    return h.catalogue.under_group(subject[2:], h.today) if isinstance(subject, str) else h.catalogue.subtree(subject)


def leaves(h, item):
    return set(h.catalogue.leaves_below(item)) if item else set(h.catalogue.leaves)


# ---- windows ----

def days_of(c, code):
    """(first, last day, schedule of a one-off or None) of a period's code; None = no period has it."""
    for kind in RHYTHMS:
        p = parse(kind, code)
        if p:
            return p.first, p.last, None
    for s in c.schedules.values():
        p = s.find(code) if s.kind == "once" else None
        if p:
            return p.first, p.last, p
    return None


def window(c, text):
    """A test of periods: does the question mean it? None = every one."""
    if not text:
        return None
    ends = [days_of(c, code) for code in text.split("..")]
    if len(ends) == 1 and ends[0][2]:
        return lambda p: p == ends[0][2]
    first, last = ends[0][0], ends[-1][1]
    return lambda p: first <= p.first and p.last <= last


# ---- slots, wherever they are ----

def live(h):
    """(schedule code, period, unit, leaf, state) of every slot that is held."""
    for sheet in h.sheets.held.values():
        for (unit, leaf), slot in sheet.slots.items():
            yield sheet.schedule, sheet.period, unit, leaf, h.slot_state(sheet, unit, leaf, slot)


def frozen(h):
    for r in h.rows:
        if r["table"] == "frozen":
            state = ("not_expected" if not r["expected"] else "exempt" if r["exempt"] else "on_time" if r["decided"] else
                     r["timely"] if r["timely"] != "none" else "missing")
            yield r["_schedule"], r["_period"], r["unit"], r["_leaf"], state


def bins(h, subject):
    """{unit directly below the subject: the units of its subtree}"""
    c, inside = h.catalogue, under(h, subject)
    if not isinstance(subject, str):
        return {n: c.subtree(n) for n in c.children[subject]}
    return {n: c.subtree(n) for n in inside if c.units[n].get("parent", 0) not in inside}


def timeliness(h, subject, item, period):
    """{(unit, level, schedule, period code, first, last, frozen): Counter of states}; what counts nothing is left out."""
    c, inside, wanted, meant = h.catalogue, under(h, subject), leaves(h, item), window(h.catalogue, period)
    out, below = {}, bins(h, subject)
    number = 0 if isinstance(subject, str) else subject
    sources = [(s, False) for s in live(h)] + ([(s, True) for s in frozen(h)] if meant else [])
    for (schedule, p, unit, leaf, state), is_frozen in sources:
        if unit not in inside or leaf not in wanted or state == "not_expected" or (meant and not meant(p)):
            continue
        keys = [(number, ""), (number, c.units[unit]["kind"])] + [(n, "") for n, its in below.items() if unit in its]
        for key in keys:
            counts = out.setdefault((*key, schedule, p.code, ymd(p.first), ymd(p.last), is_frozen), Counter())
            counts[state] += 1
            counts["expected"] += state != "exempt"
    return out


def slots(h, subject, item, period):
    """{(unit, leaf number, schedule, period code): (frozen, state, decided, deadline, the report that stands or None, after)}"""
    c, inside, wanted, meant = h.catalogue, under(h, subject), leaves(h, item), window(h.catalogue, period)
    after = Counter((r["unit"], r["_leaf"], r["_period"]) for r in h.rows if r["table"] == "after" and r["kind"] == "report")
    held = [(sheet.schedule, sheet.period, unit, leaf, h.slot_state(sheet, unit, leaf, slot), False, slot, 0)
            for sheet in h.sheets.held.values() for (unit, leaf), slot in sheet.slots.items()]
    rows = [r for r in h.rows if r["table"] == "frozen"]
    gone = [(*f, True, r["_slot"], after[r["unit"], r["_leaf"], r["_period"]]) for f, r in zip(frozen(h), rows)]
    out = {}
    for schedule, p, unit, leaf, state, is_frozen, slot, n in held + gone:
        if unit in inside and leaf in wanted and state != "not_expected" and meant(p):
            deadline = ymd(c.schedules[schedule].deadline(p, c.units[unit]["kind"]))
            out[unit, c.items[leaf]["number"], schedule, p.code] = is_frozen, state, slot.decided, deadline, slot.stand.top, n
    return out


def silent(h, subject, item):
    """({(unit, leaf number, period code): (since, deadline, missing)}, expected slots, units that had one)"""
    c, inside, wanted, today = h.catalogue, under(h, subject), leaves(h, item), ordinal(h.today)
    owed, expected, units = {}, 0, set()
    for schedule, p, unit, leaf, state in live(h):
        if unit not in inside or leaf not in wanted or p.last >= today or state in ("not_expected", "exempt"):
            continue
        expected += 1
        units.add(unit)
        if state in ("pending", "missing"):
            deadline = c.schedules[schedule].deadline(p, c.units[unit]["kind"])
            owed[unit, c.items[leaf]["number"], p.code] = ymd(p.last + 1), ymd(deadline), state == "missing"
    return owed, expected, len(units)


# ---- series ----

def points(h, subject, item):
    """{date: rollup line} of one row, as the fold emitted them; a point may repeat the one before it."""
    number = h.catalogue.items[item]["number"]
    key = ("group", subject[2:]) if isinstance(subject, str) else ("unit", subject)
    return {r["date"]: r["rollup"] for r in h.rows if r["table"] == "series" and r["item"] == number and r.get(key[0]) == key[1]}


# ---- the figures of a period ----

class Told:
    """What (unit, leaf, period) came to: as frozen, if it is, and as now known."""
    __slots__ = ("expected", "exempt", "frozen", "now", "is_frozen", "day", "target", "adds")

    def __init__(self, expected, exempt, is_frozen, day, target):
        self.expected, self.exempt, self.is_frozen, self.day, self.target = expected, exempt, is_frozen, day, target
        self.frozen = self.now = self.adds = None


def told(h, leaf, period, strangers=False):
    """{unit: Told}; strangers: also of whom there is nothing but reports that came after."""
    c, out = h.catalogue, {}
    rows = [r for r in h.rows if r["table"] in ("frozen", "after") and r["_leaf"] == leaf and r["_period"] == period]
    voided = {(r["voided_entry"], r["voided_index"]) for r in rows if r.get("kind") == "void"}
    reports = {}
    for r in rows:
        if r["table"] == "frozen":
            stand = r["_slot"].stand
            t = out[r["unit"]] = Told(r["expected"], r["exempt"], True, r["_day"], r["target"])
            t.frozen, t.adds = stand.top, r["_adds"]
            reports.setdefault(r["unit"], []).extend(x for x in (stand.top, stand.below) if x)
        elif r["kind"] == "report":
            reports.setdefault(r["unit"], []).append(r["_report"])
    for unit in reports.keys() - out.keys() if strangers else ():
        out[unit] = Told(False, False, True, h.today, None)
    for unit, t in out.items():
        t.now = max((x for x in reports.get(unit, ()) if x.receipt not in voided), key=lambda x: (x.as_of, *x.receipt), default=None)
    sheet = h.sheets.of(c, leaf, period)
    for (unit, its), slot in sheet.slots.items() if sheet else ():
        if its == leaf:
            exempt = h.slot_state(sheet, unit, leaf, slot) == "exempt"
            target = Targets(c, min(h.today, ymd(period.last))).of(leaf, unit, c.subtree(unit))
            t = out[unit] = Told(slot.expected, exempt, False, h.today, target)
            t.now = slot.stand.top
    return out


def cells_of(h, leaf, groups, is_frozen):
    """[(unit, what its cell adds)] of every group of periods that make one cell."""
    out = []
    for group in groups:
        picked = {}
        for period in group:
            for unit, t in told(h, leaf, period).items():
                if not t.expected:
                    continue
                r = t.frozen if is_frozen else t.now
                was = picked.setdefault(unit, [t, r, False])
                if r is not None or was[1] is None:
                    was[:2] = t, r
                was[2] |= not t.exempt
        for unit, (t, r, applicable) in picked.items():
            rollups = Rollups(h.catalogue, t.day, {}, h.terms)
            if not applicable:
                out.append((unit, rollups.not_applicable(leaf)))
            elif t.is_frozen and r is not None and r is t.frozen:
                out.append((unit, t.adds))  # as it was judged at the freeze
            else:
                out.append((unit, rollups.adds(leaf, unit, r, t.target)))
    return out


def periods_in(h, leaf, text):
    """Those of the leaf that the question means and that have begun, the oldest first."""
    c, today, out = h.catalogue, ordinal(h.today), []
    s, meant = c.schedule(leaf), window(c, text)
    ends = [days_of(c, code) for code in text.split("..")]
    for day in range(ends[0][0], min(today, ends[-1][1]) + 1):
        p = s.at(day)
        if p and p not in out[-1:] and meant(p):
            out.append(p)
    return out


def cell_groups(c, leaf, periods):
    """Which of a window's periods make one cell of a unit: of a flow each, of a running total those that end in one year, else all."""
    groups, measure = {}, c.items[leaf].get("measure")
    for i, p in enumerate(periods):
        groups.setdefault(i if measure == "flow" else ymd(p.last) // 10000 if measure == "ytd" else 0, []).append(p)
    return list(groups.values())


def period_figures(h, subject, item, text):
    """{leaf: (as frozen, None unless all of it is; as now known)}"""
    c, inside, out = h.catalogue, under(h, subject), {}
    for leaf in leaves(h, item):
        periods = periods_in(h, leaf, text) if c.schedule(leaf) else ()
        if not periods:
            continue
        groups = cell_groups(c, leaf, periods)
        rollups = Rollups(c, min(h.today, ymd(periods[-1].last)), {}, h.terms)
        if len(groups) > 1:  # there is no target for their sum
            rollups.targets.of = lambda *_: None
        all_frozen = not any(h.sheets.of(c, leaf, p) for p in periods)
        units = inside & c.subtree(c.owner(leaf))
        out[leaf] = tuple(rollups.leaf(leaf, subject, units, cells_of(h, leaf, groups, is_frozen)) if all_frozen or not is_frozen else None
                          for is_frozen in (True, False))
    return out


def at_day(h, subject, item, day):
    """{item number: the last point of its series up to that day} of the item and those below it."""
    c, out = h.catalogue, {}
    for code in c.items:
        if not item or item in c.item_line(code):
            told_then = [r for d, r in points(h, subject, code).items() if d <= day]
            if told_then:
                out[c.items[code]["number"]] = told_then[-1]
    return out


# ---- cells ----

def cells(h, subject, item):
    """{(unit, item number): what it shows} of every cell that is expected or was reported."""
    c, inside, out = h.catalogue, under(h, subject), {}
    rollups = Rollups(c, h.today, h.cells, h.terms)
    for leaf in leaves(h, item):
        number, task = c.items[leaf]["number"], c.items[leaf]["kind"] == "task"
        units = c.ever_reporters(leaf) | {u for (u, its), s in h.cells.items() if its == leaf and s.top}
        for unit in units & inside & c.subtree(c.owner(leaf)):
            stand, expected = h.cells.get((unit, leaf)), c.expected(unit, leaf, h.today)
            r = stand.top if stand else None
            na = h.terms.na(unit, leaf, h.today) and expected
            if not expected and not r:
                continue
            term = h.terms.of.get((unit, leaf))
            late = rollups.late(leaf, unit, r) if task and expected and not na else (False, False, False)
            out[unit, number] = {
                "state": "na" if na else "unreported" if r is None else r.state if task else "none_arisen" if r.kind == "none_arisen" else "value",
                "receipt": r.receipt if r else (0, 0), "received": r.received if r else 0, "as_of": r.as_of if r else 0,
                "percent": r.number("percent") if r else 0, "done_on": r.number("done_on") if r else 0,
                "numerator": (r.number("numerator") or r.number("value")) if r else 0, "denominator": r.number("denominator") if r else 0,
                "on_behalf": bool(r and r.on_behalf), "overdue": late[0], "behind": late[1], "done_late": late[2], "expected": expected,
                "principal": r.principal if r else 0, "due": h.terms.due(c, unit, leaf),
                "first_due": term.first_due if term else 0, "corrected": bool(r and r.corrected), "accepted": bool(r and r.accepted),
                "unchanged_since": (stand.since or r.as_of) if r else 0,
                "blame": blame(h, unit, leaf) if late[0] or late[2] else (0, 0)}
    return out


# ---- suspicions ----

def suspicious(h, subject, item, period):
    """{(unit, item number, period code, what, entry, index): (before, after)} of what the fold has found."""
    c, inside, wanted, meant = h.catalogue, under(h, subject), leaves(h, item), window(h.catalogue, period)
    return {(r["unit"], r["item"], r["_period"].code, r["suspicion"], r["entry"], r["index"]): (r["before"], r["after"])
            for r in h.rows if r["table"] == "suspicions" and r["unit"] in inside and r["_leaf"] in wanted and (not meant or meant(r["_period"]))}


def told_or_live(h, leaf, period):
    """{unit: (the report that stands now, is it owed? was the slot ever open?)}"""
    if period is not None:
        return {u: (t.now, t.expected and not t.exempt, t.expected or not t.is_frozen or t.frozen is not None) for u, t in told(h, leaf, period, strangers=True).items()}
    c = h.catalogue
    units = c.ever_reporters(leaf)
    return {u: (h.cells[u, leaf].top if (u, leaf) in h.cells else None,
                c.expected(u, leaf, h.today) and not h.terms.na(u, leaf, h.today), True) for u in units}


def control(h, subject, item, period):
    """{(unit, item number, period code, "control", entry, index): (sum of those below, the figure)} of control figures that do not fit."""
    c, inside, meant, today, out = h.catalogue, under(h, subject), window(h.catalogue, period), ordinal(h.today), {}
    for leaf in leaves(h, item):
        other = c.items[leaf].get("control")
        if not other:
            continue
        periods = [None]
        if c.schedule(leaf):
            periods = {r["_period"] for r in h.rows if r["table"] == "frozen" and r["_leaf"] == leaf} | {s.period for s in h.sheets.held.values()
                                                                                              if s.schedule == c.schedule(leaf).code}
            periods = [p for p in periods if p.last < today and (not meant or meant(p))]
        elif meant:
            continue
        for p in periods:
            mine, theirs = told_or_live(h, leaf, p), told_or_live(h, other, p)
            for unit in inside & mine.keys():
                r, _, opened = mine[unit]
                below = {u: x for u, x in theirs.items() if u != unit and u in c.subtree(unit)}
                reports = [x for x, _, _ in below.values() if x]
                if not opened or r is None or r.kind == "none_arisen" or not reports or any(owed and x is None for x, owed, _ in below.values()):
                    continue
                for name in ("numerator", "value", "denominator"):  # the first that differs is shown
                    figures = sum(x.number(name) for x in reports), r.number(name)
                    if figures[0] != figures[1]:
                        out[unit, c.items[leaf]["number"], p.code if p else "", "control", *r.receipt] = figures
                        break
    return out


# ---- cases ----

def meant(h, code, item):
    """Is the item (a code) at or below the one asked about?"""
    return not item or item in h.catalogue.item_line(code)


def obstacles(h, subject, item, state, by_addressee):
    """({receipt: what is said of it}, {addressee: (open, overdue, closed, days)})"""
    inside, rows, per = {subject} if by_addressee and not isinstance(subject, str) else under(h, subject), {}, {}
    for at, o in h.obstacles.of.items():
        asked = {s.addressee for s in o.steps if s.addressee is not None}
        if not meant(h, o.item, item) or not ((asked | {o.addressee}) & inside if by_addressee else o.unit in inside):
            continue
        spent = lay(o, h.today)
        for unit, days in spent.items():
            if by_addressee and unit not in inside:
                continue
            n = per.setdefault(unit, [0, 0, 0, 0])
            n[0] += o.state == OPEN and o.addressee == unit
            n[1] += o.addressee == unit and overdue(o, h.today)
            n[2] += o.state == CLOSED
            n[3] += days if o.state == CLOSED else 0
        if (state and o.state != state) or (by_addressee and o.addressee not in inside):
            continue
        rows[at] = {"unit": o.unit, "item": h.catalogue.items[o.item]["number"], "state": o.state, "addressee": o.addressee,
                    "answer_due": o.due if o.state == OPEN else 0,
                    "overdue": overdue(o, h.today), "escalations": o.escalations, "raised_late": o.raised_late, "closed_on": o.closed,
                    "waiting_days": sum(spent.values()), "affects_rights": o.affects_rights,
                    "steps": [(s.kind, s.unit, s.addressee or MINISTRIES, s.on_behalf, s.resolves) for s in o.steps]}
    return rows, {k: tuple(n) for k, n in per.items() if any(n)}


def findings(h, subject, item, open_only):
    inside, c = under(h, subject), h.catalogue
    return {f.entry: (f.unit, f.item, f.severity, f.remedy_by, f.closed) for f in h.cases.findings.values()
            if f.unit in inside and (meant(h, c.item_of[f.item], item) if f.item else not item) and not (open_only and f.closed)}


def requests(h, subject, item, waiting_only):
    inside, c = under(h, subject), h.catalogue
    return {at: (r.unit, c.items[r.item]["number"], r.kind, r.date, r.date_to, r.decided, r.granted, r.granted_date) for at, r in h.cases.requests.items()
            if r.unit in inside and meant(h, r.item, item) and not (waiting_only and r.decided)}


# ---- thresholds ----

def exceptions(h, subject, rule):
    """{(rule, unit, schedule): (period code, measured, expected)} of units that are open today."""
    c, out = h.catalogue, {}
    slots = list(live(h)) + list(frozen(h))
    schedules = {c.items[leaf].get("schedule", "") for leaf in c.leaves}
    for t in c.thresholds:
        for unit in under(h, subject) if not rule or t["rule"] == rule else ():
            if not c.open_unit(unit, h.today):
                continue
            below = c.subtree(unit)
            if t["measure"] in RATES or t["measure"] == "missing":
                for schedule in schedules:
                    found = report_gauge(h, t, [x for x in slots if x[0] == schedule and x[2] in below])
                    if found:
                        out[t["rule"], unit, schedule] = found
            elif t["measure"] in GAUGES:
                measured, expected = GAUGES[t["measure"]](h, below)
                if beyond(t, measured, 1, expected):
                    out[t["rule"], unit, ""] = "", measured, expected
    return out


def beyond(t, n, of, expected):
    """Strictly, and a share exactly: n of `of` beside basis points."""
    a, b = n, t.get("value", 0) * of
    return bool(expected) and expected >= t.get("min_expected", 0) and (a > b if t["op"] == "above" else a < b)


def share(n, of):
    """In basis points: half up, but never all when something is missing, nor nothing when there is something."""
    bp = half_up(n * 10000, of)
    return bp if n in (0, of) else min(max(bp, 1), 9999)


def report_gauge(h, t, slots):
    """Of one schedule: so many of its periods that have ended, the youngest first, in a row."""
    first, crossed = None, 0
    held = {s.period for s in h.sheets.held.values()}
    for p in sorted({x[1] for x in slots if x[1].last < ordinal(h.today)}, key=lambda p: -p.first):
        counts = Counter(x[4] for x in slots if x[1] == p)
        if counts["pending"] and p in held:
            continue
        on_time = counts["on_time"] + counts["line_slow"]
        expected = on_time + counts["late"] + counts["missing"]
        n = {"missing": counts["missing"], "on_time_rate": on_time, "reporting_rate": on_time + counts["late"]}[t["measure"]]
        rate = t["measure"] in RATES
        if not beyond(t, n * 10000 if rate else n, expected if rate else 1, expected):
            return None
        first, crossed = first or (p.code, share(n, expected) if rate else n, expected), crossed + 1
        if crossed == (t.get("periods") or 1):
            return first
    return None


def tasks_gauge(which):
    def gauge(h, below):
        rollups, n, expected = Rollups(h.catalogue, h.today, h.cells, h.terms), 0, 0
        for leaf, item in h.catalogue.leaves.items():
            for unit in h.catalogue.reporters(leaf, h.today) & below if item["kind"] == "task" else ():
                if h.catalogue.expected(unit, leaf, h.today) and not h.terms.na(unit, leaf, h.today):
                    stand = h.cells.get((unit, leaf))
                    expected += 1
                    n += rollups.late(leaf, unit, stand.top if stand else None)[which]
        return n, expected
    return gauge


def open_gauge(h, below):
    n = sum(o.state == OPEN and o.addressee in below for o in h.obstacles.of.values())
    return n, n


def overdue_gauge(h, below):
    """Of those that are not closed: with whom they lay, and from whom the clock took them or with whom they are past their day."""
    n = expected = 0
    for o in h.obstacles.of.values():
        there = o.steps[0].addressee if o.state != CLOSED else None
        for s in o.steps[1:] if o.state != CLOSED else ():
            if s.kind == "escalate":
                expected, n = expected + (there in below), n + (there in below and s.unit == 0)
                there = s.addressee
        expected, n = expected + (there in below), n + (there in below and overdue(o, h.today))
    return n, expected


def stagnant_gauge(h, below):
    moved, n = 0, 0
    for (unit, leaf), stand in h.cells.items():
        r = stand.top
        if unit in below and r and r.kind == "task" and r.state != "done" and h.catalogue.expected(unit, leaf, h.today) and not h.terms.na(unit, leaf, h.today):
            moved, n = max(moved, stand.since or r.as_of), n + 1
    return (ordinal(h.today) - ordinal(moved) if n else 0), n


RATES = ("reporting_rate", "on_time_rate")
GAUGES = {"overdue": tasks_gauge(0), "behind": tasks_gauge(1), "open_obstacles": open_gauge, "overdue_obstacles": overdue_gauge,
          "stagnant_days": stagnant_gauge}
MEASURED = (*RATES, "missing", *GAUGES)
