# SPDX-License-Identifier: Apache-2.0
"""A journal written by an earlier version folds under every later one: one is kept of each.

tests/golden/journal-rules1.mdb.gz was written by the build before rules version 2 (commit a10b61b): 48 entries, one province, two
districts, two leaves with half-months (a task and a flow) and two without, reports on 3, 12 and 20 April and 10 May 2024.
"""
import gzip
import json
import shutil
from pathlib import Path

import pytest

import recompute
from world import until

GOLDEN = Path(__file__).resolve().parent.parent / "golden"


@pytest.fixture
def old(world):
    """The world's store, with the old journal in place of its own."""
    world.stop()
    shutil.rmtree(world.dir / "view", ignore_errors=True)
    (world.dir / "journal" / "lock.mdb").unlink(missing_ok=True)
    (world.dir / "journal" / "data.mdb").write_bytes(gzip.decompress((GOLDEN / "journal-rules1.mdb.gz").read_bytes()))
    world.set_clock("2024-05-10")
    return world


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
    assert until("the entry", lambda: [e for e in old.dump() if e["kind"] == "rules"])[0]["version"] == 2
    old.stop()
    old.start()
    old.stop()
    entries = old.dump()
    assert [e["entry"] for e in entries if e["kind"] == "rules"] == [49]
    assert [e["rules_version"] for e in entries[:48]] == [1] * 48 and entries[-1]["rules_version"] == 2
    assert old.server_json("verify")["entries"] > before["entries"]
    assert "rules version 2" in (old.tmp / "server.log").read_text()
