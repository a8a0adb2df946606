# SPDX-License-Identifier: Apache-2.0
"""Days as numbers (Python's ordinals), and which of them are worked."""
import datetime
from bisect import bisect_left
from functools import lru_cache
from itertools import accumulate

DATE = datetime.date


@lru_cache(None)
def ordinal(ymd):
    """yyyymmdd -> number of the day."""
    return DATE(ymd // 10000, ymd // 100 % 100, ymd % 100).toordinal()


@lru_cache(None)
def ymd(o):
    d = DATE.fromordinal(o)
    return d.year * 10000 + d.month * 100 + d.day


def at(ms, offset_minutes):
    """The office's day of a moment."""
    return (ms + offset_minutes * 60000) // 86400000 + EPOCH


def start(o, offset_minutes):
    """The first moment of an office's day."""
    return (o - EPOCH) * 86400000 - offset_minutes * 60000


EPOCH = DATE(1970, 1, 1).toordinal()


def weekday(o):
    """0 = Monday."""
    return (o - 1) % 7


def weekdays_before(o):
    """How many days Monday to Friday are numbered below o."""
    weeks, rest = divmod(o - 1, 7)
    return 5 * weeks + min(rest, 5)


class Calendar:
    """Monday to Friday, but for what `holidays` says: {yyyymmdd: is it worked}."""

    def __init__(self, holidays):
        other = {o: works for d, works in holidays.items() if works != (weekday(o := ordinal(d)) < 5)}
        self.other = other
        self.days = sorted(other)
        self.sums = [0, *accumulate(1 if other[o] else -1 for o in self.days)]
        self._nth = {}

    def working(self, o):
        return self.other.get(o, weekday(o) < 5)

    def _before(self, o):
        return weekdays_before(o) + self.sums[bisect_left(self.days, o)]

    def between(self, first, end):
        """Working days d with first <= d < end."""
        return max(0, self._before(end) - self._before(first)) if end > first else 0

    def after(self, o, n):
        """The n-th working day after o; n = 0: o itself."""
        key = o, n
        if key not in self._nth:
            d = o
            for _ in range(n):
                d += 1
                while not self.working(d):
                    d += 1
            self._nth[key] = d
        return self._nth[key]

    def before(self, o, n):
        """The n-th working day before o; n = 0: o itself."""
        for _ in range(n):
            o -= 1
            while not self.working(o):
                o -= 1
        return o
