# SPDX-License-Identifier: Apache-2.0
"""What only the centre can refuse comes back per update with a name; it stays at the office with its text, the rest is taken."""
import time

import pytest

from clerk import Clerk, delivered, notes_of, taken
from journal import audit
from world import ITEMS, UNITS, until


@pytest.fixture
def vinh(world):
    """Has the catalogue of today; its daemon does not run."""
    c = Clerk(world, "vinh", "412").run().knows()
    c.stop()
    return c


def changed(text, code, **columns):
    """CSV text with some columns of the row of a code changed."""
    head, *rows = text.splitlines()
    names = head.split(",")
    for i, row in enumerate(rows):
        cells = row.split(",")
        if cells[0] == code:
            for name, value in columns.items():
                cells[names.index(name)] = value
            rows[i] = ",".join(cells)
    return "\n".join([head, *rows]) + "\n"


def load(world, units=UNITS, items=ITEMS):
    world.write_catalogue(units=units, items=items)
    world.server_cli("catalogue", "load", world.catalogue)


SAYS = {
    "unit_closed": ("không thuộc đơn vị nào đang hoạt động", "No unit bore this code on the as-of date"),
    "out_of_scope": ("không có quyền báo cáo cho đơn vị đã nêu", "may not report for that unit"),
    "item_closed": ("không còn (hoặc chưa) hiệu lực", "not open on the as-of date"),
    "not_assigned": ("không được giao nhiệm vụ", "not assigned this item"),
    "out_of_range": ("ngoài giới hạn cho phép", "outside its bounds"),
}


def test_the_catalogue_changed_meanwhile(world, vinh):
    """One item closed, one taken from us, a bound lowered, a commune closed, another moved to the neighbours."""
    world.set_clock("2024-04-20")
    vinh.report("KH.C", "--value", "1")
    bad = [("out_of_scope", "unit", "KH.R", "--unit", "16703", "--num", "1", "--den", "2"),
           ("unit_closed", "unit", "KH.R", "--unit", "16702", "--num", "1", "--den", "2"),
           ("not_assigned", "item", "KH.T2", "--state", "not_started"),
           ("item_closed", "item", "KH.T1", "--state", "not_started"),
           ("out_of_range", "value", "KH.P", "--value", "17,5")]
    notes = []
    for _, _, *given in bad:
        notes.append(f"giữ lại tại đơn vị {len(notes)}")
        said = vinh.json("report", *given, "--note", notes[-1])
        assert said["warnings"] == [], "by the catalogue known here all is well"
    vinh.report("KH.R", "--unit", "16702", "--num", "1", "--den", "2", "--as-of", "2024-04-09")  # before it was closed
    vinh.report("KH.C", "--value", "2")
    units = changed(changed(UNITS, "16702", closed="2024-04-10"), "16703", parent="413")
    items = changed(changed(changed(ITEMS, "KH.T1", closed="2024-04-15"), "KH.T2", reporters="413"), "KH.P", maximum='"17')
    load(world, units, items)
    vinh.run().knows().drained()
    s = vinh.status()
    assert (s["taken"], s["refused_n"]) == (3, 5)
    told = {r["note"]: r for r in s["refused"]}
    for note, (name, field, item, *_) in zip(notes, bad):
        r = told[note]
        assert (r["reason"], r["item"]) == (name, item) and r["field"].endswith(field) and r["as_of"] == 20240420
    for lang in (0, 1):
        text = vinh.cli("status", lang=("vi", "en")[lang]).stdout
        for name, sentences in SAYS.items():
            assert sentences[lang] in text, (name, text)
        for r in s["refused"]:
            assert f"{r['seq']}" in text and r["item"] in text and r["field"].split(".")[-1] in text
    vinh.kill()
    assert vinh.status()["refused"] == s["refused"], "they stay"
    delivered(world, vinh)
    disk = b"".join(p.read_bytes() for p in world.dir.rglob("*.mdb"))
    assert not any(n.encode() in disk for n in notes) and vinh.promised[0].encode() in disk, "refused text is nowhere at the centre"
    audit(world)


def test_offered_again_they_are_refused_again(world, vinh):
    """The answer to a refusal is lost: the same seqs come again, and nothing changes."""
    load(world, UNITS, changed(ITEMS, "KH.C", closed="2024-04-01"))
    for n in range(3):
        vinh.cli("report", "KH.C", "--value", str(n), "--note", f"n{n}")
    older = vinh.copy("older")
    vinh.run().drained()
    first = vinh.status()["refused"]
    assert [r["reason"] for r in first] == ["item_closed"] * 3
    vinh.stop()
    vinh.put_back(older)
    vinh.run().drained()
    again = vinh.status()["refused"]
    assert [(r["seq"], r["reason"], r["field"], r["received_ms"]) for r in again] == [
        (r["seq"], r["reason"], r["field"], r["received_ms"]) for r in first]
    assert taken(world) == [] and len([e for e in world.dump() if e["kind"] == "batch"]) == 1
    audit(world)


def test_a_revoked_key(world, vinh):
    """Told within a second, by name; the work waits. A new key of the same office sends it, once."""
    vinh.run()
    vinh.report("KH.C", "--value", "1")
    vinh.drained()
    other = Clerk(world, "dien-chau", "413").run().knows()
    key, = (k["key"] for k in world.server_json("agent", "list")["details"] if k["public_key"] == vinh.key)
    world.server_cli("agent", "key", "revoke", key)
    at = time.monotonic()
    vinh.report("KH.C", "--value", "2")
    until("the office to be told", lambda: vinh.status()["trouble"] == "refused revoked")
    assert time.monotonic() - at < 10, "within a second, and time for a busy machine"
    assert "Khoá truy cập đã bị thu hồi" in vinh.cli("status").stdout
    assert "The key has been revoked" in vinh.cli("status", lang="en").stdout
    other.report("KH.C", "--value", "7")
    other.drained()
    vinh.stop()
    vinh.run()
    vinh.report("KH.C", "--value", "3")
    assert vinh.status()["waiting"] == 2
    vinh.stop()
    (vinh.dir / "agent.key").unlink()
    (vinh.dir / "agent.conf").unlink()
    vinh.key = world.agent_init("vinh", "412", register=False)
    world.server_cli("agent", "key", "add", vinh.principal, "--key", vinh.key)
    vinh.run().drained()
    assert vinh.status()["trouble"] == "" and vinh.status()["epoch"] == 1
    delivered(world, vinh, other)
    assert notes_of(world, vinh.principal) == vinh.promised
    audit(world)


def test_a_key_that_nobody_registered(world):
    """It goes on asking: an hour later, when the centre has entered it, all is sent."""
    c = Clerk(world, "new", "413", register=False, reply="300ms").run()
    for n in range(3):
        c.cli("report", "KH.C", "--unit", "413", "--as-of", "2024-04-01", "--value", str(n), "--note", c.note())
    until("it to see that nobody answers", lambda: c.status()["trouble"] == "no_answer")
    assert c.status()["waiting"] == 3
    c.principal = c.register()
    c.drained()
    c.promised = ["new 1", "new 2", "new 3"]
    delivered(world, c)
