# SPDX-License-Identifier: Apache-2.0
"""The second computation itself, on cases worked out by hand from DOMAIN 5: it must be right before it may judge."""
import pytest

from second import timely
from second.cases import blame
from second.catalogue import Catalogue
from second.days import Calendar, ordinal, weekday, ymd
from second.made import UNITS, Made, leaf, unit
from second.obstacles import lay, overdue
from second.periods import schedules
from second.slots import state

TET = {d: False for d in (20240101, 20240208, 20240209, 20240212, 20240213, 20240214, 20240429, 20240430, 20240501)} | {20240504: True}
HOLIDAYS = [{"holiday": {"date": d, "working": works}} for d, works in TET.items()]
CAL = Calendar(TET)
ALL = schedules([], [], [], CAL, ordinal)


def days(p):
    return p and (p.code, ymd(p.first), ymd(p.last))


def dates(s, p):
    return [ymd(s.deadline(p, k)) for k in ("commune", "district", "province", "central")] + [ymd(s.freeze(p))]


def test_working_days():
    assert weekday(ordinal(20240219)) == 0
    assert CAL.working(ordinal(20240504)) and not CAL.working(ordinal(20240505)) and not CAL.working(ordinal(20240209))
    assert CAL.between(ordinal(20240205), ordinal(20240217)) == 5  # 5, 6, 7, 15, 16
    assert CAL.between(ordinal(20240427), ordinal(20240507)) == 4  # 2, 3, 4 (a swapped Saturday), 6
    assert ymd(CAL.after(ordinal(20240207), 1)) == 20240215 and ymd(CAL.before(ordinal(20240215), 1)) == 20240207
    assert sum(CAL.working(o) for o in range(ordinal(20230101), ordinal(20250101))) == CAL.between(ordinal(20230101), ordinal(20250101))


@pytest.mark.parametrize("kind, day, code, first, last", [
    ("half_month", 20240215, "2024-02a", 20240201, 20240215), ("half_month", 20240216, "2024-02b", 20240216, 20240229),
    ("half_month", 20230228, "2023-02b", 20230216, 20230228), ("half_month", 20231231, "2023-12b", 20231216, 20231231),
    ("month", 20240229, "2024-02", 20240201, 20240229),
    ("month15", 20240314, "2024-03x", 20240215, 20240314), ("month15", 20240315, "2024-04x", 20240315, 20240414),
    ("month15", 20231215, "2024-01x", 20231215, 20240114), ("month15", 20240114, "2024-01x", 20231215, 20240114),
    ("quarter", 20240331, "2024-Q1", 20240101, 20240331), ("quarter", 20241001, "2024-Q4", 20241001, 20241231),
    ("quarter15", 20231215, "2024-Q1x", 20231215, 20240314), ("quarter15", 20240314, "2024-Q1x", 20231215, 20240314),
    ("quarter15", 20240315, "2024-Q2x", 20240315, 20240614), ("quarter15", 20241214, "2024-Q4x", 20240915, 20241214),
    ("year", 20240229, "2024", 20240101, 20241231),
    ("iso_week", 20240401, "2024-W14", 20240401, 20240407), ("iso_week", 20241230, "2025-W01", 20241230, 20250105),
    ("iso_week", 20210103, "2020-W53", 20201228, 20210103)])
def test_periods(kind, day, code, first, last):
    s = ALL[kind]
    assert days(s.at(ordinal(day))) == days(s.find(code)) == (code, first, last)
    before = s.ended(ordinal(first))
    assert before.last == ordinal(first) - 1 and s.ended(ordinal(last)) == before and s.ended(ordinal(last) + 1).code == code


