# SPDX-License-Identifier: Apache-2.0
"""PROTOCOL.md "Session", "Sequence rules", "Receipts and proofs": each seq is decided once, for ever, whatever is sent."""
import os
import random
import shutil
import subprocess
from pathlib import Path

import pytest

import tiendo_pb2 as pb
from client import ACK, HELLO, NACK, PING, PUSH, VOID, NoAnswer, blob_hash
from journal import audit, b2, read
from world import ROOT, until

DAY = 20240401


def count(office, seq, value=None, unit="412", **more):
    return office.update(seq, unit, "KH.C", DAY, count=pb.Count(value=seq if value is None else value), **more)


def counts(office, first, n, **more):
    return [count(office, seq, **more) for seq in range(first, first + n)]


def head(world):
    return read(world.dir)[-1].number


@pytest.fixture
def office(world):
    return world.office(world.principal("40"))


# ---- sequence ----

def test_replay(world, office):
    """The same bytes again: the same receipts and refusals, and no new entry; also on a new connection, and after kill -9."""
    blobs = counts(office, 1, 4) + [office.update(5, "99", "KH.C", DAY, count=pb.Count(value=1))]
    first = office.offer(1, blobs)
    assert first.mark == 5 and [o[0] for o in office.outcomes.values()] == ["taken"] * 4 + ["refused"]
    n = head(world)
    assert office.offer(1, blobs).spans == first.spans
    assert office.offer(2, blobs[1:3]).mark == 5
    again = world.office((office.public, office.secret), epoch=office.epoch)
    assert (again.welcome.mark, again.welcome.mark_hash) == (5, blob_hash(blobs[4]))
    assert again.offer(1, blobs).spans == first.spans
    assert head(world) == n
    world.kill()
    world.start()
    late = world.office((office.public, office.secret), epoch=office.epoch)
    assert late.offer(1, blobs).spans == first.spans
    assert head(world) == n
    audit(world)


def test_gap_takes_nothing(world, office):
    answer = office.offer(2, counts(office, 2, 3))
    assert (answer.reason, answer.expected_seq, answer.seq) == (pb.REASON_GAP, 1, 2)
    office.offer(1, counts(office, 1, 1))
    n = head(world)
    answer = office.offer(5, counts(office, 5, 1))
    assert (answer.reason, answer.expected_seq) == (pb.REASON_GAP, 2) and head(world) == n
    assert office.offer(2, counts(office, 2, 3)).mark == 4
    audit(world)


def test_conflict_takes_nothing(world, office):
    blobs = counts(office, 1, 3)
    office.offer(1, blobs)
    n = head(world)
    other = pb.Update(seq=2, unit="412", item="KH.C", as_of=DAY, count=pb.Count(value=999)).SerializeToString()
    answer = office.offer(1, [blobs[0], other, blobs[2], count(office, 4)])
    assert (answer.reason, answer.seq) == (pb.REASON_CONFLICT, 2) and head(world) == n
    del office.blobs[4]
    assert office.offer(1, blobs).mark == 3
    status, metrics = world.health("/metrics")
    assert status == 200 and any("conflict" in line and line.split()[-1] == "1" for line in metrics.splitlines()), metrics
    assert "conflict" in world.log().lower() or "other bytes" in world.log()
    audit(world)


def test_conflict_with_a_refused_one(world, office):
    """A refusal is an outcome too: another text under the same seq is a conflict, though the text itself was never kept."""
    bad = office.update(1, "412", "KH.C", DAY, count=pb.Count(value=1), note="số 001203004567")
    assert office.offer(1, [bad]).mark == 1 and office.outcomes[1] == ("refused", "personal_id", "note")
    fine = pb.Update(seq=1, unit="412", item="KH.C", as_of=DAY, count=pb.Count(value=1)).SerializeToString()
    assert office.offer(1, [fine]).reason == pb.REASON_CONFLICT
    assert office.offer(1, [bad]).mark == 1
    audit(world)


