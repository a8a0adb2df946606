# SPDX-License-Identifier: Apache-2.0
"""20 kills with -9 under the independent client: also what is refused stays refused, and a whole stream offered again is answered from
what is stored. Real offices, commands and subscribers: tests/fault/kills."""
import os
import random
import time

import zmq

import tiendo_pb2 as pb
from client import ACK, NACK, WELCOME, Office
from journal import audit
from world import PATIENCE, until

KILLS, WINDOW = int(os.environ.get("KILLS", "20")), 4
UNITS = ("412", "413", "412", "413")


class Pusher:
    """An office under load: keeps its window full, forgets nothing, says Hello again whenever the line is new."""

    def __init__(self, world, keys, unit, dice):
        self.world, self.keys, self.unit, self.dice = world, keys, unit, dice
        self.blobs, self.acked, self.epoch, self.outcomes = {}, 0, os.urandom(16), {}
        self.office, self.flying, self.resting = None, [], False
        self.connect()

    def connect(self):
        if self.office:
            self.office.close()
        self.office = Office(self.world.context, self.world.end["ingest"], self.world.server_key, self.keys, self.epoch)
        self.office.blobs, self.office.outcomes = self.blobs, self.outcomes
        self.flying = []
        self.office.send(1, pb.Hello(versions=[1], epoch=self.epoch))
        self.said = time.monotonic()

    def blob(self, seq):
        if seq not in self.blobs:
            unknown = self.dice.random() < 0.1  # some are refused: that outcome must last too
            self.office.update(seq, self.unit, "KH.X" if unknown else "KH.C", 20240401,
                               count=pb.Count(value=self.dice.randrange(10**6)), note="x" * self.dice.choice((0, 5, 700)))
        return self.blobs[seq]

    def fill(self):
        while not self.resting and self.office.session and len(self.flying) < WINDOW:
            first = self.flying[-1] + 1 if self.flying else self.acked + 1
            last = first + self.dice.choice((1, 1, 3, 20, 40)) - 1
            self.office.push(first, [self.blob(seq) for seq in range(first, last + 1)])
            self.flying.append(last)

    def step(self):
        """Takes what has come; gives how many acks there were."""
        acks = 0
        while self.office.socket.poll(0):
            kind, m = self.office.receive()
            if kind == WELCOME:
                assert m.mark >= self.acked, f"the mark {m.mark} is below what was acknowledged: {self.acked}"
                self.office.session, self.acked = m.session, m.mark
            elif kind == ACK:
                self.office._note(m)
                self.acked, acks = max(self.acked, m.mark), acks + 1
                self.flying.pop(0)
            else:
                assert kind == NACK and m.reason in (pb.REASON_BUSY, pb.REASON_GAP, pb.REASON_BAD_SESSION), m
                self.connect()
        self.fill()
        if not self.office.session and time.monotonic() - self.said > 6:
            self.connect()
        return acks


def load(pushers, enough):
    """Everybody pushes until `enough` says so."""
    poller = zmq.Poller()
    for p in pushers:
        poller.register(p.office.socket, zmq.POLLIN)
    deadline, acks = time.monotonic() + PATIENCE, 0
    while not enough(acks):
        assert time.monotonic() < deadline, (
            f"{acks} acks, then nothing: {[(p.acked, p.flying, p.office.session, round(time.monotonic() - p.said, 1)) for p in pushers]}")
        poller.poll(5)
        for p in pushers:
            before = p.office.socket
            acks += p.step()
            if p.office.socket is not before:
                poller.unregister(before)
                poller.register(p.office.socket, zmq.POLLIN)


def reconnect(pushers):
    for p in pushers:
        p.connect()


def test_twenty_kills(world, seed):
    dice = random.Random(seed)
    pushers = [Pusher(world, world.principal("40"), unit, dice) for unit in UNITS]
    for i in range(KILLS):
        wanted, after = dice.choice((1, 2, 10, 30)), dice.choice((0, 0, 0.001, 0.003, 0.02))
        load(pushers, lambda acks: acks >= wanted)
        end = time.monotonic() + after
        load(pushers, lambda acks: time.monotonic() >= end)  # a random point of the loop, not right after an ack
        if dice.random() < 0.2:  # in the middle of a clean stop: the last acks, the checkpoint
            world.server_process.terminate()
            time.sleep(dice.random() * 0.02)
        world.kill()
        if dice.random() < 0.3:  # and while it starts: checkpoint, fold, doors
            starting = world.start(ready=False)
            until("the start to be under way", lambda: starting.poll() is None and dice.random() < 0.2)
            world.kill()
        world.start()
        reconnect(pushers)
    load(pushers, lambda acks: acks >= 20)
    load(pushers, lambda acks: all(p.acked > 20 for p in pushers))  # nobody is left behind for ever
    for p in pushers:
        p.resting = True
    load(pushers, lambda acks: not any(p.flying for p in pushers))
    for p in pushers:
        assert len(p.outcomes) >= p.acked * 0.5 and {o[0] for o in p.outcomes.values()} == {"taken", "refused"}
    entries = audit(world, [p.office for p in pushers])
    assert len([e for e in entries if e.kind == "batch"]) > 2 * KILLS
    for p in pushers:  # the whole stream, offered once more from the first seq: the stored outcomes, and no entry
        for first in range(1, p.acked + 1, 40):
            ack = p.office.offer(first, [p.blobs[s] for s in range(first, min(first + 40, p.acked + 1))])
            assert isinstance(ack, pb.Ack)
        p.office.close()
    audit(world, [p.office for p in pushers])
