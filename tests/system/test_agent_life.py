# SPDX-License-Identifier: Apache-2.0
"""An office's ordinary and odd days: every kind of report, many hands, a centre that hangs, the wrong centre, odd places."""
import json
import os
import signal
import subprocess
from concurrent.futures import ThreadPoolExecutor

from clerk import Clerk, delivered, notes_of, receipts, taken
from journal import audit
from world import PATIENCE, until


def test_what_is_written_arrives(world):
    """Each kind of body, by command and by file, as the centre has it on disk."""
    c = Clerk(world, "vinh", "412").run().knows()
    c.report("KH.T1", "--state", "in_progress", "--percent", "40%")
    c.report("KH.T1", "--state", "done", "--product", "15/BC-UBND", "--done-on", "01/04/2024", "--reason", "Xong; đã gửi")
    c.report("KH.T2", "--state", "not_started", "--as-of", "2023-02-01")
    c.report("KH.R", "--unit", "16702", "--num", "39.735", "--den", "93.746")
    c.report("KH.C", "--value", "1.387", "--period", "2024-04")
    c.report("KH.C", "--none-arisen", "--period", "2024-Q1", "--as-of", "2024-03-31")
    c.report("KH.P", "--value", "17,05")
    c.report("KH.C", "--value", "0")
    by_hand = len(c.promised)
    for row in ({"item": "KH.T1", "state": "done", "percent": "100", "product_ref": "16/BC", "done_on": "2024-03-31",
                 "as_of": "2024-04-01"},
                {"item": "KH.R", "unit": "16703", "numerator": "0", "denominator": "1.000.000.000.000"},
                {"item": "KH.C", "nothing": "none_arisen", "as_of": "31/12/2023"},
                {"item": "KH.P", "value": "0,5", "reason": 'dấu "ngoặc", dấu phẩy\nvà dòng mới'}):
        c.file([row])
    c.drained()
    delivered(world, c)
    got = [t["update"] for *_, t in taken(world)]
    assert [u["author_role"] for u in got] == ["clerk"] * by_hand + ["import"] * 4
    assert {u["catalogue_entry"] for u in got} == {3} and {u["seal"]["server_time_ms"] for u in got} == {1712019600000}
    bodies = [{k: u[k] for k in ("task", "ratio", "count", "points", "none_arisen") if k in u} for u in got]
    assert bodies == [
        {"task": {"state": "in_progress", "percent": 40}},
        {"task": {"state": "done", "percent": 100, "product_ref": "15/BC-UBND", "done_on": 20240401}},
        {"task": {"state": "not_started"}},
        {"ratio": {"numerator": 39735, "denominator": 93746}},
        {"count": {"value": 1387}},
        {"none_arisen": {}},
        {"points": {"value": 1705}},
        {"count": {}},
        {"task": {"state": "done", "percent": 100, "product_ref": "16/BC", "done_on": 20240331}},
        {"ratio": {"denominator": 10**12}},
        {"none_arisen": {}},
        {"points": {"value": 50}},
    ]
    assert [u.get("period", "") for u in got[4:6]] == ["2024-04", "2024-Q1"]
    assert [u["as_of"] for u in got[:3]] == [20240402, 20240402, 20230201] and got[10]["as_of"] == 20231231
    assert got[1]["reason"] == "Xong; đã gửi" and got[11]["reason"] == 'dấu "ngoặc", dấu phẩy\nvà dòng mới'
    audit(world)


def test_many_hands(world):
    """Twelve commands at once beside the daemon: every one gets a number of its own."""
    c = Clerk(world, "vinh", "412").run().knows()

    def work(n):
        if n % 3:
            return [c.json("report", "KH.C", "--value", str(n), "--note", f"hand {n}")["queued"]["from"]], [f"hand {n}"]
        path, notes = c.rows([{"item": "KH.C", "value": n}] * 40, name=f"hand{n}.csv", notes=[f"hand {n} row {i}" for i in range(40)])
        said = c.json("import", path)["queued"]
        return range(said["from"], said["to"] + 1), notes

    with ThreadPoolExecutor(12) as pool:
        done = list(pool.map(work, range(24)))
    by_number = {seq: note for seqs, notes in done for seq, note in zip(seqs, notes)}
    assert sorted(by_number) == list(range(1, 8 * 40 + 16 + 1)), "no number twice, none left out"
    c.promised = [by_number[seq] for seq in sorted(by_number)]
    c.drained()
    delivered(world, c)


def test_a_centre_that_hangs(world):
    """It holds the line and says nothing: the office notices, connects anew, and nothing is taken twice when it wakes."""
    c = Clerk(world, "vinh", "412", reply="400ms").run().knows()
    c.report("KH.C", "--value", "1")
    c.drained()
    world.server_process.send_signal(signal.SIGSTOP)
    for n in range(100):
        c.report("KH.C", "--value", str(n))
    until("the office to see it", lambda: "no_answer" in c.status()["trouble"])
    assert c.status()["waiting"] == 100
    world.server_process.send_signal(signal.SIGCONT)
    c.drained()
    until("the trouble to be over", lambda: c.status()["trouble"] == "")
    delivered(world, c)
    audit(world)


