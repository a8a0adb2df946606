# SPDX-License-Identifier: Apache-2.0
"""The programs as a person or a script meets them: help, versions, exit codes, JSON, what kind of store it is, installing."""
import json
import os
import subprocess
import tempfile

import pytest

import world as w
from clerk import Clerk
from world import ROOT

VERSION = (ROOT / "VERSION").read_text().strip()
COMMANDS = {
    "tiendo-server": ["init", "catalogue check", "catalogue load", "agent add", "agent list", "agent key add", "agent key revoke",
                      "agent confirm", "run", "status", "verify", "rebuild", "dump", "backup", "config check",
                      "notify", "assign", "notices"],
    "tiendo-agent": ["init", "report", "import", "run", "status", "receipts", "mine", "inbox"],
    "tiendo": ["init", "get", "watch", "explain"],
}
PROGRAMS = list(COMMANDS)


@pytest.fixture(scope="module")
def town(request, build, guard):
    """An illustrative store in simulated time with an office and a reader that has its figures."""
    (build / "tmp").mkdir(parents=True, exist_ok=True)
    world = w.World(tempfile.mkdtemp(dir=build / "tmp"), build, request.config.getoption("--variant"), guard,
                    init=("--illustrative",))
    world.start()
    world.clerk = Clerk(world, "vinh", "412").run().knows()
    world.clerk.report("KH.C", "--value", "12")
    world.clerk.drained().stop()
    made = eye(world, "init", "--server-key", world.server_key, "--query", world.end["query"], "--feed", world.end["feed"], "--json")
    world.server_cli("agent", "add", "--unit", "VN", "--role", "viewer", "--key", json.loads(made.stdout)["public_key"])
    yield world
    world.close()


def eye(world, *args, ok=(0,)):
    return world.cli("--dir", world.tmp / "eye", *args, ok=ok, program="tiendo")


def run(build, program, *args, **env):
    clean = {k: v for k, v in os.environ.items() if not k.startswith("TIENDO_")}
    return subprocess.run([build / program, *args], capture_output=True, text=True, timeout=w.PATIENCE, cwd=build / "tmp",
                          env=clean | {"LC_ALL": "C.UTF-8"} | env)


@pytest.mark.parametrize("program", PROGRAMS)
def test_help_and_version(build, program):
    done = run(build, program, "--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{program} {VERSION}\n", "")
    done = run(build, program, "--help")
    assert done.returncode == 0 and done.stderr == ""
    for command in COMMANDS[program]:
        assert f"\n  {command}" in done.stdout, command
        one = run(build, program, *command.split(), "--help")
        assert one.returncode == 0 and one.stderr == "" and command.split()[0] in one.stdout, command
    for word in ("0 ", "1 ", "2 ", "3 "):
        assert word in done.stdout.split("exit status" if program == "tiendo-server" else "kết thúc")[1], "exit codes explained"
    assert all(len(line) < 200 for line in done.stdout.splitlines())


@pytest.mark.parametrize("program", PROGRAMS)
def test_wrong_usage(build, tmp, program):
    assert run(build, program).returncode == 2
    question = "get" if program == "tiendo" else "status"
    for given in (("nosuch",), ("--nosuch",), (question, "--nosuch")):
        done = run(build, program, "--dir", tmp, *given)
        assert (done.returncode, done.stdout) == (2, "") and "nosuch" in done.stderr, (given, done)
        assert len(done.stderr.splitlines()) == 1, "one sentence, not a page"
    done = run(build, program, "--dir", tmp / "nowhere", question, *(["40"] if program == "tiendo" else []))
    assert done.returncode == 3 and str(tmp / "nowhere") in done.stderr and "init" in done.stderr, "what is wrong, and what to do"
    assert done.stdout == "" and not (tmp / "nowhere").exists(), "a question makes nothing"


def test_the_directory_by_environment(town, build):
    done = run(build, "tiendo-agent", "status", "--json", TIENDO_AGENT_DIR=str(town.clerk.dir))
    assert json.loads(done.stdout)["unit"] == "412"
    done = run(build, "tiendo-server", "status", "--json", TIENDO_DIR=str(town.dir))
    assert json.loads(done.stdout)["ok"]
    done = run(build, "tiendo", "get", "412", "KH.C", "--json", TIENDO_VIEW_DIR=str(town.tmp / "eye"))
    assert json.loads(done.stdout)["value"] == 12


BAD = "item,value\nKH.C,x\n"
GOOD = "item,value\nKH.C,3\n"
AGENT = [("status",), ("receipts",), ("mine",), ("mine", "--all"), ("mine", "--missing"), ("report", "KH.C", "--value", "3"),
         ("report", "KH.C", "--value", "x"), ("import", "GOOD", "--dry-run"), ("import", "GOOD"), ("import", "BAD")]
AGENT_FAILS = [("report",), ("nosuch",), ("import", "/nonexistent.csv"), ("status", "--nosuch"), ("init", "--server-key", "x")]


def given(town, command):
    for name, text in (("GOOD", GOOD), ("BAD", BAD)):
        (town.tmp / name).write_text(text)
    return [str(town.tmp / x) if x in ("GOOD", "BAD") else x for x in command]


