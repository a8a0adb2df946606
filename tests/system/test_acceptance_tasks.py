# SPDX-License-Identifier: Apache-2.0
"""What five published reports ask of tasks, row by row of their list (T01 ...): each test quotes the sentence, plays a small province with
real offices, and shows that the figure is another one without one line of what happened."""
import json

from story import DISTRICTS, Story, items, proves, without
from world import ITEM_COLUMNS, item, table

DONE = "--state done --product 12/BC-UBND --done-on"
STATE = "--state in_progress --percent"


def get(unit, code, *keys):
    """Members of the figure that `tiendo get` shows; "a.b" is b of a."""
    def figure(s):
        f = s.tiendo("get", unit, code)
        found = []
        for key in keys:
            value = f
            for k in key.split("."):
                value = value[k]
            found.append(value)
        return tuple(found)
    return figure


def test_t01_four_clears(make_world):
    """S1: "Rõ người, rõ việc, rõ thời gian, có sản phẩm định lượng cụ thể": what a task lacks of the four is listed before it is loaded, and
    a task that is given on the spot without one of them is not given."""
    story = Story(make_world, items=items(item("KH.T", "KH", "task", due="2024-06-28", lead="412", answer="lead")))
    four = {"--lead": "413", "--person": "Trưởng phòng Tư pháp", "--due": "2024-03-29", "--product": "Danh sách"}
    given = ["assign", "--parent", "KH", "--code", "KH.M", "--name", "Lập danh sách", "--product-unit", "danh sách"]
    for missing in four:
        words = [w for option, value in four.items() if option != missing for w in (option, value)]
        story.world.server_cli(*given, *words, ok=(1, 2))
        assert get("40", "KH", "leaves.expected")(story) == (1,), missing
    story.world.server_cli(*given, *(w for pair in four.items() for w in pair))
    assert get("40", "KH", "leaves.expected")(story) == (2,)

    def warned(**row):
        story.world.write_catalogue(items=items(item("KH.T", "KH", "task", answer="lead", **{"lead": "412", "due": "2024-06-28"} | row)))
        said = json.loads(story.world.server_cli("catalogue", "check", story.world.catalogue, "--json").stdout)
        return [f["field"] for f in said["details"]]
    assert warned() == []
    for field in ("person", "product", "due"):
        assert warned(**{field: ""}) == [field]


def test_t02_three_states_add_up(make_world):
    """S1: "mới hoàn thành 6 mô hình, đang thực hiện 20 mô hình còn lại 12 mô hình chưa triển khai"."""
    land = {"items": items(*(item(f"KH.M{n}", "KH", "task", due="2024-12-31", lead="412", answer="lead") for n in range(1, 6)))}
    lines = f"""
        2024-03-29 09:00 412: report KH.M1 {DONE} 2024-03-12
        2024-03-29 09:01 412: report KH.M2 {STATE} 40
        2024-03-29 09:02 412: report KH.M3 {STATE} 60
        2024-03-29 09:03 412: report KH.M4 --state not_started
        2024-03-29 09:04 412: report KH.M5 --state not_started"""
    figure = get("40", "KH", *(f"leaves.{k}" for k in ("expected", "done", "in_progress", "not_started", "unreported")))
    assert proves(make_world, land, lines, "KH.M1", "2024-04-02", figure) == ((5, 1, 2, 2, 0), (5, 0, 2, 2, 1))


def test_t03_behind_is_a_state_of_its_own(make_world):
    """S4: "còn chậm tiến độ tuy vẫn đang được tiếp tục triển khai thực hiện, nhưng chưa tạo chuyển biến rõ nét"."""
    land = {"items": items(item("KH.T", "KH", "task", start="2024-01-02", due="2024-06-28", **DISTRICTS))}
    lines = f"""
        2024-04-01 09:00 412: report KH.T {STATE} 55
        2024-04-01 09:01 413: report KH.T {STATE} 20"""
    figure = get("40", "KH.T", "cells.in_progress", "behind", "overdue")
    assert proves(make_world, land, lines, "413", "2024-04-02", figure) == ((2, 1, 0), (1, 0, 0))


