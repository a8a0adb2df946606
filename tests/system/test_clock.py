# SPDX-License-Identifier: Apache-2.0
"""The office's days: made in order, each once, by the clock that the genesis names; a clock that jumps is not believed."""
import datetime
import json

import pytest

import tiendo_pb2 as pb
from clerk import Clerk
from journal import audit, read
from test_subscriber import Proxy
from world import shared_object, until

HOUR, DAY = 3600000, 86400000


def ticks(world):
    return [e["date"] for e in world.dump() if e["kind"] == "tick"]


def push(o, seq, **more):
    return o.offer(seq, [o.update(seq, "412", "KH.C", 20220501, count=pb.Count(value=seq), **more)])


# ---- simulated ----

def test_missed_days_are_made_in_order(make_world):
    """While it runs, and at the start: one tick a day, none left out, none twice; over a new year and a leap day."""
    world = make_world(today="2023-12-28")
    world.set_clock("2023-12-30")
    until("the ticks", lambda: ticks(world)[-1] == 20231230)
    world.kill()
    world.set_clock("2024-01-02")
    world.start()
    until("the ticks", lambda: ticks(world)[-1] == 20240102)
    world.set_clock("2024-03-01")
    until("the ticks", lambda: ticks(world)[-1] == 20240301)
    first = datetime.date(2023, 12, 28)
    assert ticks(world) == [int((first + datetime.timedelta(i)).strftime("%Y%m%d")) for i in range(65)]
    assert 20240229 in ticks(world)
    audit(world)


def test_midnight_is_the_offices(world):
    """17:00 UTC is midnight at UTC+07:00."""
    world.set_clock("2024-04-02", "23:59:59")
    o = world.office(world.principal("40"))
    until("the clock", lambda: o.ping().time_ms % DAY == 17 * HOUR - 1000)
    push(o, 1)
    assert ticks(world) == [20240402]
    world.set_clock("2024-04-03", "00:00:00")
    until("the tick", lambda: ticks(world) == [20240402, 20240403])
    audit(world)


def test_a_clock_that_goes_back(world):
    """No entry goes back in time, no day is made twice, and pushes are taken all the while."""
    world.set_clock("2024-04-10")
    o = world.office(world.principal("40"))
    until("the tick", lambda: ticks(world)[-1] == 20240410)
    push(o, 1)
    n = len(ticks(world))
    world.set_clock("2024-04-04")
    until("the clock", lambda: o.ping().time_ms < read(world.dir)[-1].header.received_ms)
    for seq in (2, 3):
        push(o, seq)
    world.kill()
    world.start()
    o.hello()
    push(o, 4)
    assert len({e.header.received_ms for e in read(world.dir)[-4:]}) == 1 and len(ticks(world)) == n
    world.set_clock("2024-04-11")
    until("the tick", lambda: ticks(world)[-1] == 20240411)
    assert len(ticks(world)) == n + 1
    audit(world)


def test_a_broken_clock_file(world):
    """Half a file, or none: the last time stays, the server goes on."""
    o = world.office(world.principal("40"))
    for text in ("", "tomorrow", "2024-13-01T00:00:00+07:00", None):
        if text is None:
            world.clock.unlink()
        else:
            world.clock.write_text(text)
        before = o.ping().time_ms
        assert isinstance(push(o, len(o.blobs) + 1), pb.Ack) and o.ping().time_ms == before
    world.set_clock("2024-04-03")
    until("the clock", lambda: ticks(world)[-1] == 20240403)
    audit(world)


class Slow(Proxy):
    """A line that can hold back what the centre says, until `flow`."""

    def __init__(self, port):
        self.held = None
        super().__init__(port)

    def hold(self):
        with self.lock:
            self.held = []

    def flow(self):
        with self.lock:
            held, self.held = self.held, None
            for to, data in held:
                to.sendall(data)

    def move(self, a, b):
        if self.held is None or any(a is pair[0] for pair in self.pairs):
            super().move(a, b)
        else:
            self.held.append((b, a.recv(65536)))


