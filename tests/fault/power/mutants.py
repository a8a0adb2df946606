# SPDX-License-Identifier: Apache-2.0
"""Programs with one mistake in them, which the power cuts must find; the replayer wakes up with the same mistake."""
import json
import shlex
import subprocess
from pathlib import Path

from world import ROOT

# name -> file, what is replaced (it must stand there exactly once), by what
MUTANTS = {
    "a commit without a sync": ("common/sys/kv.c", "MDB_NOTLS |", "MDB_NOTLS | MDB_NOSYNC |"),
    "a commit whose head is not synced": ("common/sys/kv.c", "MDB_NOTLS |", "MDB_NOTLS | MDB_NOMETASYNC |"),
    "an ack before the commit": ("server/writer.c", "switch (core_commit(w->core, &error)) {",
                                 "replies_send(w->in.replies, w->ingest);\n\tswitch (core_commit(w->core, &error)) {"),
    "directories never synced": ("common/sys/base_file.c", "fd < 0 || fsync(fd) != 0 ? -errno : 0;", "fd < 0 ? -errno : 0;"),
    "a file in its place before it is whole": ("common/sys/base_file.c", "(fchmod(fd, mode) != 0 || fsync(fd) != 0)",
                                               "fchmod(fd, mode) != 0"),
    "a start that believes what is not on disk": ("common/sys/kv.c", "rc = settle(kv, error);",
                                                  "rc = base_sync_directory(kv->dir, error);"),
    "a backup that is not marked": ("server/commands_store.c", "int rc = store_mark(dest,", "int rc = !dest ? -1 : 0 && store_mark(dest,"),
    "a backup whose name is not synced": ("server/commands_store.c", "rc = base_mkdir(dest, 0700, &error);",
                                          "rc = __extension__({ extern int mkdir(const char *, unsigned); mkdir(dest, 0700); });"),
    "a half made store that stays so": ("common/sys/kv.c", "o->create && half_made(kv)", "o->create && half_made(kv) && 0"),
}
LIBS = ["libzmq", "libprotobuf-c", "lmdb", "libsodium", "libmicrohttpd", "jansson", "libutf8proc", "zlib"]


def make_mutant(build, out, name):
    """The real sources with one replacement, linked with the archives of the build under test, into `out`."""
    path, original, changed = MUTANTS[name]
    text = (ROOT / path).read_text()
    if text.count(original) != 1:
        raise SystemExit(f"{path} has changed: the mutant `{name}` must be made anew")
    out.mkdir(parents=True)
    source, made = out / Path(path).name, out / "changed.o"
    source.write_text(f'#line 1 "{path}"\n' + text.replace(original, changed))
    row = next(r for r in json.loads((ROOT / "build/compile_commands.json").read_text()) if r["file"] == path)
    sanitize = ["-fsanitize=address,undefined"] if "asan" in build.name else []
    command = [str(source) if a == path else a for a in shlex.split(row["command"]) if not a.startswith("-fsanitize")] + sanitize
    subprocess.run([*command, "-w", "-o", made], cwd=ROOT, check=True)
    libs = subprocess.run(["pkg-config", "--libs", *LIBS], capture_output=True, text=True, check=True).stdout.split()
    replay = [o for o in sorted((build / "tests/fault/power").glob("*.o")) if o.name != "recorder.o"]
    subprocess.run([command[0], "-pie", "-pthread", *sanitize, "-o", out / "replay", *replay,
                    *([made] if path.startswith("common") else []), build / "libserver.a", build / "libagent.a",
                    build / "libcommon.a", *libs], check=True)
    for room in ("server", "agent"):
        mine = [made] if path.startswith((room, "common")) else []
        subprocess.run([command[0], "-pie", "-pthread", *sanitize, "-o", out / f"tiendo-{room}", build / room / "main.o", *mine,
                        build / f"lib{room}.a", build / "libcommon.a", *libs], check=True)
    return out
