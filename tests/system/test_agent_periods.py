# SPDX-License-Identifier: Apache-2.0
"""What an office owes by when, and "nothing has changed": said offline, from its part of the catalogue alone.

S0: "chế độ báo cáo chưa kịp thời". S3: the commune carries the load ("đặc biệt là các đơn vị cấp xã đã huy động lực lượng rất lớn"): how
many fields it is asked for is shown, and what has not changed is one command.
"""
import pytest

import rhythm
from clerk import Clerk
from rhythm import cells, day, updates


@pytest.fixture
def world(make_world):
    return rhythm.world(make_world)


@pytest.fixture
def vinh(world):
    return Clerk(world, "vinh", "412").run().knows()


def owed(clerk):
    """{period: (deadline, days left, reported of items, fields, [what is missing])} in the order shown."""
    return {p["period"]: (p["deadline"], p["days_left"], f"{p['reported']}/{p['items']}", p["fields"], [x["item"] for x in p["owed"]])
            for p in clerk.status()["periods"]}


def test_what_is_owed_by_when(world, vinh):
    """A district has two working days; a period freezes after four, those of a central office."""
    assert list(owed(vinh).items()) == [
        ("2024-03b", (20240402, 1, "0/3", 5, ["KH.T", "KH.R", "KH.F"])), ("2024-03", (20240402, 1, "0/1", 1, ["KH.M"])),
        ("2024-04a", (20240417, 16, "0/3", 5, ["KH.T", "KH.R", "KH.F"])), ("2024-04", (20240502, 31, "0/1", 1, ["KH.M"]))]
    text = vinh.cli("status").stdout
    assert "còn 1 ngày" in text and "chưa hết kỳ, còn 16 ngày" in text and "Kỳ 2024-03b còn 3 mục: KH.T, KH.R, KH.F\n" in text
    assert "Kỳ 2024-04a còn" not in text, "of a period that still runs nothing is missing"
    day(world, "2024-04-02", vinh)
    assert "hạn là hôm nay" in vinh.cli("status").stdout
    vinh.report("KH.R", "--num", "9", "--den", "10")
    vinh.report("KH.M", "--value", "0", "--period", "2024-03")
    assert owed(vinh)["2024-03b"][2:] == ("1/3", 5, ["KH.T", "KH.F"]), "what waits in the queue is reported"
    assert owed(vinh)["2024-03"][2:] == ("1/1", 1, []) and "đã báo đủ" in vinh.cli("status").stdout
    vinh.drained().cli("mine")  # so that the figures are known here too
    world.stop()
    before = owed(vinh)
    day(world, "2024-04-04", vinh)
    assert owed(vinh)["2024-03b"] == (20240402, -2, *before["2024-03b"][2:])
    english = vinh.cli("status", lang="en").stdout
    assert "days late: 2" in english and "Period 2024-03b lacks 2: KH.T, KH.F" in english
    day(world, "2024-04-05", vinh)
    assert list(owed(vinh)) == ["2024-04a", "2024-04"], "frozen"
    day(world, "2024-04-19", vinh)  # the holiday moved the freeze of 2024-04a, not the deadline of a district
    assert list(owed(vinh)) == ["2024-04a", "2024-04b", "2024-04"] and owed(vinh)["2024-04a"][:2] == (20240417, -2)
    said = vinh.cli("mine").stdout
    assert "Kỳ 2024-04a, hạn 17/04/2024, còn 3 mục, 5 ô:" in said and "9 / 10 = 90 %  Cấp căn cước" in said
    assert "Còn nợ ngoài báo cáo theo kỳ: 1\n" in said and "KH.X" in said
    periods = vinh.json("mine")["periods"]
    assert [p["period"] for p in periods] == list(owed(vinh)) and periods[0]["schedule"] == "half_month" and periods[0]["closed"]
    assert [(p["first"], p["last"]) for p in periods] == [(20240401, 20240415), (20240416, 20240430), (20240401, 20240430)]


def test_a_unit_of_another_kind(world, vinh):
    """The province reports none of these: nothing is owed, and nothing is said of periods."""
    province = Clerk(world, "nghe-an", "40").run().knows()
    assert province.status()["periods"] == [] and "Báo cáo theo kỳ" not in province.cli("status").stdout