def test_an_answer_that_was_overtaken_by_days(world):
    """A machine slept, or a simulated clock jumped, while an answer of the centre was under way: what it said was the time days ago, and
    is not taken for the time now. It would prove reports to be sealed before they were."""
    slow = Slow(world.ports["ingest"])
    office = Clerk(world, "vinh", "412")
    office.conf(ingest=f"tcp://127.0.0.1:{slow.port}", ping="2s", reply="10s")
    office.run().knows()
    slow.hold()
    world.server_cli("catalogue", "load", world.catalogue)  # news, so that the answer is kept at once
    until("the office to look after its idle line, and the centre to answer", lambda: slow.held)
    world.set_clock("2024-04-05")
    until("the ticks", lambda: ticks(world)[-1] == 20240405)
    slow.flow()
    office.knows()
    assert office.status()["today"] == 20240405
    slow.close()


# ---- real, moved by a shim ----

@pytest.fixture
def shifted(make_world, build, tmp):
    """A world with the real clock; `shift(days)` moves it, also while the server runs."""
    shim = shared_object("tests/system/wallshift.c", build / "tests" / "wallshift.so")
    world = make_world(start=False, simulated=False)
    path = tmp / "shift"
    plain = world.environment

    def environment(guarded=False):
        env = plain(guarded)
        return dict(env, WALLSHIFT=str(path), LD_PRELOAD=":".join(filter(None, (env.get("LD_PRELOAD"), str(shim)))))

    def shift(days, hours=0):
        new = path.with_suffix(".new")
        new.write_text(str(days * 86400 + hours * 3600))
        new.rename(path)
    world.environment, world.shift = environment, shift
    shift(0)
    world.start()
    return world


def test_a_real_clock_that_jumps_is_not_believed(shifted):
    """More than 3 missed days: not ready, Busy, nothing is stamped; the operator accepts, and all the days are made."""
    world = shifted
    keys = world.principal("40")
    o = world.office(keys)
    push(o, 1)
    n, last = len(ticks(world)), ticks(world)[-1]
    world.shift(3)
    until("three days", lambda: len(ticks(world)) == n + 3, 10)
    world.shift(8)
    until("the server to doubt it", lambda: world.health("/ready")[0] == 503, 10)
    assert push(o, 2).reason == pb.REASON_BUSY
    world.kill()
    world.start(ready=False)
    until("the health page", lambda: world.health("/health")[0] == 200)
    assert world.health("/ready")[0] == 503, "a restart is no confirmation"
    assert len(ticks(world)) == n + 3
    world.server_cli("clock", "accept")
    until("the server to be ready", world.ready)
    assert len(ticks(world)) == n + 8
    o.hello()
    assert o.offer(2, [o.blobs[2]]).mark == 2
    world.stop()
    world.shift(20)
    world.start(True, "--accept-clock")
    until("the ticks", lambda: len(ticks(world)) == n + 20)
    first = datetime.datetime.strptime(str(last), "%Y%m%d")
    assert ticks(world)[-1] == int((first + datetime.timedelta(20)).strftime("%Y%m%d"))
    audit(world)


def test_a_real_clock_that_jumps_and_comes_back(shifted):
    """A clock set wrong and mended in time has left no trace."""
    world = shifted
    o = world.office(world.principal("40"))
    push(o, 1)
    n = len(read(world.dir))
    world.shift(4000)
    until("the server to doubt it", lambda: world.health("/ready")[0] == 503, 10)
    world.shift(0)
    until("the server to be ready", world.ready)
    assert len(read(world.dir)) == n
    assert push(o, 2).mark == 2
    world.shift(0, hours=-1)
    until("the clock", lambda: o.ping().time_ms < read(world.dir)[-1].header.received_ms - HOUR / 2)
    assert push(o, 3).mark == 3, "behind the head: stamped with the head's time"
    audit(world)
    assert json.loads(world.server_cli("status", "--json").stdout)["details"]["simulated"] is False
