# SPDX-License-Identifier: Apache-2.0
"""Two things beside the faults: standard output that is full, and mutants, to show that a check that is missing is found."""
import json
import shlex
import subprocess
from collections import Counter

import judge
from harness import CALLS, MEMORY, Zygote
from places import ROOT

LIBRARIES = ["libzmq", "libprotobuf-c", "lmdb", "libsodium", "libmicrohttpd", "jansson", "libutf8proc", "zlib"]
WRAPS = "malloc calloc realloc strdup strndup vasprintf __vasprintf_chk main".split()

# name -> file, what stands there, what is put in its place, the scenario that must see it, class of the calls
MUTANTS = {
    "memory that is not checked": ("common/sys/base.c", "\tif (!memory)\n\t\tbase_no_memory(size);", "", "config check", MEMORY),
    "a commit that failed is taken for done": ("common/sys/kv_txn.c", "outcome = outcome_of_failure(t->kv, t->id, rc);\n\t\t\tstick(t, rc, \"commit\");",
                                               "outcome = KV_OK;", "agent add", CALLS),
    "a write that failed is taken for done": ("common/sys/base_file.c", "\t\tif (n < 0)\n\t\t\treturn -errno;", "\t\tif (n < 0)\n\t\t\treturn 0;",
                                              "init", CALLS),
    "a read that was interrupted is not repeated, and taken for the end": (
        "common/sys/base_file.c", "if (n < 0 && code != EINTR)\n\t\t\treturn -code;", "if (n < 0)\n\t\t\treturn 0;", "config check", CALLS),
    "a short write is taken for a whole one": ("common/sys/base_file.c", "contents.data += n;\n\t\tcontents.size -= (size_t)n;", "break;", "init", CALLS),
    "want of memory is taken for damage": ("server/entry_body.c", "else if (!builder_add(b, &row, \"\", 0))\n\t\t\tr = ENTRY_READ_MEMORY;",
                                           "else if (!builder_add(b, &row, \"\", 0))\n\t\t\tr = ENTRY_READ_DAMAGED;", "verify", MEMORY),
    "half a copy is a backup": ("server/commands_store.c", "rc = copy_file(s, dest, \"keys/server.key\", 0600, error);",
                                "copy_file(s, dest, \"keys/server.key\", 0600, error);",
                                "backup", CALLS),
    "an acknowledgement before the commit": ("server/writer.c", "switch (core_commit(w->core, &error)) {",
                                             "replies_send(w->in.replies, w->ingest);\n\tswitch (core_commit(w->core, &error)) {", "a server", CALLS),
}
QUICK = ("memory that is not checked", "a commit that failed is taken for done")


def make_mutant(build, name):
    """tiendo-server with one replacement, linked as build/VARIANT/nth/tiendo-server is."""
    path, original, changed, _, _ = MUTANTS[name]
    text = (ROOT / path).read_text()
    assert text.count(original) == 1, f"{path} has changed: this mutant must be made anew"
    out = build / "nth" / f"mutant{list(MUTANTS).index(name)}"
    out.mkdir(parents=True, exist_ok=True)
    source, made = out / path.split("/")[-1], out / "changed.o"
    source.write_text(f'#line 1 "{path}"\n' + text.replace(original, changed))
    row = next(r for r in json.loads((ROOT / "build/compile_commands.json").read_text()) if r["file"] == path)
    sanitize = ["-fsanitize=address,undefined"] if "asan" in build.name else []
    command = [str(source) if a == path else a for a in shlex.split(row["command"]) if not a.startswith("-fsanitize")] + sanitize
    subprocess.run([*command, "-Wno-error", "-o", made], cwd=ROOT, check=True, capture_output=True)
    libs = subprocess.run(["pkg-config", "--libs", *LIBRARIES], capture_output=True, text=True, check=True).stdout.split()
    shim = [build / f"tests/fault/nth/{x}.o" for x in ("shim", "calls", "zygote")]
    subprocess.run([command[0], "-pie", "-pthread", *sanitize, *(f"-Wl,--wrap={x}" for x in WRAPS), "-o", out / "tiendo-server",
                    build / "server/main.o", made, *shim, build / "libserver.a", build / "libcommon.a", *libs], check=True)
    return out / "tiendo-server"


def caught(program, worker, kit, faults, env):
    """How many faults it takes until the mutant is seen; None = it is not."""
    real, calm = worker.zygotes, worker.calm
    worker.zygotes = dict(real)
    worker.zygotes["server"] = Zygote(program, worker.tmp, env)
    worker.calm = worker.zygotes
    verdict, kit.verdict = kit.verdict, judge.Verdict()
    try:
        for n, fault in enumerate(faults, 1):
            kit.run(worker, fault)
            if kit.verdict.kinds["unexpected"]:
                return n
        return None
    finally:
        worker.zygotes["server"].close()
        worker.zygotes, worker.calm, kit.verdict = real, calm, verdict


class Full:
    """Every command with a standard output on which there is no room: it must say so, and end with 3."""

    name = "standard output is full"

    def __init__(self, kits, verdict):
        self.kits, self.verdict = kits, verdict

    def play(self, w):
        done = Counter()
        for kit in self.kits:
            directory = kit.place_for(w)
            zygote = w.zygotes[kit.c.program]
            r = zygote.finish(zygote.start(kit.arguments_for(w, directory), out="/dev/full"), 20 * w.patient)
            r.hit = "standard output ENOSPC"
            wrong = None
            if r.code != 3:
                wrong = f"exit status {r.code}: {r.err}"
            elif not judge.sentence(r.err):
                wrong = f"no sentence: {r.err!r}"
            if wrong:
                self.verdict.bad(self.name, kit.name, wrong, r)
            else:
                self.verdict.allowed("refused with a sentence", r)
            done[bool(wrong)] += 1
        return sum(done.values())