def test_partial_overlap(world, office):
    blobs = counts(office, 1, 8)
    first = office.offer(1, blobs[:5])
    second = office.offer(3, blobs[2:8])
    assert second.mark == 8 and [s.first_seq for s in second.spans] == [3, 6]
    assert second.spans[0].entry == first.spans[0].entry and second.spans[1].entry > first.spans[0].entry
    whole = office.offer(1, blobs)
    assert [(s.first_seq, len(s.outcomes)) for s in whole.spans] == [(1, 5), (6, 3)]
    assert [e.header.seqs for e in audit(world) if e.kind == "batch"] == [5, 3]


def test_pushes_out_of_order(world, office, seed):
    """The four pushes of a window, in any order, each until it is taken: everything once."""
    dice = random.Random(seed)
    spans = {1 + 10 * i: counts(office, 1 + 10 * i, 10) for i in range(12)}
    todo = list(spans)
    while todo:
        window = dice.sample(todo, min(4, len(todo)))
        for first in window:
            office.push(first, spans[first])
        for first in window:  # answered in order
            answer = office.answer()
            if isinstance(answer, pb.Ack):
                assert answer.mark == first + 9
                todo.remove(first)
            else:
                assert answer.reason == pb.REASON_GAP and answer.expected_seq < first
    assert len(office.outcomes) == 120
    audit(world)


def test_any_span_against_a_model(world, office, seed):
    """Random spans (known, partly known, new, ahead, altered), each answered as the table of PROTOCOL.md says."""
    dice, mark, kept = random.Random(seed), 0, {}
    for step in range(250):
        first, n = dice.randint(max(1, mark - 12), mark + 3), dice.randint(1, 9)
        span = range(first, first + n)
        altered = {seq for seq in span if seq <= mark and dice.random() < 0.04}
        blobs = [kept.get(seq) or count(office, seq, dice.choice((seq, seq, 10**13))) for seq in span]
        sent = [count(office, seq, 5 * 10**11 + step) if seq in altered else b for seq, b in zip(span, blobs)]
        answer = office.offer(first, sent)
        if first > mark + 1:
            assert (answer.reason, answer.expected_seq) == (pb.REASON_GAP, mark + 1)
        elif altered:
            assert (answer.reason, answer.seq) == (pb.REASON_CONFLICT, min(altered))
        else:
            mark = max(mark, first + n - 1)
            assert answer.mark == mark and sum(len(s.outcomes) for s in answer.spans) == n
            kept.update(zip(span, blobs))
        office.blobs = dict(kept)
    assert len(office.outcomes) == mark > 50
    audit(world)


def test_two_connections_one_stream(world, office):
    """A newer Hello of the key and epoch ends the older session; what it had in flight is not taken twice."""
    twin = world.office((office.public, office.secret), epoch=office.epoch)
    assert twin.session != office.session
    n = head(world)
    assert office.offer(1, counts(office, 1, 2)).reason == pb.REASON_BAD_SESSION and head(world) == n
    assert twin.offer(1, counts(twin, 1, 2)).mark == 2
    office.hello()
    assert twin.offer(3, counts(twin, 3, 1)).reason == pb.REASON_BAD_SESSION
    assert office.offer(3, counts(office, 3, 1)).mark == 3
    audit(world)


def test_sessions_are_not_shared(world, office):
    """A session number is worth nothing to another key, and 0 or an invented one to nobody."""
    thief = world.office(world.principal("413"))
    for session in (office.session, 0, 12345):
        assert thief.offer(1, [count(thief, 1, unit="413")], session=session).reason == pb.REASON_BAD_SESSION
    assert thief.void(1, 1, session=office.session).reason == pb.REASON_BAD_SESSION
    assert not [e for e in audit(world) if e.kind in ("batch", "void")]


def test_nothing_before_hello(world, office):
    mute = world.office(world.principal("413"), hello=False)
    assert mute.offer(1, [count(mute, 1)]).reason == pb.REASON_BAD_SESSION
    audit(world)


