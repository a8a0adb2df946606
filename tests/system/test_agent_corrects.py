# SPDX-License-Identifier: Apache-2.0
"""A report is corrected or withdrawn by its receipt: judged offline, queued, and then the centre's figure is another one."""
import pytest

import rhythm
from clerk import Clerk
from rhythm import cells, day, receipt, updates


@pytest.fixture
def world(make_world):
    return rhythm.world(make_world)


@pytest.fixture
def vinh(world):
    return Clerk(world, "vinh", "412").run().knows()


def test_corrected_and_withdrawn(world, vinh):
    """DOMAIN 2: "A correction names the receipt it replaces, with a reason; a withdrawal voids it and the slot falls back"."""
    day(world, "2024-04-16", vinh)
    vinh.report("KH.R", "--num", "8", "--den", "10")
    vinh.report("KH.R", "--num", "9", "--den", "10")
    vinh.drained()
    wrong = receipt(vinh, "KH.R", "ratio")
    said = vinh.json("correct", wrong, "--num", "7", "--den", "10", "--reason", "Đếm trùng")
    assert (said["body"], said["unit"], said["item"], said["corrects"]) == ("correction", "412", "KH.R", wrong)
    assert (said["as_of"], said["period"], said["deadline"]) == (20240416, "2024-04a", 20240417)
    assert vinh.status()["periods"][0]["reported"] == 1
    vinh.drained()
    assert cells(vinh)["KH.R"]["value"] == 7
    *_, u = updates(world)
    assert u["reason"] == "Đếm trùng" and u["correction"]["ratio"] == {"numerator": 7, "denominator": 10}
    assert "-".join(map(str, (u["correction"]["replaces"]["incarnation"][:8], u["correction"]["replaces"]["entry"],
                              u["correction"]["replaces"]["index"]))) == wrong and u["period"] == "2024-04a"
    right = receipt(vinh, "KH.R", "correction")
    text = vinh.cli("withdraw", right, "--reason", "Số của đơn vị khác").stdout
    assert f"rút báo cáo có biên nhận {right}: KH.R (Cấp căn cước), kỳ 2024-04a, số liệu ngày 16/04/2024." in text
    vinh.drained()
    assert cells(vinh)["KH.R"]["value"] == 8, "the one before it counts again"
    first = [r["receipt"] for r in vinh.json("receipts")["receipts"] if r["item"] == "KH.R"][-1]
    vinh.cli("withdraw", first, "--reason", "Cũng vậy")
    vinh.drained()
    assert cells(vinh)["KH.R"]["state"] == "unreported" and vinh.status()["refused"] == []
    assert "KH.R" in [x["item"] for x in vinh.status()["periods"][0]["owed"]], "it is owed again"
    vinh.cli("withdraw", first, "--reason", "Lần nữa")
    vinh.drained()
    refused, = vinh.status()["refused"]
    assert (refused["reason"], refused["field"], refused["body"]) == ("not_standing", "withdraw.withdraws", "withdraw")
    table = vinh.cli("status").stdout
    assert "rút báo cáo" in table and "withdraws" in table and "Biên nhận này không phải" in table
    kinds = [(r["body"], r["period"]) for r in vinh.json("receipts")["receipts"]]
    assert kinds == [("withdraw", "2024-04a"), ("withdraw", "2024-04a"), ("correction", "2024-04a"), ("ratio", ""), ("ratio", "")]
    assert "đính chính" in vinh.cli("receipts").stdout and "withdrawal" in vinh.cli("receipts", lang="en").stdout


def test_corrected_without_a_line_and_after_the_freeze(world, vinh):
    vinh.report("KH.R", "--num", "8", "--den", "10")
    vinh.report("KH.M", "--value", "5")
    vinh.drained()
    day(world, "2024-04-09", vinh)
    world.stop()
    text = vinh.cli("correct", receipt(vinh, "KH.R", "ratio"), "--num", "9", "--den", "10", "--reason", "Bổ sung",
                    "--as-of", "02/04/2024").stdout
    assert "kỳ 2024-03b (hạn 02/04/2024, đã quá hạn), số liệu ngày 02/04/2024: 9 / 10 = 90 %" in text
    path = vinh.dir / "file.csv"
    path.write_text(rhythm.sheet([{"item": "KH.M", "value": 6, "corrects": receipt(vinh, "KH.M", "count"), "reason": "Đếm sót"},
                                  {"item": "KH.F", "value": 1}]))
    said = vinh.json("import", path)
    assert [(p["period"], p["rows"]) for p in said["periods"]] == [("2024-03", 1), ("2024-04a", 1)]
    world.start()
    vinh.drained()
    assert vinh.status()["refused"] == [], "the frozen period's report is found by the journal"
    assert [u["period"] for u in updates(world) if "correction" in u] == ["2024-03b", "2024-03"]
    held = cells(vinh)
    assert (held["KH.R"]["value"], held["KH.M"]["value"]) == (9, 6)


