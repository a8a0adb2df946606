# SPDX-License-Identifier: Apache-2.0
"""What offices are held to, read by `tiendo`: who reported when, who is silent, who is an exception, what a period looked like.

Each row of ACCEPTANCE that is asked for here quotes its source, and asserts a figure that changes when one line of input is taken away.
"""
import json

import pytest

import tiendo_pb2 as pb
import world as w
from rhythm import day
from test_reading import Viewer

HALF = {"schedule": "half_month"}
COMMUNES = {"reporters": "kind:commune@412|413"}
ITEMS = w.table(w.ITEM_COLUMNS, [
    w.item("KH", "", "plan", owner="40", name="Kế hoạch 87"),
    w.item("KH.T", "KH", "task", lead="412", answer="lead", due="2024-06-30", **HALF, name="Ban hành kế hoạch"),
    w.item("KH.R", "KH", "ratio", **COMMUNES, measure="stock", aggregate="sum", num_def="đã cấp", den_def="dân số", bounded="yes", target="50%",
           direction="higher", **HALF, name="Cấp căn cước"),
    w.item("KH.M", "KH", "count", reporters="kind:district@40", measure="ytd", aggregate="sum", uom="lượt", schedule="month", name="Tập huấn"),
    w.item("KH.F", "KH", "count", reporters="kind:district@40", measure="flow", aggregate="sum", uom="hồ sơ", schedule="month", name="Hồ sơ"),
])
MORE = {"thresholds": "rule,measure,op,value,min_expected,periods,action\nCHAM,on_time_rate,below,80%,1,1,Báo cáo ngay cho Chủ tịch UBND tỉnh\n",
        "holidays": "date,kind,name\n2024-04-18,off,Giỗ Tổ\n"}


def task(percent):
    return {"task": pb.Task(state=pb.TASK_STATE_IN_PROGRESS, percent=percent)}


def ratio(n, d):
    return {"ratio": pb.Ratio(numerator=n, denominator=d)}


def count(n):
    return {"count": pb.Count(value=n)}


# (day it is sent, unit, item, as-of date, body)
LINES = [
    ("2024-04-10", "412", "KH.T", 20240410, task(40)),
    ("2024-04-12", "16702", "KH.R", 20240412, ratio(90, 100)),
    ("2024-04-15", "413", "KH.R", 20240415, ratio(10, 100)),
    ("2024-04-17", "16703", "KH.R", 20240415, ratio(20, 100)),  # a commune has one working day: late
]


class Played:
    """A world in which lines were sent on their days, each by its own office."""

    def __init__(self, make_world, lines, start="2024-04-01"):
        self.world = make_world(items=ITEMS, more=MORE, today=start)
        self.look, self.offices, self.seq, self.today = Viewer(self.world), {}, {}, start
        for when, unit, item, as_of, body in lines:
            self.at(when)
            self.send(unit, item, as_of, body)

    def at(self, date):
        if date != self.today:
            day(self.world, date)
            self.today = date
        return self

    def send(self, unit, item, as_of, body, **more):
        if unit not in self.offices:
            self.offices[unit], self.seq[unit] = self.world.office(self.world.principal(unit)), 0
        office = self.offices[unit]
        self.seq[unit] += 1
        seq = self.seq[unit]
        office.offer(seq, [office.update(seq, unit, item, as_of, author_role=pb.AUTHOR_ROLE_CLERK, **body, **more)])
        assert office.outcomes[seq][0] == "taken", office.outcomes[seq]
        return office.outcomes[seq][1]

    def rows(self, *args):
        answer = self.look.json(*args)
        assert answer["simulated"] and answer["question"]
        return answer["rows"]

    def rate(self, unit, *args, of, level=None, period="2024-04a"):
        """(reported, on time, expected)"""
        (r,) = [r for r in self.rows("timeliness", unit, *args) if (r["unit"], r["level"], r["period"]) == (of, level, period)]
        assert r["expected"] == sum(r[k] for k in ("on_time", "line_slow", "late", "missing", "pending")) and r["reported"] <= r["expected"]
        return r["reported"], r["on_time"] + r["line_slow"], r["expected"]


@pytest.fixture
def play(make_world):
    return lambda lines=LINES, **more: Played(make_world, lines, **more)


def without(i):
    return LINES[:i] + LINES[i + 1:]


def test_late_reports_are_a_fault_that_is_measured(play):
    """R01, S0: "chế độ báo cáo chưa kịp thời"."""
    p = play()
    assert p.rate("40", of="40") == (4, 3, 4)
    assert p.rate("40", of="412") == (3, 2, 3) and p.rate("412", of="16703") == (1, 0, 1)
    text = p.look.cli("timeliness", "40").stdout
    assert "Kỳ 2024-04a (01/04/2024–15/04/2024), chế độ half_month · chưa chốt" in text and "75 % (3/4)" in text and "thời gian mô phỏng" in text
    assert play(without(1)).rate("40", of="40") == (3, 2, 4), "a report that is taken away is missing"