def test_the_wrong_centre(make_world):
    """An office that has receipts of one centre is sent to another: it says so and keeps its work for the right one."""
    right, wrong = make_world(), make_world()
    c = Clerk(right, "vinh", "412").run().knows()
    c.report("KH.C", "--value", "1")
    c.drained().stop()
    c.report("KH.C", "--value", "2")
    good = {"ingest": right.end["ingest"], "query": right.end["query"], "server_key": right.server_key}
    c.conf(ingest=wrong.end["ingest"], query=wrong.end["query"], server_key=wrong.server_key)
    wrong.server_cli("agent", "add", "--unit", "412", "--key", c.key)
    c.run()
    until("the office to be told", lambda: c.status()["trouble"] == "refused foreign_receipt")
    assert "Biên nhận không phải do máy chủ này cấp" in c.cli("status").stdout
    assert "The receipt was not given by this server" in c.cli("status", lang="en").stdout
    assert c.status()["waiting"] == 1 and taken(wrong) == []
    c.stop()
    c.conf(**good)
    c.run().drained()
    delivered(right, c)
    assert notes_of(right, c.principal) == ["vinh 1", "vinh 2"] and c.status()["epoch"] == 1
    audit(right)


def test_a_wrong_letter_in_the_key(world):
    """The centre's key was copied badly: no line ever; what waits waits, and the right key sends it."""
    c = Clerk(world, "vinh", "412", reply="300ms")
    c.conf(server_key="0" * 40)
    c.run()
    c.cli("report", "KH.C", "--unit", "412", "--as-of", "2024-04-01", "--value", "1", "--note", "kept")
    until("the office to see it", lambda: c.status()["trouble"] == "no_answer")
    c.stop()
    c.conf(server_key=world.server_key)
    c.run().drained()
    c.promised = ["kept"]
    delivered(world, c)


def test_odd_places(world):
    """A path with blanks and marks, another locale, another time zone, no home: the same words and dates."""
    name = "Văn phòng số 1 – bộ phận 'một cửa'"
    c = Clerk(world, name, "412").run().knows()
    world.set_clock("2024-04-03", "00:30:00")
    c.report("KH.C", "--value", "1.387")
    c.drained()
    plain = [c.cli(*x).stdout for x in (("status",), ("receipts",), ("mine",))]
    assert "03/04/2024 00:30" in plain[1]
    for env in ({"LC_ALL": "C"}, {"LC_ALL": "vi_VN.UTF-8", "TZ": "America/New_York"},
                {"LC_NUMERIC": "de_DE.UTF-8", "TZ": "Pacific/Kiritimati"}):
        odd = {"PATH": "/usr/bin", "ASAN_OPTIONS": "detect_leaks=0"} | env
        for command, expected in zip(("status", "receipts", "mine"), plain):
            done = subprocess.run([world.build / "tiendo-agent", command], capture_output=True, encoding="utf-8", cwd="/",
                                  timeout=PATIENCE, env=odd | {"TIENDO_AGENT_DIR": str(c.dir)})
            assert (done.returncode, done.stdout) == (0, expected), env
    modes = {p.name: oct(p.stat().st_mode & 0o777) for p in c.dir.iterdir()}
    assert modes["agent.key"] == "0o600" and modes["spool"] == "0o700" and oct(c.dir.stat().st_mode & 0o777) == "0o700"
    assert c.key.encode() not in b"".join(p.read_bytes() for p in c.world.tmp.glob("agent-*.log")), "keys are not logged"
    assert len(receipts(world, c)) == 1


def test_the_clock_file_is_lost(world):
    """The simulated clock's file is gone: a sentence for a command; the daemon keeps the last time and works on."""
    c = Clerk(world, "vinh", "412").run().knows()
    kept = world.clock.read_text()
    world.clock.unlink()
    done = c.cli("report", "KH.C", "--value", "1", ok=(3,))
    assert str(world.clock) in done.stderr and done.stdout == ""
    assert str(world.clock) in json.loads(c.cli("status", "--json", ok=(3,)).stdout)["error"]
    until("the daemon to say so, once", lambda: "clock:" in c.log())
    assert c.process.poll() is None and world.server_process.poll() is None
    world.clock.write_text(kept)
    c.report("KH.C", "--value", "2")
    c.drained()
    delivered(world, c)
    assert c.log().count("cannot") <= 2


def test_nowhere_to_write_the_answer(world):
    """The answer cannot be written: the exit code says so, whatever was done."""
    c = Clerk(world, "vinh", "412").run().knows()
    command = [world.build / "tiendo-agent", "--dir", c.dir, "status"]
    with open("/dev/full", "wb") as full:
        done = subprocess.run(command, stdout=full, env=world.environment(), timeout=PATIENCE)
    assert done.returncode == 3
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(command, stdout=write, env=world.environment(), timeout=PATIENCE)
    os.close(write)
    assert done.returncode in (3, -signal.SIGPIPE)
