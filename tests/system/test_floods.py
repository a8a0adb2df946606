# SPDX-License-Identifier: Apache-2.0
"""One office with a good key sends what costs the centre most; everybody else must not notice."""
import pytest
import zmq

import tiendo_pb2 as pb
from client import PUSH
from journal import audit

DAY = 20240401


@pytest.fixture
def office(world):
    return world.office(world.principal("40"))


def count(office, seq, **more):
    return office.update(seq, "412", "KH.C", DAY, count=pb.Count(value=seq), **more)


def bomb(office, empty_proofs):
    """Two bytes a proof; decoded, each would take some 150."""
    return pb.Push(session=office.session, first_seq=1).SerializeToString() + b"\x22\x00" * empty_proofs


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