REFUSED = """
correct RATIO --num 1 --den 2                    | reason_required | reason      |         | --reason | lý do            | reason
correct RATIO --num 3 --den 2 --reason x         | numerator_above_denominator | numerator | 3 | --num  | Tử số lớn hơn  | above
correct RATIO --num 1 --reason x                 | required        | denominator |         | --den    | không được để trống | empty
correct RATIO --reason x                         | required        | numerator   |         | --num    | không được để trống | empty
correct RATIO --value 3 --reason x               | wrong_body      | item        | KH.R    | ITEM     | Loại số liệu     | kind of figure
correct RATIO --num 1 --den 2 --as-of 2024-04-03 --reason x | as_of_in_future | as_of | 2024-04-03 | --as-of | tương lai | future
correct RATIO --num 1 --den 2 --as-of mai --reason x | bad_date    | as_of       | mai     | --as-of  | Ngày không hợp lệ | Not a date
correct RATIO --num 1 --den 2 --reason 040.123.456.789 | personal_id | reason    |         | --reason | định danh        | identity
correct 12 --num 1 --den 2 --reason x            | bad_word        | corrects    | 12      | RECEIPT  | 0a1b2c3d-17-2    | 0a1b2c3d-17-2
correct 0a1b2c3d-17-2 --num 1 --den 2 --reason x | not_standing    | corrects    | 0a1b2c3d-17-2 | RECEIPT | tiendo-agent receipts | tiendo-agent receipts
withdraw RATIO                                   | reason_required | reason      |         | --reason | lý do            | reason
withdraw 12 --reason x                           | bad_word        | withdraws   | 12      | RECEIPT  | 0a1b2c3d-17-2    | 0a1b2c3d-17-2
withdraw 0a1b2c3d-17-2 --reason x                | not_standing    | withdraws   | 0a1b2c3d-17-2 | RECEIPT | tiendo-agent receipts | tiendo-agent receipts
withdraw MILESTONE --reason x                    | not_standing    | withdraws   |         | RECEIPT  | tiendo-agent receipts | tiendo-agent receipts
"""


def test_refused_at_the_desk(world, vinh):
    vinh.report("KH.R", "--num", "8", "--den", "10")
    vinh.json("milestone", "KH.T", "--no", "1", "--reached", "2024-04-01")
    vinh.drained()
    day(world, "2024-04-02", vinh)
    known = {"RATIO": receipt(vinh, "KH.R", "ratio"), "MILESTONE": receipt(vinh, "KH.T", "milestone")}
    before = vinh.status()["last_seq"]
    for line in REFUSED.strip().splitlines():
        given, name, field, value, place, vi, en = [x.strip() for x in line.split("|")]
        words = [known.get(x, x) for x in given.split()]
        for lang, expected, nothing in (("vi", vi, "chưa xếp hàng gì"), ("en", en, "nothing was queued")):
            done = vinh.cli(*words, ok=(1,), lang=lang)
            assert nothing in done.stdout and place in done.stdout and expected in done.stdout and done.stderr == "", done.stdout
        said = vinh.json(*words, ok=(1,))["refused"]
        assert (said["reason"], said["field"]) == (name, field), (given, said)
        assert said["value"] == value or not value
    for given, word in (("correct", "thiếu số biên nhận"), ("withdraw", "thiếu số biên nhận"), ("correct a b", "thừa từ `b`"),
                        ("withdraw a --value 3", "không có tuỳ chọn --value"), ("correct a --period 2024-04", "--period")):
        assert word in vinh.cli(*given.split(), ok=(2,)).stderr
    assert vinh.status()["last_seq"] == before
