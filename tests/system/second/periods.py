# SPDX-License-Identifier: Apache-2.0
"""The eight rhythms of reporting: which periods they have, when these close, when a report is due, when they freeze."""
import re
from datetime import date, timedelta
from typing import NamedTuple

UNIT_KINDS = ("central", "province", "department", "district", "commune", "other")
USUAL_DAYS = {"commune": 1, "other": 1, "district": 2, "department": 2, "province": 3, "central": 4}


class Period(NamedTuple):
    code: str
    first: int
    last: int


def _month(y, m, k=0):
    """Month m of year y, k months on."""
    n = y * 12 + m - 1 + k
    return n // 12, n % 12 + 1


def _span(code, first, end):
    """first <= d < end, as (year, month, day)."""
    return Period(code, date(*first).toordinal(), date(*end).toordinal() - 1)


def _half(d):
    if d.day <= 15:
        return _span(f"{d:%Y-%m}a", (d.year, d.month, 1), (d.year, d.month, 16))
    return _span(f"{d:%Y-%m}b", (d.year, d.month, 16), (*_month(d.year, d.month, 1), 1))


def _months(n, code, day=1):
    """Periods of n months that begin on that day: of this month, or (15) of the one before."""
    def at(d):
        y, m = _month(d.year, d.month, 1 if day > 1 and d.day >= day else 0)
        m -= (m - 1) % n
        back = -1 if day > 1 else 0
        return _span(code(y, m), (*_month(y, m, back), day), (*_month(y, m, n + back), day))
    return at


def _week(d):
    y, w, wd = d.isocalendar()
    first = d.toordinal() - wd + 1
    return Period(f"{y}-W{w:02}", first, first + 6)


RHYTHMS = {
    "half_month": _half,
    "month": _months(1, lambda y, m: f"{y}-{m:02}"),
    "month15": _months(1, lambda y, m: f"{y}-{m:02}x", 15),
    "quarter": _months(3, lambda y, m: f"{y}-Q{m // 3 + 1}"),
    "quarter15": _months(3, lambda y, m: f"{y}-Q{m // 3 + 1}x", 15),
    "year": _months(12, lambda y, m: f"{y}"),
    "iso_week": _week,
}


def rhythm_period(kind, o):
    return RHYTHMS[kind](date.fromordinal(o))


def parse(kind, code):
    """The period of that rhythm with that code; None = it has none. Found by asking for a day that such a code could mean."""
    m = re.fullmatch(r"(\d{4})(?:-(?:W(\d\d)|Q(\d)x?|(\d\d)[abx]?))?", code)
    if not m or not 1900 <= int(m[1]) <= 2199:
        return None
    y = int(m[1])
    if m[2]:
        day = date(y, 1, 4) + timedelta(7 * (int(m[2]) - 1))
    elif m[3]:
        if not 1 <= int(m[3]) <= 4:
            return None
        day = date(y, 3 * int(m[3]) - 2, 1)
    elif m[4]:
        if not 1 <= int(m[4]) <= 12:
            return None
        day = date(y, int(m[4]), 28 if code.endswith("b") else 1)
    else:
        day = date(y, 7, 1)
    p = RHYTHMS[kind](day)
    return p if p.code == code else None


class Schedule:
    """One row of schedules.csv (or a kind's word) with its deadlines and, of a one-off, its periods."""

    def __init__(self, code, kind, days, cal, listed=(), first="", last=""):
        self.code, self.kind, self.days, self.cal = code, kind, days, cal
        self.listed = sorted(listed, key=lambda p: p.first) if kind == "once" else None
        self.bound_first, self.bound_last = 0, 10**9
        bounds = self.find(first), self.find(last)
        if first:
            self.bound_first = bounds[0].first
        if last:
            self.bound_last = bounds[1].last
        self._at, self._ended, self._deadline, self._freeze = {}, {}, {}, {}

    def _within(self, p):
        return p.first >= self.bound_first and p.last <= self.bound_last

    def at(self, o):
        """The period that holds the day; None = none."""
        if o not in self._at:
            if self.listed is not None:
                p = next((p for p in self.listed if p.first <= o <= p.last), None)
            else:
                p = rhythm_period(self.kind, o)
            self._at[o] = p if p and self._within(p) else None
        return self._at[o]

    def find(self, code):
        if self.listed is not None:
            p = next((p for p in self.listed if p.code == code), None)
        else:
            p = parse(self.kind, code)
        return p if p and self._within(p) else None

    def ended(self, o):
        """The latest period that ended before the day; None = none."""
        if o not in self._ended:
            self._ended[o] = self._find_ended(o)
        return self._ended[o]

    def _find_ended(self, o):
        if self.listed is not None:
            p = max((p for p in self.listed if p.last < o), default=None, key=lambda p: p.last)
            return p if p and self._within(p) else None
        if o > self.bound_last:
            p = rhythm_period(self.kind, self.bound_last)
        else:
            p = rhythm_period(self.kind, rhythm_period(self.kind, o).first - 1)
        return p if self._within(p) else None

    def deadline(self, p, kind):
        """The last day on which a unit of that kind is in time."""
        key = p.last, kind
        if key not in self._deadline:
            self._deadline[key] = self.cal.after(p.last, self.days[kind])
        return self._deadline[key]

    def freeze(self, p):
        """The day whose tick freezes it."""
        if p.last not in self._freeze:
            self._freeze[p.last] = max(self.deadline(p, k) for k in UNIT_KINDS) + 1
        return self._freeze[p.last]

    def of_report(self, named, as_of, kind):
        """The period of a report by a unit of that kind; None = bad_period."""
        if named:
            p = self.find(named)
            return p if p and p.first <= as_of <= self.deadline(p, kind) else None
        p = self.ended(as_of)
        if p and as_of <= self.deadline(p, kind):
            return p
        return self.at(as_of)


def schedules(rows, period_rows, deadline_rows, cal, ordinal):
    """{code: Schedule}: those of the rows, and the kinds' words where no row has them."""
    out = {}
    given = {}
    for r in deadline_rows:
        given.setdefault(r["schedule"], {})[r["unit_kind"]] = r["working_days"]
    listed = {}
    for r in period_rows:
        listed.setdefault(r["schedule"], []).append(Period(r["period"], ordinal(r["start"]), ordinal(r["end"])))
    for r in [*rows, *({"schedule": k, "kind": k} for k in (*RHYTHMS, "once"))]:
        code, kind = r["schedule"], r["kind"]
        if code not in out:
            days = USUAL_DAYS | given.get(kind, {}) | given.get(code, {})
            out[code] = Schedule(code, kind, days, cal, listed.get(code, ()), r.get("first", ""), r.get("last", ""))
    return {c: s for c, s in out.items() if s.listed is None or s.listed}
