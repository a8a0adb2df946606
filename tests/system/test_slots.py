# SPDX-License-Identifier: Apache-2.0
"""Slots: each report that was owed, with its proof; as many of each state as Timeliness counts. Health: who is heard of, and the centre."""
import datetime
from collections import Counter

import pytest

import tiendo_pb2 as pb
from test_duties import LINES, Played, count, ratio
from test_reading import Viewer

OFFICE = 7 * 3600 * 1000  # UTC+07:00
COUNTS = ("exempt", "pending", "on_time", "line_slow", "late", "missing")


def ms(date, hour):
    return (datetime.date.fromisoformat(date) - datetime.date(1970, 1, 1)).days * 86400000 + hour * 3600000 - OFFICE


def seal(date, hour, attempts=0):
    """Queued at that hour: an hour after the last word of the server."""
    return pb.Seal(boot_id=b"b" * 16, monotonic_ms=3601000, server_time_ms=ms(date, hour - 1), server_heard_at_ms=1000, attempts=attempts)


class Slots(Played):
    def slots(self, period, unit="40", *item):
        return {(r["unit"], r["item"], r["period"]): r for r in self.rows("slots", unit, *item, "--period", period)}

    def counted(self, period, unit="40", *item):
        """The sums of Timeliness for the whole of a unit, by (schedule, period, frozen)."""
        return {(r["schedule"], r["period"], r["frozen"]): Counter({k: r[k] for k in COUNTS if r[k]})
                for r in self.rows("timeliness", unit, *item, "--period", period) if r["unit"] == unit and r["level"] is None}

    def agree(self, period, unit="40", *item):
        sums = {}
        for r in self.slots(period, unit, *item).values():
            sums.setdefault((r["schedule"], r["period"], r["frozen"]), Counter())[r["state"]] += 1
        assert sums == self.counted(period, unit, *item), (period, unit, item)
        return sums


@pytest.fixture
def play(make_world):
    return lambda lines=(), **more: Slots(make_world, lines, **more)


