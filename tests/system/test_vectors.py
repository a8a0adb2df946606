# SPDX-License-Identifier: Apache-2.0
"""The golden vectors of PROTOCOL.md by the independent side; tests/unit/test_codec.c does the same by the C codec."""
import pytest
from google.protobuf.message import DecodeError

import journal_pb2
import tiendo_pb2
from world import ROOT


def vectors():
    for line in (ROOT / "tests/golden/vectors.txt").read_text().splitlines():
        if not line.startswith("#"):
            name, kind, text = line.split()
            yield name, kind, b"" if text == "-" else bytes.fromhex(text)


def message_of(kind):
    package, _, name = kind.rpartition(".")
    return getattr({"tiendo.v1": tiendo_pb2, "tiendo.journal.v1": journal_pb2}[package], name)()


def canonical(kind, data):
    m = message_of(kind)
    try:
        m.ParseFromString(data)
    except DecodeError:
        return False
    m.DiscardUnknownFields()
    return m.SerializeToString(deterministic=True) == data


@pytest.mark.parametrize("name,kind,data", list(vectors()), ids=lambda v: v if isinstance(v, str) else "")
def test_vector(name, kind, data):
    if name == "!embedded_nul":  # protobuf allows it in a string; tiendo's text does not, and C would cut it
        assert b"\0" in data
    else:
        assert canonical(kind, data) == (not name.startswith("!"))


def test_every_body_and_entry_has_one():
    have = set(covered())
    bodies = {f.name for f in tiendo_pb2.Update.DESCRIPTOR.oneofs_by_name["body"].fields}
    assert bodies <= have
    entries = {n for n in journal_pb2.DESCRIPTOR.message_types_by_name if n.endswith("Body")}
    assert entries <= {kind.rpartition(".")[2] for _, kind, _ in vectors()}


def covered():
    for name, kind, data in vectors():
        if kind == "tiendo.v1.Update" and not name.startswith("!"):
            m = message_of(kind)
            m.ParseFromString(data)
            yield m.WhichOneof("body")


def test_the_push_by_hand_in_the_document():
    text = (ROOT / "proto/PROTOCOL.md").read_text()
    block = text[text.index("    head  0103"):]
    head, body = block.split("body", 1)
    assert bytes.fromhex(head.split()[1]) == bytes([1, 3])
    data = bytes.fromhex("".join(body.split()))
    push = tiendo_pb2.Push.FromString(data)
    update = tiendo_pb2.Update.FromString(push.updates[0])
    assert push.SerializeToString() == data
    assert (update.unit, update.item, update.as_of, update.task.percent) == ("412", "KH762.01", 20240331, 40)
