# SPDX-License-Identifier: Apache-2.0
"""What an office asks of those above it and tells them beside figures: more time, "not applicable", a milestone, an obstacle.

S3 (R02): "chưa chủ động, kịp thời báo cáo những khó khăn, vướng mắc": raising one is a command of one line, and works without a line.
"""
import pytest

import rhythm
from clerk import Clerk
from rhythm import receipt, updates
from world import until


@pytest.fixture
def world(make_world):
    return rhythm.world(make_world)


@pytest.fixture
def vinh(world):
    return Clerk(world, "vinh", "412").run().knows()


def test_requests_and_milestones(world, vinh):
    vinh.cli("mine")  # so that the due date in force is known here
    world.stop()
    said = vinh.json("extension", "KH.T", "--due", "31/08/2024", "--reason", "Chờ hướng dẫn của Bộ", "--note", "x")
    assert (said["body"], said["item"], said["due"], said["due_now"]) == ("extension_request", "KH.T", 20240831, 20240630)
    text = vinh.cli("extension", "KH.X", "--due", "31/08/2024", "--reason", "Chờ kinh phí").stdout
    assert "từ hạn 30/06/2024 đến 31/08/2024" in text and "hạn cũ vẫn có hiệu lực" in text and "Không theo kỳ" in text
    said = vinh.json("not-applicable", "KH.F", "--from", "2024-04-01", "--to", "30/06/2024", "--reason", "Không còn thủ tục")
    assert (said["body"], said["from"], said["to"]) == ("na_request", 20240401, 20240630)
    assert "vẫn phải báo cáo" in vinh.cli("not-applicable", "KH.M", "--from", "2024-04-01", "--reason", "Không có").stdout
    text = vinh.cli("milestone", "KH.T", "--no", "1", "--reached", "2024-03-30").stdout
    assert "đã đạt mốc 1 Dự thảo (hạn 20/04/2024) ngày 30/03/2024" in text
    said = vinh.json("milestone", "KH.T", "--no", "2", "--reached", "2024-04-01")
    assert (said["no"], said["reached_on"]) == (2, 20240401)
    world.start()
    vinh.drained()
    s = vinh.status()
    assert (s["taken"], s["refused"]) == (6, [])
    bodies = [next(k for k in ("extension_request", "na_request", "milestone") if k in u) for u in updates(world)]
    assert bodies == ["extension_request"] * 2 + ["na_request"] * 2 + ["milestone"] * 2
    first, *_ = updates(world)
    assert first["extension_request"] == {"due": 20240831, "reason": "Chờ hướng dẫn của Bộ"} and first["note"] == "x"
    vinh.cli("extension", "KH.T", "--due", "2024-09-30", "--reason", "Vẫn chờ")
    vinh.drained()
    refused, = vinh.status()["refused"]
    assert (refused["reason"], refused["body"]) == ("pending", "extension_request")
    assert "đang chờ quyết định" in vinh.cli("status").stdout


