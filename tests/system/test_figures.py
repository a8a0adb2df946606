# SPDX-License-Identifier: Apache-2.0
"""Every figure of random histories, computed a second time in Python from the dump: no difference. And the view is the same
however it came to be: folded live, from a checkpoint and the tail, or from the journal alone."""
import datetime
import json
import random
from collections import Counter

import lmdb
import pytest

import tiendo_pb2 as pb
from countries import FIRST, LAST, Country, some_updates, ymd
from journal import audit
from world import until


def figures(world):
    """The figures' lines of a dump, folded by a process of its own."""
    return [line for line in world.server_cli("dump", "--figures").stdout.splitlines() if line.startswith('{"figures"')]


def same(a, b):
    """Asserts that two states of the view are one; says where they are not."""
    assert [(k, a[0].get(k), b[0].get(k)) for k in sorted(a[0].keys() | b[0].keys()) if a[0].get(k) != b[0].get(k)][:5] == []
    assert [(x, y) for x, y in zip(a[1], b[1]) if x != y][:5] == [] and len(a[1]) == len(b[1])
    assert a[2] == b[2]


def state(land):
    """What the running server's view says, grain by grain; the same of a fold in a process of its own; the digest."""
    grains, _ = land.look.grains("VN/")
    for group in {g["group"] for g in land.country.groups}:
        grains |= land.look.grains(f"G/{group}/")[0]
    served, folded = {k: (g.version, [as_dumped(r) for r in g.rollups]) for k, g in grains.items()}, figures(land)
    for line in folded:
        g = json.loads(line)["figures"]
        shown = [r for r in g["rollups"] if r != as_dumped(pb.Rollup(item=r["item"], version=r["version"]))]
        assert served[g["path"], g["plan"]] == (g["version"], shown)
    assert len(served) == len(folded)
    return served, folded, land.server_json("status", "--digest")["details"]["digest"]


def as_dumped(r):
    """A Rollup of the wire with the names of the dump."""
    counts = {name: {f.name: getattr(getattr(r, name), f.name) for f in getattr(r, name).DESCRIPTOR.fields}
              for name in ("cells", "leaves", "indicators")}
    out = {f.name: getattr(r, f.name) for f in r.DESCRIPTOR.fields if f.name not in counts} | counts
    out["target"] = out["target"] if out.pop("has_target") else None
    out["attainment"] = out["attainment"] if out.pop("has_attainment") else None
    return out


def play(land, days, per_day):
    """Days go by; each brings some reports."""
    o = land.office_
    for _ in range(days):
        land.today = min(LAST, land.today + datetime.timedelta(land.dice.choice((0, 1, 1, 7, 40))))
        land.set_clock(land.today.isoformat())
        until("the day to be folded", lambda: land.look.ask(status=pb.Status()).today == ymd(land.today))
        rows = next(e["rows"] for e in reversed(land.dump()) if e["kind"] == "catalogue")
        updates = some_updates(land.dice, land.country, rows, land.today, per_day)
        first = max(o.blobs, default=0) + 1
        blobs = [o.update(seq, u.pop("unit"), u.pop("item"), u.pop("as_of"), **u) for seq, u in enumerate(updates, first)]
        for at in range(0, len(blobs), 64):
            assert isinstance(o.offer(first + at, blobs[at:at + 64]), pb.Ack)
    why = Counter(x[1] if x[0] == "refused" else "" for x in o.outcomes.values())
    assert why[""] > len(o.outcomes) / 2, f"the histories are mostly refused ({why}): they prove nothing"


@pytest.fixture
def land(make_world, seed):
    """A random country with a running server and an office that may report for all of it."""
    dice = random.Random(seed)
    country = Country(dice)
    w = make_world(start=False, today=FIRST.isoformat(), units=country.files()["units"], items=country.files()["items"],
                   more={k: v for k, v in country.files().items() if k not in ("units", "items")})
    w.start()
    w.country, w.dice, w.today = country, dice, FIRST
    w.office_ = w.office(w.principal("VN"))
    w.look = w.reader(w.principal("VN", "viewer"))
    return w


@pytest.mark.parametrize("history", range(2))
def test_random_histories(land, history):
    play(land, days=8, per_day=80)
    entries = audit(land)
    assert {e.kind for e in entries} >= {"genesis", "catalogue", "registry", "tick", "batch"}


def test_catalogue_changes_between(land):
    """Units close, open; weights change; what was reported keeps its place."""
    for _ in range(4):
        play(land, days=2, per_day=40)
        land.country.grow()
        land.write_catalogue(**land.country.files())
        land.server_cli("catalogue", "load", land.catalogue)
    play(land, days=2, per_day=40)
    entries = audit(land)
    assert [e.kind for e in entries].count("catalogue") == 5


def test_the_view_is_the_same_however_it_came_to_be(land):
    """Running = restarted = killed and restarted = rebuilt = two rebuilds: figures, versions and the view's own bytes."""
    play(land, days=4, per_day=60)
    live = state(land)
    land.stop()  # writes a checkpoint
    land.start()
    same(state(land), live)
    play_more(land)
    live = state(land)
    land.kill()  # leaves the older checkpoint and a tail
    land.start()
    same(state(land), live)
    land.stop()
    stopped = view_bytes(land)
    made = []
    for _ in range(2):
        land.server_cli("rebuild")
        made.append(view_bytes(land))
        assert land.server_json("verify")["digest"] == live[2]
    assert made[0] == made[1] == stopped and len(stopped) > 1
    land.start()
    same(state(land), live)
    audit(land)


def play_more(land):
    land.office_.hello()
    play(land, days=2, per_day=60)


def view_bytes(land):
    """Every key and value of the checkpoint."""
    env, out = lmdb.open(str(land.dir / "view"), readonly=True, max_dbs=16, lock=False), {}
    with env.begin() as txn:
        for name in [bytes(k) for k, _ in txn.cursor()]:
            with env.begin(db=env.open_db(name, create=False)) as inner:
                out[name] = list(inner.cursor())
    env.close()
    return out
