# SPDX-License-Identifier: Apache-2.0
"""What is wrong with a store is said at the start, with what to do about it; nothing is served from it."""
import os
import shutil
import socket
import subprocess
from pathlib import Path

import lmdb
import pytest
import zmq

import tiendo_pb2 as pb
from journal import audit, read
from world import free_port, until

MARK = "dấu vết để tìm trong tệp"


@pytest.fixture
def store(world):
    """A stopped store with something in it."""
    o = world.office(world.principal("40"))
    o.offer(1, [o.update(i, "412", "KH.C", 20240401, count=pb.Count(value=i), note=f"{MARK} {i}") for i in range(1, 40)])
    audit(world)
    world.stop()
    return world


def refused(world, *words, command=("run",), code=None):
    """The command ends by itself, not by a signal, with a sentence that holds the words."""
    done = world.cli("--dir", world.dir, *command, ok=None, env=world.environment(guarded=True))
    assert done.returncode > 0 and (code is None or done.returncode == code), (done.returncode, done.stderr)
    for w in words:
        assert w in done.stderr + done.stdout, (w, done.stderr, done.stdout)
    assert len(done.stderr.strip()) > 20
    return done


def flip(path, needle, bit=0x10):
    data = bytearray(path.read_bytes())
    at = data.find(needle.encode())
    assert at > 0
    while at >= 0:  # older copies of the page too
        data[at] ^= bit
        at = data.find(needle.encode(), at)
    path.write_bytes(data)


def test_a_flipped_bit_is_found(store):
    """In the text of one update, where no figure changes: verify names the entry; run refuses."""
    n = next(e.number for e in read(store.dir) if e.kind == "batch")
    shutil.rmtree(store.dir / "view", ignore_errors=True)
    flip(store.dir / "journal" / "data.mdb", f"{MARK} 20")
    refused(store, f"entry {n}", command=("verify",))
    refused(store, f"entry {n}", "backup")
    refused(store, f"entry {n}", command=("backup", store.tmp / "copy"), code=1)
    assert store.cli("--dir", store.dir, "dump", ok=None).returncode != 0


def test_damage_below_the_checkpoint_is_heard_of(store):
    """No start looks there, and nobody asks for it: the running server reads its journal again by itself."""
    n = next(e.number for e in read(store.dir) if e.kind == "batch")
    store.start()
    store.principal("413")
    store.stop()
    flip(store.dir / "journal" / "data.mdb", f"{MARK} 20")
    store.start()
    until("the alarm", lambda: f"the journal is damaged: entry {n} " in store.log())
    assert "tiendo_journal_damaged 1" in store.health("/metrics")[1]
    assert f"DAMAGED: entry {n} " in store.server_cli("status").stdout
    assert f"entry {n} " in store.server_json("status")["details"]["damage"]
    assert store.health()[0] == 200 and "damaged" in store.health("/health")[1]


