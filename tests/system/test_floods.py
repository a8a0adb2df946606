# SPDX-License-Identifier: Apache-2.0
"""One office with a good key sends what costs the centre most; everybody else must not notice."""
import pytest
import zmq

import tiendo_pb2 as pb
from client import PING, PUSH, NoAnswer
from journal import audit
from world import PATIENCE, until

DAY = 20240401


@pytest.fixture
def office(world):
    return world.office(world.principal("40"))


def count(office, seq, **more):
    return office.update(seq, "412", "KH.C", DAY, count=pb.Count(value=seq), **more)


def bomb(office, empty_proofs):
    """Two bytes a proof; decoded, each would take some 150."""
    return pb.Push(session=office.session, first_seq=1).SerializeToString() + b"\x22\x00" * empty_proofs


def received(dealer, enough):
    """Everything that comes, until it is `enough` and silent. What a client's queue does not hold is dropped: nobody waits for it."""
    out = []
    try:
        while True:
            out.append(dealer.receive(1 if enough(out) else PATIENCE)[1])
    except NoAnswer:
        return out


def test_bombs_between_pushes(world, office):
    """A frame of nothing but empty proofs unpacks to many times its size; a good push behind it is answered. The new
    update before them takes a sync, so that the rest queues and is read in one turn."""
    blobs = [count(office, seq, note="ghi chú " * 60) for seq in range(1, 65)]
    assert office.offer(1, blobs).mark == 64
    for seq, fill in enumerate(range(11000, 15000, 100), 65):
        office.push(seq, [count(office, seq)])
        for n in [32000] * 6 + [fill]:
            office.send(PUSH, bomb(office, n))
        office.push(1, blobs)
        answers = [office.answer() for _ in range(9)]
        assert answers[0].mark == answers[-1].mark == seq, answers
        assert all(a.reason in (pb.REASON_BAD_FRAME, pb.REASON_BATCH_TOO_LARGE) for a in answers[1:-1]), answers
    audit(world)


def test_a_claimed_routing_id(world):
    """PROTOCOL.md: a client never sets one. ZeroMQ lets it, with up to 255 bytes: it is a return address all the same."""
    office = world.office(world.principal("40"), hello=False)
    endpoint = office.socket.getsockopt_string(zmq.LAST_ENDPOINT)
    office.socket.disconnect(endpoint)
    office.socket.setsockopt(zmq.ROUTING_ID, b"x" * 255)
    office.socket.connect(endpoint)
    assert office.hello().session
    assert office.offer(1, [count(office, 1)]).mark == 1
    audit(world)


def test_too_many_messages(world, office):
    """Beyond its rate an office is told Busy and when to come again; the neighbour is served at once, and so is it later."""
    other = world.office(world.principal("413"))
    for token in range(1, 1601):
        office.send(PING, pb.Ping(session=office.session, token=token))
    assert other.offer(1, [other.update(1, "413", "KH.C", DAY, count=pb.Count(value=1))]).mark == 1
    answers = received(office, lambda some: {type(a) for a in some} == {pb.Nack, pb.Pong})
    busy = [a for a in answers if isinstance(a, pb.Nack)]
    assert busy and {a.reason for a in busy} == {pb.REASON_BUSY} and all(0 < a.retry_ms <= 60000 for a in busy)
    assert len(answers) > len(busy), "the burst is answered"
    until("the office to be served again", lambda: isinstance(office.offer(1, [count(office, 1)]), pb.Ack))
    audit(world)


def test_a_flood_of_refusals(world, office):
    """A broken client that sends nothing but what is refused is slowed down, and still served in the end."""
    seq, busy = 1, None
    while not busy:
        blobs = [office.update(s, "999", "KH.C", DAY, count=pb.Count(value=1)) for s in range(seq, seq + 64)]
        answer = office.offer(seq, blobs)
        if isinstance(answer, pb.Nack):
            busy = answer
        else:
            seq += 64
        assert seq < 10000, "refusals cost nothing"
    assert busy.reason == pb.REASON_BUSY and busy.retry_ms > 0 and seq > 1000
    until("the office to be served again", lambda: isinstance(office.offer(seq, blobs), pb.Ack))
    assert sum(len(e.header.refused) for e in audit(world)) == seq + 63


def test_too_many_questions(world):
    """Eight wait their turn, the next are told Busy; another key's question does not stand behind them."""
    greedy, modest = world.reader(world.principal("40", "viewer")), world.reader(world.principal("40", "viewer"))
    assert not modest.ask(status=pb.Status()).HasField("failure")
    for i in range(1, 301):
        greedy.send(16, pb.Query(id=i, cells=pb.Cells(unit="VN")))
    assert not modest.ask(catch_up=pb.CatchUp(path="VN/")).HasField("failure")
    replies = received(greedy, lambda some: sum(not r.HasField("failure") for r in some) >= 9 and any(r.HasField("failure") for r in some))
    assert len({r.id for r in replies}) == len(replies)
    busy = [r for r in replies if r.HasField("failure")]
    assert {r.failure.reason for r in busy} == {pb.REASON_BUSY} and all(r.failure.retry_ms for r in busy)
    assert len(replies) - len(busy) >= 9
    assert greedy.cells("VN"), "and it is served again"


def test_a_flood_of_subscriptions(world):
    """Each distinct prefix costs memory inside ZeroMQ, which has no limit: beyond ours all lines of the feed are cut, the
    log names who it was, and an honest subscriber is back by itself."""
    def subscriber(keys):
        s = zmq.Context.instance().socket(zmq.SUB)
        for option, value in ((zmq.LINGER, 0), (zmq.SNDHWM, 200000), (zmq.RECONNECT_IVL, 100),
                              (zmq.CURVE_SERVERKEY, world.server_key.encode()), (zmq.CURVE_PUBLICKEY, keys[0]),
                              (zmq.CURVE_SECRETKEY, keys[1])):
            s.setsockopt(option, value)
        return s

    def floods():
        text = world.health("/metrics")[1]
        return int(next(line.split()[1] for line in text.splitlines() if line.startswith("tiendo_subscription_floods ")))

    keys = world.principal("40", "viewer")
    good, flood = subscriber(world.principal("40", "viewer")), subscriber(keys)
    try:
        good.setsockopt(zmq.SUBSCRIBE, b"~/")
        good.connect(world.end["feed"])
        assert good.poll(1000 * PATIENCE), "no heartbeat"
        for n in range(70000):
            flood.setsockopt(zmq.SUBSCRIBE, b"X/%07d/" % n)
        flood.connect(world.end["feed"])
        until("the flood to be cut off", lambda: floods() >= 1)
        world.revoke(keys)
        flood.close()
        assert f"begun by key {world.principals[keys[0]]['key']}:" in world.log()
        while good.poll(0):
            good.recv_multipart()
        assert good.poll(1000 * PATIENCE), "the honest subscriber did not come back"
    finally:
        flood.close()
        good.close()
