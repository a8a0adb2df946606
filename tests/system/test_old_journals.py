# SPDX-License-Identifier: Apache-2.0
"""A journal written by an earlier version folds under every later one: one is kept of each.

tests/golden/journal-rules1.mdb.gz was written by the build before rules version 2 (commit a10b61b): 48 entries, one province, two
districts, two leaves with half-months (a task and a flow) and two without, reports on 3, 12 and 20 April and 10 May 2024.

tests/golden/journal-rules2.mdb.gz: by the build before rules version 3 (commit 4c0cf24): 55 entries, a correction, two directives, a
task given on the spot, and their acks, which do not name the incarnation of what was read.
"""
import gzip
import json
import shutil
from pathlib import Path

import pytest

import recompute
from world import until

GOLDEN = Path(__file__).resolve().parent.parent / "golden"


def put(world, name):
    world.stop()
    shutil.rmtree(world.dir / "view", ignore_errors=True)
    (world.dir / "journal" / "lock.mdb").unlink(missing_ok=True)
    (world.dir / "journal" / "data.mdb").write_bytes(gzip.decompress((GOLDEN / name).read_bytes()))
    world.set_clock("2024-05-10")
    return world


@pytest.fixture
def old(world):
    """The world's store, with the old journal in place of its own."""
    return put(world, "journal-rules1.mdb.gz")


def test_it_folds_as_the_definitions_say(old):
    proven = old.server_json("verify")
    assert proven["entries"] == 48
    lines = old.server_cli("dump", "--figures").stdout.splitlines()
    differences, n = recompute.compare(lines)
    assert not differences and n > 0
    entries = [json.loads(line) for line in lines if line.startswith('{"entry"')]
    assert {e["rules_version"] for e in entries} == {1}
    vinh = next(json.loads(line)["figures"] for line in lines if line.startswith('{"figures"') and '"VN/40/412/"' in line)
    assert sum(r["cells"]["done"] for r in vinh["rollups"] if r["item"] == 2) == 1  # KH.T: the report of 2 May


def test_a_run_renews_the_rules(old):
    """The first run of this build puts them into the journal, once, and says so; what was taken before stays as it is."""
    before = old.server_json("verify")
    old.start()
    assert until("the entry", lambda: [e for e in old.dump() if e["kind"] == "rules"])[0]["version"] == 3
    old.stop()
    old.start()
    old.stop()
    entries = old.dump()
    assert [e["entry"] for e in entries if e["kind"] == "rules"] == [49]
    assert [e["rules_version"] for e in entries[:48]] == [1] * 48 and entries[-1]["rules_version"] == 3
    assert old.server_json("verify")["entries"] > before["entries"]
    assert "rules version 3" in (old.tmp / "server.log").read_text()


def test_acks_of_rules_2(world):
    """They name a number alone: the notice that bore it in that history, for nothing was restored since."""
    store = put(world, "journal-rules2.mdb.gz")
    assert store.server_json("verify")["entries"] == 55
    lines = store.server_cli("dump", "--figures").stdout.splitlines()
    differences, n = recompute.compare(lines)
    assert not differences and n > 0
    acks = [t["update"]["notice_ack"] for e in map(json.loads, lines) for t in e.get("taken", ()) if "notice_ack" in t.get("update", {})]
    assert acks == [{"notice_entry": n} for n in (7, 10, 7, 8)]

    def opened():
        return {x["entry"]: [r["unit"] for r in x["recipients"] if r["opened_on"]] for x in store.server_json("notices")["details"]}

    before = opened()
    assert before == {7: ["40", "412"], 8: ["412"], 10: ["412"]}
    store.start()
    until("the entry", lambda: [e for e in store.dump() if e["kind"] == "rules"])
    store.stop()
    entries = store.dump()
    assert [(e["entry"], e["version"]) for e in entries if e["kind"] == "rules"] == [(56, 3)]
    assert {e["rules_version"] for e in entries[:55]} == {2} and opened() == before
    store.server_cli("verify")