def test_down_to_communes(play):
    """R10, S2: "nhất là ở cấp xã"."""
    p = play()
    assert p.rate("40", of="40", level="commune") == (2, 1, 2) and p.rate("40", of="40", level="district") == (2, 2, 2)
    assert play(without(1)).rate("40", of="40", level="commune") == (1, 0, 2)


def test_who_is_silent(play):
    """ACCEPTANCE 13.24: who owes what now, since when, head and contact; and it is over at the freeze."""
    p = play(without(1)).at("2024-04-17")
    answer = p.look.json("silent", "40")
    (row,) = answer["rows"]
    assert (row["unit"], row["item"], row["period"], row["since"], row["deadline"]) == ("16702", "KH.R", "2024-04a", "2024-04-16", "2024-04-16")
    assert row["head"] == "Chủ tịch UBND phường" and row["contact"] is None and row["missing"] and row["last_received_ms"] is None
    assert (answer["expected"], answer["expected_units"]) == (4, 4)
    text = p.look.cli("silent", "40").stdout
    assert "Im lặng: 1/4 đơn vị · nợ 1/4 báo cáo, trong đó 1 đã quá hạn" in text and "Phường Đông Vĩnh" in text and "quá hạn 1 ngày" in text
    p.at("2024-04-23")
    assert p.look.json("silent", "40")["expected"] == 0
    assert play().look.json("silent", "40")["rows"] == [], "nobody"


def test_weak_units_are_told_at_once(play):
    """R04, K03, S3: "Báo cáo ngay cho Chủ tịch UBND tỉnh đối với những đơn vị, địa phương… tiến độ chậm"."""
    p = play()
    beyond = {(r["unit"], r["measured"], r["expected"]) for r in p.rows("exceptions", "40")}
    assert beyond == {("40", 7500, 4), ("412", 6667, 3), ("16703", 0, 1)}
    text = p.look.cli("exceptions", "40", "CHAM").stdout
    assert "Vượt ngưỡng: 3" in text and "dưới 80 %" in text and "Báo cáo ngay cho Chủ tịch UBND tỉnh" in text
    assert {r["unit"] for r in play(without(3)).at("2024-04-17").rows("exceptions", "40")} == {"40", "412", "16703"}, "missing is not on time either"
    assert not play(LINES[:3] + [("2024-04-16", *LINES[3][1:])]).at("2024-04-17").rows("exceptions", "40"), "in time"


def test_last_month_as_it_was_and_as_it_is_known(play):
    """R05, S4: the review of August is held on 6 September ("Hội nghị giao ban tháng 8 năm 2023"); late data land in their own period."""
    p = play().at("2024-04-23")
    (r,) = [r for r in p.rows("get", "40", "KH.R", "--period", "2024-04a") if r["item"] == "KH.R"]
    assert (r["frozen"]["numerator"], r["frozen"]["denominator"], r["frozen"]["period"]) == (120, 300, "2024-04a")
    assert r["now"] == r["frozen"] and not r["changed_after_freeze"]
    p.send("16703", "KH.R", 20240415, ratio(80, 100), period="2024-04a")
    (r,) = [r for r in p.rows("get", "40", "KH.R", "--period", "2024-04a") if r["item"] == "KH.R"]
    assert r["frozen"]["numerator"] == 120 and r["now"]["numerator"] == 180 and r["changed_after_freeze"]
    text = p.look.cli("get", "40", "KH.R", "--period", "2024-04a").stdout
    assert "40 % (120/300)" in text and "60 % (180/300)" in text and "điều chỉnh sau chốt" in text and "3/3" in text
    assert p.rate("40", "--period", "2024-04a", of="40") == (4, 3, 4), "verdicts are those of the freeze"
    (r,) = play(without(2)).at("2024-04-23").rows("get", "40", "KH.R", "--period", "2024-04a")
    assert r["frozen"]["numerator"] == 110 and (r["frozen"]["reported"], r["frozen"]["expected"]) == (2, 3)


def test_a_year_and_a_quarter(play):
    """R06, S0: "năm 2022 và Quý I năm 2023": a running total = the end of each year + the last; a flow = the sum of its months."""
    lines = [("2023-12-31", "413", "KH.M", 20231231, count(100)), ("2023-12-31", "413", "KH.F", 20231231, count(9)),
             ("2024-01-31", "413", "KH.M", 20240131, count(7)), ("2024-01-31", "413", "KH.F", 20240131, count(7)),
             ("2024-02-29", "413", "KH.M", 20240229, count(20)), ("2024-02-29", "413", "KH.F", 20240229, count(13))]

    def window(lines, item, period="2023..2024-Q1"):
        (r,) = play(lines, start="2023-12-31").at("2024-03-20").rows("get", "40", item, "--period", period)
        return r["now"]["value"]

    assert window(lines, "KH.M") == 120 and window(lines, "KH.F") == 29
    assert window(lines, "KH.F", "2024-01..2024-02") == 20 and window(lines, "KH.M", "2024-Q1") == 20
    assert window(lines[1:], "KH.M") == 20 and window(lines[:5], "KH.F") == 16


