# SPDX-License-Identifier: Apache-2.0
"""Dumps made by hand, as entries of dump.h, for cases that are worked out on paper."""
from .days import ordinal, start
from .history import History

HOUR = 3600000
UNITS = [(1, "VN", 0, "central"), (2, "40", 1, "province"), (3, "412", 2, "district"), (4, "16702", 3, "commune"),
         (5, "16703", 3, "commune"), (6, "40.CA", 2, "department")]


def unit(number, code, parent, kind, **more):
    return {"unit": {"number": number, "code": code, "parent": parent, "kind": kind, "name": code} | more}


def leaf(number, code, kind="task", **more):
    return {"item": {"number": number, "code": code, "parent": "KH", "kind": kind, "answer": "all", "start": 20240102,
                     "due": 20241231, "weight": 1} | more}


class Made:
    """A History that is told what happens in the words of the office; `at` moves the clock and ticks what is due."""

    def __init__(self, *rows, today=20240102, units=UNITS, rules=2):
        self.h, self.rules, self.now, self.seqs = History(), rules, 0, {}
        self.rows = [unit(*u[:4], type=u[4] if len(u) > 4 else "") for u in units] + [{"item": {"number": 1, "code": "KH", "kind": "plan", "owner": "40"}}, *rows]
        self.now = start(ordinal(today), 420)
        self.put("genesis", offset_minutes=420)
        self.put("tick", date=today)
        self.put("catalogue", rows=self.rows)
        self.put("registry", principals=[{"principal": u[0], "role": "agent", "unit": u[0]} for u in units])

    def put(self, kind, **fields):
        self.h.entry({"entry": self.h.head + 1, "kind": kind, "received_ms": self.now, "rules_version": self.rules} | fields)
        return self.h.head

    def at(self, ymd, hour=8, minute=0):
        """Every midnight on the way is ticked."""
        from .days import ymd as named
        for o in range(ordinal(self.h.today) + 1, ordinal(ymd) + 1):
            self.now = start(o, 420)
            self.put("tick", date=named(o))
        self.now = start(ordinal(ymd), 420) + hour * HOUR + minute * 60000
        return self

    def say(self, unit, item, as_of, by=None, **body):
        """One update in an entry of its own; gives its receipt."""
        n = self.put("batch", principal=by or self.number(unit), epoch="00", taken=[
            {"index": 1, "update": {"unit": unit, "item": item, "as_of": as_of} | body}])
        return {"entry": n, "index": 1}

    def number(self, code):
        return next(u["unit"]["number"] for u in self.rows if "unit" in u and u["unit"]["code"] == code)

    def seal(self, ymd, hour, minute=0, heard=0):
        """Proof that it was sealed then; the server was heard `heard` ms before."""
        moment = start(ordinal(ymd), 420) + hour * HOUR + minute * 60000
        return {"boot_id": "ab" * 16, "monotonic_ms": 10**9 + heard, "server_time_ms": moment - heard, "server_heard_at_ms": 10**9}