def test_codes_of_other_rhythms_are_none():
    codes = {"half_month": "2024-02a", "month": "2024-02", "month15": "2024-02x", "quarter": "2024-Q1", "quarter15": "2024-Q1x",
             "year": "2024", "iso_week": "2024-W05"}
    for kind in codes:
        assert [k for k, c in codes.items() if ALL[kind].find(c)] == [kind]
    for bad in ("2024-13", "2024-00", "2024-Q5", "2024-W54", "2023-W53", "2024-02c", "24-02", "2024-W00", "", "2024-02ax", "2024-Q0x"):
        assert not any(s.find(bad) for s in ALL.values()), bad


@pytest.mark.parametrize("kind, code, expected", [
    ("half_month", "2024-01b", [20240201, 20240202, 20240205, 20240206, 20240207]),
    ("half_month", "2024-02a", [20240216, 20240219, 20240220, 20240221, 20240222]),
    ("iso_week", "2024-W06", [20240215, 20240216, 20240219, 20240220, 20240221]),  # closes on the Sunday within Tết
    ("month", "2024-04", [20240502, 20240503, 20240504, 20240506, 20240507]),  # the swapped Saturday is the province's
    ("month15", "2024-02x", [20240215, 20240216, 20240219, 20240220, 20240221]),  # 15/1-14/2
    ("quarter15", "2024-Q1x", [20240315, 20240318, 20240319, 20240320, 20240321])])
def test_deadlines_over_tet(kind, code, expected):
    s = ALL[kind]
    assert dates(s, s.find(code)) == expected


def test_deadlines_are_data():
    rows = [{"schedule": "KY", "unit_kind": "commune", "working_days": 3}, {"schedule": "month", "unit_kind": "district", "working_days": 5}]
    s = schedules([{"schedule": "KY", "kind": "month", "first": "2024-02", "last": "2024-04"}], [], rows, CAL, ordinal)["KY"]
    assert s.days["commune"] == 3 and s.days["district"] == 5 and s.days["province"] == 3
    assert days(s.at(ordinal(20240131))) is None and s.find("2024-05") is None and days(s.at(ordinal(20240201)))[0] == "2024-02"
    assert s.ended(ordinal(20240229)) is None and s.ended(ordinal(20240301)).code == "2024-02" and s.ended(ordinal(20250101)).code == "2024-04"


def test_once():
    rows = [{"schedule": "KH24", "period": "GOP-Y", "start": 20230426, "end": 20230515}, {"schedule": "KH24", "period": "XONG", "start": 20230601, "end": 20230630}]
    all_ = schedules([{"schedule": "KH24", "kind": "once"}, {"schedule": "LEER", "kind": "once"}], rows, [], CAL, ordinal)
    s = all_["KH24"]
    assert "LEER" not in all_ and "once" not in all_
    assert s.at(ordinal(20230516)) is None and s.at(ordinal(20230515)).code == "GOP-Y" == s.find("GOP-Y").code
    assert s.ended(ordinal(20230601)).code == "GOP-Y" and s.ended(ordinal(20230515)) is None
    assert ymd(s.deadline(s.find("GOP-Y"), "commune")) == 20230516


@pytest.mark.parametrize("named, as_of, kind, code", [
    ("", 20240215, "commune", "2024-02a"), ("", 20240216, "commune", "2024-02a"),  # within the window of the period that has closed
    ("", 20240217, "commune", "2024-02b"), ("", 20240217, "province", "2024-02a"), ("", 20240220, "province", "2024-02a"),
    ("", 20240221, "province", "2024-02b"), ("2024-02b", 20240216, "commune", "2024-02b"), ("2024-02a", 20240216, "commune", "2024-02a"),
    ("2024-02a", 20240217, "commune", None), ("2024-02a", 20240131, "commune", None), ("2024-02", 20240210, "commune", None)])
def test_period_of_a_report(named, as_of, kind, code):
    p = ALL["half_month"].of_report(named, ordinal(as_of), kind)
    assert (p and p.code) == code


# ---- proof ----

