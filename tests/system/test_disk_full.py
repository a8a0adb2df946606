# SPDX-License-Identifier: Apache-2.0
"""A full disk: Busy, not ready, nothing half taken; and it goes on by itself when there is room again."""
import os
import subprocess

import pytest

import tiendo_pb2 as pb
from journal import audit, read
from world import until

SIZE = 24 * 1024 * 1024


@pytest.fixture
def small_disk(make_world, tmp):
    """A world whose store lies on a tmpfs of its own."""
    mount = tmp / "disk"
    mount.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "none", mount], capture_output=True, text=True)
    if made.returncode:
        pytest.skip(f"a tmpfs needs root: {made.stderr.strip()}")
    world = None
    try:
        world = make_world(store=mount / "server")
        yield world, mount
    finally:
        if world:
            world.end_processes()
        subprocess.run(["umount", "-l", mount], check=True)


def ballast(mount, leave):
    """Fills the disk until only `leave` bytes are free."""
    path = mount / "ballast"
    room = os.statvfs(mount)
    with open(path, "ab") as f:
        n = room.f_bavail * room.f_frsize - leave
        while n > 0:
            try:
                f.write(b"\0" * min(n, 65536))
                f.flush()
            except OSError:
                break
            n -= 65536
    return path


def notes(office, first, n):
    return [office.update(seq, "412", "KH.C", 20240401, count=pb.Count(value=seq), note="x" * 700) for seq in range(first, first + n)]


def test_full_then_freed(small_disk):
    world, mount = small_disk
    o, other = world.office(world.principal("40")), world.office(world.principal("413"))
    reader = world.reader(world.principal("40", "viewer"))
    assert o.offer(1, notes(o, 1, 60)).mark == 60
    weight = ballast(mount, 256 * 1024)
    mark, busy = 60, None
    for _ in range(200):
        answer = o.offer(mark + 1, notes(o, mark + 1, 60))
        if isinstance(answer, pb.Nack):
            busy = answer
            break
        mark = answer.mark
    assert busy and busy.reason == pb.REASON_BUSY and busy.retry_ms > 0, busy
    for seq in range(mark + 1, mark + 61):
        assert seq not in o.outcomes
    assert until("the server to say that it is not ready", lambda: world.health("/ready")[0] == 503)
    assert world.health("/health")[0] == 200, "it lives"
    assert other.offer(1, [other.update(1, "413", "KH.C", 20240401, count=pb.Count(value=1))]).reason == pb.REASON_BUSY
    assert isinstance(o.ping(), pb.Pong) and reader.grains("VN/")[0], "what can be done without the disk is done"
    on_disk = sum(len(e.blobs()) for e in read(world.dir))
    assert on_disk == mark, "nothing half taken"
    for _ in range(3):  # Busy is no outcome: the same bytes may come again
        assert o.offer(mark + 1, [o.blobs[s] for s in range(mark + 1, mark + 61)]).reason == pb.REASON_BUSY
    weight.unlink()

    def goes_on():
        answer = o.offer(mark + 1, [o.blobs[s] for s in range(mark + 1, mark + 61)])
        return isinstance(answer, pb.Ack)
    until("the server to go on by itself", goes_on)
    until("the server to be ready", world.ready)
    assert other.offer(1, [other.blobs[1]]).mark == 1
    assert o.offer(1, [o.blobs[s] for s in range(1, 61)]).mark == mark + 60
    audit(world)
    world.stop()
    world.start()
    audit(world)


def test_killed_while_full(small_disk):
    """kill -9 with a full disk; the start needs no room to read what is true, and takes no more than it can keep."""
    world, mount = small_disk
    o = world.office(world.principal("40"))
    assert o.offer(1, notes(o, 1, 60)).mark == 60
    ballast(mount, 64 * 1024)
    mark = 60
    for _ in range(200):
        answer = o.offer(mark + 1, notes(o, mark + 1, 60))
        if isinstance(answer, pb.Nack):
            break
        mark = answer.mark
    assert answer.reason == pb.REASON_BUSY
    world.kill()
    world.set_clock("2024-04-03")  # and a day has gone: its tick may find no room either
    world.start(ready=False)
    until("the health page", lambda: world.health("/health")[0] == 200)
    o.close()
    again = world.office((o.public, o.secret), epoch=o.epoch)
    assert again.welcome.mark == mark
    (mount / "ballast").unlink()
    until("the server to take it", lambda: isinstance(again.offer(mark + 1, [o.blobs[mark + 1]]), pb.Ack))
    assert [e.kind for e in read(world.dir)].count("tick") == 2
    audit(world)
