# SPDX-License-Identifier: Apache-2.0
"""A small province that is played line by line, for tests that prove what one line does.

A line is  DATE TIME WHO [NAME]: COMMAND  - a command of tiendo-agent at the office WHO (a unit's code), or of tiendo-server when WHO is
`centre`; `cut` and `back` stop and start an office's daemon. {NAME} in a later line is the receipt that the line with that NAME got, or
the entry it made at the centre; {UNIT/ITEM} is the newest receipt of that office for that item. The clock is simulated.

`proves(make_world, lines, without, figure)` plays the lines twice, the second time without one of them, and gives both figures.
"""
import re
import shlex

from clerk import Clerk
from test_reading import Viewer
from world import ITEM_COLUMNS, item, table, until

UNITS = """code,parent,kind,type,branch,name,name_en,head,contact,opened,closed,source
VN,,central,,state,Việt Nam,,,,,,
40,VN,province,tỉnh,state,Tỉnh Nghệ An,,Chủ tịch UBND tỉnh,vp@tinh.example,,,
40.CA,40,department,thường trực,sector,Công an tỉnh,,Giám đốc Công an tỉnh,ca@tinh.example,,,
40.VP,40,department,văn phòng,state,Văn phòng UBND tỉnh,,Chánh Văn phòng,vpub@tinh.example,,,
412,40,district,thành phố,state,Thành phố Vinh,,Chủ tịch UBND thành phố,vinh@tinh.example,,,
413,40,district,huyện,state,Huyện Diễn Châu,,Chủ tịch UBND huyện,dienchau@tinh.example,,,
16702,412,commune,phường,state,Phường Đông Vĩnh,,Chủ tịch UBND phường,dongvinh@tinh.example,,,
16703,412,commune,xã,state,Xã Hưng Hoà,,Chủ tịch UBND xã,hunghoa@tinh.example,,,
"""
PLAN = item("KH", "", "plan", owner="40", name="Kế hoạch 87", doc_no="87/KH-UBND", doc_date="2023-10-02", issuer="UBND tỉnh")
DISTRICTS, COMMUNES = {"reporters": "kind:district@40"}, {"reporters": "kind:commune@40"}
HALF = {"schedule": "half_month"}
FLOW = {"measure": "flow", "aggregate": "sum", "uom": "hồ sơ"}
LINE = re.compile(r"(\S+) (\S+) (\S+)(?: \[(\w+)\])?: (.*)")


def items(*rows):
    return table(ITEM_COLUMNS, [PLAN, *rows])


class Story:
    """What a centre and its offices have lived through; `tiendo` asks them."""

    def __init__(self, make_world, today="2024-01-02", units=UNITS, **more):
        self.world = make_world(today=today, units=units, **more)
        self.viewer = Viewer(self.world, "reader", "VN", "operator")
        self.clerks, self.cut, self.receipts, self.sent, self.held = {}, set(), {}, 0, {}

    # ---- offices ----
    def clerk(self, unit):
        """Each office begins its work with its first line, and then has its catalogue."""
        if unit not in self.clerks:
            self.clerks[unit] = Clerk(self.world, unit, unit).run().knows()
        return self.clerks[unit]

    def delivered(self):
        text = self.world.health("/metrics")[1]
        taken, refused = (int(re.search(rf"^tiendo_updates_{n} (\d+)", text, re.M)[1]) for n in ("taken", "refused"))
        assert refused == 0, [c.status()["refused"] for c in self.clerks.values()]
        return taken >= self.sent

    def count(self, unit, n):
        if unit in self.cut:
            self.held[unit] = self.held.get(unit, 0) + n
        else:
            self.sent += n

    # ---- lines ----
    def receipt(self, key):
        if key in self.receipts:
            return str(self.receipts[key])
        unit, code = key.split("/")
        return next(r["receipt"] for r in self.clerk(unit).json("receipts", "--limit", "0")["receipts"] if r["item"] == code)

    def office(self, unit, name, words):
        clerk = self.clerk(unit)
        if words == ["cut"]:
            self.cut.add(unit)
            clerk.stop()
            return
        if words == ["back"]:
            self.cut.remove(unit)
            self.sent += self.held.pop(unit, 0)
            clerk.run()
            return
        said = clerk.json(*words)
        queued = said.get("queued") or {"rows": len(said.get("read", []))}
        self.count(unit, queued["rows"])
        if name:
            self.receipts[name] = until(f"the receipt of {name}", lambda: next(
                (r["receipt"] for r in clerk.json("receipts")["receipts"] if r["seq"] == queued["to"]), None))

    def centre(self, name, words):
        said = self.world.server_json(*words)
        if name:
            self.receipts[name] = said["entry"]

    def line(self, text):
        date, time, who, name, command = LINE.fullmatch(text).groups()
        self.world.set_clock(date, f"{time}:00")
        until("the clock to be seen", lambda: self.seen(f"{date}T{time}"))
        words = shlex.split(re.sub(r"\{([^}]*)\}", lambda m: self.receipt(m[1]), command))
        if who == "centre":
            self.centre(name, words)
        else:
            self.office(who, name, words)
        until("the updates to be taken", self.delivered)
        # taken is said when they are decided; who holds the receipt can read the figure
        if who in self.clerks and who not in self.cut:
            until("the receipts", lambda: self.clerks[who].status()["waiting"] == 0)

    def seen(self, day):
        return f"tiendo_today {day[:10].replace('-', '')}\n" in self.world.health("/metrics")[1]

    def play(self, lines):
        for text in lines.strip().splitlines():
            self.line(text.strip())
        return self

    def day(self, date, time="08:00"):
        self.world.set_clock(date, f"{time}:00")
        until(f"the tick of {date}", lambda: self.seen(date))
        return self

    # ---- reading ----
    def tiendo(self, *args):
        return self.viewer.json(*args)

    def rows(self, *args, **where):
        """The rows of an answer that have these members."""
        return [r for r in self.tiendo(*args)["rows"] if all(r[k] == v for k, v in where.items())]

    def row(self, *args, **where):
        found = self.rows(*args, **where)
        assert len(found) == 1, found
        return found[0]


def without(lines, words):
    """The lines but for the one that has these words."""
    kept = [line for line in lines.strip().splitlines() if words not in line]
    assert len(kept) == len(lines.strip().splitlines()) - 1, f"{words}: not in one line"
    return "\n".join(kept)


def proves(make_world, land, lines, words, day, figure):
    """(the figure on that day, the figure without the line that has these words)"""
    return tuple(figure(Story(make_world, **land).play(told).day(day)) for told in (lines, without(lines, words)))