def test_t04_key_tasks_that_the_locality_leads(make_world):
    """S0: "mới hoàn thành 11/13 nhiệm vụ trọng tâm địa phương chủ trì"; "Còn 2 nhiệm vụ chưa thực hiện xong gồm: ..."."""
    flagged = [item(f"KH.TT.{n:02}", "KH.TT", "task", due="2023-12-31", lead="40", answer="lead", flags="trong_tam|dp_chu_tri") for n in range(1, 4)]
    land = {"items": items(item("KH.TT", "KH", "group", name="Nhiệm vụ trọng tâm địa phương chủ trì"), *flagged)}
    lines = "\n".join(f"2024-03-29 09:0{n} 40: report KH.TT.{n:02} {DONE} 2023-12-2{n}" for n in (1, 2))

    def undone(s):
        flags = {r["item"]["code"]: r["item"].get("flags") for e in s.world.dump() if e["kind"] == "catalogue" for r in e["rows"] if "item" in r}
        assert all(flags[f["code"]] == 3 for f in flagged), flags
        return get("40", "KH.TT", "leaves.done", "leaves.expected", "overdue")(s), [f["item"] for f in s.tiendo("explain", "40", "KH.TT")["unfinished"]]
    assert proves(make_world, land, lines, "KH.TT.02", "2024-04-02", undone) == (
        ((2, 3, 1), ["KH.TT.03"]), ((1, 3, 2), ["KH.TT.02", "KH.TT.03"]))


def test_t05_groups(make_world):
    """S1: "51 nhiệm vụ tại 10 nhóm nhiệm vụ theo Kế hoạch số 87 đến hết quý 1 vẫn chưa hoàn thành theo mục tiêu đề ra"."""
    land = {"items": items(*(item(f"KH.N{g}", "KH", "group") for g in (1, 2)),
                           *(item(f"KH.N{g}.{n}", f"KH.N{g}", "task", due="2024-03-31", lead="412", answer="lead") for g in (1, 2) for n in (1, 2)))}
    lines = f"""
        2024-03-29 09:00 412: report KH.N1.1 {STATE} 80
        2024-03-29 09:01 412: report KH.N2.1 {DONE} 2024-03-28
        2024-03-29 09:02 412: report KH.N2.2 {DONE} 2024-03-28"""

    def groups(s):
        return [get("40", f"KH.N{g}", "leaves.done", "leaves.expected", "overdue")(s) for g in (1, 2)]
    assert proves(make_world, land, lines, "KH.N2.2", "2024-04-02", groups) == ([(0, 2, 2), (2, 2, 0)], [(0, 2, 2), (1, 2, 1)])


def test_t06_lead_and_co_operating_units(make_world):
    """S3: "Sở LĐ,TB&XH chủ động phối hợp Ngân hàng nhà nước chi nhánh tỉnh ...": the lead answers, who co-operates never counts."""
    land = {"items": items(item("KH.T", "KH", "task", due="2024-06-28", lead="412", coop="413|40.CA", answer="lead"),
                           item("KH.K", "KH", "task", due="2024-06-28", lead="413", answer="lead"))}
    lines = f"2024-03-29 09:00 412: report KH.T {DONE} 2024-03-28"

    def answers(s):
        refused = s.clerk("413").cli("report", "KH.T", "--state", "not_started", "--json", ok=(1,)).stdout
        assert "refused" in json.loads(refused), "who co-operates is not asked"
        return get("40", "KH.T", "cells.expected", "cells.done")(s)
    assert proves(make_world, land, lines, "412", "2024-04-02", answers) == ((1, 1), (1, 0))


PLANS = """schedule,unit_kind,working_days
GUI,commune,1
GUI,district,2
GUI,province,3
"""


def test_t07_every_unit_by_its_day(make_world):
    """S0: "chậm nhất ngày 15/5 phải xây dựng xong và gửi Kế hoạch": each answers for itself; the day of the province is counted back in
    working days for the levels below: 15, 12 and 11 May 2023."""
    who = "40|kind:district@40|kind:commune@40"
    land = {"today": "2023-05-02", "items": items(item("KH.G", "KH", "task", start="2023-05-02", due="2023-05-15", reporters=who, schedule="GUI")),
            "more": {"schedules": "schedule,kind,first,last,name\nGUI,once,,,Gửi kế hoạch\n", "deadlines": PLANS,
                     "periods": "schedule,period,start,end,name\nGUI,GUI2023,2023-05-02,2023-05-10,Gửi kế hoạch\n"}}
    lines = f"""
        2023-05-12 08:00 16702: report KH.G --period GUI2023 --as-of 2023-05-11 {DONE} 2023-05-11
        2023-05-12 08:01 16703: report KH.G --period GUI2023 --as-of 2023-05-11 {STATE} 90
        2023-05-12 09:00 412: report KH.G --period GUI2023 --as-of 2023-05-12 {DONE} 2023-05-12
        2023-05-12 09:01 413: report KH.G --period GUI2023 --as-of 2023-05-12 {STATE} 90"""
    figure = get("40", "KH.G", "cells.done", "cells.expected", "done_late", "overdue")
    story, less = Story(make_world, **land).play(lines), Story(make_world, **land).play(without(lines, "16702"))
    overdue = {day: figure(story.day(day))[3] for day in ("2023-05-12", "2023-05-13", "2023-05-15", "2023-05-16")}
    assert overdue == {"2023-05-12": 1, "2023-05-13": 2, "2023-05-15": 2, "2023-05-16": 3}, "a commune, a district, the province"
    assert (figure(story), figure(less.day("2023-05-16"))) == ((2, 5, 0, 3), (1, 5, 0, 4))


