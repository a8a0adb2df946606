#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""played.py BUILD DIR: the example's store as it stands at the end of `make demo`, for the tests in a browser; prints its directory.

What its offices reported and half a year of their discipline is played once and kept below DIR, under a name made of what it was made
from: another example or other programs play it anew. It differs from the demo in that nothing is stopped or killed on the way.
Nobody runs in the kept directory: who wants to, copies it (world.mjs).
"""
import hashlib
import json
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.dont_write_bytecode = True
EXAMPLE = Path(__file__).resolve().parent.parent.parent / "examples" / "de-an-06"
sys.path.insert(0, str(EXAMPLE))
from demo import BACK, LAST, LIVE, Demo, fail  # noqa: E402
from half_year import HalfYear  # noqa: E402

PROGRAMS = ("tiendo-server", "tiendo-agent")


class Played(Demo):
    def play(self):
        self.prepare()
        self.wait("every office to have its catalogue", lambda: all(
            json.loads(self.agent(u, "status", "--json")).get("catalogue_entry") for u in self.offices))
        for day, rows in ((LIVE, self.reports("", LIVE)), (BACK, self.reports(LIVE, BACK))):
            self.set_clock(day)
            with ThreadPoolExecutor(4) as pool:
                list(pool.map(lambda unit: self.import_rows(unit, rows[unit], day), rows))
            self.wait("every office to have its receipts", lambda u=list(rows): self.drained(u))
        HalfYear(self, self.reports(BACK, LAST), fail).run()
        self.set_clock(LAST)
        self.wait("the tick of the last day", lambda: f"tiendo_today {LAST.replace('-', '')}\n" in self.health("/metrics"))


def name(build):
    made_of = hashlib.sha256()
    for path in [*sorted(p for p in EXAMPLE.rglob("*") if p.suffix in (".csv", ".py")), *(build / p for p in PROGRAMS), Path(__file__)]:
        made_of.update(path.read_bytes())
    return f"store-{made_of.hexdigest()[:16]}"


def main():
    build, place = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
    kept = place / name(build)
    if not kept.is_dir():
        for old in place.glob("store-*"):
            shutil.rmtree(old)
        demo = Played(build, EXAMPLE, kept.with_suffix(".new"), True)
        try:
            demo.play()
        finally:
            demo.end()
        (demo.out / "ports.json").write_text(json.dumps({"ports": demo.ports, "dir": str(demo.out)}))
        demo.out.rename(kept)
    print(kept)


if __name__ == "__main__":
    main()
