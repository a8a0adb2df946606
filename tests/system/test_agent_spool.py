# SPDX-License-Identifier: Apache-2.0
"""The office's own disk when things go wrong with it: copied, put back, full, damaged, of another time."""
import os
import random
import shutil
import signal
import subprocess

import lmdb
import pytest

from clerk import Clerk, delivered, notes_of, receipts, taken, twin
from journal import audit
from world import PATIENCE, until

HOUR = 3600


@pytest.fixture
def vinh(world):
    return Clerk(world, "vinh", "412").run().knows()


def says(clerk, *expected, command=("status",), code=3):
    """The command refuses in a sentence that holds the words; it does not die."""
    done = clerk.cli(*command, ok=(code,))
    text = done.stderr + done.stdout
    assert all(x in text for x in expected), text
    assert "Assertion" not in text and len(text.strip()) > 20
    return text


# ---- the same spool twice ----

def test_cloned_spool(world, vinh):
    """Two machines with one directory: what both hold is taken once, what each made itself too."""
    for n in range(3):
        vinh.report("KH.C", "--value", str(n))
    vinh.drained()
    vinh.stop()
    for n in range(70):
        vinh.report("KH.C", "--value", str(n))
    clone = twin(vinh, "vinh-2")
    before = clone.status()["epoch_id"]
    for n in range(5):
        vinh.report("KH.C", "--value", str(100 + n))
        clone.promised.append(f"clone {n}")
        clone.cli("report", "KH.C", "--value", str(200 + n), "--note", clone.promised[-1])
    vinh.run().drained()
    clone.run().drained()
    s = clone.status()
    assert s["alarm"] in ("cloned 74", "conflict 74") and s["epoch"] == 2 and s["epoch_id"] != before
    assert "đợt mới từ số 74" in clone.cli("status").stdout and "a new epoch from number 74" in clone.cli("status", lang="en").stdout
    assert vinh.status()["alarm"] == "" and vinh.status()["epoch"] == 1
    delivered(world, vinh, clone)
    assert len(receipts(world, clone)) == 78, "the twin got the receipts of what both held"
    for c in (vinh, clone, vinh, clone):  # from now on they live side by side
        c.promised.append(f"side by side {len(vinh.promised)} {len(clone.promised)}")
        c.cli("report", "KH.C", "--value", "9", "--note", c.promised[-1])
    vinh.drained(), clone.drained()
    delivered(world, vinh, clone)
    audit(world)


def test_both_twins_at_once(world, vinh, seed):
    """They push against each other, each as fast as it can: conflicts, but nothing lost, nothing twice."""
    dice = random.Random(seed)
    vinh.stop()
    vinh.file([{"item": "KH.C", "as_of": "2024-04-01", "value": n} for n in range(200)])
    clone = twin(vinh, "vinh-2")
    vinh.run(), clone.run()
    for n in range(10):
        c = dice.choice((vinh, clone))
        c.promised.append(f"{c.name} new {n}")
        c.cli("report", "KH.C", "--value", str(n), "--note", c.promised[-1])
    vinh.drained(), clone.drained()
    assert sorted((vinh.status()["epoch"], clone.status()["epoch"])) in ([1, 1], [1, 2])
    delivered(world, vinh, clone)
    audit(world)


def test_restored_older_spool(world, vinh):
    """The office's disk is put back to last week's copy: what the centre has since taken is not made twice, new work goes on."""
    vinh.report("KH.C", "--value", "1")
    vinh.drained().stop()
    vinh.report("KH.C", "--value", "2")
    vinh.report("KH.C", "--value", "3")
    older = vinh.copy("older")
    vinh.run().drained()
    for n in range(4, 8):
        vinh.report("KH.C", "--value", str(n))
    vinh.drained().stop()
    vinh.put_back(older)
    assert vinh.status()["waiting"] == 2
    vinh.report("KH.C", "--value", "8")
    vinh.report("KH.C", "--value", "9")
    vinh.run().drained()
    delivered(world, vinh)
    s = vinh.status()
    assert s["epoch"] == 2 and s["alarm"].split()[0] in ("cloned", "conflict") and s["taken"] == 5
    batches = [e for e in world.dump() if e["kind"] == "batch"]
    assert [e["epoch"] for e in batches][-1] == s["epoch_id"] and batches[-1]["previous_epoch"] == batches[0]["epoch"]
    audit(world)


