# SPDX-License-Identifier: Apache-2.0
"""The centre behind a running gateway is another one than before: restored, rolled back, with another key, or it does not let the gateway in any more.
Nothing of a history that was lost is shown as current, and whoever looks is told what is wrong and what to do."""
import shutil
import threading
import time

import pytest

import openapi
from test_web_events import field, grains  # noqa: F401 (field is a fixture)
from webgate import Gate
from world import UNITS, until

LIVE_S = 8.0  # SUBSCRIBER_LIVE_MS is 3 s: for so long nobody can know that the centre is gone; and time for a busy machine


class Looker:
    """Asks for one figure again and again; what it was shown, and since when it had asked."""

    def __init__(self, gate, unit, item):
        self.browser, self.unit, self.item = gate.browser(), unit, item
        self.seen, self.over = [], False
        self.thread = threading.Thread(target=self.look, daemon=True)
        self.thread.start()
        until("the first look", lambda: self.seen)

    def look(self):
        while not self.over:
            asked = time.monotonic()
            answer = self.browser.get("figures", unit=self.unit)
            if answer.status == 200:
                figure = next((x for x in answer.json["figures"] if x["item"] == self.item), None)
                self.seen.append((asked, answer.json["state"], figure and figure["numerator"]))

    def end(self):
        self.over = True
        self.thread.join()
        return self.seen


def lose(world, copy):
    """The store is gone; the copy takes its place and is started. Gives when the centre was killed."""
    killed = time.monotonic()
    world.kill()
    shutil.rmtree(world.dir)
    shutil.copytree(copy, world.dir)
    world.start()
    return killed


def never_as_current(seen, killed, lost):
    """Once the end of the old centre can be known, a figure that was lost is shown as of then, or not at all."""
    wrong = [(asked - killed, state) for asked, state, n in seen if n in lost and state["live"] and not state["stale"] and asked - killed > LIVE_S]
    assert not wrong, (len(wrong), wrong[0])
    assert any(n in lost for _, _, n in seen), "it was seen before"


@pytest.mark.parametrize("mark", ["backup", "snapshot"])
def test_the_centre_is_restored(field, mark):
    """From a backup, which says that it is one, or from a copy of the disk, which does not: same incarnation, same generation, fewer entries."""
    f = field()
    f.ratio("16702", 100)
    copy = f.world.tmp / "copy"
    if mark == "backup":
        f.world.server_cli("backup", copy)
    else:
        f.world.stop()
        shutil.copytree(f.world.dir, copy)
        f.world.start()
        f.offices.clear()
    b = f.gate.browser()
    until("the line", lambda: b.json("state")["live"])
    stream = b.follow("VN", depth="all")
    old, before = stream.events[0]["data"]["state"]["generation"], stream.last
    for n in (600, 700, 800):
        stream.grain(f.ratio("16702", n), "VN")
    lost = [e["id"] for e in stream.events]
    looker = Looker(f.gate, "16702", "KH.R")
    killed = lose(f.world, copy)
    until("the stream to end", lambda: stream.ended)
    told = stream.of("resync")
    assert [e["data"] for e in told] in ([{"reason": "generation"}], [])  # whoever has not read all that went before is cut, and told when he comes back
    come = b.follow("VN", depth="all", last=stream.last)
    assert told or come.until("to be told", lambda events: any(e["event"] == "resync" for e in events))
    f.right("16702", "412", "40", "VN", "G/DIEM")
    until("the line", lambda: b.json("state")["live"])
    assert {x["item"]: x["numerator"] for x in b.json("figures", unit="16702")["figures"]}["KH.R"] == 100
    never_as_current(looker.end(), killed, {600, 700, 800})
    now = b.json("state")
    assert (now["generation"] == old) == (mark == "snapshot") and not now["stale"]
    assert b.json("recent", unit="VN") == {"events": []}, "what was lost did not happen"
    for id_ in {before, *lost}:
        again = b.follow("VN", depth="all", last=id_)
        again.until("to be told", lambda events: len(events) >= 2)
        assert [e["event"] for e in again.events] == ["hello", "resync"] and again.events[0]["data"]["state"]["generation"] == now["generation"], id_
        again.close()
    follow = b.follow("VN", depth="all")
    f.offices.clear()
    version = f.ratio("16703", 55)
    follow.grain(version, "VN")
    assert {g["version"] for g in grains(follow)} == {version}
    f.right("16703", "16702", "412", "VN")


def test_a_catalogue_load_is_lost(field):
    """Rolled back to before it without a mark: the generation is an older one of the same incarnation, and the unit that it brought is no more."""
    f = field()
    f.ratio("16702", 100)
    f.world.stop()
    copy = f.world.tmp / "copy"
    shutil.copytree(f.world.dir, copy)
    f.world.start()
    b = f.gate.browser()
    until("the line", lambda: b.json("state")["live"])
    f.world.write_catalogue(units=UNITS + "415,40,district,huyện,state,Huyện Mới,,Chủ tịch UBND huyện,,,,\n")
    f.world.server_cli("catalogue", "load", f.world.catalogue)
    until("the new unit", lambda: b.get("unit", unit="415").status == 200)
    f.offices.clear()
    f.ratio("16702", 900)
    f.right("16702", "VN")
    looker = Looker(f.gate, "16702", "KH.R")
    killed = lose(f.world, copy)
    until("the unit to be gone", lambda: b.get("unit", unit="415").status == 404)
    f.right("16702", "412", "VN")
    never_as_current(looker.end(), killed, {900})
    until("the line", lambda: b.json("state")["live"] and not b.json("state")["stale"])


