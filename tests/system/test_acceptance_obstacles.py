# SPDX-License-Identifier: Apache-2.0
"""What five published reports ask of obstacles and of accountability, row by row of their list (O01 ..., K03 ...): each test quotes the
sentence, plays a small province with real offices, and shows that the figure is another one without one line of what happened."""
import pytest

from story import COMMUNES, DISTRICTS, HALF, Story, items, proves, without
from world import item

STATE = "--state in_progress --percent"
TASK = {"due": "2024-06-28", "lead": "", **HALF}  # nobody leads: the standing body comes first
LAND = {"items": items(item("KH.HS", "KH", "task", **TASK, **COMMUNES), item("KH.TH", "KH", "task", **TASK, **DISTRICTS))}


def addressees(*args):
    """{who must clear it: (open, overdue, closed, days)}; BỘ is the list for the ministries."""
    return lambda s: {a["unit"] or "BỘ": (a["open"], a["overdue"], a["closed"], a["days"]) for a in s.tiendo("obstacles", "40", *args)["addressees"]}


def of(*keys, item="KH"):
    """What the obstacles of the province say of themselves, the newest last."""
    return lambda s: [tuple(r[k] for k in keys) for r in sorted(s.rows("obstacles", "40", item), key=lambda r: r["raised_ms"])]


def test_r02_obstacles_raised_too_late(make_world):
    """S3: "chưa chủ động, kịp thời báo cáo những khó khăn, vướng mắc": raised when the period is over and its reports are due."""
    lines = """
        2024-01-10 09:00 16702: obstacle raise KH.HS --cause 'con người' --own --text 'Cán bộ nghỉ thai sản.'
        2024-01-17 09:00 16703: obstacle raise KH.HS --cause 'con người' --own --text 'Chưa có người nhập liệu.'"""
    late = of("unit", "raised_late")
    assert proves(make_world, LAND, lines, "16703", "2024-01-18", late) == ([("16702", False), ("16703", True)], [("16702", False)])


def test_o01_the_standing_body_unblocks_in_time(make_world):
    """S0: "nếu gặp khó khăn, vướng mắc cần phối hợp chặt chẽ với Công an tỉnh ... để tháo gỡ kịp thời"."""
    lines = """
        2024-03-04 09:00 16702 [o]: obstacle raise KH.HS --cause 'hạ tầng' --outside --text 'Máy quét hỏng.'
        2024-03-07 09:00 40.CA: obstacle answer {o} --resolves --text 'Đã cấp máy khác.'
        2024-03-12 09:00 16702: obstacle close {o} --text 'Đã chạy.'"""
    unblocked, climbed = proves(make_world, LAND, lines, "answer", "2024-03-13", lambda s: (addressees()(s), of("addressee", "escalations", "state")(s)))
    assert unblocked == ({"40.CA": (0, 0, 1, 3)}, [("40.CA", 0, "closed")])
    assert climbed[1] == [("40", 1, "closed")], "five working days, then it went up by itself"

    story = Story(make_world, **LAND).play(lines.strip().splitlines()[0])
    asked, = story.clerk("40.CA").json("obstacle", "list")["addressed"]
    raised, = story.clerk("16702").json("obstacle", "list")["raised"]
    assert (asked["unit"], asked["item"], raised["addressee"]) == ("16702", "KH.HS", "40.CA"), "each sees the other, whatever its slice holds"
    assert "16702 Phường Đông Vĩnh: hạ tầng kỹ thuật" in story.clerk("40.CA").cli("obstacle", "list").stdout


def test_o02_own_organisation_money_people(make_world):
    """S2: "kế hoạch tổ chức thực hiện ... nguồn lực tài chính và nguồn lực con người"."""
    lines = """
        2024-03-04 09:00 16702: obstacle raise KH.HS --cause 'tổ chức' --own --text 'Chưa phân công rõ.'
        2024-03-04 09:01 16702: obstacle raise KH.HS --cause 'kinh phí' --outside --text 'Chưa bố trí kinh phí.'
        2024-03-04 09:02 16703: obstacle raise KH.HS --cause 'con người' --own --text 'Thiếu một cán bộ.'"""
    assert proves(make_world, LAND, lines, "16703", "2024-03-05", of("cause")) == (
        [("organisation",), ("money",), ("people",)], [("organisation",), ("money",)])