REFUSED = """
extension KH.T --due 2024-08-31                    | field_missing   | reason     |            | --reason  | bắt buộc           | required
extension KH.T --reason x                          | field_missing   | due        |            | --due     | bắt buộc           | required
extension KH.T --due 2024-06-30 --reason x         | due_not_later   | due        | 2024-06-30 | --due     | không sau hạn hiện tại | not after the due
extension KH.X --due 2024-03-01 --reason x         | due_not_later   | due        | 2024-03-01 | --due     | không sau hạn      | not after
extension KH.T --due mai --reason x                | bad_date        | due        | mai        | --due     | Ngày không hợp lệ  | Not a date
extension KH.R --due 2025-01-31 --reason x         | wrong_body      | extension_request | KH.R | ITEM     | Chỉ nhiệm vụ       | Only a task
extension KH.G --due 2025-01-31 --reason x         | not_a_leaf      | item       | KH.G       | ITEM      | nhóm               | group
extension NO.SUCH --due 2025-01-31 --reason x      | unknown_item    | item       | NO.SUCH    | ITEM      | không có mã        | no such code
extension kh.t --due 2025-01-31 --reason x         | bad_code        | item       | kh.t       | ITEM      | chữ in hoa         | A-Z
extension KH.T --due 2025-01-31 --reason x --unit 40 | out_of_scope  | unit       | 40         | --unit    | đơn vị mình        | own unit
extension KH.T --due 2025-01-31 --reason 040.123.456.789 | personal_id | reason   |            | --reason  | định danh          | identity
not-applicable KH.F --reason x                     | field_missing   | from       |            | --from    | bắt buộc           | required
not-applicable KH.F --from 2024-04-01              | field_missing   | reason     |            | --reason  | bắt buộc           | required
not-applicable KH.F --from 2024-04-01 --to 2024-03-01 --reason x | out_of_range | to | 2024-03-01 | --to | trước ngày bắt đầu | before the first
milestone KH.T                                     | field_missing   | no         |            | --no      | 1 Dự thảo (hạn 20/04/2024); 2 Ban hành | 1 Dự thảo
milestone KH.T --no 7 --reached 2024-04-01         | unknown_milestone | no       | 7          | --no      | 2 Ban hành         | 2 Ban hành
milestone KH.T --no một --reached 2024-04-01       | bad_integer     | no         | một        | --no      | số nguyên          | whole number
milestone KH.T --no 1                              | field_missing   | reached_on |            | --reached | bắt buộc           | required
milestone KH.T --no 1 --reached 2024-04-02         | out_of_range    | reached_on | 2024-04-02 | --reached | sau ngày hôm nay   | after today
milestone KH.X --no 1 --reached 2024-04-01         | unknown_milestone | no       | 1          | --no      | không có mốc       | no milestones
milestone KH.R --no 1 --reached 2024-04-01         | wrong_body      | milestone  | KH.R       | ITEM      | Chỉ nhiệm vụ       | Only a task
obstacle raise KH.T --own --text x                 | field_missing   | cause      |            | --cause   | bắt buộc           | required
obstacle raise KH.T --cause TIEN --own --text x    | bad_word        | cause      | TIEN       | --cause   | kinh phí; con người | money; people
obstacle raise KH.T --cause money --text x         | field_missing   | fault      |            | --own     | chủ quan           | own fault
obstacle raise KH.T --cause money --own            | field_missing   | text       |            | --text    | bắt buộc           | required
obstacle raise KH.T --cause money --own --text x --solution y | field_missing | solution_class |  | --solution-class | nhóm giải pháp | class
obstacle raise KH.T --cause money --own --text x --solution-class money | field_missing | solution | | --solution | giải pháp | solution
obstacle raise KH.T --cause money --own --text x --to 412 | out_of_range | addressee | 412     | --to      | chính đơn vị mình  | unit itself
obstacle raise NO.SUCH --cause money --own --text x | unknown_item   | item       | NO.SUCH    | ITEM      | không có mã        | no such code
obstacle close 12                                  | bad_word        | obstacle   | 12         | RECEIPT   | 0a1b2c3d-17-2      | 0a1b2c3d-17-2
obstacle answer 0a1b2c3d-17-2 --text x             | unknown_obstacle | obstacle  | 0a1b2c3d-17-2 | RECEIPT | obstacle list     | obstacle list
"""


def test_refused_at_the_desk(world, vinh):
    vinh.cli("mine")
    before = vinh.status()["last_seq"]
    for line in REFUSED.strip().splitlines():
        given, name, field, value, place, vi, en = [x.strip() for x in line.split("|")]
        for lang, expected, nothing in (("vi", vi, "chưa xếp hàng gì"), ("en", en, "nothing was queued")):
            done = vinh.cli(*given.split(), ok=(1,), lang=lang)
            assert nothing in done.stdout and place in done.stdout and expected in done.stdout and done.stderr == "", done.stdout
        said = vinh.json(*given.split(), ok=(1,))["refused"]
        assert (said["reason"], said["field"], said["value"]) == (name, field, value), (given, said)
    for given, vi, en in (
            ("extension", "thiếu mã", "code is missing"), ("obstacle", "raise, comment", "raise, comment"),
            ("obstacle sing", "không có `obstacle sing`", "there is no `obstacle sing`"),
            ("obstacle raise", "thiếu mã", "code is missing"), ("obstacle close", "thiếu số biên nhận", "receipt is missing"),
            ("obstacle raise KH.T --cause money --own --outside --text x", "một trong hai", "only one of"),
            ("obstacle close x --cause money", "không có tuỳ chọn --cause", "there is no option --cause"),
            ("milestone KH.T KH.X", "thừa từ `KH.X`", "one word too many")):
        assert vi in vinh.cli(*given.split(), ok=(2,)).stderr and en in vinh.cli(*given.split(), ok=(2,), lang="en").stderr
    assert vinh.status()["last_seq"] == before