def test_restored_again_within_the_hour(world, vinh):
    """A second new epoch in an hour must wait; the work waits with it and the office says why."""
    vinh.report("KH.C", "--value", "1")
    vinh.drained().stop()
    older = vinh.copy("older")
    for n in (2, 3):
        world.set_clock("2024-04-02", f"{10 + 2 * n}:00:00")
        vinh.run().drained()
        vinh.report("KH.C", "--value", str(n))
        vinh.drained().stop()
        vinh.put_back(older)
    vinh.report("KH.C", "--value", "4")
    vinh.run()
    until("the office to be told", lambda: vinh.status()["trouble"] == "refused epoch_limit")
    assert "chờ một giờ" in vinh.cli("status").stdout and vinh.status()["waiting"] == 1
    vinh.stop()
    world.set_clock("2024-04-02", "17:30:00")
    vinh.run().drained()
    assert vinh.status()["trouble"] == ""
    delivered(world, vinh)
    audit(world)


def test_second_daemon(world, vinh):
    """Refused with the number of the other process; commands work beside the daemon."""
    said = says(vinh, str(vinh.process.pid), "đang chạy", command=("run",))
    assert "agents/vinh" in said
    vinh.kill()
    vinh.run()
    vinh.report("KH.C", "--value", "1")
    vinh.drained()


# ---- no room ----

def test_full_spool(world):
    """New work is refused in a plain sentence, nothing old is dropped, and it works again after the acks."""
    vinh = Clerk(world, "vinh", "412", spool="1").run().knows()
    world.stop()
    big = [{"item": "KH.C", "as_of": "2024-04-01", "value": n} for n in range(100)]
    text = ("Ghi chú rất dài. " * 90).strip()

    def file(rows=big):
        path, notes = vinh.rows(rows, notes=[f"{vinh.note()} {text}" for _ in rows])
        done = vinh.cli("import", path, "--json", ok=(0, 1))
        if done.returncode == 0:
            vinh.promised += notes
        return done

    while (done := file()).returncode == 0:
        assert len(vinh.promised) < 2000
    waiting = vinh.status()["waiting"]
    assert waiting == len(vinh.promised) >= 200 and waiting % 100 == 0, "all of a file or nothing"
    path, _ = vinh.rows(big, notes=[text] * 100)
    said = vinh.cli("import", path, ok=(1,))
    assert "Hàng đợi đã đầy" in said.stdout + said.stderr and "Không có báo cáo nào bị mất" in said.stdout + said.stderr
    said = vinh.cli("import", path, ok=(1,), lang="en")
    assert "The queue is full" in said.stdout + said.stderr and "Nothing was lost" in said.stdout + said.stderr
    while file(big[:1]).returncode == 0:
        pass
    said = vinh.cli("report", "KH.C", "--value", "1", "--note", text, ok=(1,), lang="en")
    assert "The queue is full" in said.stdout + said.stderr
    assert vinh.status()["waiting"] == len(vinh.promised)
    world.start()
    vinh.drained()
    delivered(world, vinh)
    assert file().returncode == 0, "acknowledged bytes make room"
    vinh.drained()
    delivered(world, vinh)
    audit(world)


@pytest.fixture
def small_disk(tmp):
    path = tmp / "disk"
    path.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m,mode=700", "tmpfs", path], capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"a small disk may not be mounted here: {done.stderr.strip()}")
    yield path
    subprocess.run(["umount", "-l", path], check=True)


