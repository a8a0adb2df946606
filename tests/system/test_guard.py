# SPDX-License-Identifier: Apache-2.0
"""The shim that is on in every system test is itself proven: by servers made to acknowledge what is not durable."""
import json
import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest

import tiendo_pb2 as pb
from client import NoAnswer
from world import ROOT, until

# name -> file, what is replaced (it must stand there exactly once), by what
MUTANTS = {
    # the answers leave, and only then is the group made durable
    "early": ("server/writer.c", "switch (core_commit(w->core, &error)) {",
              "replies_send(w->in.replies, w->ingest);\n\tswitch (core_commit(w->core, &error)) {"),
    # the commit says that it is done, and nothing has been synced
    "unsynced": ("common/sys/kv.c", "MDB_NOTLS |", "MDB_NOTLS | MDB_NOSYNC |"),
    "unsynced meta": ("common/sys/kv.c", "MDB_NOTLS |", "MDB_NOTLS | MDB_NOMETASYNC |"),
}


def make_mutant(build, name):
    """The real sources with one replacement, linked with the archives of the build under test."""
    path, original, changed = MUTANTS[name]
    text = (ROOT / path).read_text()
    assert text.count(original) == 1, f"{path} has changed: this mutant must be made anew"
    out = build / "tests" / ("mutant-" + name.replace(" ", "-"))
    out.mkdir(parents=True, exist_ok=True)
    source, made = out / Path(path).name, out / "changed.o"
    source.write_text(f'#line 1 "{path}"\n' + text.replace(original, changed))
    row = next(r for r in json.loads((ROOT / "build/compile_commands.json").read_text()) if r["file"] == path)
    sanitize = ["-fsanitize=address,undefined"] if "asan" in build.name else []
    command = [str(source) if a == path else a for a in shlex.split(row["command"]) if not a.startswith("-fsanitize")] + sanitize
    subprocess.run([*command, "-o", made], cwd=ROOT, check=True)
    libs = subprocess.run(["pkg-config", "--libs", "libzmq", "libprotobuf-c", "lmdb", "libsodium", "libmicrohttpd", "jansson",
                           "libutf8proc", "zlib"], capture_output=True, text=True, check=True).stdout.split()
    subprocess.run([command[0], "-pie", "-pthread", *sanitize, "-o", out / "tiendo-server", build / "server/main.o", made,
                    build / "libserver.a", build / "libcommon.a", *libs], check=True)
    return out


def run_mutant(world, mutant, guarded):
    """Puts the mutant in the server's place and pushes one update."""
    keys = world.principal("40")
    world.stop()
    world.build = mutant
    world.start(env=world.environment(guarded=guarded))
    o = world.office(keys)
    o.push(1, [o.update(1, "412", "KH.C", 20240401, count=pb.Count(value=1))])
    return o


@pytest.mark.parametrize("name", MUTANTS)
def test_an_early_ack_is_caught(make_world, build, name):
    world = make_world()
    world.forgive_guard = True
    o = run_mutant(world, make_mutant(build, name), guarded=True)
    process = world.server_process
    until("the guard to abort", lambda: process.poll() is not None)
    with pytest.raises(NoAnswer):
        o.answer(0.5)
    assert process.returncode == -6
    assert re.search(r"ackguard: an Ack for entry \d+ leaves, but only \d+ is durable", world.log())


@pytest.mark.parametrize("name", MUTANTS)
def test_without_the_guard_nobody_would_see(make_world, build, name):
    """The mutants answer as the real one does: only the guard tells them apart."""
    world = make_world()
    o = run_mutant(world, make_mutant(build, name), guarded=False)
    assert o.answer().mark == 1
    assert "ackguard" not in world.log()


def test_the_guard_is_on(world):
    """In the running server, as in every test here: loaded, and its counterparts of LMDB, libc and ZeroMQ are in use."""
    maps = Path(f"/proc/{world.server_process.pid}/maps").read_text()
    assert "ackguard.so" in maps
    keys = world.principal("40")
    o = world.office(keys)
    assert o.offer(1, [o.update(1, "412", "KH.C", 20240401, count=pb.Count(value=1))]).mark == 1
    text = subprocess.run(["nm", "-D", "--defined-only", str(world.guard)], capture_output=True, text=True, check=True).stdout
    for name in ("mdb_put", "mdb_txn_commit", "pwrite64", "fdatasync", "zmq_msg_send"):
        assert name in text
    assert os.path.exists(world.guard)
