# SPDX-License-Identifier: Apache-2.0
"""An office that works for weeks without the centre: judged at once by the same rules, kept, then delivered once and in order."""
import datetime
import json
import random

import pytest

from clerk import Clerk, delivered, receipts, taken
from journal import audit
from world import until

START = datetime.date(2024, 4, 2)
MORNING = 1712019600000  # the world begins on 2024-04-02 at 8 o'clock
DAY = 86400000


@pytest.fixture
def vinh(world):
    return Clerk(world, "vinh", "412")


def away(world, *clerks):
    """The catalogue has been fetched, then the line is gone."""
    for c in clerks:
        c.run().knows()
    world.stop()


def on(world, days, time="08:00:00"):
    day = START + datetime.timedelta(days)
    world.set_clock(day, time)
    return day


def ymd(day):
    return int(day.strftime("%Y%m%d"))


def test_weeks_without_the_server(world, vinh, seed):
    dice = random.Random(seed)
    other = Clerk(world, "dien-chau", "413")
    away(world, vinh, other)
    refused = 0
    for n in range(1, 36):
        today = on(world, n, f"{dice.randrange(7, 17):02}:00:00")
        if n % 7 == 0:
            said = vinh.file([{"unit": dice.choice(("16702", "16703")), "item": "KH.R", "as_of": today - datetime.timedelta(back),
                               "numerator": back, "denominator": 100} for back in range(5, 0, -1)])
            assert said["warnings"] == []
            vinh.cli("report", "KH.R", "--unit", "16702", "--num", "2", "--den", "1", ok=(1,))
            refused += 1
        elif dice.random() < 0.5:
            said = dice.choice((vinh, other)).report("KH.C", "--value", str(n))
            assert said["as_of"] == ymd(today), "the date follows from the centre's time and our clock"
            assert said["warnings"] == []
        if n == 10:
            vinh.kill()  # the power fails; the office works on without its daemon
        if n == 20:
            vinh.run()
    before = vinh.status()
    assert before["waiting"] == len(vinh.promised) >= 25 and refused == 5
    assert before["server_time_ms"] == before["server_heard_ms"] == MORNING and before["last_receipt"] is None
    world.start()
    vinh.drained(), other.drained()
    delivered(world, vinh, other)
    assert {received // DAY for _, _, _, received, _ in taken(world)} == {MORNING // DAY + 35}
    ticks = [e["date"] for e in world.dump() if e["kind"] == "tick"]
    assert ticks == [ymd(START + datetime.timedelta(n)) for n in range(36)], "the missed days, in order"
    after = vinh.status()
    assert after["taken"] == len(vinh.promised) and after["refused_n"] == 0
    assert after["server_time_ms"] // DAY == MORNING // DAY + 35
    newest = after["last_receipt"]["receipt"]
    assert newest in vinh.cli("receipts", "--limit", "1").stdout
    held = receipts(world, vinh)
    assert max(held) == (1, len(vinh.promised)) and held[max(held)]["receipt"] == newest
    audit(world)


def test_before_the_first_word_of_the_centre(make_world):
    """No catalogue yet: the form is judged, the rest is the centre's to judge; what it refuses stays here with the reason."""
    world = make_world(start=False)
    vinh = Clerk(world, "vinh", "412", register=False, reply="200ms")
    vinh.run()
    asked = vinh.cli("report", "KH.C", "--value", "3", "--unit", "412", ok=(2,))
    assert "--as-of" in asked.stderr and not asked.stdout
    asked = vinh.cli("report", "KH.C", "--value", "3", "--as-of", "2024-04-01", ok=(2,), lang="en")
    assert "--unit CODE is needed" in asked.stderr
    assert vinh.status()["last_seq"] == 0
    good = vinh.report("KH.C", "--unit", "412", "--as-of", "01/04/2024", "--value", "1.387")
    assert "máy chủ sẽ xét" in good["warnings"][0] and len(good["warnings"]) == 1
    said = vinh.cli("report", "NO.SUCH", "--unit", "412", "--as-of", "2024-04-01", "--value", "4", lang="en").stdout
    assert "Queued as number 2" in said and "no catalogue was received" in said
    bad = vinh.cli("report", "KH.C", "--unit", "412", "--as-of", "2024-04-01", "--value", "1.38", ok=(1,))
    assert "--value 1.38" in bad.stdout and "1387" in bad.stdout
    path, notes = vinh.rows([{"unit": "16702", "item": "KH.R", "as_of": "2024-04-01", "numerator": n, "denominator": 3}
                             for n in (2, 9)])
    said = vinh.json("import", path)
    assert said["queued"] == {"from": 3, "to": 4, "rows": 2} and len(said["warnings"]) == 1
    until("the daemon to say that nobody answers", lambda: vinh.status()["trouble"] == "no_answer")
    s = vinh.status()
    assert s["waiting"] == 4 and s["attempts"] >= 1 and s["server_heard_ms"] == 0 and s["unit"] == ""
    assert "máy chủ không trả lời" in vinh.cli("status").stdout
    assert "the centre does not answer" in vinh.cli("status", lang="en").stdout
    vinh.principal = vinh.register()  # by the command, while no server runs
    world.start()
    vinh.knows().drained()
    s = vinh.status()
    assert [(r["seq"], r["reason"], r["item"]) for r in s["refused"]] == [
        (4, "numerator_above_denominator", "KH.R"), (2, "unknown_item", "NO.SUCH")]
    assert (s["taken"], s["refused_n"], s["trouble"], s["unit"]) == (2, 2, "", "412")
    vinh.promised += notes[:1]
    delivered(world, vinh)
    audit(world)


def test_unknown_here_is_for_the_centre_to_judge(world, vinh):
    """A catalogue that may be too old: asked for when there is a line, else queued with a word of warning."""
    away(world, vinh)
    vinh.stop()
    path, notes = vinh.rows([{"item": "KH.C", "value": 1}, {"item": "KH.NEW", "value": 2}, {"item": "KH.NEW", "value": 3}])
    one, two, three = vinh.together((("report", "KH.NEW", "--value", "7", "--note", "new"), {}), (("import", path, "--json"), {}),
                                    (("report", "KH.NEW", "--value", "-7"), {"ok": (1,)}))
    assert "KH.NEW" in one.stdout and "vẫn xếp hàng" in one.stdout
    assert json.loads(two.stdout)["queued"]["rows"] == 3 and "2 dòng" in json.loads(two.stdout)["warnings"][0]
    assert "-7" in three.stdout and "xếp hàng" in three.stdout
    items = world.catalogue.joinpath("items.csv").read_text()
    row = next(line for line in items.splitlines() if line.startswith("KH.C,")).replace("KH.C", "KH.NEW")
    world.write_catalogue(items=items + row + "\n")
    world.server_cli("catalogue", "load", world.catalogue)
    world.start()
    vinh.run().drained()
    vinh.promised = (["new"] + notes) if notes_first(world, vinh) else notes + ["new"]
    delivered(world, vinh)
    vinh.knows()
    assert vinh.report("KH.NEW", "--value", "8")["warnings"] == []
    vinh.drained()
    delivered(world, vinh)


def notes_first(world, clerk):
    """Which of two commands that ran together came first is theirs to settle."""
    return taken(world)[0][4]["update"]["note"] == "new"


def test_the_date_of_today_needs_a_proven_clock(world, vinh):
    world.stop()
    need = "cần --as-of NGÀY"
    assert need in vinh.cli("report", "KH.C", "--value", "1", "--unit", "412", ok=(2,)).stderr
    world.start()
    away(world, vinh)
    on(world, 1, "23:30:00")
    assert vinh.report("KH.C", "--value", "1")["as_of"] == 20240403
    on(world, 2, "00:10:00")
    assert vinh.report("KH.C", "--value", "2")["as_of"] == 20240404, "the office's day, not Greenwich's"
    late = vinh.json("report", "KH.C", "--value", "3", "--as-of", "2024-04-05", ok=(1,))["refused"]
    assert (late["reason"], late["field"], late["value"]) == ("as_of_in_future", "as_of", "2024-04-05")
    on(world, -1)  # somebody set the computer's clock back: it proves nothing now
    asked = vinh.cli("report", "KH.C", "--value", "4", ok=(2,), lang="en")
    assert "--as-of DATE is needed" in asked.stderr
    path, _ = vinh.rows([{"item": "KH.C", "value": 5}])
    fault, = vinh.json("import", path, ok=(1,))["faults"]
    assert (fault["line"], fault["column"], fault["name"]) == (2, "as_of", "as_of_missing")
    vinh.report("KH.C", "--value", "6", "--as-of", "2024-04-01")
    later = vinh.note()  # whether it is in the future cannot be said here
    vinh.cli("report", "KH.C", "--value", "7", "--as-of", "2024-04-09", "--note", later)
    on(world, 3)
    vinh.stop()
    boot = slice(40, 56)  # the computer was started anew
    vinh.forge(b"centre", lambda v: v[:boot.start] + bytes(16) + v[boot.stop:])
    assert need in vinh.cli("report", "KH.C", "--value", "8", ok=(2,)).stderr
    world.start()
    vinh.run().drained()
    refused, = vinh.status()["refused"]
    assert (refused["reason"], refused["field"], refused["as_of"], refused["note"]) == ("as_of_in_future", "as_of", 20240409, later)
    delivered(world, vinh)
    until("the time of the centre", lambda: vinh.status()["server_time_ms"] == MORNING + 3 * DAY)
    assert vinh.report("KH.C", "--value", "9")["as_of"] == 20240405
    seals = {t["update"]["as_of"]: t["update"]["seal"] for *_, t in taken(world)}
    assert seals[20240403]["server_time_ms"] == MORNING and "server_time_ms" not in seals[20240401], "no proof, none claimed"
    vinh.drained()
    delivered(world, vinh)
    audit(world)


def test_mine(world, vinh):
    """What the centre holds about us: fresh, or from when it is, or that nothing is known."""
    world.stop()
    nothing = vinh.together((("mine",), {"ok": (3,)}), (("mine", "--json"), {"ok": (3,), "lang": "en"}))
    assert "chưa biết gì" in nothing[0].stderr and "Còn nợ" not in nothing[0].stdout + nothing[0].stderr
    assert "nothing is known" in json.loads(nothing[1].stdout)["error"]
    world.start()
    vinh.run().knows()
    vinh.report("KH.C", "--value", "12")
    vinh.report("KH.R", "--unit", "16702", "--num", "1", "--den", "4")
    vinh.drained()
    fresh = vinh.json("mine")
    assert fresh["fresh"] and fresh["known_at_ms"] == MORNING and fresh["as_of_entry"] == taken(world)[-1][1]
    cells = {(c["unit"], c["item"]): c for c in fresh["cells"]}
    assert sorted(cells) == [("412", "KH.C"), ("412", "KH.P"), ("412", "KH.T1"), ("412", "KH.T2")]
    assert not cells["412", "KH.C"]["owed"] and cells["412", "KH.C"]["value"] == 12
    assert cells["412", "KH.C"]["receipt"] == receipts(world, vinh)[1, 1]["receipt"]
    assert {c["item"] for c in fresh["cells"] if c["owed"]} == {"KH.P", "KH.T1", "KH.T2"}
    everything = {(c["unit"], c["item"]): c for c in vinh.json("mine", "--all")["cells"]}
    assert everything["16702", "KH.R"]["value"] == 1 and everything["16703", "KH.R"]["owed"]
    owed = vinh.json("mine", "--missing", "--all")["cells"]
    assert {(c["unit"], c["item"]) for c in owed} == {k for k, c in everything.items() if c["owed"]}
    text = vinh.cli("mine", "--all").stdout
    assert "Còn nợ: 4" in text and "quá hạn" in text and "1 / 4 = 25 %" in text
    away(world)
    on(world, 9)
    old, text, english = vinh.together((("mine", "--all", "--json"), {}), (("mine", "--all"), {}), (("mine", "--all"), {"lang": "en"}))
    old = json.loads(old.stdout)
    assert not old["fresh"] and old["known_at_ms"] == MORNING
    assert {(c["unit"], c["item"]): c for c in old["cells"]} == everything
    assert "02/04/2024 08:00" in text.stdout and "Không hỏi được máy chủ" in text.stdout
    assert "2024-04-02 08:00" in english.stdout and "as known at" in english.stdout
    world.start()
    assert vinh.json("mine")["known_at_ms"] == MORNING + 9 * DAY
