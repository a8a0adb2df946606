# SPDX-License-Identifier: Apache-2.0
"""Who may enter by which door, and who may ask what: PROTOCOL.md "Keys and doors" and "Query", by real connections."""
import os
import time

import pytest
import zmq
from zmq.utils.monitor import recv_monitor_message

import tiendo_pb2 as pb
from client import Refused
from journal import audit
from world import ITEM_COLUMNS, ITEMS, UNITS, item, table, until

DOORS = {"ingest": {"agent"}, "feed": {"viewer", "operator"}, "query": {"agent", "viewer", "operator"}}
SOON = 10.0
KIND = {"ingest": zmq.DEALER, "feed": zmq.SUB, "query": zmq.DEALER}


class Knock:
    """One connection; `verdict` is "in", a ZAP status the server told ("400"), or "shut" (the line was closed)."""

    def __init__(self, world, door, keys, server_key=None, curve=True):
        self.socket = world.context.socket(KIND[door])
        self.socket.setsockopt(zmq.LINGER, 0)
        self.socket.setsockopt(zmq.RECONNECT_IVL, 100)
        if door == "feed":
            self.socket.setsockopt(zmq.SUBSCRIBE, b"")
        if curve:
            self.socket.setsockopt(zmq.CURVE_SERVERKEY, (server_key or world.server_key).encode())
            self.socket.setsockopt(zmq.CURVE_PUBLICKEY, keys[0])
            self.socket.setsockopt(zmq.CURVE_SECRETKEY, keys[1])
        self.monitor = self.socket.get_monitor_socket()
        self.socket.connect(world.end[door])
        self.verdict = None

    def look(self):
        while self.verdict is None and self.monitor.poll(0):
            m = recv_monitor_message(self.monitor)
            if m["event"] == zmq.EVENT_HANDSHAKE_SUCCEEDED:
                self.verdict = "in"
            elif m["event"] == zmq.EVENT_HANDSHAKE_FAILED_AUTH:
                self.verdict = str(m["value"])
            elif m["event"] in (zmq.EVENT_DISCONNECTED, zmq.EVENT_HANDSHAKE_FAILED_NO_DETAIL,
                                zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL):
                self.verdict = "shut"
        return self.verdict

    def close(self):
        self.socket.disable_monitor()
        self.monitor.close(0)
        self.socket.close(0)


def knock(world, *args, **more):
    k = Knock(world, *args, **more)
    try:
        return until("the door to answer", k.look)
    finally:
        k.close()


def test_matrix(world):
    """Socket x role x state of the key, all at once."""
    roles = ("agent", "viewer", "operator")
    keys = {role: world.principal("40", role) for role in roles}
    for role in roles:
        keys["revoked " + role] = world.principal("40", role)
        world.revoke(keys["revoked " + role])
    expected, knocks = {}, {}
    for door, may in DOORS.items():
        for who, pair in keys.items():
            knocks[door, who] = Knock(world, door, pair)
            expected[door, who] = "400" if who.startswith("revoked") else "in" if who in may else "shut"
        knocks[door, "unknown"] = Knock(world, door, zmq.curve_keypair())
        knocks[door, "no curve"] = Knock(world, door, None, curve=False)
        knocks[door, "wrong server key"] = Knock(world, door, keys["agent"], server_key=zmq.curve_keypair()[0].decode())
        expected |= {(door, who): "shut" for who in ("unknown", "no curve", "wrong server key")}
    try:
        until("every knock to be answered", lambda: all([k.look() for k in knocks.values()]))
        assert {where: k.verdict for where, k in knocks.items()} == expected
    finally:
        for k in knocks.values():
            k.close()
    audit(world)


def test_every_door_has_its_own_key(world):
    """The pair must be whole: a stranger who knows an agent's public key alone does not get in."""
    public, _ = world.principal("40")
    assert knock(world, "ingest", (public, zmq.curve_keypair()[1])) != "in"


def test_agent_added_while_knocking(world):
    """300 is retried: a key that is registered later gets in on the same socket, with no help."""
    keys = zmq.curve_keypair()
    k = Knock(world, "ingest", keys)
    try:
        assert until("the first refusal", k.look) == "shut"
        world.principal("40", keys=keys)
        k.verdict = None
        until("the door to open", lambda: k.look() == "in" or setattr(k, "verdict", None))
    finally:
        k.close()


