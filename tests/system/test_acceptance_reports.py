# SPDX-License-Identifier: Apache-2.0
"""What five published reports ask of reports and meetings, row by row of their list (R01 ...): each test quotes the sentence, plays a
small province with real offices, and shows that the figure is another one without one line of what happened."""
import json

from story import COMMUNES, DISTRICTS, FLOW, HALF, Story, items, proves, without
from test_reading import Viewer
from world import item

TASK = item("KH.T", "KH", "task", due="2024-06-28", **COMMUNES, **HALF)
LAND = {"items": items(TASK)}
STATE = "--state in_progress --percent"


def whole(*args):
    """The row of the whole province in `tiendo timeliness`."""
    return lambda s: s.row("timeliness", "40", *args, unit="40", level=None)


def counts(row):
    return {k: row[k] for k in ("expected", "on_time", "line_slow", "late", "missing")}


def test_r01_lateness_is_measured(make_world):
    """S0: "chế độ báo cáo chưa kịp thời"."""
    lines = f"""
        2024-01-16 09:00 16702: report KH.T --period 2024-01a --as-of 2024-01-15 {STATE} 20
        2024-01-18 09:00 16703: report KH.T --period 2024-01a --as-of 2024-01-15 {STATE} 10"""
    late, missing = proves(make_world, LAND, lines, "16703", "2024-01-31", whole("KH.T", "--period", "2024-01a"))
    assert counts(late) == {"expected": 2, "on_time": 1, "line_slow": 0, "late": 1, "missing": 0}
    assert (late["reporting_rate_bp"], late["on_time_rate_bp"]) == (10000, 5000)
    assert counts(missing) == {"expected": 2, "on_time": 1, "line_slow": 0, "late": 0, "missing": 1}
    assert (missing["reporting_rate_bp"], missing["on_time_rate_bp"]) == (5000, 5000)


def test_r01_a_cut_line_is_no_fault(make_world):
    """S0: "chế độ báo cáo chưa kịp thời" - but a commune is not blamed for its line: sealed in time, with proof."""
    lines = f"""
        2024-01-15 16:00 16703: cut
        2024-01-16 09:00 16703: report KH.T --period 2024-01a --as-of 2024-01-15 {STATE} 10
        2024-01-18 09:00 16703: back"""
    slow, silent = proves(make_world, LAND, lines, "report", "2024-01-31", whole("KH.T", "--period", "2024-01a"))
    assert (slow["line_slow"], slow["late"], slow["missing"], slow["on_time_rate_bp"]) == (1, 0, 1, 5000)
    assert (silent["line_slow"], silent["missing"], silent["on_time_rate_bp"]) == (0, 2, 0)


def test_r03_every_15_days_to_the_chairman(make_world):
    """S3: "báo cáo định kỳ 15 ngày/01 lần tiến độ thực hiện cho Chủ tịch UBND tỉnh", by the provincial police and the office of the
    people's committee."""
    land = {"items": items(item("KH.TH", "KH", "count", reporters="40.CA|40.VP", **HALF, **FLOW)),
            "more": {"deadlines": "schedule,unit_kind,working_days\nhalf_month,department,3\n"}}
    lines = """
        2024-01-18 09:00 40.CA: report KH.TH --period 2024-01a --as-of 2024-01-15 --value 1
        2024-01-18 10:00 40.VP: report KH.TH --period 2024-01a --as-of 2024-01-15 --value 1
        2024-02-05 09:00 40.CA: report KH.TH --period 2024-01b --as-of 2024-01-31 --value 1
        2024-02-06 09:00 40.VP: report KH.TH --period 2024-01b --as-of 2024-01-31 --value 1"""

    def both(s):
        return {p: (r["reported"], r["on_time"], r["expected"]) for p in ("2024-01a", "2024-01b")
                for r in [whole("KH.TH", "--period", p)(s)]}
    told, silent = proves(make_world, land, lines, "01-18 10:00 40.VP", "2024-02-15", both)
    assert told == {"2024-01a": (2, 2, 2), "2024-01b": (2, 1, 2)}, "the third working day after the 31st is 5 February"
    assert silent == {"2024-01a": (1, 1, 2), "2024-01b": (2, 1, 2)}


def test_r05_the_month_before(make_world):
    """S4: "Hội nghị giao ban tháng 8 năm 2023", held on 6 September: what is told of August is August's, as it was frozen and as it is now
    known, whatever September brings."""
    land = {"today": "2023-08-01", "items": items(item("KH.F", "KH", "count", **DISTRICTS, schedule="month", **FLOW))}
    lines = """
        2023-09-05 08:00 412: report KH.F --period 2023-08 --as-of 2023-08-31 --value 30
        2023-09-05 08:05 413: report KH.F --period 2023-08 --as-of 2023-08-31 --value 12
        2023-09-15 08:00 412: report KH.F --period 2023-09 --value 99
        2023-09-15 09:00 413: correct {413/KH.F} --value 15 --reason 'Cộng sót ba hồ sơ.'"""

    def august(s):
        row = s.row("get", "40", "KH.F", "--period", "2023-08", item="KH.F")
        return row["frozen"]["value"], row["now"]["value"], row["changed_after_freeze"]
    assert proves(make_world, land, lines, "correct", "2023-09-20", august) == ((42, 45, True), (42, 42, False))
    assert august(Story(make_world, **land).play(without(without(lines, "correct"), "08:05")).day("2023-09-20")) == (30, 30, False)


