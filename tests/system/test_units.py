# SPDX-License-Identifier: Apache-2.0
"""The systemd units: systemd itself reads them without a word, they stay closed, and the programs can live with what is left to them."""
import re
import shutil
import signal
import subprocess
import sys

import pytest

import sandbox
import tiendo_pb2 as pb
from webgate import Gate
from world import PATIENCE, ROOT, World, until

UNITS = sorted((ROOT / "packaging/systemd").glob("*.service"))
PROGRAMS = [u.stem for u in UNITS]
EXPOSED = 15  # of 100, as `systemd-analyze security` counts; they are at 12: loopback, the host's directories

pytestmark = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd-analyze here: apt-get install systemd")


@pytest.fixture
def installed(build, tmp):
    """The units with the programs where they are built."""
    for unit in UNITS:
        (tmp / unit.name).write_text(unit.read_text().replace("=/usr/bin/tiendo", f"={build}/tiendo"))
    return tmp


def test_there_is_one_for_each_daemon():
    assert PROGRAMS == ["tiendo-agent", "tiendo-server", "tiendo-web"]


@pytest.mark.parametrize("unit", PROGRAMS)
def test_systemd_reads_it(installed, unit):
    path = installed / f"{unit}.service"
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", path], capture_output=True, text=True)
    said = [line for line in (done.stdout + done.stderr).splitlines() if unit in line]  # not of the machine's own units
    assert (done.returncode, said) == (0, []), done.stderr
    done = subprocess.run(["systemd-analyze", "security", "--offline=yes", "--no-pager", f"--threshold={EXPOSED}", path], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_its_accounts_are_declared():
    declared = {line.split()[1] for line in (ROOT / "packaging/systemd/tiendo.sysusers").read_text().splitlines() if line.startswith("u ")}
    for unit in UNITS:
        users = re.findall(r"^(?:User|Group)=(.*)$", unit.read_text(), re.M)
        assert len(users) == 2 and set(users) <= declared, unit
        assert re.search(r"^StateDirectory=(.*)$", unit.read_text(), re.M)[1] == unit.stem


@pytest.fixture(scope="module")
def filters(build):
    """Of each unit, as a file."""
    out = build / "tests/filters"
    out.mkdir(parents=True, exist_ok=True)
    for unit in UNITS:
        (out / unit.stem).write_bytes(sandbox.made(unit))
    return out


@pytest.fixture
def closed(request, build, guard, tmp, filters):
    """A world whose programs run in their units' filters."""
    if request.config.getoption("--variant") != "release":
        pytest.skip("sanitizers ask for more than the units allow")
    bin_ = tmp / "bin"
    bin_.mkdir()
    for unit in UNITS:
        script = bin_ / unit.stem
        script.write_text(f'#!/bin/sh\nexec {sys.executable} {ROOT}/tests/system/sandbox.py {filters / unit.stem} {build}/{unit.stem} "$@"\n')
        script.chmod(0o755)
    (tmp / "world").mkdir()
    world = World(tmp / "world", bin_, "release", guard)
    yield world
    world.close()


def test_the_filter_bites(filters):
    """Otherwise the next test would prove nothing."""
    for what, status in (("import os; os.getppid()", 0), ("import os; os.nice(1)", -signal.SIGSYS), ("import os; os.chroot('/')", -signal.SIGSYS),
                         ("import socket; socket.socket(socket.AF_INET)", 0), ("import socket; socket.socket(socket.AF_PACKET)", -signal.SIGSYS)):
        done = subprocess.run([sys.executable, ROOT / "tests/system/sandbox.py", filters / "tiendo-web", sys.executable, "-c", what])
        assert done.returncode == status, what


def test_the_programs_live_with_it(closed):
    """Reports, figures, a login, changed users, a checkpoint, a backup, kills and stops: nothing asks for what its unit refuses."""
    world = closed
    world.start()
    gate = Gate(world, public="yes", users={"lan": ("leader", "VN", True)})
    lan = gate.browser("lan")
    stream = lan.follow("412")
    world.agent_init("vinh", "412")
    agent = world.agent_run("vinh")
    until("the catalogue", lambda: world.agent_cli("vinh", "mine", ok=None).returncode == 0)
    world.agent_cli("vinh", "report", "KH.C", "--value", "7", "--as-of", "2024-04-01")
    world.agent_drained("vinh")
    stream.until("the report", lambda events: any(e["event"] == "grain" for e in events))
    assert lan.get("silent", unit="40").status == 200 and lan.ask("GET", "/").status == 200
    gate.user("add", "minh", "--role", "staff", "--unit", "412")
    gate.settle()
    assert gate.browser("minh").get("board", unit="412").status == 200
    world.server_cli("checkpoint")
    world.server_cli("backup", world.tmp / "copy")
    world.server_cli("verify")
    world.kill()
    until("the line to be cut", lambda: not lan.json("state")["live"])
    world.start()
    office = world.office(world.principal("413"))
    office.offer(1, [office.update(1, "413", "KH.C", 20240401, count=pb.Count(value=3))])
    until("the line to be there", lambda: lan.json("state")["live"])
    gate.close()
    assert gate.stop() == 0 and world.stop() == 0
    agent.terminate()
    assert agent.wait(PATIENCE) == 0
