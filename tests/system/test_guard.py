# SPDX-License-Identifier: Apache-2.0
"""The shim that is on in every system test is itself proven: by a server made to acknowledge before the commit."""
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

# In writer.c's `settle`: the answers leave, and only then is the group made durable.
ORIGINAL = "switch (core_commit(w->core, &error)) {"
EARLY = "replies_send(w->in.replies, w->ingest);\n\t" + ORIGINAL


@pytest.fixture(scope="module")
def mutant(build):
    """The real sources with one replacement in writer.c, linked with the archives of the build under test."""
    text = (ROOT / "server/writer.c").read_text()
    assert text.count(ORIGINAL) == 1, "the writer has changed: this mutant must be made anew"
    out = build / "tests" / "mutant"
    out.mkdir(parents=True, exist_ok=True)
    source = out / "writer.c"
    source.write_text(f'#line 1 "server/writer.c"\n' + text.replace(ORIGINAL, EARLY))
    row = next(r for r in json.loads((ROOT / "build/compile_commands.json").read_text()) if r["file"] == "server/writer.c")
    command = [str(source) if a == "server/writer.c" else a for a in shlex.split(row["command"])]
    sanitize = ["-fsanitize=address,undefined"] if "asan" in build.name else []
    command = [a for a in command if not a.startswith("-fsanitize")] + sanitize
    subprocess.run([*command, "-o", out / "writer.o"], cwd=ROOT, check=True)
    libs = subprocess.run(["pkg-config", "--libs", "libzmq", "libprotobuf-c", "lmdb", "libsodium", "libmicrohttpd", "jansson",
                           "libutf8proc"], capture_output=True, text=True, check=True).stdout.split()
    subprocess.run([command[0], "-pie", "-pthread", *sanitize, "-o", out / "tiendo-server", build / "server/main.o", out / "writer.o",
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


def test_an_early_ack_is_caught(make_world, mutant):
    world = make_world()
    o = run_mutant(world, mutant, guarded=True)
    with pytest.raises(NoAnswer):
        o.answer(2)
    process = world.server_process
    until("the guard to abort", lambda: process.poll() is not None)
    assert process.returncode == -6
    assert re.search(r"ackguard: an Ack for entry \d+ leaves, but only \d+ is durable", world.log())
    world.forgive_guard = True


def test_without_the_guard_nobody_would_see(make_world, mutant):
    """The mutant answers as the real one does: only the guard tells them apart."""
    world = make_world()
    o = run_mutant(world, mutant, guarded=False)
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
