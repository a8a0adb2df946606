# SPDX-License-Identifier: Apache-2.0
"""Reports, and which of them stand in a cell or slot: the greatest by (period, as-of, entry) and the one below it, no more."""

FIGURES = ("task", "ratio", "count", "points", "none_arisen")


class Report:
    """One figure as it was reported."""
    __slots__ = ("entry", "index", "unit", "item", "period", "as_of", "principal", "received", "proven", "kind", "body", "on_behalf",
                 "corrected", "unchanged", "accepted", "note", "reason")

    def __init__(self, **fields):
        self.corrected = self.unchanged = self.accepted = False
        for name, value in fields.items():
            setattr(self, name, value)

    @property
    def receipt(self):
        return self.entry, self.index

    @property
    def first(self):
        """First day of its period; 0 = its leaf has no schedule."""
        return self.period.first if self.period else 0

    @property
    def order(self):
        return self.first, self.as_of

    def number(self, name):
        return self.body.get(name, 0)

    @property
    def says(self):
        return self.kind, self.state, *(self.number(n) for n in ("percent", "numerator", "denominator", "value"))

    @property
    def state(self):
        return self.body.get("state") if self.kind == "task" else None


class Stand:
    """The two reports that a cell or slot keeps; `since`: the as-of date since which the one that stands says the same."""
    __slots__ = ("top", "below", "since")

    def __init__(self):
        self.top = self.below = None
        self.since = 0

    def add(self, r):
        """True: it stands now."""
        if self.top is None or r.order >= self.top.order:
            same = self.top is not None and self.top.says == r.says
            self.since = (self.since or self.top.as_of) if same else r.as_of
            self.top, self.below = r, self.top
            return True
        if self.below is None or r.order >= self.below.order:
            self.below = r
        return False

    def find(self, receipt):
        return next((r for r in (self.top, self.below) if r and r.receipt == receipt), None)

    def void(self, receipt):
        """True: it was one of the two."""
        if self.top and self.top.receipt == receipt:
            self.top, self.below = self.below, None
        elif self.below and self.below.receipt == receipt:
            self.below = None
        else:
            return False
        self.since = 0
        return True

    def forget_before(self, first):
        """What is of an older period is no more (a flow's cell when the next period has ended)."""
        if self.top and self.top.first < first:
            self.since = 0
        self.top, self.below = ([r for r in (self.top, self.below) if r and r.first >= first] + [None, None])[:2]
