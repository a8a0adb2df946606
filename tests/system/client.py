# SPDX-License-Identifier: Apache-2.0
"""An independent client of the tiendo protocol.

Written from proto/ alone (tiendo.proto and PROTOCOL.md) with Debian's python3-zmq and python3-protobuf; it shares no
code with tiendo. The tests use it as office, as reader and as adversary.
"""
import hashlib
import os
import random
import time

import zmq

import tiendo_pb2 as pb

VERSION = 1
PATIENCE = float(os.environ.get("PATIENCE", "60"))  # seconds, for an answer that must come
HELLO, WELCOME, PUSH, VOID, ACK, NACK, PING, PONG = 1, 2, 3, 4, 5, 6, 7, 8
QUERY, REPLY = 16, 17
DELTA, HEARTBEAT = 32, 33
TYPES = {
    WELCOME: pb.Welcome, ACK: pb.Ack, NACK: pb.Nack, PONG: pb.Pong, REPLY: pb.Reply,
    DELTA: pb.UnitDelta, HEARTBEAT: pb.Heartbeat,
}


def blob_hash(blob):
    return hashlib.blake2b(blob, digest_size=32).digest()


class NoAnswer(Exception):
    pass


class Dealer:
    """A CURVE DEALER that sends and receives (head, body). `options` of the socket beside the usual ones."""

    def __init__(self, context, endpoint, server_key, keys, options={}):
        self.public, self.secret = keys
        self.socket = context.socket(zmq.DEALER)
        self.socket.setsockopt(zmq.LINGER, 0)
        self.socket.setsockopt(zmq.CURVE_SERVERKEY, server_key.encode())
        self.socket.setsockopt(zmq.CURVE_PUBLICKEY, keys[0])
        self.socket.setsockopt(zmq.CURVE_SECRETKEY, keys[1])
        self.socket.setsockopt(zmq.RECONNECT_IVL, 100)
        self.socket.setsockopt(zmq.RECONNECT_IVL_MAX, 1000)
        self.socket.setsockopt(zmq.HANDSHAKE_IVL, 5000)  # as tiendo's own: a connection that the other side forgot
        for option, value in options.items():
            self.socket.setsockopt(option, value)
        self.socket.connect(endpoint)

    def send(self, kind, message, version=VERSION):
        body = message if isinstance(message, bytes) else message.SerializeToString()
        self.socket.send_multipart([bytes([version, kind]), body])

    def raw(self, frames):
        self.socket.send_multipart(frames)

    def receive(self, timeout=PATIENCE):
        if not self.socket.poll(int(timeout * 1000)):
            raise NoAnswer(f"nothing within {timeout} s")
        head, body = self.socket.recv_multipart()
        assert len(head) == 2 and head[0] == VERSION, head
        message = TYPES[head[1]]()
        message.ParseFromString(body)
        return head[1], message

    def cut(self, message):
        """Sends what the other side must close the line for; True when it did, without a word. The socket goes on with a new line."""
        monitor = self.socket.get_monitor_socket(zmq.EVENT_DISCONNECTED)
        try:
            self.raw(message)
            return bool(monitor.poll(1000 * PATIENCE)) and not self.socket.poll(0)
        finally:
            self.socket.disable_monitor()
            monitor.close(0)

    def close(self):
        self.socket.close(0)