# ---- the door is shut ----

def key_of(gate):
    return gate.cli("init", "--server-key", gate.centre.server_key).stdout.strip()


def said(gate, code, word):
    """What an answer says that the centre would have to give, in both languages."""
    answer = openapi.judge(gate.browser("lan").get("silent", unit="40"), "silent")
    assert (answer.status, answer.error) == (503, code)
    e = answer.json["error"]
    assert word in e["vi"] and "người vận hành" in e["vi"] and "operator" in e["en"], e


def cut(stream, reason):
    """The browsers are told, and the State says so too."""
    state = stream.until(f"that the line is cut: {reason}", lambda events: next(
        (e["data"] for e in reversed(events) if e["event"] == "state" and e["data"]["cut_reason"] == reason), None))
    openapi.check(state, openapi.schema("State"), "state")
    assert not state["live"] and state["cut_since_ms"] and not stream.ended and not stream.of("resync")


def test_another_centre_answers(field):
    """Made anew, with another key: what was shown stays as of then, and says why; the key in web.conf, and a restart, mend it."""
    f = field()
    w, b = f.world, f.gate.browser()
    stream = b.follow("VN")
    stream.grain(f.ratio("16702", 321), "VN")
    old = b.json("figures", unit="16702")["figures"]
    w.kill()
    w.dir = w.tmp / "other"
    other = w.server_cli("init", "--name", "Mới", "--clock", f"file:{w.clock}", *w.port_options()).stdout.strip()
    assert other != w.server_key
    w.server_cli("catalogue", "load", w.catalogue)
    w.start()
    cut(stream, "refused")
    until("the log", lambda: f"{w.end['query']} answers and does not let this gateway in" in f.gate.log())
    assert key_of(f.gate) in f.gate.log() and "server_key in web.conf" in f.gate.log()
    said(f.gate, "centre_away", "trung tâm không nhận khoá")
    state = b.json("board", unit="VN")["state"]
    assert (state["live"], state["cut_reason"]) == (False, "refused") and b.json("figures", unit="16702")["figures"] == old
    f.gate.stop()
    f.gate.start(whole=False)
    until("the log", lambda: f.gate.log().count("does not let this gateway in") == 2)
    said(f.gate, "no_figures", "trung tâm không nhận khoá")
    f.gate.stop()
    w.server_key = other
    w.server_cli("agent", "add", "--unit", "VN", "--role", "operator", "--key", key_of(f.gate))
    f.gate.start()
    b = f.gate.browser()
    until("the line", lambda: b.json("state")["live"])
    assert b.json("state")["cut_reason"] is None and not any(x["reported"] for x in b.json("figures", unit="16702")["figures"])


def test_the_gateways_key_is_revoked(field):
    """Said once and plainly; a new key that is registered, and a restart, mend it."""
    f = field()
    w, b = f.world, f.gate.browser()
    stream = b.follow("VN")
    stream.grain(f.ratio("16702", 321), "VN")
    key = key_of(f.gate)
    w.server_cli("agent", "key", "revoke", next(k["key"] for k in w.server_json("agent", "list")["details"] if k["public_key"] == key))
    cut(stream, "revoked")
    said(f.gate, "centre_away", "đã thu hồi khoá")
    assert f.gate.log().count(f"the centre has revoked this gateway's key {key}") == 1
    f.gate.stop()
    f.gate.start(whole=False)
    until("the log", lambda: f.gate.log().count("the centre has revoked this gateway's key") == 2)
    said(f.gate, "no_figures", "đã thu hồi khoá")
    f.gate.stop()
    (f.gate.dir / "key").unlink()
    assert key_of(f.gate) != key
    w.server_cli("agent", "add", "--unit", "VN", "--role", "operator", "--key", key_of(f.gate))
    f.gate.start()
    f.right("16702", "VN")


def test_a_backup_from_before_the_gateway(field):
    """The restored centre does not know it: it says so, with the key to register, and heals by itself once that is done."""
    f = field()
    f.ratio("16702", 100)
    copy = f.world.tmp / "copy"
    f.world.server_cli("backup", copy)
    gate = Gate(f.world, "late", public="yes")
    try:
        stream = gate.browser().follow("VN")
        stream.grain(f.ratio("16702", 700), "VN")
        looker = Looker(gate, "16702", "KH.R")
        killed = lose(f.world, copy)
        until("the reason", lambda: gate.browser().json("state")["cut_reason"] == "refused")
        assert key_of(gate) in gate.log()
        f.world.server_cli("agent", "add", "--unit", "VN", "--role", "viewer", "--key", key_of(gate))
        until("the line", lambda: (s := gate.browser().json("state"))["live"] and not s["stale"])
        until("what was restored", lambda: {x["item"]: x["numerator"] for x in gate.browser().json("figures", unit="16702")["figures"]}["KH.R"] == 100)
        never_as_current(looker.end(), killed, {700})
        until("the stream to end", lambda: stream.ended)
    finally:
        gate.close()