def test_window_answers_in_order(world, office):
    spans = [counts(office, 1 + 64 * i, 64) for i in range(4)]
    for i, blobs in enumerate(spans):
        office.push(1 + 64 * i, blobs)
    assert [office.answer().mark for _ in spans] == [64, 128, 192, 256]
    audit(world)


# ---- epochs ----

def test_new_epoch_names_the_old(world, office):
    """A cloned spool: the clone finds out by the mark's hash or a conflict, and goes on in an epoch of its own."""
    keys = (office.public, office.secret)
    office.offer(1, counts(office, 1, 3))
    clone = world.office(keys, epoch=office.epoch)
    mine = [office.blobs[1], office.blobs[2], count(clone, 3, 333)]
    assert clone.welcome.mark_hash != blob_hash(mine[2])
    assert clone.offer(1, mine).reason == pb.REASON_CONFLICT
    moved = world.office(keys, hello=False)
    moved.hello(previous_epoch=office.epoch)
    assert moved.welcome.mark == 0
    assert moved.offer(1, [count(moved, 1, 333)]).mark == 1
    office.hello()
    assert office.offer(4, counts(office, 4, 1)).mark == 4
    del clone.blobs
    streams = {e.header.epoch: e.header.previous_epoch for e in audit(world) if e.kind == "batch" and e.header.prev == 0}
    assert streams == {office.epoch: b"", moved.epoch: office.epoch}


def test_epoch_limit(world, office):
    """One new epoch an hour, the first free; 64 in all, then by the operator's leave; what exists goes on. One connection:
    handshakes are rationed."""
    first, hour, began = office.epoch, 8, office.ping().time_ms

    def later():
        nonlocal hour
        hour += 1
        world.set_clock(f"2024-04-{2 + hour // 24:02}", f"{hour % 24:02}:00:00")
        until("the hour to be seen", lambda: office.ping().time_ms == began + (hour - 8) * 3600000)

    def open_epoch():
        office.epoch, office.session = os.urandom(16), 0
        office.outcomes.clear()
        answer = office.hello()
        if office.session:
            answer = office.offer(1, counts(office, 1, 1))
        return answer.reason if isinstance(answer, pb.Nack) else 0

    office.offer(1, counts(office, 1, 1))
    assert open_epoch() == 0, "the first new one is free"
    assert open_epoch() == pb.REASON_EPOCH_LIMIT
    for n in range(3, 65):
        later()
        assert open_epoch() == 0
        assert n > 4 or open_epoch() == pb.REASON_EPOCH_LIMIT
    later()
    later()
    assert open_epoch() == pb.REASON_EPOCH_LIMIT
    world.server_cli("agent", "epochs", world.principals[office.public]["principal"], "--allow", 2)
    assert [open_epoch() for _ in range(3)] == [0, 0, pb.REASON_EPOCH_LIMIT]
    assert [e for e in world.dump() if e["kind"] == "registry"][-1]["epochs"][0]["until"] == 66
    office.epoch = first
    office.hello()
    office.outcomes.clear()
    assert office.offer(2, counts(office, 2, 1)).mark == 2
    entries = audit(world)
    assert len({e.header.epoch for e in entries if e.kind == "batch"}) == 66


# ---- void ----

def test_void(world, office):
    office.offer(1, counts(office, 1, 2))
    assert office.void(4, 5).reason == pb.REASON_GAP
    ack = office.void(3, 5)
    assert ack.mark == 5 and [office.outcomes[s] for s in (3, 4, 5)] == [("voided",)] * 3
    n = head(world)
    assert office.void(3, 5).spans == ack.spans and head(world) == n
    assert office.offer(4, counts(office, 4, 1)).reason == pb.REASON_CONFLICT
    office.blobs.pop(4)
    again = world.office((office.public, office.secret), epoch=office.epoch)
    assert again.welcome.mark == 5 and again.welcome.mark_hash == b""
    assert again.offer(6, counts(again, 6, 1)).mark == 6
    for first, last in ((7, 6), (0, 3), (1 << 63, 1 << 63)):
        assert again.void(first, last).reason in (pb.REASON_BAD_FRAME, pb.REASON_GAP), (first, last)
    assert [e.kind for e in audit(world) if e.header.epoch] == ["batch", "void", "batch"]