def test_an_obstacle_from_raise_to_close(world, vinh):
    """O01: "nếu gặp khó khăn, vướng mắc cần phối hợp chặt chẽ ... để tháo gỡ kịp thời"; closed by the raiser alone."""
    world.stop()
    said = vinh.json("obstacle", "raise", "KH.T", "--cause", "kinh phí", "--outside", "--text", "Chưa bố trí được kinh phí",
                     "--solution", "Cấp bổ sung", "--solution-class", "kinh phi", "--rights", "--to", "40")
    assert (said["body"], said["step"], said["cause"], said["fault"], said["to"]) == ("obstacle", "raise", "money", "outside", "40")
    text = vinh.cli("obstacle", "raise", "KH.G", "--cause", "chưa có hướng dẫn", "--outside", "--text", "Chưa có hướng dẫn").stdout
    assert "về KH.G: chưa có hướng dẫn, khách quan" in text and "kiến nghị bộ, ngành" in text
    other = vinh.json("obstacle", "raise", "KH.R", "--cause", "people", "--own", "--text", "Thiếu người", "--to", "40.CA")
    assert "40.CA" in other["warnings"][0] and "máy chủ sẽ xét" in other["warnings"][0], "outside the office's line: the centre's to judge"
    world.start()
    vinh.drained()
    assert vinh.status()["refused"] == []
    raised = {r["item"]: r["receipt"] for r in vinh.json("receipts")["receipts"]}
    u = next(u for u in updates(world) if u["item"] == "KH.T")
    assert u["obstacle"]["raise"] == {"cause": "money", "fault": "outside", "text": "Chưa bố trí được kinh phí",
                                      "solution": "Cấp bổ sung", "solution_class": "money", "affects_rights": True, "addressee": "40"}
    assert "trao đổi vướng mắc" in vinh.cli("obstacle", "comment", raised["KH.T"], "--text", "Đề nghị sớm trả lời").stdout
    vinh.drained()
    vinh.json("obstacle", "answer", raised["KH.T"], "--text", "Tự trả lời")  # not ours: the centre knows
    vinh.json("obstacle", "escalate", raised["KH.R"], "--reason", "Cần gấp")
    said = vinh.json("obstacle", "close", raised["KH.T"], "--text", "Đã được cấp")
    assert (said["step"], said["obstacle"], said["item"]) == ("close", raised["KH.T"], "KH.T")
    vinh.drained()  # a step is judged by what stands when it comes
    vinh.json("obstacle", "reopen", raised["KH.T"], "--text", "Chưa về tài khoản")
    vinh.json("obstacle", "close", raised["KH.G"])
    vinh.drained()
    vinh.json("obstacle", "close", raised["KH.G"])
    vinh.drained()
    assert [(r["reason"], r["body"]) for r in vinh.status()["refused"]] == [("obstacle_state", "obstacle"), ("not_yours", "obstacle")]
    steps = [next(k for k in u["obstacle"] if k != "obstacle") for u in updates(world)]
    assert steps == ["raise"] * 3 + ["comment", "escalate", "close", "reopen", "close"]
    comment = receipt(vinh, "KH.T", "obstacle")
    assert comment != raised["KH.T"] and vinh.json("obstacle", "close", comment, ok=(1,))["refused"]["reason"] == "unknown_obstacle"


def test_obstacles_cannot_be_listed_without_a_line(world, vinh):
    world.stop()
    assert "không hỏi được máy chủ về các vướng mắc" in vinh.cli("obstacle", "list", ok=(3,)).stderr
    assert "could not be asked" in vinh.json("obstacle", "list", ok=(3,), lang="en")["error"]


def told(clerk, kind):
    return until(f"{clerk.name} to be told", lambda: [n for n in clerk.json("inbox", "--all")["notices"] if n["kind"] == kind])