def test_a_page_that_lies(store):
    """An offset in a page of the index: found before LMDB follows it, and named."""
    path = store.dir / "journal" / "data.mdb"
    data = bytearray(path.read_bytes())
    for page in range(2, len(data) // 4096):  # each leaf, the ones in use among them
        if data[4096 * page + 10] == 2:
            data[4096 * page + 17] ^= 0x20
    path.write_bytes(data)
    refused(store, "page", "restore", code=3)
    refused(store, "page", "restore", command=("verify",))


def test_somebody_elses_store(store, tmp):
    """What root leaves in a service's store the service cannot open: refused before anything is made."""
    if os.geteuid():
        pytest.skip("only root can give a directory away")
    before = {p: p.stat().st_mtime_ns for p in store.dir.rglob("*")}
    os.chown(store.dir, 65534, -1)
    for command in (("run",), ("verify",), ("rebuild",), ("dump",), ("backup", tmp / "copy"), ("agent", "list")):
        refused(store, "nobody", "root", command=command, code=3)
    assert {p: p.stat().st_mtime_ns for p in store.dir.rglob("*")} == before
    os.chown(tmp, 65534, -1)
    assert "nobody" in store.cli("--dir", tmp, "init", ok=(3,)).stderr and not list(tmp.iterdir())
    os.chown(store.dir, 0, -1)
    store.server_cli("verify")


def test_a_checkpoint_on_demand(store):
    """The running server writes one; without a server there is nobody to ask."""
    assert "rebuild" in store.server_cli("checkpoint", ok=(3,)).stderr
    path = store.dir / "tiendo.conf"
    path.write_text(set_line(path.read_text(), "log", "debug"))
    store.start()
    store.principal("413")
    head = store.server_json("checkpoint")["entry"]
    assert head == store.server_json("status")["entry"]
    until("the checkpoint", lambda: f"checkpoint of entry {head}" in store.log())
    store.kill()
    store.start()
    assert f"loaded the checkpoint of entry {head} " in store.log()
    audit(store)


def test_a_torn_journal(store):
    path = store.dir / "journal" / "data.mdb"
    path.write_bytes(path.read_bytes()[:12288])
    refused(store, command=("verify",))
    refused(store)


def test_rubbish_for_a_journal(store):
    (store.dir / "journal" / "data.mdb").write_bytes(os.urandom(65536))
    refused(store, command=("verify",))
    refused(store, "backup")


def test_an_empty_journal(store):
    (store.dir / "journal" / "data.mdb").write_bytes(b"")
    refused(store, command=("verify",))
    refused(store)


def test_a_missing_entry(store):
    """A hole that LMDB itself finds nothing wrong with."""
    env = lmdb.open(str(store.dir / "journal"), max_dbs=16)
    with env.begin(write=True, db=env.open_db(b"entries")) as txn:
        assert txn.delete((2).to_bytes(8, "big"))
    env.close()
    shutil.rmtree(store.dir / "view", ignore_errors=True)
    refused(store, "entry", command=("verify",))
    refused(store, "entry")


def test_a_changed_mark(store):
    """What follows from the entries must follow from them: a stream table that lies is found by verify."""
    env = lmdb.open(str(store.dir / "journal"), max_dbs=16)
    with env.begin(write=True, db=env.open_db(b"streams")) as txn:
        key, value = next(iter(txn.cursor()))
        txn.put(key, (int.from_bytes(value[:8], "big") + 1).to_bytes(8, "big") + value[8:])
    env.close()
    refused(store, command=("verify",))


def test_no_store(world, tmp):
    done = world.cli("--dir", tmp, "run", ok=None)
    assert done.returncode > 0 and "init" in done.stderr
    done = world.cli("--dir", tmp / "nowhere", "verify", ok=None)
    assert done.returncode > 0 and "init" in done.stderr


def test_init_does_not_overwrite(store):
    before = (store.dir / "keys" / "server.key").read_bytes()
    done = store.cli("--dir", store.dir, "init", ok=None)
    assert done.returncode > 0 and "already" in done.stderr
    assert (store.dir / "keys" / "server.key").read_bytes() == before
    assert oct((store.dir / "keys" / "server.key").stat().st_mode)[-3:] == "600"
    store.start()
    audit(store)


def test_a_foreign_journal(store, tmp):
    """LMDB, but not ours."""
    shutil.rmtree(store.dir / "journal")
    env = lmdb.open(str(store.dir / "journal"), max_dbs=16)
    with env.begin(write=True, db=env.open_db(b"things")) as txn:
        txn.put(b"a", b"b")
    env.close()
    refused(store, "journal", command=("verify",))
    refused(store, "journal")


def test_a_newer_journal(store):
    """Written by a later build: refused, and left as it is."""
    env = lmdb.open(str(store.dir / "journal"), max_dbs=16)
    with env.begin(write=True, db=env.open_db(b"meta")) as txn:
        txn.put(b"format", (9).to_bytes(4, "big"))
    env.close()
    before = [e.hash for e in read(store.dir)]
    refused(store, "9", "newer", command=("verify",))
    refused(store, "9", "newer")
    assert [e.hash for e in read(store.dir)] == before


def test_a_newer_entry(store):
    """A kind of entry that this build does not know stops it."""
    env = lmdb.open(str(store.dir / "journal"), max_dbs=16)
    with env.begin(write=True, db=env.open_db(b"entries")) as txn:
        key, value = list(txn.cursor())[-1]
        txn.put(key, b"\x02" + value[1:])
    env.close()
    shutil.rmtree(store.dir / "view", ignore_errors=True)
    refused(store, "newer", command=("verify",))
    refused(store, "newer")


def test_a_second_server(world):
    """Refused with who holds it; the first is not disturbed, and the administrator's commands go to it."""
    o = world.office(world.principal("40"))
    refused(world, str(world.server_process.pid), "stop it")
    assert o.offer(1, [o.update(1, "412", "KH.C", 20240401, count=pb.Count(value=1))]).mark == 1
    late = world.office(world.principal("412"))
    assert late.offer(1, [late.update(1, "412", "KH.C", 20240401, count=pb.Count(value=1))]).mark == 1
    refused(world, command=("rebuild",))
    audit(world)


def test_port_taken(store):
    with_port = store.dir / "tiendo.conf"
    other = free_port()
    with socket.socket() as s:
        s.bind(("127.0.0.1", other))
        s.listen()
        with_port.write_text(set_line(with_port.read_text(), "port_ingest", other))
        refused(store, str(other), code=3)
    store.ports["ingest"], store.end["ingest"] = other, f"tcp://127.0.0.1:{other}"
    store.start()
    audit(store)


def set_line(text, name, value):
    lines = [line for line in text.splitlines() if line.split("=")[0].strip(" #") != name]
    return "\n".join([*lines, f"{name} = {value}"]) + "\n"


@pytest.mark.parametrize("line, words", [
    ("colour = blue", ["colour"]), ("port_feed = many", ["port_feed", "many"]), ("port_feed = 70000", ["port_feed", "70000"]),
    ("log = loud", ["log", "loud"]), ("just words", ["just words"]), ("clock = tomorrow", ["clock", "tomorrow"])])
def test_config(store, line, words):
    """An unknown key or a value out of bounds: file, line and word; `config check` says the same."""
    path = store.dir / "tiendo.conf"
    name = line.split("=")[0].strip()
    text = "\n".join(x for x in path.read_text().splitlines() if x.split("=")[0].strip(" #") != name) + "\n"
    path.write_text(text + line + "\n")
    place = f"tiendo.conf:{len(text.splitlines()) + 1}"
    for command in (("config", "check"), ("run",)):
        refused(store, *words, *([place] if name != "clock" else ["tiendo.conf" if command[0] == "config" else "file:PATH"]), command=command)


def test_config_given_twice(store):
    path = store.dir / "tiendo.conf"
    path.write_text(set_line(path.read_text(), "log", "info") + "log = warn\n")
    refused(store, "log", "tiendo.conf:", command=("config", "check"))


def test_clocks(store, make_world):
    """The genesis says which clock: a real store refuses a simulated one, and the other way round."""
    path = store.dir / "tiendo.conf"
    keep = path.read_text()
    path.write_text(set_line(keep, "clock", "real"))
    refused(store, "clock")
    path.write_text(set_line(keep, "clock", f"file:{store.tmp}/nowhere"))
    refused(store, "nowhere")
    path.write_text(keep)
    store.start()
    audit(store)
    real = make_world(simulated=False)
    assert not real.reader(real.principal("40", "viewer")).grains("VN/")[1][0].simulated
    real.stop()
    path = real.dir / "tiendo.conf"
    path.write_text(set_line(path.read_text(), "clock", f"file:{real.clock}"))
    refused(real, "clock")


def test_world_readable_keys(store):
    key = store.dir / "keys" / "server.key"
    key.chmod(0o644)
    refused(store, "server.key")
    key.chmod(0o600)
    store.start()


def test_stop_is_clean(world):
    """SIGTERM: ends with status 0, leaves no endpoints file, and the next start has everything."""
    o = world.office(world.principal("40"))
    o.offer(1, [o.update(1, "412", "KH.C", 20240401, count=pb.Count(value=1))])
    assert world.stop() == 0
    world.start()
    audit(world)


def test_a_lost_view_is_made_again(store):
    """The checkpoint may be thrown away, damaged, or another's: the figures are the same."""
    figures = [line for line in store.server_cli("dump", "--figures").stdout.splitlines() if line.startswith('{"figures"')]
    view = store.dir / "view"
    damages = [lambda: shutil.rmtree(view, ignore_errors=True)]
    if (view / "data.mdb").exists():
        damages += [lambda: (view / "data.mdb").write_bytes(os.urandom(40000)),
                    lambda: (view / "data.mdb").write_bytes(b"")]
    for damage in damages:
        damage()
        store.start()
        r = store.reader(store.principal("40", "viewer"))
        assert r.grains("VN/")[0]
        audit(store)
        assert store.stop() == 0
        now = [line for line in store.server_cli("dump", "--figures").stdout.splitlines() if line.startswith('{"figures"')]
        assert now == figures


def test_exit_codes(world):
    """2 for wrong usage, with the usage; unknown commands and options are not guessed."""
    for args in (("frobnicate",), ("run", "--fast"), ("agent", "add", "--unit"), ("backup",)):
        done = world.cli("--dir", world.dir, *args, ok=None)
        assert done.returncode == 2 and done.stderr, args
    assert subprocess.run([world.build / "tiendo-server", "help"], capture_output=True).returncode == 0
    until("the server to be ready still", world.ready)


@pytest.mark.parametrize("name", ["\udcff\udcfe", "a\nb", "\x1b[31m", "x" * 201])
def test_a_name_is_text(world, name):
    """It stays in the journal for ever and travels to operators."""
    keys = zmq.curve_keypair()
    out = world.server_cli("agent", "add", "--unit", "40", "--key", keys[0].decode(), "--name", name, ok=(1,))
    assert "name" in out.stderr, out


def test_a_dump_that_nobody_reads_holds_no_page(world):
    """A read transaction held while a pipe is full would make the running server's file grow with every commit."""
    office = world.office(world.principal("40"))
    for first in range(1, 257, 64):
        office.offer(first, [office.update(seq, "412", "KH.C", 20240401, count=pb.Count(value=seq), note="ghi chú " * 60)
                             for seq in range(first, first + 64)])
    dump = subprocess.Popen([world.build / "tiendo-server", "--dir", world.dir, "dump"], stdout=subprocess.PIPE)
    try:
        assert dump.stdout.readline()

        def reading():
            with lmdb.open(str(Path(world.dir) / "journal"), readonly=True, max_dbs=16) as journal:
                rows = [line.split() for line in journal.readers().splitlines()[1:]]
            return [r for r in rows if r[0] == str(dump.pid) and r[-1] != "-"]

        until("the dump to hold no transaction while it waits for its reader", lambda: not reading())
        assert dump.poll() is None
    finally:
        dump.kill()
        dump.stdout.close()
        dump.wait()