def test_everybody_reads_the_same_cut(play):
    """R08, S3: "Hội nghị trực tuyến toàn tỉnh": as known at a day's tick, whatever comes while one talks."""
    p = play(LINES[:3]).at("2024-04-16")
    before = p.look.json("get", "40", "--at", "2024-04-16")
    p.send("16703", "KH.R", 20240415, ratio(20, 100))
    other = Viewer(p.world, "other")
    assert other.json("get", "40", "--at", "2024-04-16")["rows"] == before["rows"]
    figure = {r["item"]: r["frozen"] for r in before["rows"]}["KH.R"]
    assert (figure["numerator"], figure["at"], figure["reported"]) == (100, "2024-04-16", 2)
    points = [(r["date"], r["figure"]["numerator"]) for r in p.at("2024-04-17").rows("series", "40", "KH.R", "--from", "2024-04-12")]
    assert points == [("2024-04-13", 90), ("2024-04-16", 100), ("2024-04-17", 120)]
    assert "90 % (90/100)" in p.look.cli("series", "40", "KH.R").stdout


def test_three_kinds_of_failure_stay_apart(play):
    """K04, S3: "chậm thực hiện, thực hiện không đúng quy định, không đạt chỉ tiêu đề ra": late and below target are two figures."""
    p = play()
    late = {r["unit"]: r["late"] for r in p.rows("timeliness", "412", "KH.R", "--period", "2024-04a") if r["level"] is None}
    assert late["16703"] == 1 and late["16702"] == 0
    missed = {u: p.look.json("get", u, "KH.R")["target_reached"] for u in ("16702", "16703", "413")}
    assert missed == {"16702": True, "16703": False, "413": False}, "413 was in time, and below its target"


def test_leaders_split(play):
    """Completed on time / late, not completed within time / overdue: beside done / in progress / not started, and it adds up."""
    p = play()
    split = p.look.json("explain", "40", "KH")["deadlines"]
    assert split == {"applicable": 1, "done_in_time": 0, "done_late": 0, "open_in_time": 1, "overdue": 0}
    p.at("2024-07-01")
    assert p.look.json("explain", "40", "KH.T")["deadlines"]["overdue"] == 1
    assert "0/1 hoàn thành đúng hạn · 0 hoàn thành muộn · 0 chưa hoàn thành, còn trong hạn · 1 quá hạn" in p.look.cli("explain", "40", "KH.T").stdout


def test_rights_and_words_that_are_wrong(play):
    """An office reads its own subtree; the sentence names what is wrong."""
    p = play()
    commune = p.world.reader(p.world.principal("16702"))
    for name, question in (("timeliness", pb.Timeliness), ("silent", pb.Silent), ("series", pb.Series), ("suspicious", pb.Suspicious),
                           ("exceptions", pb.Exceptions), ("period_figures", pb.PeriodFigures)):
        more = {"series": {"item": "KH.R"}, "period_figures": {"item": "KH.R", "period": "2024-04a"}}.get(name, {})
        assert not commune.ask(**{name: question(unit="16702", **more)}).HasField("failure"), name
        assert commune.ask(**{name: question(unit="412", **more)}).failure.reason == pb.REASON_FORBIDDEN, name
        assert commune.ask(**{name: question(unit="99", **more)}).failure.reason == pb.REASON_NOT_FOUND, name
    for words, code, said in ((("timeliness", "40", "--period", "2024-13"), 1, "2024-13"), (("silent", "99"), 1, "99"), (("series", "40"), 2, "UNIT ITEM"),
                              (("get", "40", "--at", "2024-02-30"), 2, "2024-02-30"), (("get", "40", "--at", "2024-12-30"), 1, "20241230"),
                              (("get", "40", "--period", "2024-Q1", "--at", "2024-04-01"), 2, "--at"), (("exceptions", "40", "NO"), 1, "NO"),
                              (("get", "40", "KH.R", "--period", "2025"), 1, "2025")):
        done = p.look.cli(*words, ok=(code,))
        assert said in done.stderr and not done.stdout, words
    assert "Không có số liệu của kỳ này" in p.look.cli("get", "40", "KH.R", "--period", "2021").stdout, "before the store"


def test_a_restarted_and_a_rebuilt_centre_answer_the_same(play):
    """Out of memory, out of view/, and out of the journal alone."""
    p = play().at("2024-04-23")
    p.send("16703", "KH.R", 20240415, ratio(80, 100), period="2024-04a")
    questions = [("timeliness", "40", "--period", "2024-04"), ("get", "40", "--period", "2024-04a"), ("get", "40", "--at", "2024-04-18"),
                 ("series", "40", "KH.R"), ("exceptions", "40"), ("suspicious", "40"), ("silent", "40")]

    def answers():
        return [p.look.json(*q)["rows"] for q in questions]

    before = answers()
    assert all(before[:5])
    p.world.stop()
    p.world.start()
    assert answers() == before
    p.world.stop()
    p.world.server_cli("rebuild")
    p.world.start()
    assert answers() == before
