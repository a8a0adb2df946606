# SPDX-License-Identifier: Apache-2.0
"""The real `tiendo`: what it shows is what the journal says, and a `watch` that was stopped or cut off ends equal."""
import json
import random
import signal
import subprocess

import pytest

import tiendo_pb2 as pb
from countries import FIRST, Country
from journal import audit
from second.history import History as Fold
from second.rollups import half_up
from test_figures import play
from test_subscriber import Flow, Proxy
from world import PATIENCE, until


class Viewer:
    def __init__(self, world, name="viewer", unit="VN", role="viewer", feed=None):
        self.world, self.dir = world, world.tmp / name
        key = self.cli("init", "--server-key", world.server_key, "--query", world.end["query"], "--feed", feed or world.end["feed"])
        world.server_cli("agent", "add", "--unit", unit, "--role", role, "--key", key.stdout.strip())

    def cli(self, *args, **more):
        return self.world.cli("--dir", self.dir, *args, program="tiendo", **more)

    def json(self, *args, **more):
        return json.loads(self.cli(*args, "--json", **more).stdout)

    def watch(self, *args):
        """A running `tiendo watch`; its lines are in `watched`."""
        self.out, self.err = open(self.dir / "out", "w+"), open(self.dir / "err", "w+")
        p = subprocess.Popen([str(self.world.build / "tiendo"), "--dir", str(self.dir), "watch", *args, "--json"],
                             stdin=subprocess.DEVNULL, stdout=self.out, stderr=self.err, env=self.world.environment())
        self.world.processes.append(p)
        until("the watch to have begun", lambda: (self.dir / "err").read_text())
        return p

    def watched(self):
        """item -> the last figure that was shown of it."""
        lines = (self.dir / "out").read_text().splitlines(keepends=True)
        return {f["item"]: f for f in (json.loads(line) for line in lines if line.endswith("\n"))}


# ---- figures ----

def percent_bp(n, d):
    if d == 0:
        return None
    bp = half_up(n * 10000, d)
    return 9999 if n < d and bp == 10000 else 1 if n and not bp else bp


def shown(fold, unit, code, r):
    """One figure as DOMAIN and FIGURES.md say it is shown, from a second computation's rollup."""
    item = fold.catalogue.items[code]
    ratio, has = item["kind"] in ("ratio", "ratio_group"), r["summed"] > 0
    counts = {name: r[name] | {"expected": sum(v for k, v in r[name].items() if k != "at_target")} for name in ("cells", "leaves", "indicators")}
    cells, ind = counts["cells"], counts["indicators"]
    return counts | {
        "unit": unit, "item": code, "done_late": r["done_late"], "overdue": r["overdue"], "behind": r["behind"],
        "reported": cells["not_started"] + cells["in_progress"] + cells["done"] + ind["value"] + ind["none"],
        "expected": cells["expected"] - cells["na"] + ind["expected"] - ind["na"],
        "numerator": r["numerator"] if ratio and has else None, "denominator": r["denominator"] if ratio and has else None,
        "value": r["value"] if item["kind"] in ("count", "points") and has else None,
        "percent_bp": percent_bp(r["numerator"], r["denominator"]) if ratio and has else None,
        "target": r["target"], "attainment_bp": r["attainment"],
        "score_bp": half_up(r["weighted"], r["weight_sum"]) if r["weight_sum"] else None,
        "score_leaves": r["score_leaves"], "score_leaves_of": r["score_leaves_of"], "illustrative": False, "simulated": True}


def test_get_shows_every_figure(make_world, seed):
    """Every unit, every item, every field: `tiendo get --all --json` against a second computation from the dump."""
    dice = random.Random(seed)
    country = Country(dice)
    files = country.files()
    w = make_world(today=FIRST.isoformat(), units=files.pop("units"), items=files.pop("items"), more=files)
    w.country, w.dice, w.today = country, dice, FIRST
    w.office_, w.look = w.office(w.principal("VN")), w.reader(w.principal("VN", "viewer"))
    play(w, days=5, per_day=60)
    fold = Fold()
    for entry in w.dump():
        fold.entry(entry)
    mine = {}
    numbers = {i["number"]: code for code, i in fold.catalogue.items.items()}
    for (path, _, item), r in fold.figures().items():
        unit = path[:-1] if path.startswith("G/") else path.split("/")[-2]
        mine[unit, numbers[item]] = shown(fold, unit, numbers[item], r)
    viewer = Viewer(w)
    today = {u["code"] for n, u in fold.catalogue.units.items() if fold.catalogue.open_unit(n, fold.today)}
    units = sorted(today) + sorted({"G/" + g["group"] for g in country.groups})
    for figure in viewer.json("get", "--all", *units):
        expected = mine.pop((figure["unit"], figure["item"]))
        assert {k: figure[k] for k in expected} == expected
    silent = {unit: f for (unit, _), f in mine.items() if unit in units}
    assert not [f for f in silent.values() if f["expected"]], "what is expected is shown"
    audit(w)