# ---- frames ----

def test_batch_limits(world, office):
    """64 updates and 49,152 bytes are taken; one more is BATCH_TOO_LARGE; one above 4,096 is refused alone."""
    note = "a" * 1500
    assert office.offer(1, counts(office, 1, 65)).reason == pb.REASON_BATCH_TOO_LARGE
    assert office.offer(1, []).reason in (pb.REASON_BAD_FRAME, pb.REASON_BATCH_TOO_LARGE)
    blobs = counts(office, 1, 31, note=note)
    room = 49152 - sum(map(len, blobs))
    for size in range(room):
        last = count(office, 32, note="b" * size)
        if len(last) == room:
            break
    assert sum(map(len, blobs)) + len(last) == 49152
    over = count(office, 32, note="b" * (size + 1))
    assert office.offer(1, blobs + [over]).reason == pb.REASON_BATCH_TOO_LARGE
    office.blobs[32] = last
    assert office.offer(1, blobs + [last]).mark == 32
    large = office.update(34, "412", "KH.C", DAY, count=pb.Count(value=1), note="x" * 2000, reason="y" * 2000,
                          period="2024-Q1", seal=pb.Seal(boot_id=bytes(4096)))
    assert len(large) > 4096
    assert office.offer(33, [count(office, 33), large, count(office, 35)]).mark == 35
    assert [office.outcomes[s][:2] for s in (33, 34, 35)][1] == ("refused", "too_large")
    assert office.outcomes[33][0] == office.outcomes[35][0] == "taken"
    audit(world)


def test_frame_too_large_closes_the_line(world, office):
    assert office.cut([bytes([1, PUSH]), b"\x00" * (70 * 1024)])
    office.hello()  # libzmq connected anew
    assert office.offer(1, counts(office, 1, 1)).mark == 1
    audit(world)


def test_bad_frames(world, office):
    body = pb.Ping(session=office.session, token=1).SerializeToString()
    for frames in ([b"\x01\x07"], [b"\x01\x07", body, b""], [b"", body], [b"\x01", body], [b"\x01\x07\x00", body], [b""]):
        office.raw(frames)
        assert office.receive()[1].reason == pb.REASON_BAD_FRAME, frames
    office.raw([b"\x01\x07"] + [b""] * 20)  # too many frames to be anybody's
    for kind in (0, 9, 16, 32, 255, ACK, NACK):
        office.send(kind, body)
        assert office.receive()[1].reason == pb.REASON_UNKNOWN_TYPE, kind
    assert isinstance(office.ping(), pb.Pong)
    audit(world)


def test_wrong_version_names_both(world, office):
    office.send(PING, pb.Ping(session=office.session, token=1), version=7)
    _, nack = office.receive()
    assert nack.reason == pb.REASON_BAD_VERSION and list(nack.versions) == [1] and "7" in nack.text and "1" in nack.text
    nack = office.hello(versions=[2, 3])
    assert nack.reason == pb.REASON_BAD_VERSION and list(nack.versions) == [1] and "2" in nack.text and "3" in nack.text
    assert office.hello(versions=[]).reason in (pb.REASON_BAD_VERSION, pb.REASON_BAD_FRAME)
    assert office.hello(versions=[3, 2, 1]).version == 1
    audit(world)


def test_bad_hello(world, office):
    for fields in ({"epoch": b""}, {"epoch": bytes(15)}, {"epoch": bytes(17)}, {"previous_epoch": b"short"},
                   {"epoch": bytes(16)}, {"software": "x" * 65}):
        answer = office.hello(**fields)
        assert isinstance(answer, pb.Nack) and answer.reason == pb.REASON_BAD_FRAME, fields
    audit(world)


def varint(n):
    out = b""
    while n > 127:
        out += bytes([n & 127 | 128])
        n >>= 7
    return out + bytes([n])