def test_full_disk_at_the_office(world, small_disk):
    """Nothing is written, and it says so; what waits is sent all the same; with room again all goes on by itself."""
    (world.tmp / "agents").symlink_to(small_disk)
    vinh = Clerk(world, "vinh", "412").run().knows()
    for n in range(5):
        vinh.report("KH.C", "--value", str(n))
    vinh.drained()
    world.stop()
    rows = [{"item": "KH.C", "as_of": "2024-04-01", "value": n} for n in range(50)]
    vinh.file(rows)
    ballast = small_disk / "ballast"
    with open(ballast, "wb", buffering=0) as f, pytest.raises(OSError):
        while f.write(bytes(4096)):
            pass
    path = world.tmp / "reports.csv"
    path.write_text("item,as_of,value\n" + "KH.C,2024-04-01,1\n" * 2000)
    before = vinh.status()
    said = vinh.cli("import", path, ok=(3,))
    assert "Ổ đĩa đã đầy" in said.stderr and "chưa ghi gì" in said.stderr
    assert "The disk is full: nothing was written" in vinh.cli("import", path, ok=(3,), lang="en").stderr
    assert vinh.status()["waiting"] == before["waiting"] == 50
    world.start()
    until("the centre to have it all", lambda: len(taken(world)) == 55)
    assert vinh.process.poll() is None
    ballast.unlink()
    vinh.drained()
    delivered(world, vinh)
    assert vinh.json("import", path)["queued"]["rows"] == 2000
    vinh.drained()
    assert len(taken(world)) == 2055
    assert vinh.process.poll() is None, "without anybody's help"
    audit(world)


# ---- not a spool of ours, or not any more ----

