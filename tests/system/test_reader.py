# SPDX-License-Identifier: Apache-2.0
"""`tiendo`, the reader's command line: figures now, as they move, and what they stand on; and what it says when it cannot."""
import json
import os
import signal
import subprocess
import threading
import time

import pytest

import tiendo_pb2 as pb
from world import PATIENCE, UNITS, free_port, until

KEYS = ["unit", "item", "period", "at", "illustrative", "simulated", "cells", "leaves", "indicators", "done_late", "overdue",
        "behind", "reported", "expected", "numerator", "denominator", "value", "percent_bp", "target", "target_reached",
        "attainment_bp", "score_bp", "score_leaves", "score_leaves_of", "version", "generation"]


class Eye:
    """One reader: its directory, and a `watch` that is read line by line."""

    def __init__(self, world, name="eye", role="viewer", register=True, unit="VN", key=None):
        self.world, self.dir, self.lines, self.said = world, world.tmp / name, [], []
        made = self("init", "--server-key", key or world.server_key, "--query", world.end["query"], "--feed",
                    world.end["feed"])
        self.public = made.stdout.strip()
        self.number = register and world.server_json("agent", "add", "--unit", unit, "--role", role, "--key", self.public)

    def __call__(self, *args, **more):
        return self.world.cli("--dir", self.dir, *args, program="tiendo", **more)

    def json(self, *args):
        return json.loads(self(*args, "--json").stdout)

    def watch(self, *args):
        p = subprocess.Popen([str(self.world.build / "tiendo"), "--dir", str(self.dir), "watch", *map(str, args)],
                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                             env=self.world.environment())
        self.world.processes.append(p)
        self.process = p
        for stream, into in ((p.stdout, self.lines), (p.stderr, self.said)):
            threading.Thread(target=lambda s=stream, i=into: i.extend(map(str.rstrip, s)), daemon=True).start()
        until("watch to begin", lambda: any("theo dõi" in line for line in self.said) or p.poll() is not None)
        return p

    def until_line(self, text):
        return until(f"a line with {text}", lambda: [line for line in self.lines if text in line])[-1]


@pytest.fixture
def eye(world):
    return Eye(world)


@pytest.fixture
def clerk(world):
    """An office at 412 that reports by the independent client."""
    office = world.office(world.principal("40"))
    seq = iter(range(1, 1000))

    def report(unit, item, as_of=20240401, **body):
        n = next(seq)
        assert office.offer(n, [office.update(n, unit, item, as_of, **body)]).mark == n

    return report


def task(percent):
    state = pb.TASK_STATE_DONE if percent == 100 else pb.TASK_STATE_IN_PROGRESS
    done = {"product_ref": "12/BC", "done_on": 20240401} if percent == 100 else {}
    return {"task": pb.Task(state=state, percent=percent, **done)}


def test_one_figure(eye, clerk):
    clerk("16702", "KH.R", ratio=pb.Ratio(numerator=9843, denominator=10000))
    f = eye.json("get", "40", "KH.R")
    assert list(f) == KEYS
    assert (f["unit"], f["item"], f["at"], f["period"]) == ("40", "KH.R", "2024-04-02", None)
    assert (f["numerator"], f["denominator"], f["percent_bp"], f["target"], f["value"]) == (9843, 10000, 9843, 5000, None)
    assert f["target_reached"] is True and f["simulated"] is True and f["illustrative"] is False
    assert (f["reported"], f["expected"]) == (1, 3)
    incarnation, fold, entry = f["generation"].split(":")
    assert len(incarnation) == 32 and int(fold) >= 1 and int(entry) >= 2
    out = eye("get", "40", "KH.R").stdout
    assert "98,43 % (9.843/10.000)" in out and "1/3" in out and out.startswith("thời gian mô phỏng\n")
    assert "98.43 % (9,843/10,000)" in eye("get", "40", "KH.R", "--lang", "en").stdout