def test_sealing_needs_proof():
    seal = {"boot_id": "ab" * 16, "monotonic_ms": 5000, "server_time_ms": 10**12, "server_heard_at_ms": 2000}
    assert timely.sealed(seal, 10**12 + 3000, None) == 10**12 + 3000
    assert timely.sealed(seal, 10**12 - 57001, None) is None  # sealed after it was received, by more than clocks drift
    assert timely.sealed(seal, 10**13, 10**12 + 63001) is None  # before an earlier one of its stream
    assert timely.sealed(seal, 10**13, 10**12 + 3000) == 10**12 + 3000
    for lacks in ("boot_id", "server_time_ms"):
        assert timely.sealed({k: v for k, v in seal.items() if k != lacks}, 10**13, None) is None
    assert timely.sealed(seal | {"server_heard_at_ms": 5001}, 10**13, None) is None
    assert timely.sealed(None, 10**13, None) is None


# ---- what stands, who owed ----

def world(*rows, **more):
    return Made(*HOLIDAYS, *rows, **more)


def slot(w, unit_, item, code):
    c = w.h.catalogue
    p = c.schedule(item).find(code)
    sheet = w.h.sheets.of(c, item, p)
    return sheet and sheet.slots.get((w.number(unit_), item))


def verdicts(w, item, code):
    """{unit code: how its slot is counted today}"""
    c = w.h.catalogue
    sheet = w.h.sheets.of(c, item, c.schedule(item).find(code))
    return {c.units[u]["code"]: state(c, w.h.terms, sheet, u, item, s, w.h.today) for (u, leaf_), s in sheet.slots.items() if leaf_ == item}


COMMUNES = leaf(10, "KH.R", "ratio", reporters="kind:commune@40|412|40", schedule="half_month", measure="stock", aggregate="own")


def ratio(n):
    return {"numerator": n, "denominator": 100}


def test_every_level_sees_its_own_deadline():
    w = world(COMMUNES)
    w.at(20240216, 23, 59)
    w.say("16702", "KH.R", 20240215, ratio=ratio(1))  # in its last minute
    w.at(20240217, 0, 0)
    w.say("16703", "KH.R", 20240215, period="2024-02a", ratio=ratio(2))  # one minute late, no proof
    assert verdicts(w, "KH.R", "2024-02a") == {"16702": "on_time", "16703": "late", "412": "pending", "40": "pending"}
    w.at(20240220)
    assert verdicts(w, "KH.R", "2024-02a") == {"16702": "on_time", "16703": "late", "412": "missing", "40": "pending"}
    w.say("40", "KH.R", 20240220, ratio=ratio(3))
    w.at(20240221)
    assert verdicts(w, "KH.R", "2024-02a")["40"] == "on_time"
    w.at(20240222)
    assert w.h.sheets.of(w.h.catalogue, "KH.R", w.h.catalogue.schedule("KH.R").find("2024-02a")) is None
    frozen = {w.h.catalogue.units[r["unit"]]["code"]: r["timely"] for r in w.h.rows if r["period"] == 20240201}
    assert frozen == {"16702": "on_time", "16703": "late", "412": "none", "40": "on_time"}


def test_a_slow_line_needs_proof():
    w = world(COMMUNES)
    w.at(20240218)
    w.say("16702", "KH.R", 20240215, period="2024-02a", ratio=ratio(1), seal=w.seal(20240216, 23, 59, heard=86400000))
    w.say("16703", "KH.R", 20240215, period="2024-02a", ratio=ratio(1), seal=w.seal(20240217, 0, 0))
    assert verdicts(w, "KH.R", "2024-02a") == {"16702": "line_slow", "16703": "late", "412": "pending", "40": "pending"}