def test_nothing_has_changed(world, vinh):
    vinh.report("KH.T", "--state", "in_progress", "--percent", "35")
    vinh.report("KH.R", "--num", "9", "--den", "10")
    vinh.report("KH.F", "--value", "7")
    vinh.drained()
    day(world, "2024-04-16", vinh)
    before = vinh.status()["last_seq"]
    dry = vinh.json("report", "--same", "--dry-run")
    assert dry["queued"] is None and vinh.status()["last_seq"] == before
    text = vinh.cli("report", "--same", "--dry-run").stdout
    assert "Đang thực hiện 35 %" in text and "9 / 10 = 90 %" in text and "17/04/2024" in text and "chưa xếp hàng gì" in text
    said = vinh.json("report", "--same", "--note", "như kỳ trước")
    assert said["queued"] == {"from": before + 1, "to": before + 2, "rows": 2}
    assert [(x["item"], x["period"], x["deadline"], x["as_of"]) for x in said["same"]] == [
        ("KH.T", "2024-04a", 20240417, 20240415), ("KH.R", "2024-04a", 20240417, 20240415)]
    assert said["same"][0]["still"] == {"body": "task", "as_of": 20240401, "state": "in_progress", "percent": 35}
    assert said["same"][1]["still"] == {"body": "ratio", "as_of": 20240401, "value": 9, "denominator": 10}
    assert [(x["item"], x["why"]) for x in said["skipped"]] == [("KH.F", "flow")]
    assert owed(vinh)["2024-04a"][2:] == ("2/3", 5, ["KH.F"])
    vinh.drained()
    new = [u for u in updates(world) if "unchanged" in u]
    assert [(u["item"], u["period"], u["as_of"], u["note"]) for u in new] == [
        ("KH.T", "2024-04a", 20240415, "như kỳ trước"), ("KH.R", "2024-04a", 20240415, "như kỳ trước")]
    held = cells(vinh)
    assert (held["KH.R"]["value"], held["KH.R"]["as_of"], held["KH.T"]["percent"]) == (9, 20240415, 35)
    vinh.report("KH.F", "--none-arisen")
    assert owed(vinh)["2024-04a"][2:] == ("3/3", 5, [])
    # nothing of a period that is over is owed any more: the one that runs can be confirmed, with a word of warning
    again = vinh.json("report", "--same", "--dry-run")
    assert [(x["item"], x["period"]) for x in again["same"]] == [("KH.T", "2024-04b"), ("KH.R", "2024-04b")]
    assert [(x["item"], x["why"]) for x in again["skipped"]] == [("KH.F", "flow"), ("KH.M", "never_reported")]
    assert "30/04/2024" in again["warnings"][0] and len(again["warnings"]) == 1


def test_nothing_has_changed_without_a_line(world, vinh):
    vinh.report("KH.R", "--num", "9", "--den", "10")
    vinh.drained().cli("mine")
    world.stop()
    day(world, "2024-04-16", vinh)
    vinh.report("KH.T", "--state", "not_started", "--period", "2024-04a")  # waits in the queue, and stands there
    said = vinh.json("report", "--same")
    assert [x["item"] for x in said["same"]] == ["KH.R"] and "không hỏi được máy chủ" in said["warnings"][0]
    assert [(x["item"], x["why"]) for x in said["skipped"]] == [("KH.F", "flow")]
    vinh.json("report", "--same", ok=(1,))  # only the flow is left
    world.start()
    vinh.drained()
    assert [u["item"] for u in updates(world) if "unchanged" in u] == ["KH.R"]
    assert vinh.status()["refused"] == []


def test_some_have_not_changed(world, vinh):
    vinh.report("KH.R", "--num", "9", "--den", "10")
    vinh.report("KH.M", "--value", "3")
    vinh.drained()
    day(world, "2024-04-16", vinh)
    named = vinh.json("report", "--same", "KH.R", "KH.M", "KH.T", "KH.R")
    assert [(x["item"], x["period"], x["as_of"]) for x in named["same"]] == [
        ("KH.R", "2024-04a", 20240415), ("KH.M", "2024-04", 20240416)]
    assert [(x["item"], x["why"]) for x in named["skipped"]] == [("KH.T", "never_reported")]
    done = vinh.json("report", "--same", "KH.R", "KH.M", "--period", "2024-04a", ok=(1,))
    assert done["refused"]["reason"] == "bad_period"
    done = vinh.json("report", "--same", "--period", "2024-04a", ok=(1,))
    assert done["queued"] is None and {x["why"] for x in done["skipped"]} == {"flow", "never_reported"}
    reported = vinh.json("report", "--same", "KH.R", "--period", "2024-04a", ok=(1,))
    assert [x["why"] for x in reported["skipped"]] == ["reported"]
    assert vinh.json("report", "--same", "--period", "2024-05a", ok=(1,))["refused"]["reason"] == "bad_period"
    before = vinh.status()["last_seq"]
    for item, reason in (("NO.SUCH", "unknown_item"), ("KH.G", "not_a_leaf")):
        said = vinh.json("report", "--same", "KH.R", item, ok=(1,))["refused"]
        assert (said["reason"], said["field"], said["value"]) == (reason, "item", item)
    assert "--same chỉ đi cùng" in vinh.cli("report", "--same", "--value", "3", ok=(2,)).stderr
    assert "--dry-run goes with --same only" in vinh.cli("report", "KH.R", "--dry-run", ok=(2,), lang="en").stderr
    assert vinh.status()["last_seq"] == before


