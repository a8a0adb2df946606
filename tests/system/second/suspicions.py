# SPDX-License-Identifier: Apache-2.0
"""Reports that should be looked at before they are believed: what the fold finds when it takes one (docs/FIGURES.md)."""

from .days import ordinal

SAME_TEXT_MIN = 20  # bytes


class Notes:
    """The last note of each cell, and of which period it was."""

    def __init__(self):
        self.of = {}  # (unit, leaf) -> (note, first day of its period)

    def same(self, schedule, r):
        """Is it the note of the period before, word for word? Keeps it."""
        key, long = (r.unit, r.item), len(r.note.encode()) >= SAME_TEXT_MIN
        note, period = self.of.get(key, ("", 0))
        if r.first < period:
            return False
        before = schedule.ended(r.first)
        same = long and note == r.note and before is not None and before.first == period
        self.of[key] = (r.note, r.first) if long else ("", 0)
        return same


def progress(r):
    """In basis points; None = it has none."""
    if r.kind == "task":
        return r.number("percent") * 100
    if r.kind == "ratio" and r.number("denominator"):
        return r.number("numerator") * 10000 // r.number("denominator")
    return None


def jump(standing, r):
    """From half or less to everything on the period's last day or later: (before, after) in basis points, or None."""
    if standing is None or ordinal(r.as_of) < r.period.last:
        return None
    before, after = progress(standing), progress(r)
    return (before, after) if before is not None and after is not None and before <= 5000 and after >= 10000 else None


def fall(item, standing, r):
    """A running total of the year below what an earlier period said, without a reason: (before, after), or None."""
    if item.get("measure") != "ytd" or standing is None or "none_arisen" in (r.kind, standing.kind) or r.reason or standing.first >= r.first or standing.as_of // 10000 != r.as_of // 10000:
        return None
    before, after = (x.number("numerator") or x.number("value") for x in (standing, r))
    return (before, after) if after < before else None