def test_o03_outside_and_own_fault(make_world):
    """S1: "thiếu đồng bộ của hạ tầng kỹ thuật, chưa có hướng dẫn của các bộ, ngành TW. Tuy nhiên, vẫn có những nội dung do các sở, ngành
    chưa chủ động"."""
    lines = """
        2024-03-04 09:00 412: obstacle raise KH.TH --cause 'hạ tầng' --outside --text 'Hai hệ thống chưa đồng bộ.'
        2024-03-04 09:01 413: obstacle raise KH.TH --cause 'hướng dẫn' --outside --text 'Chưa có hướng dẫn của Bộ.'
        2024-03-04 09:02 413: obstacle raise KH.TH --cause 'tổ chức' --own --text 'Phòng chuyên môn chưa chủ động.'"""
    assert proves(make_world, LAND, lines, "hướng dẫn", "2024-03-05", of("cause", "fault")) == (
        [("infrastructure", "outside"), ("no_guidance", "outside"), ("organisation", "own")],
        [("infrastructure", "outside"), ("organisation", "own")])


def test_o04_capital_model_skills_access(make_world):
    """S0: "do thiếu nguồn vốn đầu tư trang thiết bị"; S2: "trình độ dân trí chưa đồng đều"."""
    causes = {"kinh phí": "money", "mô hình": "no_model", "kỹ năng": "skills", "tiếp cận": "access"}
    lines = "\n".join(f"2024-03-04 09:0{n} 16702: obstacle raise KH.HS --cause '{word}' --outside --text 'Vướng mắc {n}.'" for n, word in enumerate(causes))
    assert proves(make_world, LAND, lines, "mô hình", "2024-03-05", of("cause")) == (
        [(c,) for c in causes.values()], [(c,) for c in causes.values() if c != "no_model"])


def test_o05_at_the_task_it_holds_back(make_world):
    """S0: "Tỷ lệ hồ sơ trực tuyến còn thấp do chưa xây dựng được các mô hình điểm"."""
    lines = """
        2024-03-04 09:00 16702: obstacle raise KH.HS --cause 'mô hình' --outside --text 'Chưa có mô hình điểm.'
        2024-03-04 09:01 412: obstacle raise KH.TH --cause 'kinh phí' --outside --text 'Chưa có kinh phí.'"""

    def at_each(s):
        return {code: of("cause", item=code)(s) for code in ("KH.HS", "KH.TH")}
    assert proves(make_world, LAND, lines, "KH.HS", "2024-03-05", at_each) == (
        {"KH.HS": [("no_model",)], "KH.TH": [("money",)]}, {"KH.HS": [], "KH.TH": [("money",)]})


def test_o06_beyond_the_province(make_world):
    """S1: "có các kiến nghị cụ thể với các bộ ngành để tháo gỡ": what nobody answers climbs from the district to the standing body, the
    province and the list for the ministries, each in five working days; there it grows overdue."""
    lines = """
        2024-03-01 09:00 16702 [o]: obstacle raise KH.HS --to 412 --cause 'hướng dẫn' --outside --text 'Chưa có hướng dẫn của Bộ.'
        2024-03-21 09:00 centre: step answer {o} --unit 40 --text 'UBND tỉnh hướng dẫn tạm.'"""

    def where(s):
        return of("addressee", "escalations", "state", "overdue")(s)
    assert proves(make_world, LAND, lines, "answer", "2024-04-09", where) == (
        [("40", 2, "answered", False)], [(None, 3, "open", True)])
    story = Story(make_world, **LAND).play(without(lines, "answer"))
    climb = [(day, of("addressee")(story.day(day))[0][0]) for day in ("2024-03-08", "2024-03-09", "2024-03-15", "2024-03-16", "2024-03-22", "2024-03-23")]
    assert climb == [("2024-03-08", "412"), ("2024-03-09", "40.CA"), ("2024-03-15", "40.CA"), ("2024-03-16", "40"), ("2024-03-22", "40"), ("2024-03-23", None)]