class Office(Dealer):
    """One stream: epoch, seqs, and every outcome that was acknowledged."""

    def __init__(self, context, endpoint, server_key, keys, epoch=None, options={}):
        super().__init__(context, endpoint, server_key, keys, options)
        self.epoch = epoch or os.urandom(16)
        self.session = 0
        self.welcome = None
        self.outcomes = {}  # seq -> ("taken", (incarnation, entry, index), proof) | ("refused", reason, field) | ("voided",)
        self.blobs = {}
        self.forgiven = set()  # seqs that a test knows to be lost with the disk (a restored backup)

    def hello(self, timeout=PATIENCE, **fields):
        fields.setdefault("versions", [VERSION])
        fields.setdefault("epoch", self.epoch)
        fields.setdefault("software", "independent client")
        self.send(HELLO, pb.Hello(**fields))
        deadline = time.monotonic() + timeout
        while True:
            kind, message = self.receive(max(0.01, deadline - time.monotonic()))
            if kind == WELCOME:
                self.session, self.welcome = message.session, message
                return message
            if kind == NACK:
                return message

    def update(self, seq, unit, item, as_of, **body):
        blob = pb.Update(seq=seq, unit=unit, item=item, as_of=as_of, **body).SerializeToString()
        self.blobs[seq] = blob
        return blob

    def push(self, first_seq, blobs, proofs=(), session=None):
        self.send(PUSH, pb.Push(session=self.session if session is None else session, first_seq=first_seq,
                                updates=blobs, proofs=proofs))

    def answer(self, timeout=PATIENCE):
        """The next Ack or Nack, noted."""
        deadline = time.monotonic() + timeout
        while True:
            kind, message = self.receive(max(0.01, deadline - time.monotonic()))
            if kind == ACK:
                self._note(message)
                return message
            if kind == NACK:
                return message

    def offer(self, first_seq, blobs, timeout=PATIENCE, **more):
        self.push(first_seq, blobs, **more)
        return self.answer(timeout)

    def _note(self, ack):
        for span in ack.spans:
            for i, outcome in enumerate(span.outcomes):
                seq = span.first_seq + i
                which = outcome.WhichOneof("outcome")
                if which == "taken":
                    proof = pb.ReceiptProof(
                        incarnation=span.incarnation, entry=span.entry, chain_hash=span.chain_hash, seq=seq,
                        blob_hash=blob_hash(self.blobs[seq]) if seq in self.blobs else b"",
                        received_ms=span.received_ms, mac=outcome.taken.mac)
                    new = ("taken", (span.incarnation, span.entry, outcome.taken.index), proof)
                elif which == "refused":
                    new = ("refused", pb.Reason.Name(outcome.refused.reason)[7:].lower(), outcome.refused.field)
                else:
                    new = ("voided",)
                old = self.outcomes.setdefault(seq, new)
                assert old[:2] == new[:2], f"seq {seq} had the outcome {old} and now has {new}"

    def void(self, first, last, reason=pb.VOID_REASON_LOST, timeout=PATIENCE, session=None):
        self.send(VOID, pb.Void(session=self.session if session is None else session, to=last, reason=reason,
                                **{"from": first}))
        return self.answer(timeout)

    def ping(self, timeout=PATIENCE):
        self.send(PING, pb.Ping(session=self.session, token=random.getrandbits(60)))
        kind, message = self.receive(timeout)
        return message


class Reader(Dealer):
    """Questions on the query socket."""

    def __init__(self, context, endpoint, server_key, keys, options={}):
        super().__init__(context, endpoint, server_key, keys, options)
        self.id = 0

    def ask(self, timeout=PATIENCE, **question):
        self.id += 1
        self.send(QUERY, pb.Query(id=self.id, **question))
        deadline = time.monotonic() + timeout
        while True:
            kind, reply = self.receive(max(0.01, deadline - time.monotonic()))
            if kind == REPLY and reply.id == self.id:
                return reply
            if kind == NACK:
                return message_failure(reply)

    def pages(self, name, **fields):
        """Every page of a paged question; StaleCursor begins again."""
        while True:
            pages, cursor = [], b""
            while True:
                reply = self.ask(**{name: QUESTIONS[name](cursor=cursor, **fields)})
                if reply.HasField("failure"):
                    break
                pages.append(reply)
                cursor = reply.cursor
                if not cursor:
                    return pages
            if reply.failure.reason == pb.REASON_BUSY:
                time.sleep(reply.failure.retry_ms / 1000 or 0.05)
            elif reply.failure.reason != pb.REASON_STALE_CURSOR:
                raise Refused(reply.failure)

    def grains(self, path, since=0, **more):
        pages = self.pages("catch_up", path=path, since=since, **more)
        return {(g.path, g.plan): g for p in pages for g in p.catch_up.grains}, pages

    def catalogue(self):
        rows = []
        for page in self.pages("catalogue"):
            for blob in page.catalogue.rows:
                row = pb.CatalogueRow()
                row.ParseFromString(blob)
                rows.append(row)
        return rows

    def cells(self, unit, item="", **more):
        return [c for p in self.pages("cells", unit=unit, item=item, **more) for c in p.cells.cells]