def test_not_canonical(world, office):
    """Every way a message can be odd: BAD_FRAME for a frame; UNDECODABLE for one update, and the rest is taken."""
    push = pb.Push(session=office.session, first_seq=1, updates=counts(office, 1, 1)).SerializeToString()
    for body in (push[:-1], push + b"\x10\x01", push + b"\xa8\x06\x01", push[9:], push.replace(b"\x10\x01", b"\x10\x81\x00"),
                 push + b"\x22\x02\x10\x00", b"\x0b" * 100, b"\xff" * 10, push + b"\x0f"):
        office.send(PUSH, body)
        nack = office.receive()[1]
        assert nack.reason in (pb.REASON_BAD_FRAME, pb.REASON_BAD_SESSION) and isinstance(nack, pb.Nack), body.hex()
    good = office.blobs[1]
    odd = [good + b"\xba\x3e\x01a", b"\x08\x01" + good, good[:-1], good + b"\x12\x00", b"\x08\x00" + good[2:],
           good + b"\xc2\x01\x00", b"\x0b", b"\x5a\xff\xff\xff\xff\x0f", b"\x8a\x00" + good]
    odd += [bytes.fromhex(line.split()[2]) for line in (ROOT / "tests/golden/vectors.txt").read_text().splitlines()
            if line.startswith("!")]
    blobs, seq = [], 1
    for blob in odd:
        blobs += [count(office, seq), blob]
        office.blobs[seq + 1] = blob
        seq += 2
    assert len(blobs) <= 64 and office.offer(1, blobs).mark == len(blobs)
    for seq, blob in enumerate(blobs, 1):
        assert office.outcomes[seq][:2] == (("taken", office.outcomes[seq][1]) if seq % 2 else ("refused", "undecodable")), \
            (seq, blob.hex(), office.outcomes[seq])
    audit(world)


def memory(world):
    text = Path(f"/proc/{world.server_process.pid}/status").read_text()
    return int(text.split("VmRSS:")[1].split()[0]) / 1024


def test_memory_bombs(world, office):
    """Small frames that unpack into a hundred times their size: refused, and the server does not grow with them."""
    reader = world.reader(world.principal("40", "viewer"))
    before = None
    for _ in range(40):
        session = b"\x09" + office.session.to_bytes(8, "little") + b"\x10\x01"
        for kind, body in ((PUSH, session + b"\x22\x00" * 30000), (PUSH, session + b"\x1a\x00" * 30000),
                           (HELLO, b"\x0a" + varint(60000) + b"\x01" * 60000), (HELLO, b"\x2a\x00" * 30000),
                           (VOID, b"\x09" * 7000)):
            office.send(kind, body)
            answer = office.receive()[1]
            assert isinstance(answer, pb.Nack), (kind, body[:20])
        bomb = b"\x08\x01" + b"\x3a\x02\x0a\x00" * 1000
        assert isinstance(office.offer(1, [bomb] * 12), pb.Ack)
        reader.send(16, b"\x08\x01" + b"\x12\x00" * 2000)
        assert reader.receive()[1].HasField("failure")
        before = before or memory(world)
    assert memory(world) < before + 64, "the server grows with what strangers send"
    audit(world)