def test_many_figures(eye, clerk):
    clerk("412", "KH.C", count=pb.Count(value=1387))
    everything = eye.json("get", "412")
    assert [f["item"] for f in everything][:2] == ["KH", "KH.G"] and {f["unit"] for f in everything} == {"412"}
    assert all(list(f) == KEYS for f in everything)
    assert "1.387 dịch vụ" in eye("get", "412").stdout
    two = eye.json("get", "--all", "412", "413")
    assert {f["unit"] for f in two} == {"412", "413"}
    pairs = eye.dir / "pairs.csv"
    pairs.write_text("unit,item\n# một dòng ghi chú\n40,KH.C\n\n412,KH.C,thừa\n413,KH\n", encoding="utf-8")
    listed = eye.json("get", "--list", pairs)
    assert [(f["unit"], f["item"], f["value"]) for f in listed] == [("40", "KH.C", 1387), ("412", "KH.C", 1387),
                                                                   ("413", "KH", None)]
    pairs.write_text("40;KH.C\n", encoding="utf-8")
    assert "pairs.csv:1" in eye("get", "--list", pairs, ok=(1,)).stderr


def test_a_group(make_world):
    world = make_world(more={"groups": "group,use,name,name_en,unit,from,to\nDIEM,pilot,Xã điểm,,16702,,\n"})
    eye = Eye(world)
    f = eye.json("get", "G/DIEM", "KH.R")
    assert (f["unit"], f["expected"]) == ("G/DIEM", 1)
    assert "Phường" in eye("explain", "G/DIEM", "KH.R").stdout


def test_explain_names_everybody(eye, clerk):
    clerk("412", "KH.T2", note="chờ kinh phí", **task(100))
    e = eye.json("explain", "40", "KH.T2")
    assert list(e["figure"]) == KEYS
    assert [(c["unit"], c["state"], c["note"]) for c in e["reported"]] == [("412", "done", None)]  # no free text for viewers
    incarnation, entry, index = e["reported"][0]["receipt"].split("-")
    assert e["figure"]["generation"].startswith(incarnation) and int(entry) == e["reported"][0]["version"] and index == "1"
    assert [c["unit"] for c in e["missing"]] == ["413"] and e["missing"][0]["overdue"] is True
    out = eye("explain", "40", "KH.T2").stdout
    assert "Đã báo cáo: 1/2" in out and "Chưa báo cáo: 1/2" in out and e["reported"][0]["receipt"] in out
    inner = eye.json("explain", "40", "KH.G")
    assert [f["item"] for f in inner["unfinished"]] == ["KH.T1", "KH.T2"]
    clerk("413", "KH.T2", **task(100))
    assert [f["item"] for f in eye.json("explain", "40", "KH.G")["unfinished"]] == ["KH.T1"]
    operator = Eye(eye.world, "operator", role="operator")
    assert "chờ kinh phí" in [c["note"] for c in operator.json("explain", "40", "KH.T2")["reported"]]


def test_watch_prints_what_moves(eye, clerk):
    p = eye.watch("40", "KH.T1", "--count", 2)
    clerk("412", "KH.C", count=pb.Count(value=5))  # another figure: no line
    clerk("412", "KH.T1", **task(40))
    eye.until_line("đang thực hiện")
    clerk("412", "KH.T1", as_of=20240402, **task(100))
    assert "KH.T1: hoàn thành · báo cáo 1/1 (trước: đang thực hiện)" in eye.until_line("hoàn thành")
    assert p.wait(PATIENCE) == 0
    assert eye.lines[0] == "thời gian mô phỏng" and len(eye.lines) == 3


def test_watch_json_is_one_object_a_line(eye, clerk):
    p = eye.watch("412", "--json", "--count", 3)
    clerk("412", "KH.T1", **task(40))
    assert p.wait(PATIENCE) == 0, eye.said
    until("the lines", lambda: len(eye.lines) == 3)
    moved = [json.loads(line) for line in eye.lines]
    assert all(list(f) == KEYS for f in moved) and {f["item"] for f in moved} == {"KH", "KH.G", "KH.T1"}


def test_watch_outlives_the_server(eye, clerk):
    world = eye.world
    eye.watch("40", "KH.C")
    clerk("412", "KH.C", count=pb.Count(value=7))
    eye.until_line("KH.C: 7 dịch vụ")
    world.kill()
    until("the loss of the line to be told", lambda: any("mất đường truyền" in line for line in eye.said))
    world.start()
    again = world.office(world.principal("40"))
    assert again.offer(1, [again.update(1, "412", "KH.C", 20240402, count=pb.Count(value=1387))]).mark == 1
    eye.until_line("KH.C: 1.387 dịch vụ")
    eye.process.send_signal(signal.SIGINT)
    assert eye.process.wait(PATIENCE) == 0