QUESTIONS = {"catch_up": pb.CatchUp, "versions": pb.Versions, "catalogue": pb.Catalogue, "cells": pb.Cells,
             "status": pb.Status, "notices": pb.Notices, "slots": pb.Slots, "health": pb.Health, "times": pb.Times}


class Refused(Exception):
    def __init__(self, failure):
        super().__init__(f"{pb.Reason.Name(failure.reason)}: {failure.text}")
        self.failure = failure


def message_failure(nack):
    return pb.Reply(failure=pb.Failure(reason=nack.reason, text=nack.text, retry_ms=nack.retry_ms))


class Mirror:
    """The rules of PROTOCOL.md "Feed" and "Catch-up", written a second time."""

    def __init__(self, context, feed, query, server_key, keys, path):
        self.path = path
        self.sub = context.socket(zmq.SUB)
        self.sub.setsockopt(zmq.LINGER, 0)
        self.sub.setsockopt(zmq.CURVE_SERVERKEY, server_key.encode())
        self.sub.setsockopt(zmq.CURVE_PUBLICKEY, keys[0])
        self.sub.setsockopt(zmq.CURVE_SECRETKEY, keys[1])
        self.sub.setsockopt(zmq.RECONNECT_IVL, 100)
        self.sub.setsockopt(zmq.SUBSCRIBE, b"~/")
        self.sub.setsockopt(zmq.SUBSCRIBE, path.encode())
        self.sub.connect(feed)
        self.reader = Reader(context, query, server_key, keys)
        self.generation = None
        self.held = {}      # (path, plan) -> version
        self.figures = {}   # (path, plan, item) -> Rollup
        self.since = 0
        self.deltas = self.gaps = 0

    def _new_generation(self, generation):
        key = generation.SerializeToString()
        if key != self.generation:
            self.generation, self.held, self.figures, self.since = key, {}, {}, 0
            return True
        return False

    def _put(self, path, plan, version, rollups):
        self.held[path, plan] = version
        for r in rollups:
            self.figures[path, plan, r.item] = r

    def poll(self, timeout=1.0):
        """Handles what is on the feed. Returns the last heartbeat seen, or None."""
        heartbeat = None
        while self.sub.poll(int(timeout * 1000)):
            topic, head, body = self.sub.recv_multipart()
            timeout = 0
            message = TYPES[head[1]]()
            message.ParseFromString(body)
            if self._new_generation(message.generation):
                self.catch_up()
            if head[1] == HEARTBEAT:
                heartbeat = message
                continue
            self.deltas += 1
            key = (message.path, message.plan)
            held = self.held.get(key, 0)
            if message.version <= held:
                continue
            if message.previous_version > held:
                self.gaps += 1
                self.catch_up()
                continue
            self._put(message.path, message.plan, message.version, message.rollups)
        return heartbeat

    def check(self):
        """Step 4 of "Catch-up": asks for versions, and pulls what is not held. True = nothing was missing."""
        pages = self.reader.pages("versions", path=self.path, since=self.since)
        if self._new_generation(pages[-1].generation):
            self.catch_up()
            return False
        lacking = [g for p in pages for g in p.versions.grains if g.version > self.held.get((g.path, g.plan), 0)]
        for g in lacking:
            grains, _ = self.reader.grains(g.path, 0, plan=g.plan, only_path=True)
            for (path, plan), whole in grains.items():
                if whole.version > self.held.get((path, plan), 0):
                    self._put(path, plan, whole.version, whole.rollups)
        return not lacking

    def catch_up(self):
        grains, pages = self.reader.grains(self.path, self.since)
        if self._new_generation(pages[0].generation):
            grains, pages = self.reader.grains(self.path, 0)
        for (path, plan), g in grains.items():
            if g.version > self.held.get((path, plan), 0):
                self._put(path, plan, g.version, g.rollups)
        self.since = pages[0].as_of

    def close(self):
        self.sub.close(0)
        self.reader.close()
