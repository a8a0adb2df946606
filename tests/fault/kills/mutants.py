# SPDX-License-Identifier: Apache-2.0
"""The product broken on purpose: the piece must fail then. `MUTANT=name tests/fault/kills/run ...`; the soak form tries them all."""
import json
import shlex
import subprocess
from pathlib import Path

from support import ROOT

# name -> file, what is replaced (it must stand there exactly once), by what, the program that is made
MUTANTS = {
    # the answers leave, and only then is the group made durable (without the guard, which sees it at the first ack)
    "early": ("server/writer.c", "switch (core_commit(w->core, &error)) {",
              "replies_send(w->in.replies, w->ingest);\n\tswitch (core_commit(w->core, &error)) {", "tiendo-server"),
    # what is offered again is taken for new
    "twice": ("server/sequencer.c", "uint64_t known = mark + 1 - first_seq;", "uint64_t known = 0;", "tiendo-server"),
    # the subscriber does not hear that the centre holds more
    "deaf": ("dashboard/mirror.c", "if (!grain || version <= grain->version)", "if (!grain || version)", "fault/eye"),
    # the agent's queue is not what its command said
    "forgetful": ("agent/spool_queue.c", "\t*first = begin;\n\treturn spool_commit(s, &txn, error);",
                  "\t*first = begin;\n\tif (n > 1 && begin % 7 == 0) {\n\t\tkv_end(&txn);\n\t\treturn 0;\n\t}\n"
                  "\treturn spool_commit(s, &txn, error);", "tiendo-agent"),
}
LIBRARIES = {"tiendo-server": ("server/main.o", "libserver.a"), "tiendo-agent": ("agent/main.o", "libagent.a"),
             "fault/eye": ("tests/fault/eye.o", "libdashboard.a")}


def make(build, name, out):
    """A directory of programs like `build`, one of them changed."""
    path, original, changed, program = MUTANTS[name]
    text = (ROOT / path).read_text()
    assert text.count(original) == 1, f"{path} has changed: this mutant must be made anew"
    (out / "fault").mkdir(parents=True)
    for p in ("tiendo-server", "tiendo-agent", "tiendo", "fault/eye"):
        if p != program:
            (out / p).symlink_to(build / p)
    source, made = out / Path(path).name, out / "changed.o"
    source.write_text(f'#line 1 "{path}"\n' + text.replace(original, changed))
    row = next(r for r in json.loads((ROOT / "build/compile_commands.json").read_text()) if r["file"] == path)
    sanitize = ["-fsanitize=address,undefined"] if "asan" in build.name else []
    words = [a for a in shlex.split(row["command"]) if not a.startswith("-fsanitize")]
    subprocess.run([*(str(source) if a == path else a for a in words), *sanitize, "-o", made], cwd=ROOT, check=True)
    libs = subprocess.run(["pkg-config", "--libs", "libzmq", "libprotobuf-c", "lmdb", "libsodium", "libmicrohttpd", "jansson",
                           "libutf8proc"], capture_output=True, text=True, check=True).stdout.split()
    main, library = LIBRARIES[program]
    subprocess.run([words[0], "-pie", "-pthread", *sanitize, "-o", out / program, build / main, made, build / library,
                    build / "libcommon.a", *libs], check=True)
    return out