def test_on_behalf_is_shown_but_not_in_time():
    w = world(COMMUNES)
    w.at(20240214)
    w.say("16702", "KH.R", 20240214, by=3, ratio=ratio(5))
    s = slot(w, "16702", "KH.R", "2024-02a")
    assert s.stand.top.on_behalf and s.stand.top.number("numerator") == 5 and s.timely == timely.NONE
    own = w.say("16702", "KH.R", 20240213, ratio=ratio(4))
    assert s.stand.top.number("numerator") == 5 and s.timely == timely.ON_TIME  # the greater as-of stands
    w.say("16702", "KH.R", 20240213, reason="nhầm", withdraw={"withdraws": own})
    assert s.stand.below is None and s.timely == timely.ON_TIME


def test_expected_is_frozen_when_the_period_opens():
    late = unit(7, "16704", 3, "commune", opened=20240206)
    gone = unit(8, "16705", 3, "commune", closed=20240216)
    w = world(late, gone, leaf(11, "KH.X", "count", reporters="kind:commune@40", schedule="half_month", measure="stock", closed=20240217), COMMUNES)
    w.at(20240215)
    assert verdicts(w, "KH.R", "2024-02a") == dict.fromkeys(("16702", "16703", "16705", "412", "40"), "pending")
    w.at(20240216)
    assert verdicts(w, "KH.R", "2024-02a")["16705"] == "exempt" and verdicts(w, "KH.X", "2024-02a")["16702"] == "pending"
    assert set(verdicts(w, "KH.R", "2024-02b")) == {"16702", "16703", "16704", "412", "40"}
    w.at(20240217)
    assert set(verdicts(w, "KH.X", "2024-02a").values()) == {"exempt"}


def test_only_two_reports_are_kept():
    w = world(leaf(12, "KH.T", reporters="412"))
    a, b, c = (w.say("412", "KH.T", 20240102, task={"state": "in_progress", "percent": p}) for p in (10, 20, 30))
    stand = w.h.cells[3, "KH.T"]
    w.say("412", "KH.T", 20240102, withdraw={"withdraws": c})
    assert stand.top.number("percent") == 20 and stand.below is None  # the first one is forgotten
    w.say("412", "KH.T", 20240102, withdraw={"withdraws": a})
    assert stand.top.number("percent") == 20
    d = w.say("412", "KH.T", 20240102, correction={"replaces": b, "task": {"state": "in_progress", "percent": 25}})
    assert stand.top.number("percent") == 25 and stand.top.corrected and stand.below is None
    w.say("412", "KH.T", 20240102, correction={"replaces": b, "task": {"state": "in_progress", "percent": 26}})
    assert (stand.top.number("percent"), stand.below.receipt) == (26, (d["entry"], 1))  # what it replaces is void already


FLOW = leaf(13, "KH.F", "count", reporters="412", schedule="half_month", measure="flow", aggregate="sum")


def test_a_flow_does_not_carry_over():
    w = world(FLOW, leaf(14, "KH.S", "count", reporters="412", schedule="half_month", measure="stock", aggregate="sum"))
    w.at(20240131)
    for item in ("KH.F", "KH.S"):
        w.say("412", item, 20240131, count={"value": 7})
    flow, stock = w.h.cells[3, "KH.F"], w.h.cells[3, "KH.S"]
    w.at(20240215)
    assert flow.top.number("value") == 7
    w.say("412", "KH.F", 20240215, count={"value": 8})  # of the period that runs
    w.at(20240216)
    assert flow.top.number("value") == 8 and flow.below is None and stock.top.number("value") == 7
    w.say("412", "KH.F", 20240202, period="2024-01b", count={"value": 9})  # older than the last that has ended: its slot alone
    w.say("412", "KH.S", 20240202, period="2024-01b", count={"value": 9})
    assert flow.top.number("value") == 8 and flow.below is None and stock.top.number("value") == 9
    w.at(20240301)
    assert flow.top is None