def test_revoked_on_a_live_connection(world):
    """Within a second of the command, on all three doors; others are not disturbed."""
    agent, viewer, other = world.principal("40"), world.principal("40", "viewer"), world.principal("40", "viewer")
    pusher = world.principal("412")
    office, asker, reader = world.office(agent), world.reader(agent), world.reader(viewer)
    feed, bystander = Knock(world, "feed", viewer), world.mirror(other, "VN/")
    fresh = world.office(pusher)
    try:
        until("the feed to be open", lambda: feed.look() == "in")
        until("a heartbeat", lambda: feed.socket.poll(100))
        assert isinstance(office.ping(), pb.Pong)
        assert not asker.ask(status=pb.Status()).HasField("failure")
        for keys, check in ((agent, lambda: refused_at_ingest(office) and refused_at_query(asker)),
                            (viewer, lambda: refused_at_query(reader))):
            world.revoke(keys)
            began = time.monotonic()
            until("the key to be refused", check)
            assert time.monotonic() - began < SOON, "within a second, and time for a busy machine"
        feed.verdict = None
        until("the feed to be cut, and refused for good", lambda: feed.look() == "400"
              or setattr(feed, "verdict", None))
        drain(feed.socket)
        assert fresh.offer(1, [fresh.update(1, "412", "KH.C", 20240401, count=pb.Count(value=7))]).mark == 1
        until("the other subscriber to see it", lambda: bystander.poll(0.1) or bystander.deltas)
        assert not feed.socket.poll(0), "a revoked key still hears the feed"
        assert knock(world, "ingest", agent) == "400" and knock(world, "query", agent) == "400"
    finally:
        feed.close()
    audit(world)


def test_revoked_push_takes_nothing(world):
    keys = world.principal("40")
    office = world.office(keys)
    assert office.offer(1, [office.update(1, "412", "KH.C", 20240401, count=pb.Count(value=1))]).mark == 1
    world.revoke(keys)
    answer = office.offer(2, [office.update(2, "412", "KH.C", 20240401, count=pb.Count(value=2))])
    assert answer.reason == pb.REASON_REVOKED
    assert sum(len(e.blobs()) for e in audit(world)) == 1


def test_two_keys_of_one_principal(world):
    """Rotation: both enter, both continue one stream; revoking one leaves the other."""
    first, second = world.principal("40"), zmq.curve_keypair()
    world.add_key(first, second)
    a = world.office(first)
    a.offer(1, [a.update(1, "412", "KH.C", 20240401, count=pb.Count(value=1))])
    b = world.office(second, epoch=a.epoch)
    assert b.welcome.mark == 1
    world.revoke(first)
    assert b.offer(2, [b.update(2, "412", "KH.C", 20240401, count=pb.Count(value=2))]).mark == 2
    assert knock(world, "ingest", first) == "400"
    headers = [e.header for e in audit(world) if e.kind == "batch"]
    assert headers[0].principal == headers[1].principal and headers[0].key_id != headers[1].key_id


def test_many_handshakes(world):
    """Strangers who knock without end, and a key beyond its allowance, keep nobody else out."""
    busy, calm = world.principal("40"), world.principal("412")
    knocks = [Knock(world, "ingest", zmq.curve_keypair()) for _ in range(80)]
    knocks += [Knock(world, "ingest", busy) for _ in range(110)]
    try:
        assert knock(world, "ingest", calm) == "in"
        until("everybody to be answered", lambda: all([k.look() for k in knocks]))
        verdicts = [k.verdict for k in knocks]
        assert set(verdicts[:80]) == {"shut"} and set(verdicts[80:]) == {"in", "shut"}
        assert verdicts.count("in") >= 40, "the burst"
    finally:
        for k in knocks:
            k.close()
    assert knock(world, "ingest", world.principal("413")) == "in"


def refused_at_ingest(office):
    answer = office.ping()
    return isinstance(answer, pb.Nack) and answer.reason == pb.REASON_REVOKED


def refused_at_query(reader):
    reply = reader.ask(catch_up=pb.CatchUp(path="VN/"))
    return reply.failure.reason == pb.REASON_REVOKED


def drain(socket):
    while socket.poll(0):
        socket.recv_multipart()


# ---- questions ----

TEXT = {"note": "ghi chú của xã", "reason": "lý do riêng"}


@pytest.fixture
def asked(world):
    """Cells with free text at a commune of 412 and at 413; a reader of each role."""
    world.write_catalogue(groups="group,use,name,name_en,unit,from,to\nDIEM,pilot,Xã điểm,,16702,,\n")
    world.server_cli("catalogue", "load", world.catalogue)
    o = world.office(world.principal("40"))
    o.offer(1, [
        o.update(1, "16702", "KH.R", 20240401, ratio=pb.Ratio(numerator=1, denominator=2), **TEXT),
        o.update(2, "413", "KH.R", 20240401, ratio=pb.Ratio(numerator=1, denominator=4), **TEXT),
        o.update(3, "412", "KH.T1", 20240401, task=pb.Task(state=pb.TASK_STATE_DONE, percent=100, product_ref="12/BC",
                                                          done_on=20240330)),
    ])
    assert [x[0] for x in o.outcomes.values()] == ["taken"] * 3
    return {"agent": world.reader(world.principal("412")), "viewer": world.reader(world.principal("40", "viewer")),
            "operator": world.reader(world.principal("40", "operator")), "office": o, "world": world}