def test_watch_follows_a_new_catalogue(eye, clerk):
    world = eye.world
    eye.watch("40", "KH.C")
    clerk("412", "KH.C", count=pb.Count(value=7))
    eye.until_line("KH.C: 7 dịch vụ")
    world.write_catalogue(units=UNITS + "415,40,district,huyện,state,Huyện mới,,Chủ tịch,,,,\n")
    world.server_cli("catalogue", "load", world.catalogue)
    eye.until_line("báo cáo 1/3")  # one more is expected to report
    clerk("413", "KH.C", count=pb.Count(value=3))
    eye.until_line("KH.C: 10 dịch vụ")


def test_who_is_refused_is_told_within_three_seconds(world):
    stranger = Eye(world, "stranger", register=False)
    for command in (("get", "40"), ("watch", "40")):
        began = time.monotonic()
        done = stranger(*command, ok=(1,))
        assert stranger.public in done.stderr and time.monotonic() - began < 15, "three, and time for a busy machine"
    office = Eye(world, "office", role="agent")
    assert "40" in office("get", "40", "KH").stdout  # the query door is open to an office, the feed is not
    assert "sai vai trò" in office("watch", "40", ok=(1,)).stderr
    wrong = Eye(world, "wrong", register=False, key=stranger.public)  # another server's key
    assert "server_key" in wrong("get", "40", ok=(1,)).stderr


def test_revoked(eye):
    eye("get", "40")
    eye.world.server_cli("agent", "key", "revoke", eye.number["key"])
    assert eye.public in eye("get", "40", ok=(1,)).stderr


def test_revoked_while_it_watches(eye):
    p = eye.watch("40")
    eye.world.server_cli("agent", "key", "revoke", eye.number["key"])
    assert p.wait(PATIENCE) == 1
    until("the reason", lambda: any("thu hồi" in line for line in eye.said))


def test_exit_codes_and_sentences(eye, tmp):
    assert "999" in eye("get", "999", ok=(1,)).stderr
    assert "KHONG" in eye("get", "40", "KHONG", ok=(1,)).stderr
    assert "38" in eye("get", "38", "KH", ok=(1,)).stderr  # of another province
    assert "999" in eye("watch", "999", ok=(1,)).stderr
    assert "999" in eye("explain", "999", "KH", ok=(1,)).stderr
    for wrong in ((), ("get",), ("get", "a", "b", "c"), ("watch",), ("explain", "40"), ("fly",), ("get", "40", "--what"),
                  ("get", "40", "--lang", "fr"), ("watch", "40", "--count", "0"), ("watch", "40", "--count", "x"), ("--dir",)):
        eye(*wrong, ok=(2,))
    assert "explain" in eye("--help").stdout
    conf = eye.dir / "tiendo.conf"
    text = conf.read_text()
    conf.write_text(text + "colour = red\n")
    assert f"tiendo.conf:{len(text.splitlines()) + 1}" in eye("get", "40", ok=(3,)).stderr
    conf.write_text(text.replace(eye.world.end["query"], f"tcp://127.0.0.1:{free_port()}"))
    assert "không nối được" in eye("get", "40", ok=(3,)).stderr
    done = eye.world.cli("--dir", tmp / "none", "get", "40", program="tiendo", ok=(3,))
    assert "tiendo init" in done.stderr
    env = dict(eye.world.environment(), TIENDO_VIEW_DIR=str(eye.dir))
    conf.write_text(text)
    assert "KH" in eye.world.cli("get", "40", "KH", program="tiendo", env=env).stdout


def test_init_keeps_the_key(eye):
    again = eye("init", "--server-key", eye.world.server_key, "--query", eye.world.end["query"], "--feed",
                eye.world.end["feed"])
    assert again.stdout.strip() == eye.public
    assert os.stat(eye.dir / "key").st_mode & 0o77 == 0
    eye("init", "--server-key", "short", ok=(2,))