def test_random_frames(world, office, seed):
    """Real frames with bytes changed, cut and added: each gets an answer or none, and the truth stays whole."""
    dice = random.Random(seed)
    keys = (office.public, office.secret)
    # its epoch exists: a Hello with a turned bit in it may use up those that are still allowed this hour
    assert office.offer(1, counts(office, 1, 1)).mark == 1
    for step in range(300):
        kind = dice.choice((HELLO, PUSH, PUSH, PUSH, VOID, PING))
        message = {
            HELLO: pb.Hello(versions=[1], epoch=office.epoch, software="x"),
            PUSH: pb.Push(session=office.session, first_seq=1, updates=counts(office, 1, dice.randint(1, 5))),
            VOID: pb.Void(session=office.session, to=3, reason=pb.VOID_REASON_LOST, **{"from": 2}),
            PING: pb.Ping(session=office.session, token=5)}[kind]
        body = bytearray(message.SerializeToString())
        for _ in range(dice.randint(1, 4)):
            what, at = dice.randrange(3), dice.randrange(len(body) + 1)
            if what == 0 and at < len(body):
                body[at] ^= 1 << dice.randrange(8)
            elif what == 1:
                del body[at:at + dice.randint(1, 6)]
            else:
                body[at:at] = dice.randbytes(dice.randint(1, 6))
        office.send(kind, bytes(body))
        answer = office.receive()[1]
        office.session = getattr(answer, "session", 0) if isinstance(answer, pb.Welcome) else office.session
    office.blobs.clear()
    office.outcomes.clear()
    office = world.office(keys, epoch=office.epoch)
    seq = office.welcome.mark + 1
    assert office.offer(seq, counts(office, seq, 3)).mark == seq + 2
    audit(world)


# ---- receipts, restored stores ----

def mac(world, principal, epoch, outcome):
    key = bytes.fromhex((world.dir / "keys" / "receipt.key").read_text().split()[-1])
    p = outcome[2]
    data = (p.incarnation + p.entry.to_bytes(8, "big") + p.chain_hash + principal.to_bytes(4, "big") + epoch
            + p.seq.to_bytes(8, "big") + p.blob_hash + p.received_ms.to_bytes(8, "big"))
    return b2(data, key=key)


def test_macs_and_hashes(world, office):
    """Receipts are what PROTOCOL.md says they are, computed again."""
    office.offer(1, counts(office, 1, 3))
    entries = audit(world)
    for outcome in office.outcomes.values():
        assert outcome[2].mac == mac(world, world.principals[office.public]["principal"], office.epoch, outcome)
        assert outcome[2].chain_hash == entries[outcome[2].entry - 1].hash
        assert outcome[2].received_ms == entries[outcome[2].entry - 1].header.received_ms


def newest(office):
    return office.outcomes[max(office.outcomes)][2]


def first_received(entries):
    return {f.seq: f.received_ms for e in entries for f in e.header.first_received}


def restore(world, copy):
    """The store is lost; the copy takes its place."""
    shutil.rmtree(world.dir)
    shutil.copytree(copy, world.dir)


def test_restored_backup(world, office):
    """A backup from before the last receipts: a new incarnation; offered again with proofs, they keep their first time."""
    keys = (office.public, office.secret)
    other = world.office(world.principal("413"))
    old = office.welcome.incarnation
    office.offer(1, counts(office, 1, 5))
    copy = world.tmp / "copy"
    world.server_cli("backup", copy)
    office.offer(6, counts(office, 6, 5))
    other.offer(1, [count(other, 1, unit="413")])
    lost = {seq: office.outcomes[seq] for seq in range(6, 11)}
    world.stop()
    restore(world, copy)
    entries = audit(world, [])
    assert entries[-1].kind != "incarnation", "verify and dump leave a backup as it is"
    world.set_clock("2024-04-02", "11:00:00")
    world.start()
    again = world.office(keys, epoch=office.epoch, hello=False)
    again.hello(last_receipt=newest(office), last_seq=10)
    assert again.welcome.mark == 5 and again.welcome.incarnation != old
    assert again.offer(1, counts(again, 1, 5)).spans[0].incarnation == old
    made = next(e.header.received_ms for e in read(world.dir) if e.kind == "incarnation")
    assert made == entries[0].header.received_ms + 3 * 3600000, "it is made now, not at the last entry before the loss"
    proofs = [lost[seq][2] for seq in range(6, 11)]
    proofs[1] = pb.ReceiptProof.FromString(proofs[1].SerializeToString())
    proofs[1].received_ms -= 1000  # a forged time
    proofs[2] = pb.ReceiptProof.FromString(proofs[2].SerializeToString())
    proofs[2].mac = bytes(32)
    proofs[3].seq, proofs[3].blob_hash = 6, lost[6][2].blob_hash  # another's proof
    assert again.offer(6, counts(again, 6, 5), proofs=proofs).mark == 10
    assert again.outcomes[6][1][0] == again.welcome.incarnation
    office.forgiven, other.forgiven = set(range(6, 11)), {1}
    kept = first_received(audit(world))
    assert kept == {6: lost[6][2].received_ms, 10: lost[10][2].received_ms}
    cells = world.reader(world.principal("40", "operator")).cells("412", "KH.C")
    assert [c.first_received_ms for c in cells] == [lost[10][2].received_ms] and cells[0].received_ms > lost[10][2].received_ms
    world.stop()
    world.start()
    third = world.office(keys, epoch=office.epoch, hello=False)
    third.hello(last_receipt=newest(again), last_seq=10)
    assert third.welcome.incarnation == again.welcome.incarnation, "one restore, one incarnation"