def test_after_the_freeze_now_and_frozen_part():
    w = world(FLOW)
    w.at(20240201)
    first = w.say("412", "KH.F", 20240131, count={"value": 7})
    w.at(20240210)
    w.say("412", "KH.F", 20240201, period="2024-01b", reason="sót", correction={"replaces": first, "count": {"value": 8}})
    rows = [r for r in w.h.rows if r["period"] == 20240116]
    assert [r["table"] for r in rows] == ["frozen", "after", "after"]
    assert rows[0]["report"]["value"] == 7 and rows[1]["voided_entry"] == first["entry"] and rows[2]["report"]["value"] == 8
    assert w.h.cells[3, "KH.F"].top.number("value") == 8  # 2024-01b is the last period that has ended: it is live


def test_unchanged_confirms_for_the_period():
    w = world(leaf(12, "KH.T", reporters="412", schedule="half_month"))
    w.say("412", "KH.T", 20240102, unchanged={})  # nothing stands: no effect
    assert w.h.cells[3, "KH.T"].top is None
    w.say("412", "KH.T", 20240102, task={"state": "in_progress", "percent": 40})
    w.at(20240120)
    w.say("412", "KH.T", 20240120, unchanged={})
    s = slot(w, "412", "KH.T", "2024-01b")
    assert s.timely == timely.ON_TIME and s.stand.top.number("percent") == 40 and s.stand.top.unchanged


def test_the_first_catalogue_opens_the_period_that_runs():
    w = world(COMMUNES)
    assert verdicts(w, "KH.R", "2024-01a") == dict.fromkeys(("16702", "16703", "412", "40"), "pending")
    assert len(w.h.sheets.held) == 1


# ---- due dates ----

def test_due_dates_run_down_the_levels():
    rows = [{"schedule": {"schedule": "MOT", "kind": "once"}}, {"period": {"schedule": "MOT", "period": "KH", "start": 20240401, "end": 20240510}},
            {"deadline": {"schedule": "MOT", "unit_kind": "province", "working_days": 5}},
            {"deadline": {"schedule": "MOT", "unit_kind": "district", "working_days": 3}}]
    w = world(*rows, leaf(15, "KH.1", reporters="kind:commune@40|412|40", schedule="MOT", due=20240515),
              leaf(16, "KH.2", reporters="412", answer="lead", schedule="MOT", due=20240515))
    c, terms = w.h.catalogue, w.h.terms
    assert [terms.due(c, w.number(u), "KH.1") for u in ("40", "412", "16702")] == [20240515, 20240513, 20240509]
    assert terms.due(c, 3, "KH.2") == 20240515  # one answers for all
    terms.extend(c, 4, "KH.1", 20240601)
    assert terms.due(c, 4, "KH.1") == 20240601 and terms.of[4, "KH.1"].first_due == 20240509
    terms.extend(c, 4, "KH.1", 20240701)
    assert terms.of[4, "KH.1"].first_due == 20240509


def test_a_milestone_that_was_reached_is_not_behind():
    m = {"milestone": {"item": "KH.T", "no": 1, "name": "Mốc", "date": 20240110}}
    w = world(leaf(12, "KH.T", reporters="412"), m)
    w.say("412", "KH.T", 20240102, task={"state": "in_progress", "percent": 90})
    w.at(20240110)
    key = ("VN/40/412/", 1, 12)
    assert w.h.figures()[key]["behind"] == 0
    w.at(20240111)
    assert w.h.figures()[key]["behind"] == 1
    w.say("412", "KH.T", 20240111, milestone={"no": 1, "reached_on": 20240110})
    assert w.h.figures()[key]["behind"] == 0


def test_not_applicable_for_a_time():
    w = world(leaf(12, "KH.T", reporters="412|16702", due=20240103))
    w.say("412", "KH.T", 20240102, task={"state": "in_progress", "percent": 50})
    w.h.terms.not_applicable(3, "KH.T", 20240104, 20240105)
    seen = []
    for d in (20240103, 20240104, 20240105, 20240106):
        r = w.at(d).h.figures()["VN/40/", 1, 12]
        seen.append((r["cells"]["na"], r["percent_sum"], r["attainment"], r["overdue"]))
    assert seen == [(0, 50, 2500, 0), (1, 0, 0, 1), (1, 0, 0, 1), (0, 50, 2500, 2)]