def test_damaged_spool(world, vinh, seed):
    """It is said, with what to do; nothing crashes, nothing invented is sent."""
    dice = random.Random(seed)
    for n in range(30):
        vinh.report("KH.C", "--value", str(n))
    vinh.drained().stop()
    for n in range(30):
        vinh.report("KH.C", "--value", str(n))
    data = vinh.dir / "spool" / "data.mdb"
    good = data.read_bytes()
    for rubbish in (b"", good[:8192], os.urandom(len(good)), bytes(len(good)), good[:4096] + os.urandom(4096) + good[8192:]):
        data.write_bytes(rubbish)
        for command in (("status",), ("report", "KH.C", "--value", "1"), ("run",)):
            done = vinh.cli(*command, ok=None)
            if done.returncode == 0 and command == ("status",):
                continue  # of two meta pages one may be enough
            assert done.returncode > 0, (command, done.stdout, done.stderr)
            assert str(vinh.dir / "spool") in done.stderr and "Assertion" not in done.stderr, done.stderr
            break
    for _ in range(12):  # what disks do: a page never written, or written to another place
        broken = bytearray(good)
        at, other = (dice.randrange(2, len(good) // 4096) * 4096 for _ in range(2))
        broken[at:at + 4096] = dice.choice((bytes(4096), good[other:other + 4096]))
        data.write_bytes(broken)
        for command in (("status",), ("receipts",), ("report", "KH.C", "--value", "1")):
            done = vinh.cli(*command, ok=None)
            assert done.returncode >= 0 or "damaged" in done.stderr, (at, command, done.returncode, done.stderr)
    data.write_bytes(good)
    vinh.run().drained()
    delivered(world, vinh)


def test_a_turned_bit(world, vinh):
    """LMDB has no checksums; an update whose bytes changed on disk is not sent but given up by name, the rest is."""
    vinh.stop()
    for n in range(10):
        vinh.report("KH.C", "--value", "77")
    data = vinh.dir / "spool" / "data.mdb"
    raw = bytearray(data.read_bytes())
    at, hits = raw.find(b"vinh 5"), 0
    while at >= 0:
        raw[at] ^= 1
        hits += 1
        at = raw.find(b"vinh 5", at)
    assert hits
    data.write_bytes(raw)
    vinh.run().drained()
    s = vinh.status()
    assert s["alarm"] == "lost 5" and (s["taken"], s["voided"]) == (9, 1)
    assert "không đọc được" in vinh.cli("status").stdout
    vinh.promised.remove("vinh 5")
    delivered(world, vinh)
    audit(world)


def test_newer_and_foreign_spools(world, vinh):
    vinh.report("KH.C", "--value", "1")
    vinh.drained().stop()
    old = {}

    def newer(value):
        old["format"] = value
        return value[:-4] + (3).to_bytes(4, "big")

    vinh.meta(b"format", newer)
    for command in (("status",), ("report", "KH.C", "--value", "1"), ("run",)):
        says(vinh, "format 3", "tiendo-agent", command=command)
    vinh.meta(b"format", lambda v: b"somebody else's")
    says(vinh, "spool", command=("run",))
    vinh.meta(b"format", lambda v: old["format"])
    assert vinh.status()["taken"] == 1
    shutil.rmtree(vinh.dir / "spool")
    says(vinh, "tiendo-agent init", command=("run",))
    env = lmdb.open(str(vinh.dir / "spool"), max_dbs=4)
    with env.begin(write=True, db=env.open_db(b"other")) as txn:
        txn.put(b"a", b"b")
    env.close()
    before = (vinh.dir / "spool" / "data.mdb").read_bytes()
    says(vinh, "--dir", command=("run",))
    says(vinh, "--dir", command=("report", "KH.C", "--value", "1"))
    assert (vinh.dir / "spool" / "data.mdb").read_bytes() == before, "what is not ours is left as it is"


# ---- the centre was put back ----

def test_restored_server(world, vinh):
    """A backup takes the place of the store: what was acknowledged since is offered again with its proof, keeps its first time."""
    other = Clerk(world, "dien-chau", "413").run().knows()
    vinh.report("KH.C", "--value", "1")
    other.report("KH.C", "--value", "2")
    vinh.drained(), other.drained()
    copy = world.tmp / "copy"
    world.server_cli("backup", copy)
    world.set_clock("2024-04-03")
    for n in range(100):
        vinh.report("KH.C", "--value", str(n))
    other.report("KH.C", "--value", "3")
    vinh.drained(), other.drained()
    first = receipts(world, vinh)
    world.stop()
    other.report("KH.C", "--value", "4")
    shutil.rmtree(world.dir)
    shutil.copytree(copy, world.dir)
    world.set_clock("2024-04-05")
    world.start()
    until("all to be there again", lambda: len(taken(world)) == len(vinh.promised) + len(other.promised))
    vinh.drained(), other.drained()
    delivered(world, vinh, other)
    again = receipts(world, vinh)
    assert set(again) == set(first)
    for place, r in again.items():
        assert r["first_received_ms"] == first[place]["received_ms"], "the first time is what counts"
        assert (r["receipt"] == first[place]["receipt"]) == (place[1] == 1)
    kept = {t["update"]["note"]: t["first_received_ms"] for *_, t in taken(world) if "first_received_ms" in t}
    assert len(kept) == 101 and set(kept.values()) == {1712019600000 + 24 * HOUR * 1000}
    assert vinh.status()["alarm"] == "restored 2" and vinh.status()["epoch"] == 1
    assert "03/04/2024 08:00" in vinh.cli("receipts", "--limit", "1").stdout
    audit(world)


def test_rolled_back_server(world, vinh):
    """An older copy of the files, not marked as a backup: an office's receipt proves it; all wait until the operator has looked."""
    vinh.report("KH.C", "--value", "1")
    vinh.drained()
    world.stop()
    shutil.copytree(world.dir, world.tmp / "copy")
    world.start()
    vinh.report("KH.C", "--value", "2")
    vinh.drained()
    world.kill()
    shutil.rmtree(world.dir)
    shutil.copytree(world.tmp / "copy", world.dir)
    world.start(ready=False)
    until("the office to be told", lambda: vinh.status()["trouble"] == "refused rolled_back")
    assert "quản trị viên phải xác nhận" in vinh.cli("status").stdout
    vinh.report("KH.C", "--value", "3")
    assert world.health("/ready")[0] == 503
    world.server_cli("agent", "confirm")
    until("all to be there again", lambda: len(taken(world)) == 3)
    vinh.drained()
    delivered(world, vinh)
    assert vinh.status()["trouble"] == ""
    audit(world)