def test_t08_kinds_of_deadline(make_world):
    """S1: "đến hết quý 1"; S2: "trong dịp Tết Nguyên đán 2023"; S3: "ngay sau hội nghị"; "hết giá trị sử dụng sau ngày 31/12/2022"."""
    dues = {"KH.PHAPLUAT": "2022-12-31", "KH.TET": "2023-01-19", "KH.QUY1": "2023-03-31", "KH.NAM": "2023-12-31"}
    land = {"today": "2022-12-01", "items": items(*(item(c, "KH", "task", start="2022-11-07", due=d, lead="412", answer="lead") for c, d in dues.items()))}
    lines = f"""
        2022-12-30 09:00 412: report KH.PHAPLUAT {DONE} 2022-12-30
        2023-01-30 09:00 412: report KH.TET {DONE} 2023-01-30
        2023-02-08 09:00 centre: assign --parent KH --code KH.HN --name 'Ban hành kế hoạch ngay sau hội nghị' --lead 413 --person 'Phó Chủ tịch' --due 2023-02-10 --product 'Kế hoạch' --product-unit 'văn bản'"""
    figure = get("40", "KH", "leaves.done", "done_late", "overdue", "leaves.expected")
    assert proves(make_world, land, lines, "KH.TET", "2023-04-01", figure) == ((2, 1, 2, 5), (1, 0, 3, 5))
    assert proves(make_world, land, lines, "KH.HN", "2023-02-11", figure) == ((2, 1, 1, 5), (2, 1, 0, 4))


def test_t09_day_by_day(make_world):
    """S3: "thời gian thực hiện rất gấp, tính theo từng ngày": late on the very next day, and not a day earlier."""
    land = {"today": "2024-03-25", "items": items(item("KH.T", "KH", "task", start="2024-03-25", due="2024-03-28", **DISTRICTS))}
    lines = f"""
        2024-03-28 16:00 412: report KH.T {DONE} 2024-03-28
        2024-03-29 08:00 413: report KH.T --as-of 2024-03-29 {DONE} 2024-03-29"""
    figure = get("40", "KH.T", "cells.done", "done_late", "overdue")
    assert proves(make_world, land, lines, "413", "2024-03-29", figure) == ((2, 1, 0), (1, 0, 1))
    assert figure(Story(make_world, **land).day("2024-03-28")) == (0, 0, 0)


def test_t10_milestones(make_world):
    """S3: "nắm sát nhiệm vụ, lộ trình, tiến độ thực hiện của đơn vị, địa phương"."""
    land = {"items": items(item("KH.T", "KH", "task", start="2024-01-02", due="2024-12-31", **DISTRICTS)),
            "more": {"milestones": "item,unit,no,name,date\nKH.T,412,1,Dự thảo,2024-01-31\nKH.T,,2,Nghiệm thu,2024-11-29\n"}}
    lines = f"""
        2024-01-30 09:00 412: report KH.T {STATE} 45
        2024-01-30 09:05 412: milestone KH.T --no 1 --reached 2024-01-30
        2024-01-30 09:10 413: report KH.T {STATE} 45"""
    assert proves(make_world, land, lines, "milestone", "2024-02-01", get("40", "KH.T", "behind")) == ((0,), (1,))


WORK = ("thu thập, cập nhật, làm sạch dữ liệu", "căn cước, định danh điện tử", "dịch vụ công thiết yếu", "số hoá", "tuyên truyền", "tập huấn",
        "kiểm tra", "hợp nhất cổng", "an toàn thông tin", "kinh phí", "tài khoản an sinh xã hội", "luật cư trú", "trang web")


