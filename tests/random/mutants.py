# SPDX-License-Identifier: Apache-2.0
"""tiendo broken on purpose, one place at a time, for tests/random. Each must be noticed by some random history."""
import json
import shlex
import subprocess
from pathlib import Path

from support import ROOT

# (what is wrong, file, what is replaced: it must stand there exactly once, by what)
MUTANTS = [
    ("a deadline is a day later", "common/domain/timely.c", "date_start(date_add(deadline, 1), offset_minutes)", "date_start(date_add(deadline, 2), offset_minutes)"),
    ("any seal is believed", "common/domain/timely.c", "return sealed.ms + DRIFT_MS < after.ms ? none : sealed;", "return sealed;"),
    ("a late seal is slow", "common/domain/timely.c", "sealed.ms && sealed.ms < end.ms ? TIMELY_LINE_SLOW : TIMELY_LATE", "sealed.ms ? TIMELY_LINE_SLOW : TIMELY_LATE"),
    ("of two equal reports the first stands", "common/domain/timely.c", "now->as_of.ymd >= standing->as_of.ymd", "now->as_of.ymd > standing->as_of.ymd"),
    ("periods do not order reports", "common/domain/timely.c", "now->period > standing->period", "now->as_of.ymd >= standing->as_of.ymd"),
    ("a third report comes back", "common/domain/timely.c", "\t\t*first = *second;\n\t\t*second = (struct cell){ 0 };\n\t\treturn 1;", "\t\t*first = *second;\n\t\treturn 1;"),
    ("a deadline counts all days", "common/domain/schedule.c", "return calendar_step(c, p->last, s->days[kind]);", "(void)c;\n\treturn date_add(p->last, s->days[kind]);"),
    ("a flow carries over", "server/sheet.c", "place < s->rhythms[s->leaf_rhythm[leaf]].closed", "place + 40 < s->rhythms[s->leaf_rhythm[leaf]].closed"),
    ("not applicable today is not applicable then", "server/sheet.c", "sheet->period.last.ymd < b->today.ymd ? sheet->period.last : b->today;", "b->today;"),
    ("a closed office still owes", "server/sheet.c", "if (!(cell->flags & CELL_EXPECTED) && (", "if (!cell->flags && ("),
    ("the target is that of the day of the freeze", "server/fold_sheets.c", ".target = sheet_target(s, row, leaf, sheet->period.last)", ".target = sheet_target(s, row, leaf, b->today)"),
    ("who opens later owes too", "server/fold_sheets.c", "if (slot != NO_INDEX && cell->flags & CELL_EXPECTED)", "if (slot != NO_INDEX)"),
    ("a report on behalf is in time", "server/fold_batch.c", "\tif (r->aim.unit != r->own)\n\t\treturn TIMELY_NONE;\n", ""),
    ("the last verdict counts, not the best", "server/fold_batch.c", "timely_better(had, judge(", "(had, judge("),
    ("a jump is one from 60", "server/fold_batch.c", "progress_bp(was) <= 5000", "progress_bp(was) <= 6000"),
    ("a reason does not excuse a fall", "server/fold_batch.c", "falls(was, report) && !r->taken->update.reason[0]", "falls(was, report)"),
    ("the first due date is lost", "server/terms.c", "\tif (!term->due.ymd)\n\t\tterm->first_due = in_force;", "\tterm->first_due = in_force;"),
    ("not applicable until the day before", "server/terms.c", "(!term->na_to.ymd || day.ymd <= term->na_to.ymd)", "(!term->na_to.ymd || day.ymd < term->na_to.ymd)"),
    ("an obstacle skips the standing body", "server/ladder.c", "return unit == ladder_standing(c, owner, day) ? RUNG_STANDING : RUNG_LEAD;", "return RUNG_STANDING;"),
    ("an answer does not stop the clock", "server/obstacle.c", "return o->state == OBSTACLE_OPEN && o->answer_due.ymd < today.ymd;", "return o->state != OBSTACLE_CLOSED && o->answer_due.ymd < today.ymd;"),
    ("an addressee has six days", "server/obstacle.h", "OBSTACLE_WORKING_DAYS = 5", "OBSTACLE_WORKING_DAYS = 6"),
    ("one reminds two days before", "server/fold_remind.c", "calendar_between(c, r->today, deadline) == 1", "calendar_between(c, r->today, deadline) == 2"),
    ("an unread reminder stays", "server/mailbox.c", "if (notice->kind == NOTICE_REMINDER)", "if (notice->kind == NOTICE_KINDS)"),
    ("a notice of any history was read", "server/admission_matter.c", "!memcmp(m->about.incarnation, now, INCARNATION_SIZE);", "(now[0] || !now[0]);"),
    ("levels are due on the same day", "common/domain/figures.c", "return before > 0 ? calendar_step(", "return before > 9 ? calendar_step("),
    ("overdue a day early", "common/domain/figures.c", "day->due.ymd < day->today.ymd", "day->due.ymd <= day->today.ymd"),
    ("a series forgets what a tick changed", "server/fold_tick.c", "fold_series(v, since);", "fold_series(v, e->number - 1);"),
]
LIBRARIES = ("libzmq", "libprotobuf-c", "lmdb", "libsodium", "libmicrohttpd", "jansson", "libutf8proc", "zlib")


class Gone(Exception):
    """The text stands no more where it was: the mutant is to be written anew."""


def sources(path):
    """Who must be compiled again: the file, or those of the server that include it."""
    if path.endswith(".c"):
        return [path]
    return sorted(str(f.relative_to(ROOT)) for f in (ROOT / "server").glob("*.c") if f'"{path}"' in f.read_text())


def make(build, mutant, out):
    """The program, linked with the broken file."""
    _, path, original, changed = mutant
    text = (ROOT / path).read_text()
    if text.count(original) != 1:
        raise Gone(path)
    broken = out / path
    broken.parent.mkdir(parents=True)
    broken.write_text(text.replace(original, changed))
    rows = {r["file"]: r["command"] for r in json.loads((ROOT / "build/compile_commands.json").read_text())}
    sanitize = ["-fsanitize=address,undefined"] if "asan" in build.name else []
    objects = []
    for source in sources(path):
        words = [a for a in shlex.split(rows[source]) if not a.startswith("-fsanitize")]
        objects.append(out / (Path(source).stem + ".o"))
        taken = [str(broken) if a == path else a for a in words]  # of a header: its own directory comes first
        flags = next(i for i, a in enumerate(taken) if a.startswith("-"))  # behind the compiler, which may be two words
        subprocess.run([*taken[:flags], f"-I{out}", *taken[flags:], *sanitize, "-w", "-o", objects[-1]], cwd=ROOT, check=True)
    libs = subprocess.run(["pkg-config", "--libs", *LIBRARIES], capture_output=True, text=True, check=True).stdout.split()
    subprocess.run([*words[:flags], "-pie", "-pthread", *sanitize, "-o", out / "play", build / "tests/random/play.o", *objects, build / "libserver.a",
                    build / "libcommon.a", *libs], check=True)
    return out / "play"