def test_backup_of_a_running_server_is_whole(world, office):
    office.offer(1, counts(office, 1, 30))
    copy = world.tmp / "copy"
    world.server_cli("backup", copy)
    office.offer(31, counts(office, 31, 5))
    n = [e.number for e in read(copy)][-1]
    world.cli("--dir", copy, "verify")
    assert [e.hash for e in read(copy)] == [e.hash for e in audit(world)[:n]]
    assert world.cli("--dir", copy, "backup", copy, ok=None).returncode != 0
    audit(world)


def test_backup_under_load(world, office):
    """Taken between commits while pushes come in: a whole prefix of the journal, chain and all; and it runs."""
    copy = world.tmp / "copy"
    running = subprocess.Popen([str(world.build / "tiendo-server"), "--dir", str(world.dir), "backup", str(copy)],
                               stdout=subprocess.DEVNULL, env=world.environment())
    seq, after = 1, 20
    while after:
        assert office.offer(seq, counts(office, seq, 20)).mark == seq + 19
        seq, after = seq + 20, after - (running.poll() is not None)
    assert running.returncode == 0
    world.cli("--dir", copy, "verify")
    kept, all_of_it = read(copy), audit(world)
    assert [e.hash for e in kept] == [e.hash for e in all_of_it[:len(kept)]] and len(kept) < len(all_of_it)


def test_the_same_backup_restored_twice(world, office):
    """What was received in between has gone with its incarnation: genuine receipts say so, and the operator confirms."""
    keys = (office.public, office.secret)
    office.offer(1, counts(office, 1, 2))
    copy = world.tmp / "copy"
    world.server_cli("backup", copy)
    holders = [office]
    for first in (3, 5):
        world.stop()
        restore(world, copy)
        world.start()
        o = world.office(keys, epoch=office.epoch, hello=False)
        o.hello(last_receipt=newest(holders[-1]), last_seq=max(holders[-1].outcomes))
        if first == 5:
            assert not o.session
            until("the lock", lambda: world.health("/ready")[0] == 503)
            world.server_cli("agent", "confirm")
            until("the server to be ready", world.ready)
            o.close()
            o = world.office(keys, epoch=office.epoch, hello=False)
            o.hello(last_receipt=newest(holders[-1]), last_seq=max(holders[-1].outcomes))
        assert o.welcome.mark == 2
        assert o.offer(3, counts(o, 3, 2)).mark == 4
        holders[-1].forgiven = {3, 4}
        holders.append(o)
    found = [o.welcome.incarnation for o in holders]
    assert len(set(found)) == 3
    audit(world)


def rolled_back(world, office):
    """Puts a copy that nobody marked in the store's place; gives the receipts that were lost with the disk."""
    office.offer(1, counts(office, 1, 3))
    world.stop()
    copy = world.tmp / "copy"
    shutil.copytree(world.dir, copy)
    world.start()
    office.hello()
    office.offer(4, counts(office, 4, 3))
    office.forgiven = {4, 5, 6}
    world.stop()
    restore(world, copy)
    world.start()