def test_o07_solutions_by_class(make_world):
    """S4: "đề xuất giải pháp tháo gỡ ... nhóm giải pháp tăng tỷ lệ tiếp nhận hồ sơ"."""
    lines = """
        2024-03-04 09:00 16702: obstacle raise KH.HS --cause 'tiếp cận' --outside --text 'Dân ở xa.' --solution 'Tổ lưu động.' --solution-class 'tổ chức'
        2024-03-04 09:01 16703: obstacle raise KH.HS --cause 'hạ tầng' --outside --text 'Mạng yếu.' --solution 'Thêm đường truyền.' --solution-class 'hạ tầng'"""
    assert proves(make_world, LAND, lines, "16703", "2024-03-05", of("solution_class", "solution")) == (
        [("organisation", "Tổ lưu động."), ("infrastructure", "Thêm đường truyền.")], [("organisation", "Tổ lưu động.")])


def test_o08_old_shortcomings_until_closed(make_world):
    """S4: "rà soát những tồn tại, hạn chế để khẩn trương khắc phục": what came back is open again, and stays on the list."""
    lines = """
        2024-03-04 09:00 16702 [o]: obstacle raise KH.HS --cause 'kinh phí' --outside --text 'Chưa có kinh phí.'
        2024-03-05 09:00 40.CA: obstacle answer {o} --resolves --text 'Đã có quyết định.'
        2024-03-06 09:00 16702: obstacle close {o}
        2024-03-20 09:00 16702: obstacle reopen {o} --text 'Tiền chưa về.'"""
    open_ = lambda s: [r["state"] for r in s.rows("obstacles", "40", "--open")]  # noqa: E731
    assert proves(make_world, LAND, lines, "reopen", "2024-03-21", open_) == (["open"], [])


WEAK = {"items": items(item("KH.TH", "KH", "task", **TASK, **DISTRICTS)),
        "more": {"thresholds": "rule,measure,op,value,min_expected,periods,action\nCHAM,on_time_rate,below,50%,1,2,Báo cáo ngay Chủ tịch\n"}}


def weak_lines():
    return "\n".join(f"2024-{day} 09:0{n} {who}: report KH.TH --period {period} --as-of {as_of} {STATE} {20 + n}"
                     for n, (day, period, as_of) in enumerate((("01-17", "2024-01a", "2024-01-15"), ("02-02", "2024-01b", "2024-01-31")))
                     for who in ("412", "413"))


@pytest.mark.parametrize("row", ["r04", "k03"])
def test_r04_k03_weak_units_at_once(make_world, row):
    """S3: "Báo cáo ngay cho Chủ tịch UBND tỉnh đối với những đơn vị, địa phương ... tiến độ chậm": who was late in two periods in a row
    stands on the list (R04), the worst first, with what follows (K03)."""
    lines = without(weak_lines(), "01-17 09:00 413")

    def listed(s):
        said = [(r["unit"], r["measured"], r["action"]) for r in s.rows("exceptions", "40", "CHAM") if r["unit"] in ("412", "413")]
        shown = s.viewer.cli("timeliness", "40", "KH.TH", "--period", "2024-01b").stdout.splitlines()
        return said, next(line.split()[0] for line in shown if line.startswith("  41"))
    weak = [("413", 0, "Báo cáo ngay Chủ tịch")]
    assert proves(make_world, WEAK, lines, "02-02 09:01 413", "2024-02-06", listed) == (([], "412"), (weak, "413"))


