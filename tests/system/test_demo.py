# SPDX-License-Identifier: Apache-2.0
"""The demo itself: it must fail, and name the figure, when a number of the example is changed.

Every single number is tried without processes in tests/unit/test_example.c; here a few of each kind go the whole way.
"""
import json
import random
import re
import shutil
import subprocess
from pathlib import Path

from world import ROOT, World

EXAMPLE = ROOT / "examples/de-an-06"


def demo(build, data, out):
    return subprocess.run(["/usr/bin/python3", str(EXAMPLE / "demo.py"), str(build), "--quiet", "--data", str(data),
                           "--out", str(out)], capture_output=True, text=True, timeout=600, env=World.environment(None))


def cmdline(path):
    try:
        return path.read_bytes()
    except OSError:  # it has ended meanwhile
        return b""


def copy(tmp):
    data = tmp / "example"
    shutil.copytree(EXAMPLE, data)
    return data


def change(path, pattern, into):
    text, n = re.subn(pattern, into, path.read_text(encoding="utf-8"), flags=re.M)
    assert n == 1, f"{path.name}: {pattern} stands {n} times"
    path.write_text(text, encoding="utf-8")


def test_every_figure_comes_out(build, tmp):
    done = demo(build, EXAMPLE, tmp / "out")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    figures = json.loads((tmp / "out" / "figures.json").read_text())
    one = next(f for f in figures if f["unit"] == "40" and f["item"] == "KH762")
    assert one["leaves"] == {"expected": 38, "unreported": 0, "not_started": 12, "in_progress": 20, "done": 6, "na": 0}
    assert "229 figures, 0 differ" in done.stdout and "Số liệu minh hoạ" in done.stdout
    assert "198 figures of the half year, 0 differ" in done.stdout
    lines = [cmdline(p) for p in Path("/proc").glob("[0-9]*/cmdline")]
    assert not any(str(tmp).encode() in line for line in lines), "the demo left a process"


# What follows from one line of the half year: what the line says, and what is then asked and found to be wrong.
EVENTS = [
    (r"2023-11-20,10:00,416 417,.*", "timeliness", "period=2023-11a", "late"),
    (r"2023-11-02,16:00,17479,,line back,.*", "timeliness", "unit=425", "line_slow"),
    (r"2024-01-10,09:00,420,,correct,.*", "get 40 BC15.HS --period 2023-12a", "item=BC15.HS", "now.numerator"),
    (r"2024-02-20,17:00,40.VP,,obstacle answer,.*", "obstacles", "addressees:unit=40.VP", "days"),
    (r"2024-02-06,09:00,centre,,finding close,.*", "findings", "unit=416", "closed_on"),
    (r"2024-03-22,10:00,centre,,decide extension,.*", "explain", "unit=417", "due"),
]


def test_changed_numbers_are_noticed_and_named(build, tmp, seed):
    """The last row of a cell is the winning one: one numerator, one denominator, one value and one state. And what one line of the half
    year did is missed when it is taken out."""
    data, dice = copy(tmp), random.Random(seed)
    line, *figure = dice.choice(EVENTS)
    change(data / "events.csv", f"^{line}\\n", "")
    district = dice.choice(["413", "414", "415", "416", "419"])
    last = (data / "reports" / f"{district}.csv").read_text(encoding="utf-8").splitlines()
    row = [r for r in last if r.split(",")[1] == "CCCD"][-1].split(",")
    change(data / "reports" / f"{district}.csv", re.escape(",".join(row)) + "$",
           ",".join(row[:6] + [str(int(row[6].replace(".", "")) - 1)] + row[7:]))
    change(data / "reports" / "17.VP.csv", r'^(17\.VP,DVCQG,.*)1\.387', r"\g<1>1.386")
    done = demo(build, data, tmp / "out")
    assert done.returncode == 1, done.stdout[-3000:] + done.stderr[-3000:]
    wrong = [line for line in done.stdout.splitlines() if "WRONG" in line]
    assert any("CCCD" in line and "numerator" in line for line in wrong), wrong
    assert any("DVCQG" in line and "value" in line for line in wrong), wrong
    assert not any("KH762" in line for line in wrong), wrong
    assert any(all(word in line for word in figure) for line in wrong), (figure, wrong)
