# SPDX-License-Identifier: Apache-2.0
"""The product broken on purpose: programs with one replacement in their real sources, linked like the others."""
import contextlib
import json
import shlex
import subprocess
from pathlib import Path

from support import ROOT

import world

LIBRARIES = {"tiendo-server": ("server/main.o", "libserver.a"), "tiendo-agent": ("agent/main.o", "libagent.a"),
             "fault/eye": ("tests/fault/eye.o", "libdashboard.a")}


def make(build, mutant, out):
    """A directory of programs like `build`, one of them changed: (file, what is replaced, by what, program)."""
    path, original, changed, program = mutant
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
                           "libutf8proc", "zlib"], capture_output=True, text=True, check=True).stdout.split()
    main, library = LIBRARIES[program]
    subprocess.run([words[0], "-pie", "-pthread", *sanitize, "-o", out / program, build / main, made, build / library,
                    build / "libcommon.a", *libs], check=True)
    return out


@contextlib.contextmanager
def impatient():
    """What a broken product never does is not waited for as long as a busy machine."""
    keep = world.until.__defaults__
    world.until.__defaults__ = (20,)
    try:
        yield
    finally:
        world.until.__defaults__ = keep