def test_k04_three_kinds_of_failure(make_world):
    """S3: "chậm thực hiện, thực hiện không đúng quy định, không đạt chỉ tiêu đề ra": late, against the rules and below the target are three
    figures; the second has one source alone, an inspection."""
    land = {"items": items(item("KH.T", "KH", "task", start="2024-01-02", due="2024-02-29", **DISTRICTS),
                           item("KH.R", "KH", "ratio", **DISTRICTS, measure="stock", aggregate="sum", num_def="hồ sơ trực tuyến", den_def="hồ sơ",
                                target="50%", direction="higher", bounded="yes"))}
    lines = f"""
        2024-03-01 09:00 412: report KH.T --state done --product 3/BB --done-on 2024-02-28
        2024-03-01 09:01 412: report KH.R --num 60 --den 100
        2024-03-01 09:02 413: report KH.T {STATE} 70
        2024-03-01 09:03 413: report KH.R --num 20 --den 100
        2024-03-01 10:00 centre: finding add 'Biên bản thiếu chữ ký.' --unit 412 --item KH.T --rule 'TT 04/2020' --severity 2 --document '2/KL'"""

    def kinds(s):
        overdue = {u: s.tiendo("get", u, "KH.T")["overdue"] for u in ("412", "413")}
        missed = {u: s.tiendo("get", u, "KH.R")["target_reached"] for u in ("412", "413")}
        return overdue, missed, [r["unit"] for r in s.rows("findings", "40")]
    assert proves(make_world, land, lines, "finding", "2024-03-04", kinds) == (
        ({"412": 0, "413": 1}, {"412": True, "413": False}, ["412"]), ({"412": 0, "413": 1}, {"412": True, "413": False}, []))
    assert kinds(Story(make_world, **land).play(without(lines, "413: report KH.R")).day("2024-03-04"))[1] == {"412": True, "413": None}


def test_k05_who_answers(make_world):
    """S3: "chịu hoàn toàn trách nhiệm trước Chủ tịch UBND tỉnh": an office that owes is shown with its head and how to reach him."""
    lines = "\n".join(f"2024-01-17 09:0{n} {who}: report KH.TH --period 2024-01a --as-of 2024-01-15 {STATE} 20" for n, who in enumerate(("412", "413")))

    def silent(s):
        return [(r["unit"], r["head"], r["contact"], r["since"], r["missing"]) for r in s.rows("silent", "40", "KH.TH")]
    assert proves(make_world, LAND, lines, "413", "2024-01-18", silent) == (
        [], [("413", "Chủ tịch UBND huyện", "dienchau@tinh.example", "2024-01-16", True)])


def test_k06_peoples_rights(make_world):
    """S3: "ảnh hưởng đến quyền, lợi ích của tổ chức, cá nhân"."""
    lines = """
        2024-03-04 09:00 16702: obstacle raise KH.HS --cause 'hạ tầng' --outside --rights --text 'Dân phải đi lại nhiều lần.'
        2024-03-04 09:01 16703: obstacle raise KH.HS --cause 'hạ tầng' --outside --text 'Máy in hỏng.'"""
    assert proves(make_world, LAND, lines, "16702", "2024-03-05", of("unit", "affects_rights")) == (
        [("16702", True), ("16703", False)], [("16703", False)])


def test_r11_findings_of_inspections(make_world):
    """S3: "tăng cường kiểm tra, giám sát, báo cáo kịp thời"."""
    lines = """
        2024-03-01 09:00 centre [f]: finding add 'Không lưu báo cáo.' --unit 412 --item KH.TH --rule 'NĐ 09/2019' --severity 2 --document '2/KL' --remedy-by 2024-03-15
        2024-03-01 09:05 centre: finding add 'Sổ không ghi ngày.' --unit 413 --item KH.TH --rule 'NĐ 30/2020' --severity 1 --document '3/KL'
        2024-03-12 09:00 centre: finding close {f} --text 'Đã khắc phục.'"""

    def found(s):
        return sorted((r["unit"], r["severity"], r["closed_on"], r["overdue"]) for r in s.rows("findings", "40"))
    assert proves(make_world, LAND, lines, "close", "2024-03-18", found) == (
        [("412", 2, "2024-03-12", False), ("413", 1, None, False)], [("412", 2, None, True), ("413", 1, None, False)])