@pytest.mark.parametrize("command", AGENT, ids=" ".join)
def test_every_answer_of_the_office_says_what_it_is(town, command):
    args = given(town, command)
    vi, en = (town.clerk.cli(*args, ok=(0, 1), lang=lang).stdout for lang in ("vi", "en"))
    assert vi.endswith("Số liệu minh hoạ · thời gian mô phỏng\n") and en.endswith("Illustrative figures · simulated time\n")
    said = json.loads(town.clerk.cli(*args, "--json", ok=(0, 1)).stdout)
    assert said["illustrative"] is True and said["simulated"] is True


@pytest.mark.parametrize("command", AGENT_FAILS, ids=" ".join)
def test_failures_as_json(town, command):
    text = town.clerk.cli(*command, ok=(2, 3))
    assert text.stdout == "" and text.stderr.startswith("tiendo-agent: ")
    done = town.clerk.cli(*command, "--json", ok=(2, 3))
    assert list(json.loads(done.stdout)) == ["error"] and done.returncode == text.returncode


@pytest.mark.parametrize("command", [("get", "412"), ("get", "40", "KH.C"), ("explain", "40", "KH.C")], ids=" ".join)
def test_every_answer_to_a_reader_says_what_it_is(town, command):
    assert "Số liệu minh hoạ" in (text := eye(town, *command).stdout) and "thời gian mô phỏng" in text
    text = eye(town, *command, "--lang", "en").stdout.lower()
    assert "illustrative" in text and "simulated" in text
    said = json.loads(eye(town, *command, "--json").stdout)
    for one in said if isinstance(said, list) else [said]:
        one = one.get("figure", one)
        assert one["illustrative"] is True and one["simulated"] is True, one


@pytest.mark.parametrize("command, code", [
    ("status", 0), ("verify", 0), ("agent list", 0), ("catalogue check CATALOGUE", 0), ("catalogue load CATALOGUE --dry-run", 0),
    ("catalogue load CATALOGUE", 0), ("agent confirm", 0), ("agent key revoke 99", 1), ("agent add --unit NOWHERE --key KEY", 1),
    ("catalogue check BROKEN", 1), ("catalogue load BROKEN", 1),
])
def test_the_administrator_gets_json(town, command, code):
    broken = town.tmp / "broken"
    broken.mkdir(exist_ok=True)
    (broken / "units.csv").write_text(w.UNITS.replace(",40,district", ",NOWHERE,district"))
    (broken / "items.csv").write_text(w.ITEMS)
    names = {"CATALOGUE": str(town.catalogue), "BROKEN": str(broken), "KEY": "0" * 40}
    args = [names.get(x, x) for x in command.split()]
    done = town.server_cli(*args, "--json", ok=(code,))
    said = json.loads(done.stdout)
    assert said.get("ok", said.get("good")) is (code == 0)
    text = town.server_cli(*args, ok=(code,))
    assert (text.stdout if code == 0 else text.stderr + text.stdout).strip()


def test_the_store_says_what_it_is(town):
    details = town.server_json("status")["details"]
    assert details["illustrative"] is True and details["simulated"] is True
    assert "illustrative" in town.server_cli("status").stdout and "simulated" in town.server_cli("status").stdout
    genesis = town.dump()[0]
    assert genesis["kind"] == "genesis" and genesis["illustrative"] is True and genesis["simulated"] is True


def test_a_real_store_says_nothing_of_the_kind(make_world):
    """Figures of a real store in real time bear no such words, and no simulated clock is taken by it."""
    world = make_world(simulated=False, start=False)
    world.start()
    clerk = Clerk(world, "vinh", "412", register=False, clock="real")
    clerk.principal = clerk.register()
    clerk.run().knows()
    clerk.report("KH.C", "--value", "3", "--as-of", "2024-04-01")
    clerk.drained()
    for command in AGENT[:6]:
        for lang in ("vi", "en"):
            text = clerk.cli(*command, lang=lang).stdout.lower()
            assert not any(x in text for x in ("minh hoạ", "mô phỏng", "illustrative", "simulated")), text
        said = clerk.json(*command)
        assert said["illustrative"] is False and said["simulated"] is False
    status = world.server_json("status")["details"]
    assert status["illustrative"] is False and status["simulated"] is False


# ---- installing ----

def test_install(build, tmp):
    """What it puts is all that is needed: the programs run from there, the units name them."""
    variant, _, clang = build.name.partition("-")
    to = tmp / "root"
    clean = {k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "LD_PRELOAD")}
    command = ["make", "-s", "install", f"VARIANT={variant}", f"CC={clang or 'gcc'}", f"DESTDIR={to}", "PREFIX=/opt/tiendo"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, env=clean)
    assert done.returncode == 0, done.stderr
    put = {str(p.relative_to(to / "opt/tiendo")): p for p in to.rglob("*") if p.is_file()}
    assert not [p for p in to.iterdir() if p.name != "opt"], "nothing beside PREFIX"
    for program in PROGRAMS:
        path = put[f"bin/{program}"]
        assert path.stat().st_mode & 0o777 == 0o755
        assert run(build, path, "--version").stdout == f"{program} {VERSION}\n"
    assert {"share/tiendo/proto/tiendo.proto", "share/tiendo/proto/PROTOCOL.md"} <= put.keys(), "whoever writes a client finds it"
    for name in ("tiendo-server", "tiendo-agent"):
        unit = put[f"lib/systemd/system/{name}.service"].read_text()
        assert f"/opt/tiendo/bin/{name}" in unit and "/usr/bin/" not in unit
    assert any(name.startswith("share/doc/tiendo/") for name in put)