def failure(reader, name, **fields):
    try:
        reader.pages(name, **fields)
    except Refused as r:
        return pb.Reason.Name(r.failure.reason)[7:].lower()
    return None


def test_questions_of_figures(asked):
    """CatchUp and Versions: every role, any unit; groups too; numbers only."""
    for role in ("agent", "viewer", "operator"):
        for path in ("VN/", "VN/40/", "VN/40/413/", "VN/38/", "G/DIEM/"):
            grains, pages = asked[role].grains(path)
            assert grains or path == "VN/38/", (role, path)
            assert all(p.as_of == pages[0].as_of for p in pages)
            versions = asked[role].pages("versions", path=path)
            assert {(g.path, g.plan): g.version for p in versions for g in p.versions.grains} == \
                {k: g.version for k, g in grains.items()}
            later = asked[role].pages("versions", path=path, since=pages[0].as_of)
            assert not any(p.versions.grains for p in later) and later[0].versions.highest <= pages[0].as_of
            for p in pages:
                for text in ("ghi chú", "lý do", "12/BC"):
                    assert text.encode() not in p.SerializeToString()
        for path in ("VN/99/", "40/", "VN/40", "", "/", "G/KHONG/", "VN/40/412/16702/1/"):
            assert failure(asked[role], "catch_up", path=path) == "not_found", path
            assert failure(asked[role], "versions", path=path) == "not_found", path


def test_questions_of_cells(asked):
    """Own subtree for an agent; free text never for a viewer."""
    agent, viewer, operator = asked["agent"], asked["viewer"], asked["operator"]
    for unit in ("VN", "40", "413", "38", "G/DIEM"):
        assert failure(agent, "cells", unit=unit) == "forbidden", unit
    assert failure(agent, "cells", unit="412") is None and failure(agent, "cells", unit="16702") is None
    for reader in (viewer, operator):
        for unit in ("VN", "40", "413", "38", "G/DIEM"):
            assert failure(reader, "cells", unit=unit) is None, unit
    for reader, text in ((agent, True), (operator, True), (viewer, False)):
        cells = reader.cells("412")
        ratio = [c for c in cells if c.state == pb.CELL_STATE_VALUE]
        assert len(ratio) == 1 and (ratio[0].note, ratio[0].reason) == ((TEXT["note"], TEXT["reason"]) if text else ("", ""))
        done = [c for c in cells if c.state == pb.CELL_STATE_DONE]
        assert len(done) == 1 and done[0].product_ref == ("12/BC" if text else "")
        receipt = asked["office"].outcomes[1][1]
        assert (ratio[0].receipt.incarnation, ratio[0].receipt.entry, ratio[0].receipt.index) == receipt
        missing = reader.cells("412", missing_only=True)
        assert missing and all(c.state == pb.CELL_STATE_UNREPORTED for c in missing)
    for unit in ("99", "", "G/KHONG"):
        assert failure(operator, "cells", unit=unit) == "not_found", unit
    assert failure(operator, "cells", unit="40", item="KHONG") == "not_found"


def test_questions_of_the_catalogue(asked):
    """An agent's slice: its subtree, what is above it, the items reported there; never another office's people."""
    def read(reader):
        rows = reader.catalogue()
        return ({r.unit.code for r in rows if r.HasField("unit")}, {r.item.code for r in rows if r.HasField("item")},
                {r.unit.code for r in rows if r.HasField("unit") and r.unit.head})
    units, items, heads = read(asked["agent"])
    assert units == {"VN", "40", "412", "16702", "16703"}
    assert items == {"KH", "KH.G", "KH.T1", "KH.T2", "KH.R", "KH.C", "KH.P", "KH.OLD"}
    for role in ("viewer", "operator"):
        units, items, _ = read(asked[role])
        assert {"413", "38", "40.CA", "414"} <= units and len(units) == 9
    commune = asked["world"].reader(asked["world"].principal("16702"))
    units, items, _ = read(commune)
    assert units == {"VN", "40", "412", "16702"} and items == {"KH", "KH.R"}


def test_questions_of_status(asked):
    """An agent sees itself, a viewer sums, an operator all."""
    agent, viewer, operator = (asked[r].pages("status") for r in ("agent", "viewer", "operator"))
    everybody = asked["world"].principals
    assert [p.principal for page in agent for p in page.status.principals] == [everybody[asked["agent"].public]["principal"]]
    assert not [p for page in viewer for p in page.status.principals] and viewer[0].status.updates_taken == 3
    assert not [s for page in viewer for s in page.status.streams]
    assert {p.principal for page in operator for p in page.status.principals} == {m["principal"] for m in everybody.values()}
    assert [(s.epoch, s.mark) for page in operator for s in page.status.streams] == [(asked["office"].epoch, 3)]
    taken = {p.principal: p.taken for page in operator for p in page.status.principals}
    assert taken[everybody[asked["office"].public]["principal"]] == 3