def test_codes_are_used_again():
    rows = [unit(1, "VN", 0, "central"), unit(2, "40", 1, "province"), unit(3, "412", 2, "district", closed=20240201), unit(4, "412", 2, "district", opened=20240201)]
    c = Catalogue(rows)
    assert (c.path(3), c.path(4)) == ("VN/40/412@0/", "VN/40/412/")
    assert [c.speaks(n, 20240131) for n in (3, 4)] == [True, False] and [c.speaks(n, 20240201) for n in (3, 4)] == [False, True]


# ---- obstacles ----

def obstacle_world():
    """412 leads, 40.CA is the standing body of the owner 40; a commune raises on 5/2, three days before Tết."""
    w = world(leaf(12, "KH.T", reporters="kind:commune@40", lead="412", due=20240225),
              units=[u if u[1] != "40.CA" else (6, "40.CA", 2, "department", "thường trực") for u in UNITS])
    w.at(20240205)
    ref = w.say("16702", "KH.T", 20240205, obstacle={"raise": {"cause": "money", "fault": "outside", "text": "Thiếu kinh phí"}})
    return w, ref, w.h.obstacles.of[ref["entry"], 1]


def lying(o):
    return o.state, o.addressee, o.since, o.due


def test_an_obstacle_climbs_by_itself():
    w, _, o = obstacle_world()
    assert lying(o) == ("open", 3, 20240205, 20240219) and not o.raised_late  # 6, 7, 15, 16, 19
    w.at(20240219)
    assert o.addressee == 3
    w.at(20240220)
    assert lying(o) == ("open", 6, 20240220, 20240227)
    w.at(20240228)
    assert lying(o) == ("open", 2, 20240228, 20240306)
    w.at(20240307)
    assert lying(o) == ("open", 0, 20240307, 20240314) and not overdue(o, 20240314)
    w.at(20240320)
    assert lying(o) == ("open", 0, 20240307, 20240314) and overdue(o, w.h.today) and o.escalations == 3
    assert lay(o, 20240320) == {3: 15, 6: 8, 2: 8, 0: 13}
    assert blame(w.h, 4, "KH.T") == (24, 24)


def test_who_may_take_which_step():
    w, ref, o = obstacle_world()

    def step(unit, **what):
        w.say(unit, "KH.T", w.h.today, obstacle={"obstacle": ref} | what)
        return o.state

    assert step("40.CA", answer={"text": "x"}) == "open"  # it was not asked
    assert step("16703", close={}) == "open" and step("412", close={}) == "open"  # nor are these the raiser
    w.at(20240207)
    assert step("412", answer={"text": "đã giao"}) == "answered"
    assert step("16702", comment={"text": "cảm ơn"}) == "answered"
    w.at(20240301)
    assert lying(o) == ("answered", 3, 20240205, 20240219)  # its clock stands
    assert step("16702", escalate={"reason": "vẫn thiếu"}) == "open" and lying(o) == ("open", 6, 20240301, 20240308)
    w.at(20240305)
    assert step("16702", close={}) == "closed" and o.closed == 20240305
    assert step("40.CA", answer={"text": "x"}) == "closed" and step("40.CA", reopen={}) == "closed"
    assert lay(o, w.h.today) == {3: 2, 6: 4}
    w.at(20240306)
    assert step("16702", reopen={}) == "open" and lying(o) == ("open", 6, 20240306, 20240313)
    w.at(20240308)
    assert step("16702", escalate={"addressee": "40"}) == "open" and o.addressee == 2
    w.put("step", step={"unit": 2, "principal": 9, "obstacle": {"obstacle": ref, "answer": {"text": "đã cấp", "resolves": True}}})
    assert o.state == "answered" and o.steps[-1].on_behalf and o.steps[-1].resolves
    assert lay(o, 20240401) == {3: 2, 6: 6, 2: 0}
    assert blame(w.h, 4, "KH.T") == (12, 6)  # 1/3-5/3 and 6/3-8/3 of the twelve since 25/2


