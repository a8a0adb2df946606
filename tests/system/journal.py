# SPDX-License-Identifier: Apache-2.0
"""A second reader of the journal, from proto/journal.proto alone, and what must hold of it whatever has happened.

`audit` is called at the end of a test: the server's own `verify`, the hash chain computed again, every seq of every stream
decided once, what offices hold receipts for found byte for byte, and every figure computed a second time.
"""
import hashlib
import json
from collections import defaultdict

import lmdb

import journal_pb2 as jp
import recompute
import tiendo_pb2 as pb


def b2(data, **more):
    return hashlib.blake2b(data, digest_size=32, **more).digest()


class Entry:
    def __init__(self, key, value):
        assert value[0] == 1, f"entry {key} has format {value[0]}"
        size = int.from_bytes(value[33:37], "big")
        self.hash, self.raw_header, self.body = value[1:33], value[37:37 + size], value[37 + size:]
        self.header = jp.EntryHeader()
        self.header.ParseFromString(self.raw_header)
        self.number = int.from_bytes(key, "big")
        assert self.number == self.header.number
        self.kind = jp.EntryKind.Name(self.header.kind)[len("ENTRY_KIND_"):].lower()

    def blobs(self):
        out, at = [], 0
        while self.kind == "batch" and at < len(self.body):
            n = int.from_bytes(self.body[at:at + 2], "big")
            out.append(self.body[at + 2:at + 2 + n])
            at += 2 + n
        assert self.kind != "batch" or at == len(self.body)
        return out


def read(directory):
    """Every entry of a store, in order; the server may be running."""
    env = lmdb.open(str(directory / "journal"), readonly=True, max_dbs=16)
    try:
        with env.begin(db=env.open_db(b"entries", create=False)) as txn:
            return [Entry(k, v) for k, v in txn.cursor()]
    finally:
        env.close()


def check_chain(entries):
    last, received = bytes(32), 0
    for i, e in enumerate(entries, 1):
        assert e.number == i, f"a hole before entry {e.number}"
        assert e.hash == b2(last + e.raw_header + b2(e.body)), f"entry {i} breaks the chain"
        assert e.header.received_ms >= received, f"entry {i} goes back in time"
        last, received = e.hash, e.header.received_ms
    assert entries[0].kind == "genesis" and not any(e.kind == "genesis" for e in entries[1:])


def outcomes(entries):
    """{(principal, epoch): {seq: ("taken", entry, index, blob) | ("refused", entry, name, field, hash) | ("voided", entry)}}"""
    streams, marks, last = defaultdict(dict), defaultdict(int), defaultdict(int)
    for e in entries:
        h, key = e.header, (e.header.principal, e.header.epoch)
        if e.kind not in ("batch", "void"):
            continue
        assert h.first_seq == marks[key] + 1, f"entry {e.number}: seq {h.first_seq} after {marks[key]}"
        assert h.prev == last[key], f"entry {e.number}: prev {h.prev}, but the stream's last is {last[key]}"
        assert len(h.epoch) == 16 and h.seqs > 0
        here = {}
        if e.kind == "void":
            here = {seq: ("voided", e.number) for seq in range(h.first_seq, h.first_seq + h.seqs)}
        for r in h.refused:
            assert r.seq not in here
            here[r.seq] = ("refused", e.number, pb.Reason.Name(r.reason)[7:].lower(), r.field, r.blob_hash)
        for index, blob in enumerate(e.blobs(), 1):
            u = pb.Update()
            u.ParseFromString(blob)
            assert u.seq not in here, f"entry {e.number} decides seq {u.seq} twice"
            here[u.seq] = ("taken", e.number, index, blob)
        assert set(here) == set(range(h.first_seq, h.first_seq + h.seqs)), f"entry {e.number} decides {sorted(here)}"
        streams[key].update(here)
        marks[key], last[key] = h.first_seq + h.seqs - 1, e.number
    return streams


def incarnations(entries):
    """The incarnation in force at each entry."""
    out, now = {}, b""
    for e in entries:
        if e.kind == "genesis":
            now = jp.GenesisBody.FromString(e.body).incarnation
        elif e.kind == "incarnation":
            now = jp.IncarnationBody.FromString(e.body).incarnation
        out[e.number] = now
    return out


def check_office(office, principal, streams, of_entry):
    """Everything acknowledged is on disk once, as it was sent. Receipts of an earlier incarnation may be gone."""
    stream = streams.get((principal, office.epoch), {})
    for seq, outcome in office.outcomes.items():
        kept = stream.get(seq)
        if kept is None or (outcome[0] == "taken" and of_entry.get(outcome[1][1]) != outcome[1][0]):
            assert seq in office.forgiven, f"seq {seq} was acknowledged ({outcome[:2]}) and is lost"
            continue
        assert kept[0] == outcome[0], f"seq {seq}: acknowledged {outcome[:2]}, on disk {kept}"
        if outcome[0] == "taken":
            assert kept[1:3] == outcome[1][1:], f"seq {seq}: receipt {outcome[1]}, on disk {kept[1:3]}"
            assert seq not in office.blobs or kept[3] == office.blobs[seq]
        elif outcome[0] == "refused":
            assert kept[2:4] == outcome[1:3]
            assert seq not in office.blobs or kept[4] == b2(office.blobs[seq])


def audit(world, offices=None):
    """Asserts everything that must hold of the world's store. Gives its entries."""
    proven = world.server_json("verify")
    if world.server_process:
        running = world.server_json("status", "--digest")["details"]
        assert running["entry"] != proven["entries"] or running["digest"] == proven["digest"], "the view is not the fold"
    lines = world.server_cli("dump", "--figures").stdout.splitlines()
    differences, n = recompute.compare(lines)
    assert not differences, differences[:20]
    entries = read(world.dir)
    dumped = [json.loads(line) for line in lines if line.startswith('{"entry"')]
    assert [(d["entry"], d["hash"]) for d in dumped] == [(e.number, e.hash.hex()) for e in entries[:len(dumped)]]
    check_chain(entries)
    streams, of_entry = outcomes(entries), incarnations(entries)
    for office in world.offices if offices is None else offices:
        if hasattr(office, "outcomes"):
            check_office(office, world.principals[office.public]["principal"], streams, of_entry)
    return entries