def test_each_state_with_its_proof(play):
    """On time, a slow line with its proof, late, missing, exempt; frozen, and what came after. The same counts as Timeliness, all along."""
    p = play(LINES[:1])  # 412: KH.T
    assert {r["state"] for r in p.slots("2024-04a").values()} == {"pending", "on_time"}
    p.agree("2024-04a")
    p.at("2024-04-12").send("16702", "KH.R", 20240412, ratio(90, 100), seal=seal("2024-04-12", 7, 1))
    p.at("2024-04-17").send("16703", "KH.R", 20240415, ratio(20, 100), seal=seal("2024-04-16", 9, 3))
    assert p.slots("2024-04a")["413", "KH.R", "2024-04a"]["state"] == "pending", "a district has longer"
    rows = p.at("2024-04-19").slots("2024-04a", "40", "KH.R")
    vinh, dong, dien = (rows[u, "KH.R", "2024-04a"] for u in ("16702", "16703", "413"))
    assert (vinh["state"], vinh["sealed_ms"], vinh["attempts"], vinh["as_of"]) == ("on_time", ms("2024-04-12", 7), 1, "2024-04-12")
    assert vinh["report"] == {"state": "value", "percent": None, "numerator": 90, "denominator": 100, "value": None}
    assert (dong["state"], dong["deadline"], dong["received_ms"], dong["sealed_ms"], dong["attempts"]) == (
        "line_slow", "2024-04-16", ms("2024-04-17", 8), ms("2024-04-16", 9), 3)
    assert (dong["kind"], dien["kind"], dien["head"]) == ("commune", "district", "Chủ tịch UBND huyện"), "whom to call, as Silent says it"
    assert dong["name"] and dong["item_name"] == "Cấp căn cước" and dong["schedule"] == "half_month" and not dong["frozen"]
    assert (dien["state"], dien["receipt"], dien["report"], dien["received_ms"], dien["attempts"]) == ("missing", None, None, None, None)
    task = p.slots("2024-04a", "412", "KH.T")["412", "KH.T", "2024-04a"]
    assert task["report"]["state"] == "in_progress" and task["report"]["percent"] == 40 and task["sealed_ms"] is None
    receipt = p.offices["16703"].outcomes[1][1]
    assert dong["receipt"] == f"{receipt[0].hex()[:8]}-{receipt[1]}-{receipt[2]}", "the office holds the same"
    p.send("413", "KH.R", 20240415, ratio(10, 100))
    assert p.slots("2024-04a")["413", "KH.R", "2024-04a"]["state"] == "late"
    p.world.server_cli("decide", "exempt", "--item", "KH.R", "--unit", "413", "--period", "2024-04a", "--reason", "bão")
    p.world.server_cli("decide", "in-time", "--item", "KH.T", "--unit", "412", "--period", "2024-04a", "--reason", "công văn")
    for unit, item in (("40", ()), ("40", ("KH.R",)), ("412", ()), ("16703", ("KH.R",))):
        p.agree("2024-04a", unit, *item)
    assert p.agree("2024-04a") == {("half_month", "2024-04a", False): Counter(on_time=2, line_slow=1, exempt=1)}
    open_ = p.slots("2024-04a")
    assert open_["412", "KH.T", "2024-04a"]["decided"] and open_["413", "KH.R", "2024-04a"]["state"] == "exempt"
    p.at("2024-04-23").send("16703", "KH.R", 20240415, ratio(80, 100), period="2024-04a")
    frozen = p.slots("2024-04a")
    assert all(r["frozen"] for r in frozen.values()) and frozen["16703", "KH.R", "2024-04a"]["after"] == 1
    same = {k: {**r, "frozen": True} for k, r in open_.items()}
    assert {k: {**r, "after": 0} for k, r in frozen.items()} == same, "a freeze changes nothing of it"
    p.agree("2024-04a")
    p.agree("2024-04")
    p.agree("2024-04a..2024-04b")
    assert p.agree("2024-04b", "40", "KH.R") == {("half_month", "2024-04b", False): Counter(pending=3)}
    p.at("2024-05-08")
    assert p.agree("2024-04b", "40", "KH.R") == {("half_month", "2024-04b", True): Counter(missing=3)}
    text = p.look.cli("slots", "40", "KH.R", "--period", "2024-04a").stdout
    assert "Đúng hạn 100 % (2/2), trong đó mạng chậm 1 · trễ 0 · chưa báo 0 · chưa đến hạn 0 · miễn 1" in text
    assert "đúng hạn, mạng chậm, đã chốt, 1 báo cáo sau khi chốt" in text and "17/04/2024 08:00:00" in text and "16/04/2024 09:00:00" in text
    assert "On time 100 % (2/2)" in p.look.cli("slots", "40", "KH.R", "--period", "2024-04a", "--lang", "en").stdout


def test_on_behalf_and_a_correction(play):
    """What stands may be another's, or later than what was in time: the state is the office's own best."""
    p = play()
    p.at("2024-04-12").send("16702", "KH.R", 20240412, ratio(90, 100))
    district, seq = p.world.office(p.world.principal("412")), 1
    district.offer(seq, [district.update(seq, "16703", "KH.R", 20240412, author_role=pb.AUTHOR_ROLE_CLERK, **ratio(5, 100))])
    p.at("2024-04-18").send("16702", "KH.R", 20240415, ratio(95, 100), period="2024-04a")
    rows = p.slots("2024-04a", "412", "KH.R")
    assert (rows["16703", "KH.R", "2024-04a"]["state"], rows["16703", "KH.R", "2024-04a"]["on_behalf"]) == ("missing", True)
    assert rows["16703", "KH.R", "2024-04a"]["report"]["numerator"] == 5
    own = rows["16702", "KH.R", "2024-04a"]
    assert (own["state"], own["report"]["numerator"], own["received_ms"]) == ("on_time", 95, ms("2024-04-18", 8))
    p.agree("2024-04a")


def test_a_month_and_no_schedule(play):
    """A running total by month beside half-months; what has no schedule has no slots; a unit that reports nothing has none."""
    p = play(start="2024-03-31")
    p.send("413", "KH.M", 20240331, count(3))
    assert p.slots("2024-03")["413", "KH.M", "2024-03"]["report"]["value"] == 3
    p.agree("2024-03")
    assert not p.slots("2024-03", "16702", "KH.M")