def test_raised_late():
    w = world(leaf(12, "KH.T", reporters="16702", due=20240225), leaf(13, "KH.H", reporters="16702", schedule="half_month", due=""),
              leaf(14, "KH.F", reporters="16702", due=20240301))

    def raised(item):
        ref = w.say("16702", item, w.h.today, obstacle={"raise": {"text": "x"}})
        return w.h.obstacles.of[ref["entry"], 1].raised_late

    w.at(20240215)
    assert not raised("KH.H") and not raised("KH.T")
    w.at(20240216)
    assert raised("KH.H")  # 2024-02a has ended and freezes on 22/2
    w.at(20240222)
    assert not raised("KH.H")
    w.at(20240225)
    assert not raised("KH.T")
    w.at(20240226)
    assert raised("KH.T") and not raised("KH")


def test_requests_and_their_decisions():
    w = world(leaf(12, "KH.T", reporters="412", due=20240225))
    w.at(20240220)
    asks = {"extension_request": {"due": 20240310, "reason": "chờ vốn"}}
    first = w.say("412", "KH.T", 20240220, **asks)
    second = w.say("412", "KH.T", 20240220, **asks)  # one waits already
    assert list(w.h.cases.requests) == [(first["entry"], 1)] and (second["entry"], 1) not in w.h.cases.requests
    decide = {"kind": 1, "about_entry": first["entry"], "about_index": 1, "granted": True, "date": 20240305, "unit": 3, "item": 12}
    w.put("decision", decision=decide)
    assert w.h.terms.due(w.h.catalogue, 3, "KH.T") == 20240305 and w.h.terms.of[3, "KH.T"].first_due == 20240225
    w.put("decision", decision=decide | {"date": 20240401})  # it was decided
    assert w.h.terms.due(w.h.catalogue, 3, "KH.T") == 20240305
    na = w.say("412", "KH.T", 20240220, na_request={"from": 20240221, "to": 20240222, "reason": "không có"})
    w.at(20240221)
    assert w.h.figures()["VN/40/412/", 1, 12]["cells"]["na"] == 0  # until it is decided
    w.put("decision", decision={"kind": 2, "about_entry": na["entry"], "about_index": 1, "granted": True, "date": 20240221, "date_to": 20240222})
    assert w.h.figures()["VN/40/412/", 1, 12]["cells"]["na"] == 1
    w.at(20240223)
    assert w.h.figures()["VN/40/412/", 1, 12]["cells"]["na"] == 0


def test_done_is_accepted_or_returned():
    w = world(leaf(12, "KH.T", reporters="412", schedule="half_month", due=20240225))
    w.at(20240110)  # until the 3rd a district's report was one of December
    w.say("412", "KH.T", 20240109, task={"state": "in_progress", "percent": 50})
    done = w.say("412", "KH.T", 20240110, task={"state": "done", "percent": 100, "done_on": 20240109})
    top = w.h.cells[3, "KH.T"].top
    word = {"about_entry": done["entry"], "about_index": 1, "unit": 3, "item": 12}
    w.put("decision", decision=word | {"kind": 3})
    assert top.accepted
    w.put("decision", decision=word | {"kind": 4})
    assert w.h.cells[3, "KH.T"].top.number("percent") == 50 and slot(w, "412", "KH.T", "2024-01a").stand.top.number("percent") == 50
    w.put("decision", decision={"kind": 5, "unit": 3, "item": 12, "period": "2024-01a"})
    assert verdicts(w, "KH.T", "2024-01a") == {"412": "exempt"}