def test_an_obstacle_is_answered_without_a_line(world, vinh):
    """Whom it was sent to finds it in the inbox, and answers when there is no line too; the answer comes to the raiser's inbox."""
    province = Clerk(world, "nghe-an", "40").run().knows()
    vinh.json("obstacle", "raise", "KH.T", "--cause", "money", "--outside", "--text", "Thiếu kinh phí", "--to", "40")
    vinh.drained()
    number = receipt(vinh, "KH.T", "obstacle")
    notice, = told(province, "obstacle")
    assert (notice["about"], notice["item"], notice["text"]) == (number, "KH.T", "Thiếu kinh phí")
    assert f"tiendo-agent obstacle answer {number} --text" in province.cli("inbox").stdout
    world.stop()
    said = province.json("obstacle", "answer", number, "--text", "Sẽ cấp trong tháng", "--resolves")
    assert (said["step"], said["obstacle"], said["item"], said["unit"]) == ("answer", number, "KH.T", "40")
    world.start()
    province.drained()
    notice, = told(vinh, "answer")
    assert (notice["about"], notice["text"]) == (number, "Sẽ cấp trong tháng")
    assert f"Vướng mắc số {number}" in vinh.cli("inbox").stdout
    ours, = vinh.json("obstacle", "list")["raised"]
    assert (ours["receipt"], ours["item"], ours["unit"], ours["cause"], ours["fault"]) == (number, "KH.T", "412", "money", "outside")
    assert (ours["state"], ours["addressee"], ours["answer_due"], ours["text"]) == ("answered", "40", 0, "Thiếu kinh phí")
    assert [(s["step"], s["unit"], s["text"]) for s in ours["steps"]] == [
        ("raise", "412", "Thiếu kinh phí"), ("answer", "40", "Sẽ cấp trong tháng")]
    assert province.json("obstacle", "list")["addressed"] == [], "nothing waits for an answer any more"
    text = vinh.cli("obstacle", "list").stdout
    assert f"{number}  KH.T Ban hành kế hoạch" in text and "40 Tỉnh Nghệ An đã trả lời, chờ đơn vị nêu xác nhận" in text
    assert "40 Tỉnh Nghệ An: trả lời (đã tháo gỡ): Sẽ cấp trong tháng" in text
    vinh.json("obstacle", "close", number)
    vinh.drained()
    assert vinh.json("obstacle", "list")["raised"] == []
    closed, = vinh.json("obstacle", "list", "--all")["raised"]
    assert (closed["state"], closed["closed_on"]) == ("closed", 20240401)
    assert "closed on 2024-04-01" in province.cli("obstacle", "list", "--all", lang="en").stdout
    assert vinh.status()["refused"] == province.status()["refused"] == []
    *_, answer, close = updates(world)
    assert answer["obstacle"]["answer"] == {"text": "Sẽ cấp trong tháng", "resolves": True} and "close" in close["obstacle"]


def test_what_is_decided_comes_back(world, vinh):
    """The office sees the date in force beside the first one, that it owes nothing of what does not apply, and why a report came back."""
    vinh.report("KH.T", "--state", "done", "--product", "1/BC-UBND", "--done-on", "2024-03-31", "--period", "2024-04a")
    vinh.json("extension", "KH.X", "--due", "2024-08-31", "--reason", "Chờ kinh phí")
    vinh.json("not-applicable", "KH.F", "--from", "2024-04-01", "--reason", "Không còn thủ tục")
    vinh.drained()
    assert "KH.F" in [x["item"] for x in vinh.status()["periods"][2]["owed"]], "until it is decided it is owed"
    world.server_cli("decide", "extension", receipt(vinh, "KH.X", "extension_request"), "--reason", "Đồng ý")
    world.server_cli("decide", "not-applicable", receipt(vinh, "KH.F", "na_request"), "--reason", "Đồng ý")
    world.server_cli("decide", "return", receipt(vinh, "KH.T", "task"), "--reason", "Thiếu phụ lục")
    decisions = until("both decisions", lambda: len(told(vinh, "decision")) == 2 and told(vinh, "decision"))
    assert {(n["item"], n["granted"]) for n in decisions} == {("KH.X", True), ("KH.F", True)}
    returned, = told(vinh, "return")
    assert returned["about"] == receipt(vinh, "KH.T", "task") and "Thiếu phụ lục" in returned["text"]
    held = {c["item"]: c for c in vinh.json("mine")["cells"]}
    assert (held["KH.X"]["due"], held["KH.X"]["first_due"]) == (20240831, 20240630)
    assert "được gia hạn, hạn đầu 30/06/2024" in vinh.cli("mine").stdout
    assert held["KH.F"]["state"] == "na" and held["KH.T"]["state"] == "unreported"
    owed = {p["period"]: [x["item"] for x in p["owed"]] for p in vinh.status()["periods"]}
    assert owed["2024-04a"] == ["KH.T", "KH.R"], "returned: owed again; not applicable: not at all"
    assert "từ hạn 31/08/2024 đến 30/09/2024" in vinh.cli("extension", "KH.X", "--due", "2024-09-30", "--reason", "Vẫn chờ").stdout