def test_r06_windows(make_world):
    """S0: "năm 2022 và Quý I năm 2023"; S1: "Sau 2 năm triển khai"; S3: "kết quả 10 tháng triển khai thực hiện"."""
    land = {"today": "2022-01-01", "items": items(item("KH.F", "KH", "count", lead="412", answer="lead", schedule="month", **FLOW))}
    months = [f"{year}-{month:02}" for year in (2022, 2023) for month in range(1, 13)][:15]
    lines = "\n".join(f"{month}-28 08:00 412: report KH.F --period {month} --value {1 << n}" for n, month in enumerate(months))

    def windows(s):
        return [s.row("get", "40", "KH.F", "--period", w, item="KH.F")["now"]["value"] for w in ("2022..2023-Q1", "2022-01..2022-10", "2022", "2022..2023")]
    sums = [(1 << 15) - 1, (1 << 10) - 1, (1 << 12) - 1, (1 << 15) - 1]
    assert proves(make_world, land, lines, "2022-10-28", "2023-04-10", windows) == (sums, [n - 512 for n in sums])


def test_r08_everyone_reads_the_same_figures(make_world):
    """S3: "Hội nghị trực tuyến toàn tỉnh": one cut of one day, for whoever asks and whenever, though offices go on reporting."""
    land = {"items": items(item("KH.T", "KH", "task", due="2024-06-28", **DISTRICTS))}
    lines = f"""
        2024-01-10 09:00 412: report KH.T {STATE} 20
        2024-01-11 09:00 413: report KH.T {STATE} 40
        2024-01-15 09:00 412: report KH.T --state done --product 3/BB --done-on 2024-01-15"""

    def cut(s):
        seen = {json.dumps(r.json("get", "40", "KH", "--at", "2024-01-12")["rows"], sort_keys=True)
                for r in (s.viewer, Viewer(s.world, "vinh-reader", "412"), Viewer(s.world, "ca-reader", "40.CA"))}
        row, = json.loads(seen.pop())[:1]
        return len(seen), row["frozen"]["cells"]["in_progress"], s.tiendo("get", "40", "KH")["cells"]["in_progress"]
    assert proves(make_world, land, lines, "01-11 09:00 413", "2024-01-20", cut) == ((0, 2, 1), (0, 1, 0))


def test_r09_the_state_of_ones_own_unit(make_world):
    """S2: "chưa nắm chắc được nội dung, vấn đề và kết quả triển khai Đề án tại đơn vị, địa phương mình": the head reads it on his own
    machine, also what is missing."""
    land = {"items": items(TASK, item("KH.C", "KH", "count", **COMMUNES, measure="stock", aggregate="sum", uom="thẻ"))}
    lines = f"""
        2024-01-16 09:00 16702: report KH.T --period 2024-01a --as-of 2024-01-15 {STATE} 20
        2024-01-16 09:10 16702: report KH.C --as-of 2024-01-15 --value 410"""

    def mine(s):
        said = s.clerk("16702").json("mine")
        return {c["item"]: (c["state"], c["percent"] or c["value"]) for c in said["cells"] if c["unit"] == "16702"}
    assert proves(make_world, land, lines, "KH.C", "2024-01-16", mine) == (
        {"KH.T": ("in_progress", 20), "KH.C": ("value", 410)}, {"KH.T": ("in_progress", 20), "KH.C": ("unreported", 0)})


def test_r10_down_to_the_commune(make_world):
    """S2: "nhất là ở cấp xã": the rate of that level alone, and each commune below its district."""
    land = {"items": items(item("KH.T", "KH", "task", due="2024-06-28", reporters="kind:commune@40|kind:district@40", **HALF))}
    lines = "\n".join(f"2024-01-16 09:{n}0 {who}: report KH.T --period 2024-01a --as-of 2024-01-15 {STATE} 20"
                      for n, who in enumerate(("412", "413", "16702", "16703")))

    def levels(s):
        rows = s.rows("timeliness", "40", "KH.T", "--period", "2024-01a", unit="40")
        below = s.rows("timeliness", "412", "KH.T", "--period", "2024-01a", level=None)
        return ({r["level"]: f"{r['on_time']}/{r['expected']}" for r in rows},
                {r["unit"]: r["reporting_rate_bp"] for r in below if r["unit"] != "412"})
    assert proves(make_world, land, lines, "16703", "2024-01-31", levels) == (
        ({None: "4/4", "district": "2/2", "commune": "2/2"}, {"16702": 10000, "16703": 10000}),
        ({None: "3/4", "district": "2/2", "commune": "1/2"}, {"16702": 10000, "16703": 0}))


def test_t16_the_commune_carries_the_load(make_world):
    """S3: "đặc biệt là các đơn vị cấp xã đã huy động lực lượng rất lớn": what is asked of it is counted in fields, and what has not
    changed is one command for all of it."""
    land = {"items": items(*(item(f"KH.T{n}", "KH", "task", due="2024-06-28", **COMMUNES, **HALF) for n in range(1, 5)))}
    lines = "\n".join(f"2024-01-16 09:{n}0 16702: report KH.T{n} --period 2024-01a --as-of 2024-01-15 {STATE} 20" for n in range(1, 5))
    lines += "\n2024-02-01 09:00 16702: report --same"

    def burden(s):
        period, = (p for p in s.clerk("16702").status()["periods"] if p["period"] == "2024-01b")
        row = s.row("timeliness", "16702", "KH", "--period", "2024-01b", unit="16702", level=None)
        return period["fields"], period["reported"], period["items"], row["on_time"]
    assert proves(make_world, land, lines, "--same", "2024-02-01", burden) == ((8, 4, 4, 4), (8, 0, 4, 0))