def test_explain_names_everybody(world):
    """Exactly who has reported, with the receipt they hold, and who is missing; the tool has them from Cells."""
    o = world.office(world.principal("40"))
    o.offer(1, [o.update(1, "412", "KH.C", 20240401, count=pb.Count(value=5)),
                o.update(2, "412", "KH.T1", 20240401, task=pb.Task(state=pb.TASK_STATE_IN_PROGRESS, percent=40), note="còn vướng")])
    viewer, operator = Viewer(world), Viewer(world, "operator", role="operator")
    e = viewer.json("explain", "40", "KH.C")
    incarnation, entry, index = o.outcomes[1][1]
    assert [(c["unit"], c["value"], c["receipt"]) for c in e["reported"]] == [("412", 5, f"{incarnation.hex()[:8]}-{entry}-{index}")]
    assert [c["unit"] for c in e["missing"]] == ["413"]
    assert "Huyện Diễn Châu" in viewer.cli("explain", "40", "KH.C").stdout
    assert [c["note"] for c in viewer.json("explain", "40", "KH.T1")["reported"]] == [None]
    assert [c["note"] for c in operator.json("explain", "40", "KH.T1")["reported"]] == ["còn vướng"]
    assert {c["item"] for c in viewer.json("explain", "40", "KH.G")["unfinished"]} == {"KH.T1", "KH.T2"}
    for args in (("get", "99"), ("get", "40", "KHONG"), ("explain", "40", "KHONG"), ("explain", "99", "KH")):
        done = viewer.cli(*args, ok=(1,))
        assert done.stderr.strip(), args
    audit(world)


def test_every_output_says_what_it_is(make_world):
    """A store of an example, under a simulated clock: both are said, in both languages and in JSON."""
    w = make_world(init=("--illustrative",))
    viewer = Viewer(w)
    for args in (("get", "40"), ("explain", "40", "KH.C")):
        assert "Số liệu minh hoạ" in viewer.cli(*args).stdout and "thời gian mô phỏng" in viewer.cli(*args).stdout
        assert viewer.cli("--lang", "en", *args).stdout != viewer.cli(*args).stdout
    assert all(f["illustrative"] and f["simulated"] for f in viewer.json("get", "40"))


# ---- watch ----

def agrees(figure, r):
    """A shown figure and a rollup: the same numbers. (Its version may be older: what looks the same is not shown again.)"""
    counts = all(figure[name][k] == getattr(getattr(r, name), k) for name in ("cells", "leaves", "indicators")
                 for k in figure[name] if k != "expected")
    return (counts and (figure["numerator"] or 0, figure["denominator"] or 0, figure["value"] or 0, figure["overdue"], figure["behind"])
            == (r.numerator, r.denominator, r.value, r.overdue, r.behind) and (figure["score_leaves"] == r.score_leaves))


def ends_equal(viewer, before):
    """Everything of 40 that moved since `before` has been shown, and as it is now. `tiendo` is asked once: its handshakes are
    rationed; until then the independent client compares."""
    world = viewer.world
    reader = world.reader(world.principal("VN", "viewer"))
    codes = {r.item.number: r.item.code for r in reader.catalogue() if r.HasField("item")}

    def equal():
        grains, _ = reader.grains("VN/40/", only_path=True)
        held = before | viewer.watched()
        return all(agrees(held[codes[r.item]], r) for g in grains.values() for r in g.rollups)
    until("the watch to be equal", equal)
    now = {f["item"]: unversioned(f) for f in viewer.json("get", "40")}
    held = {item: unversioned(f) for item, f in (before | viewer.watched()).items()}
    assert held == now


def unversioned(figure):
    return {k: v for k, v in figure.items() if k not in ("version", "generation", "at")}


@pytest.fixture
def watching(world, seed):
    flow = Flow(world, seed)
    flow.push(20)
    viewer = Viewer(world)
    before = {f["item"]: f for f in viewer.json("get", "40")}
    return world, flow, viewer, before


def test_watch_is_stopped(watching):
    """SIGSTOP while figures move, until its queue overflows; when it may go on it shows the last ones."""
    world, flow, viewer, before = watching
    p = viewer.watch("40")
    flow.push(20)
    until("the first figures", viewer.watched)
    p.send_signal(signal.SIGSTOP)
    for _ in range(150):
        flow.push(8)
    p.send_signal(signal.SIGCONT)
    ends_equal(viewer, before)
    p.terminate()
    assert p.wait(PATIENCE) in (0, -15)
    audit(world)


def test_watch_loses_its_line(world, seed):
    flow, proxy = Flow(world, seed), Proxy(world.ports["feed"])
    try:
        viewer = Viewer(world, feed=f"tcp://127.0.0.1:{proxy.port}")
        before = {f["item"]: f for f in viewer.json("get", "40")}
        viewer.watch("40")
        for _ in range(2):
            flow.push(20)
            proxy.cut()
            flow.push(20)
            proxy.mend()
        ends_equal(viewer, before)
    finally:
        proxy.close()
    audit(world)


def test_watch_outlives_the_server(watching):
    """kill -9 and a new start, a new catalogue, midnight: the same watch goes on."""
    world, flow, viewer, before = watching
    p = viewer.watch("40")
    flow.push(20)
    world.kill()
    world.start()
    flow.office.hello()
    flow.push(20)
    ends_equal(viewer, before)
    items = (world.catalogue / "items.csv").read_text()
    world.write_catalogue(items=items.replace("Chỉ tiêu KH.C", "Số lượng dịch vụ"))
    world.server_cli("catalogue", "load", world.catalogue)
    flow.push(20)
    ends_equal(viewer, before)
    world.set_clock("2024-04-05")
    flow.push(20)
    ends_equal(viewer, before)
    assert p.poll() is None
    audit(world)