def test_rolled_back_store_is_found_out(world, office):
    """A genuine receipt above the head: a new incarnation, nobody enters until the operator has looked."""
    keys, other = (office.public, office.secret), world.principal("413")
    before = office.welcome.incarnation
    rolled_back(world, office)
    again = world.office(keys, epoch=office.epoch, hello=False)
    answer = again.hello(last_receipt=newest(office), last_seq=6)
    assert isinstance(answer, pb.Nack) and answer.reason == pb.REASON_ROLLED_BACK
    until("the server to say so", lambda: world.health("/ready")[0] == 503)
    late = world.office(other, hello=False)
    with pytest.raises(NoAnswer):
        late.hello(timeout=1.5)
    world.kill()
    world.start(ready=False)
    until("the health page", lambda: world.health("/health")[0])
    assert world.health("/ready")[0] == 503, "a restart is no confirmation"
    world.server_cli("agent", "confirm")
    until("the server to be ready", world.ready)
    again = world.office(keys, epoch=office.epoch, hello=False)
    again.hello(last_receipt=newest(office), last_seq=6)
    assert again.welcome.mark == 3 and again.welcome.incarnation != before
    assert again.offer(4, counts(again, 4, 3), proofs=[office.outcomes[s][2] for s in (4, 5, 6)]).mark == 6
    fresh = world.office(other)
    assert fresh.offer(1, [count(fresh, 1, unit="413")]).mark == 1
    assert set(first_received(audit(world))) == {4, 5, 6}


def test_rolled_back_and_written_on(world, office):
    """Other entries have taken the lost ones' numbers: the chain hash tells."""
    keys, other = (office.public, office.secret), world.principal("413")
    rolled_back(world, office)
    fresh = world.office(other)
    for seq in range(1, 6):
        assert fresh.offer(seq, [count(fresh, seq, unit="413")]).mark == seq
    assert head(world) > newest(office).entry
    again = world.office(keys, epoch=office.epoch, hello=False)
    assert again.hello(last_receipt=newest(office), last_seq=6).reason == pb.REASON_ROLLED_BACK
    audit(world)


def test_foreign_receipts_stop_one_stream_only(world, office):
    """Nothing but a genuine MAC proves a roll-back: no single office can stop the centre."""
    office.offer(1, counts(office, 1, 3))
    real = newest(office)
    bad = []
    for change in ({"mac": bytes(32)}, {"entry": real.entry + 1000}, {"chain_hash": bytes(32)}, {"incarnation": bytes(16)},
                   {"seq": 2}, {"blob_hash": bytes(32)}, {"received_ms": real.received_ms + 1}, {"mac": real.mac[:31]}):
        p = pb.ReceiptProof.FromString(real.SerializeToString())
        for name, value in change.items():
            setattr(p, name, value)
        bad.append(p)
    bad.append(pb.ReceiptProof(entry=5))
    victim = world.office((office.public, office.secret), epoch=office.epoch, hello=False)
    for p in bad:
        answer = victim.hello(last_receipt=p, last_seq=3)
        assert isinstance(answer, pb.Nack) and answer.reason in (pb.REASON_FOREIGN_RECEIPT, pb.REASON_BAD_FRAME), p
    assert world.ready()
    other = world.office(world.principal("413"))
    assert other.offer(1, [count(other, 1, unit="413")]).mark == 1
    victim.hello(last_receipt=real, last_seq=3)
    assert victim.welcome and victim.welcome.mark == 3
    assert not [e for e in audit(world) if e.kind == "incarnation"]


def test_a_void_says_why(world):
    """Zero is never a legal enum value: nothing is voided without a reason, nor for one that nobody knows."""
    office = world.office(world.principal("412"))
    for reason in (0, 4):
        office.send(VOID, pb.Void(session=office.session, to=1, reason=reason, **{"from": 1}))
        assert office.answer().reason == pb.REASON_BAD_FRAME
    office.send(VOID, pb.Void(session=office.session, to=1, reason=pb.VOID_REASON_LOST, **{"from": 1}))
    assert office.answer().mark == 1