def test_nothing_is_confirmed_before_it_is_known(make_world):
    """What stands is the centre's to say: an office that never asked it confirms nothing."""
    world = rhythm.world(make_world, start=False)
    vinh = Clerk(world, "vinh", "412")
    one, two = vinh.together((("report", "--same"), {"ok": (3,)}), (("report", "--same", "--json"), {"ok": (3,), "lang": "en"}))
    assert "chưa nhận được danh mục" in one.stderr and "without a catalogue" in two.stdout


def test_for_which_period_a_figure_counts(world, vinh):
    said = vinh.report("KH.R", "--num", "8", "--den", "10")  # in the days after its end a period is reported
    assert (said["period"], said["deadline"], said["warnings"]) == ("2024-03b", 20240402, [])
    assert (said["as_of"], said["body"]) == (20240401, "ratio")
    text = vinh.cli("report", "KH.R", "--num", "8", "--den", "10", "--period", "2024-04a").stdout
    assert "KH.R, đơn vị 412, kỳ 2024-04a (hạn 17/04/2024), số liệu ngày 01/04/2024: 8 / 10 = 80 %." in text
    assert "kỳ" not in vinh.cli("report", "KH.X", "--state", "not_started").stdout
    bad = vinh.json("report", "KH.R", "--num", "8", "--den", "10", "--period", "2024-04", ok=(1,))["refused"]
    assert (bad["reason"], bad["field"], bad["value"]) == ("bad_period", "period", "2024-04")
    day(world, "2024-04-18", vinh)  # a day late: without its name it would count for the next one, and that is said
    late = vinh.report("KH.T", "--state", "in_progress", "--percent", "5")
    assert late["period"] == "2024-04b" and "--period 2024-04a" in late["warnings"][0]
    late = vinh.cli("report", "KH.T", "--state", "in_progress", "--percent", "5", "--period", "2024-04a").stdout
    assert "kỳ 2024-04a (hạn 17/04/2024, đã quá hạn), số liệu ngày 15/04/2024" in late
    vinh.drained()
    assert vinh.status()["refused"] == [] and cells(vinh)["KH.T"]["as_of"] == 20240418


def test_for_which_periods_a_file_counts(world, vinh):
    day(world, "2024-04-16", vinh)
    path = vinh.dir / "file.csv"
    path.write_text(rhythm.sheet([{"item": "KH.R", "numerator": 8, "denominator": 10}, {"item": "KH.F", "value": 3},
                                  {"item": "KH.M", "value": 5}, {"item": "KH.F", "value": 4, "period": "2024-04b"}]))
    said = vinh.json("import", path)
    assert [(p["period"], p["deadline"], p["rows"]) for p in said["periods"]] == [
        ("2024-04a", 20240417, 2), ("2024-04", 20240502, 1), ("2024-04b", 20240502, 1)]
    path.write_text(rhythm.sheet([{"item": "KH.R", "numerator": 8, "denominator": 10}, {"item": "KH.F", "value": 3}]))
    assert "kỳ 2024-04b: 2 dòng, hạn 02/05/2024" in vinh.cli("import", path, "--period", "2024-04b").stdout
    path.write_text(rhythm.sheet([{"item": "KH.R", "numerator": 8, "denominator": 10}, {"item": "KH.M", "value": 3}]))
    fault, = vinh.json("import", path, "--period", "2024-04b", ok=(1,))["faults"]
    assert (fault["line"], fault["column"], fault["name"], fault["value"]) == (3, "period", "bad_period", "2024-04b")
    vinh.drained()
    assert vinh.status()["refused"] == [] and vinh.status()["taken"] == 6