def test_rights_and_wrong_words(play):
    """Per office: a viewer and an operator any, an agent its subtree; a period must be named."""
    p = play(LINES)
    commune = p.world.reader(p.world.principal("16702"))
    assert commune.ask(slots=pb.Slots(unit="16702", period="2024-04a")).slots.rows[0].state == pb.SLOT_STATE_ON_TIME
    assert commune.ask(slots=pb.Slots(unit="412", period="2024-04a")).failure.reason == pb.REASON_FORBIDDEN
    assert commune.ask(slots=pb.Slots(unit="99", period="2024-04a")).failure.reason == pb.REASON_NOT_FOUND
    assert commune.ask(slots=pb.Slots(unit="16702", period="2024-13")).failure.reason == pb.REASON_NOT_FOUND
    viewer = p.world.reader(p.world.principal("40", role="viewer"))
    assert len([r for page in viewer.pages("slots", unit="VN", period="2024-04a") for r in page.slots.rows]) == 4
    assert commune.ask(slots=pb.Slots(unit="16702")).failure.reason == pb.REASON_BAD_FRAME
    assert commune.ask(health=pb.Health()).failure.reason == pb.REASON_FORBIDDEN
    assert "--period" in p.look.cli("slots", "40", ok=(2,)).stderr
    assert "forbidden" in p.look.cli("health", ok=(1,)).stderr, "a viewer is no operator"


def test_whom_the_centre_hears(play):
    """ACCEPTANCE 13: agents live, stale, never seen; and the centre itself. An office that only pings is heard, one that is added is not yet."""
    p = play(LINES[:1])
    world, silent = p.world, p.world.principal("413")
    viewer = world.reader(world.principal("VN", role="viewer"))
    operator = Viewer(world, "operator", role="operator")

    def health():
        answer = operator.json("health")
        return answer["centre"], {r["unit"]: r for r in answer["rows"] if r["role"] == "agent"}, answer["rows"]

    p.rows("silent", "40")
    centre, agents, rows = health()
    assert centre["ready"] == "ready" and centre["updates_taken"] == 1 and centre["commits"] >= 1 and centre["uptime_ms"] > 0
    assert centre["entries"] == world.dump()[-1]["entry"] and centre["head_received_ms"] == ms("2024-04-10", 8) and not centre["journal_damaged"]
    assert agents["412"]["unit_name"] == "Thành phố Vinh"
    assert (agents["412"]["taken"], agents["412"]["last_received_ms"], agents["412"]["last_heard_ms"]) == (1, ms("2024-04-10", 8), ms("2024-04-10", 8))
    assert (agents["413"]["taken"], agents["413"]["last_received_ms"], agents["413"]["last_heard_ms"]) == (0, None, None)
    assert [r["last_heard_ms"] for r in rows if r["role"] == "viewer"] == [ms("2024-04-10", 8), None], "who has asked, and who has not"
    assert centre["handshakes"] >= 3 and centre["questions"] >= 1
    p.at("2024-04-11")
    office = world.office(silent, hello=False)
    office.ping()
    viewer.ask(status=pb.Status())
    p.offices["412"].push(2, [b"not an update"] * 65)  # well-formed, and refused as a whole
    assert p.offices["412"].answer().reason == pb.REASON_BATCH_TOO_LARGE
    centre, agents, rows = health()
    assert agents["413"]["last_heard_ms"] == ms("2024-04-11", 8) and agents["413"]["last_received_ms"] is None
    assert agents["412"]["last_heard_ms"] == ms("2024-04-11", 8) and agents["412"]["last_received_ms"] == ms("2024-04-10", 8)
    assert centre["now_ms"] == ms("2024-04-11", 8) and centre["nacks"] == 1
    p.at("2024-04-12")
    office.send(7, b"\xff\xff")  # no Ping: nothing that says an agent lives
    office.answer()
    assert health()[1]["413"]["last_heard_ms"] == ms("2024-04-11", 8)
    text = operator.cli("health").stdout
    assert "Trung tâm: đang nhận báo cáo" in text and "24 giờ trước" in text and "Đầu mối: 5" in text
    assert "taking updates" in operator.cli("health", "--lang", "en").stdout
    world.stop()
    world.start()
    operator = Viewer(world, "again", role="operator")
    centre, agents, _ = health()
    paged = world.reader(world.principal("VN", role="operator")).pages("health")
    assert [bool(p.health.HasField("centre")) for p in paged] == [True] and len(paged[0].health.principals) == 7
    assert agents["412"]["last_heard_ms"] is None and agents["412"]["taken"] == 1, "of this run alone"
    assert centre["updates_taken"] == 0 and centre["checkpoint"] > 0