def test_t11_kinds_of_work(make_world):
    """S3: "thu thập, cập nhật thông tin, làm sạch dữ liệu; ... cấp căn cước công dân, định danh điện tử": thirteen kinds of work, each task
    bears its own, and each kind can be told from the rest."""
    land = {"items": items(*(item(f"KH.{n:02}", "KH", "task", due="2024-12-31", lead="412", answer="lead", **{"class": kind})
                             for n, kind in enumerate(WORK, 1)))}
    lines = f"""
        2024-03-29 09:00 412: report KH.01 {DONE} 2024-03-28
        2024-03-29 09:01 412: report KH.04 {STATE} 30"""

    def by_kind(s):
        kinds = {r["item"]["code"]: r["item"]["class"] for e in s.world.dump() if e["kind"] == "catalogue" for r in e["rows"] if r.get("item", {}).get("class")}
        assert sorted(kinds.values()) == sorted(WORK)
        return {kinds[f["item"]]: f["leaves"]["done"] or f["leaves"]["in_progress"] for f in s.tiendo("get", "--all", "412") if f["item"] in kinds and f["reported"]}
    assert proves(make_world, land, lines, "KH.04", "2024-04-02", by_kind) == ({WORK[0]: 1, "số hoá": 1}, {WORK[0]: 1})


def test_t12_money_people_facilities(make_world):
    """S0: "bố trí kinh phí, nguồn nhân lực, cơ sở vật chất": what a task lacks stands at the task, by kind of resource."""
    land = {"items": items(item("KH.T", "KH", "task", due="2024-12-31", **DISTRICTS))}
    lines = """
        2024-03-01 09:00 412: obstacle raise KH.T --cause 'kinh phí' --outside --text 'Chưa bố trí kinh phí mua máy quét.'
        2024-03-01 09:01 412: obstacle raise KH.T --cause 'con người' --own --text 'Một cán bộ làm bốn việc.'
        2024-03-01 09:02 413: obstacle raise KH.T --cause 'hạ tầng' --outside --text 'Chưa có phòng máy.'"""

    def lacks(s):
        return sorted((r["unit"], r["cause"]) for r in s.rows("obstacles", "40", "KH.T"))
    assert proves(make_world, land, lines, "con người", "2024-03-04", lacks) == (
        [("412", "money"), ("412", "people"), ("413", "infrastructure")], [("412", "money"), ("413", "infrastructure")])


def test_t13_watch_list(make_world):
    """S1: "kế hoạch 762 và 87; lưu ý tiến độ thực hiện 38 mô hình": the plan bears the flag, and each day on which it moved is kept."""
    watched = {"today": "2024-03-01", "items": table(ITEM_COLUMNS, [item("KH762", "", "plan", owner="40", flags="watch", doc_no="762", doc_date="2023-10-16"), *(
        item(f"KH762.{n}", "KH762", "task", due="2024-12-31", lead="412", answer="lead", flags="watch") for n in (1, 2))])}
    lines = f"""
        2024-03-12 09:00 412: report KH762.1 {STATE} 30
        2024-03-20 09:00 412: report KH762.2 {DONE} 2024-03-19"""

    def moved(s):
        points = [(r["date"], r["figure"]["leaves"]["in_progress"], r["figure"]["leaves"]["done"]) for r in s.rows("series", "40", "KH762")]
        return [p for p, before in zip(points[1:], points) if p[1:] != before[1:]]
    assert proves(make_world, watched, lines, "KH762.1", "2024-04-02", moved) == (
        [("2024-03-13", 1, 0), ("2024-03-21", 1, 1)], [("2024-03-21", 0, 1)])


def test_t14_stagnation_since_a_date(make_world):
    """S1: "từ tháng 10/2023 đến nay ... vẫn chưa tạo được chuyển biến cụ thể"."""
    land = {"today": "2023-10-02", "items": items(item("KH.T", "KH", "task", due="2024-12-31", **DISTRICTS)),
            "more": {"thresholds": "rule,measure,op,value,min_expected,periods,action\nTRI-TRE,stagnant_days,above,90,,,Giao ban\n"}}
    lines = f"""
        2023-10-16 09:00 412: report KH.T {STATE} 35
        2023-10-16 09:01 413: report KH.T {STATE} 35
        2024-01-15 09:00 412: report KH.T {STATE} 35
        2024-01-15 09:01 413: report KH.T {STATE} 50"""

    def stagnant(s):
        return {r["unit"]: r["measured"] for r in s.rows("exceptions", "40", "TRI-TRE")}
    assert proves(make_world, land, lines, "2024-01-15 09:01 413", "2024-04-02", stagnant) == (
        {"412": 169}, {"412": 169, "413": 169, "40": 169}), "the province stands still when all below it do"