def test_malformed_questions(asked):
    """Nothing a reader sends ends the conversation, and nothing unknown is answered."""
    r = asked["viewer"]
    whole = pb.Query(id=9, catch_up=pb.CatchUp(path="VN/")).SerializeToString()
    for body in (b"", whole[:-1], whole + b"\xa0\x06\x01", pb.Query(id=9).SerializeToString(),
                 pb.Query(catch_up=pb.CatchUp(path="VN/")).SerializeToString(), b"\x08\x09" + whole, b"\x0b" * 4000):
        r.send(16, body)
        _, reply = r.receive()
        assert reply.failure.reason == pb.REASON_BAD_FRAME, (body, reply)
    r.send(16, whole, version=2)
    _, reply = r.receive()
    assert reply.failure.reason == pb.REASON_BAD_VERSION and "1" in reply.failure.text and "2" in reply.failure.text
    r.send(3, whole)
    _, reply = r.receive()
    assert reply.failure.reason == pb.REASON_UNKNOWN_TYPE
    for frames in ([b"\x01\x10"], [b"\x01\x10", whole, b""], [b"", whole], [b"\x01\x10\x00", whole]):
        r.raw(frames)
        _, reply = r.receive()
        assert reply.failure.reason == pb.REASON_BAD_FRAME, frames
    page = r.ask(cells=pb.Cells(unit="VN"))
    for cursor in (b"x", os.urandom(56), os.urandom(200), page.cursor + b"x"):
        assert r.ask(catch_up=pb.CatchUp(path="VN/", cursor=cursor)).failure.reason in (
            pb.REASON_BAD_FRAME, pb.REASON_STALE_CURSOR), cursor
    # what the answer repeats of the question is UTF-8 all the same, also where it was cut
    r.send(16, whole.replace(b"VN/", b"\xff\xfe/"))
    _, reply = r.receive()
    assert reply.failure.reason == pb.REASON_NOT_FOUND
    for n in range(90, 100):
        assert r.ask(catch_up=pb.CatchUp(path="x" * n + "ệ" * 20 + "/")).failure.reason == pb.REASON_NOT_FOUND
        assert r.ask(cells=pb.Cells(unit="x" * (n - 60) + "ệ" * 20)).failure.reason == pb.REASON_NOT_FOUND
    assert not r.ask(catch_up=pb.CatchUp(path="VN/")).HasField("failure")


def test_question_too_large_closes_the_line(asked):
    r = asked["viewer"]
    assert r.cut([b"\x01\x10", b"\x00" * 5000])
    assert not r.ask(catch_up=pb.CatchUp(path="VN/")).HasField("failure")  # the same socket, connected anew


def test_pages_and_stale_cursors(make_world):
    """Pages are bounded and of one moment; a catalogue that enters between two of them: STALE_CURSOR, begin again."""
    communes = "".join(f"{20000 + i},412,commune,xã,state,Xã {i},,,,,,\n" for i in range(400))
    leaves = [dict(item(f"KH.X{i}", "KH", "ratio"), reporters="kind:commune@412", measure="stock", aggregate="sum", num_def="a",
                   den_def="b", target="50%", direction="higher") for i in range(60)]
    world = make_world(units=UNITS + communes, items=ITEMS + table(ITEM_COLUMNS, leaves).partition("\n")[2])
    r = world.reader(world.principal("40", "viewer"))
    for name, fields in (("catch_up", {"path": "VN/"}), ("cells", {"unit": "VN"}), ("catalogue", {})):
        pages = r.pages(name, **fields)
        assert len(pages) > (1 if name != "catalogue" else 0), name
        assert max(p.ByteSize() for p in pages) <= 256 * 1024 and {p.as_of for p in pages} == {pages[0].as_of}
    assert len(r.grains("VN/")[0]) == 400 + 8
    cells = r.cells("VN")
    assert len({(c.unit, c.item) for c in cells}) == len(cells) == 60 * 402 + 403 + 1 + 2 + 2 + 1
    first = r.ask(catch_up=pb.CatchUp(path="VN/"))
    world.write_catalogue(units=UNITS + communes.replace("Xã 0", "Xã mới"))
    world.server_cli("catalogue", "load", world.catalogue)
    assert r.ask(catch_up=pb.CatchUp(path="VN/", cursor=first.cursor)).failure.reason == pb.REASON_STALE_CURSOR
    assert len(r.grains("VN/")[0]) == 400 + 8
