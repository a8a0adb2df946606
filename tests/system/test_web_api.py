# SPDX-License-Identifier: Apache-2.0
"""The gateway's answers: as docs/openapi.yaml says, member by member; the same as `tiendo ... --json`; and what it says to bad questions.

All of it is read from the example, played: a province's offices with obstacles, findings, requests, groups, late and silent ones.
"""
import csv
import gzip
import http.client
import json
import re
import socket
import unicodedata

import openapi
import pytest

from webgate import PASSWORD
from world import ROOT

USERS = {"lan": ("leader", "VN", True), "minh": ("leader", "VN", False), "van": ("operator", "VN", True)}
GROUP = "G/XADIEM"
PLACES = ["VN", "40", "40.CA", "412", "16702", "38", GROUP]


@pytest.fixture(scope="module")
def gate(land):
    return land.gate("api", users=USERS, public="yes")


@pytest.fixture(scope="module")
def lan(gate):
    return gate.browser("lan")


@pytest.fixture(scope="module")
def items(lan):
    return {i["code"]: i for i in lan.json("items")["items"]}


def leaf(items, kind):
    return next(c for c, i in items.items() if i["kind"] == kind and not i["closed"])


# ---- the document ----

def test_the_document_holds_together():
    """Each reference leads somewhere, each schema is used, each path stands in the gateway's table and the other way round."""
    openapi.check(openapi.DOC["paths"], {"type": "object", "minProperties": 26}, "paths")
    used = set(openapi.references(openapi.DOC))
    for reference in used:
        openapi.resolve({"$ref": reference})
    events = {"EventHello", "EventResync"}  # named in the words of /events
    for part in ("schemas", "parameters", "responses", "headers"):
        for name in openapi.DOC["components"][part]:
            assert f"#/components/{part}/{name}" in used or name in events, f"{part}/{name} is used by nothing"
    table = re.findall(r'^\t\{"(\w+)",\s*"(GET|POST)"', (ROOT / "dashboard/web_route.c").read_text(), re.M)
    assert {(p.strip("/"), m.upper()) for p, methods in openapi.DOC["paths"].items() for m in methods} == set(table)
    for name in openapi.DOC["components"]["schemas"]:
        openapi.jsonschema.Draft202012Validator.check_schema(openapi.schema(name))
        whole = openapi.resolve(openapi.schema(name))
        if whole.get("type") == "object":
            assert whole["additionalProperties"] is False, name


def test_the_judge_is_strict(lan):
    """A member too many, one too few, a wrong type: each is a failure."""
    board = lan.json("board", unit="412")
    openapi.check(board, openapi.schema("Board"), "as it came")
    for change in (lambda b: b.update(more=1), lambda b: b.pop("offices"), lambda b: b["unit"].update(children="3"),
                   lambda b: b["rows"][0].update(x=None), lambda b: b["plans"][0].update(c=[1, 2, 3]), lambda b: b["state"].pop("live")):
        copy = lan.json("board", unit="412")
        change(copy)
        with pytest.raises(AssertionError):
            openapi.check(copy, openapi.schema("Board"), "changed")


# ---- every path ----

def questions(unit, items):
    """(path, arguments) of every path that is about a unit."""
    plan, task, ratio = "KH762", leaf(items, "task"), "BC15.HS"
    yield from [("board", {}), ("tree", {"plan": plan}), ("tree", {"plan": "BC15"}), ("unit", {}), ("figures", {}), ("figures", {"plan": plan}),
                ("recent", {}), ("at", {"date": "2024-03-20"}), ("at", {"date": "2024-04-02", "item": "BC15"}),
                ("period", {"period": "2024-03a"}), ("period", {"period": "2023-12a..2024-02b", "item": ratio}), ("timeliness", {}),
                ("timeliness", {"period": "2024-02a", "item": ratio}), ("silent", {}), ("silent", {"item": ratio}), ("slots", {"period": "2024-03a"}),
                ("slots", {"period": "2024-02", "item": ratio}), ("obstacles", {}), ("obstacles", {"steps": 1}), ("obstacles", {"open": 1}),
                ("obstacles", {"by_addressee": 1, "steps": 1}), ("findings", {}), ("findings", {"open": 1}), ("requests", {}),
                ("requests", {"open": 1}), ("suspicious", {}), ("suspicious", {"period": "2024-02b"}), ("exceptions", {}),
                ("exceptions", {"rule": "CHAM-BC"})]
    for item in (plan, "BC15", ratio, task):
        yield from [("below", {"item": item}), ("series", {"item": item}), ("explain", {"item": item}),
                    ("series", {"item": item, "from_": "2024-01-01", "to": "2024-02-01"})]


WHOLE = [("state", {}), ("items", {}), ("search", {"q": "vinh"}), ("search", {"q": "bao cao", "n": 3}), ("session", {}), ("obstacles", {"by_addressee": 1})]


@pytest.mark.parametrize("unit", PLACES)
def test_every_answer_is_as_described(gate, lan, items, unit):
    """Of every path, for who may read text, who may not, and nobody; what one of them may not have is described too."""
    seen = set()
    for path, args in [*((p, {"unit": unit, **a}) for p, a in questions(unit, items)), *WHOLE, ("health", {})]:
        for who in (lan, gate.browser("minh") if not seen else None, gate.browser()):
            if who:
                answer = openapi.judge(who.get(path, **args), path)
                seen.add((path, answer.status))
    missing = {p for p, _ in questions(unit, items)} - {p for p, s in seen if s == 200}
    assert missing <= {"series", "explain", "below", "tree", "period", "slots"}, "each had an answer, but for what has no row there"
    assert {("health", 403), ("health", 401), ("silent", 401)} <= seen


def test_health_for_the_operator(gate, land):
    answer = openapi.judge(gate.browser("van").get("health"), "health").json
    told = land.tiendo("health")
    assert answer.keys() - told.keys() == {"gateway"}
    assert [(r["principal"], r["unit"], r["name"], r["role"]) for r in answer["rows"]] == [
        (r["principal"], r["unit"], r["name"], r["role"]) for r in told["rows"]]
    assert answer["centre"]["entries"] == told["centre"]["entries"] and answer["centre"].keys() == told["centre"].keys()
    assert answer["gateway"]["mirror_grains"] > 100 and answer["gateway"]["rss_kb"] > 1000 and answer["gateway"]["sessions"] >= 2


# ---- the same as the command line ----

LISTS = {"timeliness": ("item", "period"), "silent": ("item",), "slots": ("item", "period"), "obstacles": ("item", "open", "by_addressee", "steps"),
         "findings": ("open",), "requests": ("open",), "suspicious": ("period",), "exceptions": ("rule",), "series": ("item", "from_", "to"),
         "explain": ("item",)}


def command(path, unit, args):
    """What `tiendo` is called with to answer the same."""
    words = ["get" if path in ("at", "period") else path, unit, *([args[k]] if (k := next((k for k in ("item", "rule") if k in args), None)) else [])]
    for option, key in (("--period", "period"), ("--at", "date"), ("--from", "from_"), ("--to", "to")):
        words += [option, args[key]] if key in args else []
    return words + [f"--{k.replace('_', '-')}" for k in ("open", "by_addressee", "steps") if args.get(k)]


@pytest.mark.parametrize("unit", ["VN", "40", "412", "16702", GROUP])
def test_lists_are_those_of_the_command_line(land, lan, items, unit):
    """Every list and every figure of another day, member by member, for the same question; `more` is the gateway's own."""
    compared = 0
    for path, args in questions(unit, items):
        if path not in (*LISTS, "at", "period"):
            continue
        answer = lan.get(path, unit=unit, **args)
        done = land.ask(*command(path, unit, args), ok=None)
        if done.returncode:
            assert answer.status == 404, (path, args, done.stderr, answer.body[:200])
            continue
        assert answer.status == 200, (path, args, answer.body, done.stdout[:300])
        mine, theirs = answer.json, json.loads(done.stdout)
        if path == "at":
            theirs = {"at": args["date"], "figures": [r["frozen"] for r in theirs["rows"]]}
        elif path not in ("period", "series", "timeliness"):
            assert mine.pop("more") is False
        assert mine == theirs, (path, args)
        compared += 1
    assert compared > 20


def test_the_ministries_list(land, lan):
    mine = lan.json("obstacles", by_addressee=1)
    assert mine.pop("more") is False and mine == land.tiendo("obstacles", "--by-addressee") and mine["rows"], "there is one for a ministry"


# ---- figures ----

def expand(brief, unit, like):
    """A Figure of a Brief, by the words of the document alone."""
    task, indicator = ("unreported", "not_started", "in_progress", "done", "na"), ("unreported", "value", "none", "na", "at_target")

    def five(values, names):
        counts = dict(zip(names, values or [0] * 5))
        return {"expected": sum(v for k, v in counts.items() if k != "at_target"), **counts}

    done_late, overdue, behind = brief.get("d", [0, 0, 0])
    reported, expected = brief.get("r", [0, 0])
    numerator, denominator = brief.get("n", [None, None])
    target, reached = brief.get("t", [None, None])
    score, leaves, of = brief.get("s", [None, like["score_leaves"], like["score_leaves_of"]])
    return {"unit": unit, "item": brief["i"], "cells": five(brief.get("c"), task), "leaves": five(brief.get("l"), task),
            "indicators": five(brief.get("k"), indicator), "done_late": done_late, "overdue": overdue, "behind": behind, "reported": reported,
            "expected": expected, "numerator": numerator, "denominator": denominator, "value": brief.get("x"), "percent_bp": brief.get("p"),
            "target": target, "target_reached": None if reached is None else bool(reached), "attainment_bp": brief.get("a"), "score_bp": score,
            "score_leaves": leaves, "score_leaves_of": of, "version": brief.get("v", 0),
            **{k: like[k] for k in ("period", "at", "illustrative", "simulated", "generation")}}


@pytest.mark.parametrize("unit", ["VN", "40", "40.CA", "412", "16702", "38"])
def test_figures_are_those_of_the_command_line(land, lan, items, unit):
    told = {f["item"]: f for f in land.tiendo("get", unit)}
    mine = lan.json("figures", unit=unit)
    assert mine["unit"] == unit and {f["item"]: f for f in mine["figures"]} == told and len(mine["figures"]) == len(told) > 5
    received = land.received()
    assert mine["changed"] == {f["item"]: received[f["version"]] for f in mine["figures"]}, "when the entry came that its version names"
    order = [f["item"] for f in mine["figures"]]
    plans = [b["i"] for b in lan.json("board", unit=unit)["plans"]]
    assert all(items[i]["parent"] is None or order.index(items[i]["parent"]) < order.index(i) for i in order), "parents first"
    for plan in plans:
        assert lan.json("figures", unit=unit, plan=plan)["figures"] == [f for f in mine["figures"] if items[f["item"]]["plan"] == plan]
    board = lan.json("board", unit=unit)
    assert {i for i in order if items[i]["kind"] == "plan"} <= set(plans)
    assert {i for i in order if items[i]["parent"] in plans and not items[i]["leaf"]} <= {b["i"] for b in board["inner"]}
    for brief in board["plans"] + board["inner"]:
        whole = told.get(brief["i"]) or land.tiendo("get", unit, brief["i"])
        assert expand(brief, unit, whole) == whole and brief.get("m") == received.get(whole["version"])


def test_below_and_board_rows_are_the_units_own(land, lan, items):
    """Each row says what the unit itself says."""
    board, unit = lan.json("board", unit="40"), lan.json("unit", unit="40")
    codes = [r["unit"]["code"] for r in board["rows"]]
    assert codes == [c["code"] for c in unit["children"]] and len(codes) == unit["unit"]["children"] > 20
    below = {item: lan.json("below", unit="40", item=item) for item in ("BC15", "BC15.HS")}
    for code in ["412", "418", "40.CA"]:
        told = {f["item"]: f for f in land.tiendo("get", code)}
        row = next(r for r in board["rows"] if r["unit"]["code"] == code)
        assert {b["i"]: expand(b, code, told[b["i"]]) for b in row["plans"] if b["i"] in told} == {
            i: f for i, f in told.items() if items[i]["kind"] == "plan"}
        for item, answer in below.items():
            assert all(r["changed_ms"] == land.received().get(r["figure"]["version"]) for r in [answer, *answer["rows"]])
            assert answer["figure"] == land.tiendo("get", "40", item)
            assert next(r["figure"] for r in answer["rows"] if r["unit"]["code"] == code) == land.tiendo("get", code, item)
    nodes = {n["code"]: n for n in lan.json("tree", unit="VN", plan="BC15")["nodes"]}
    assert nodes["40"]["parent"] == "VN" and nodes["412"]["parent"] == "40" and "16702" not in nodes
    assert nodes["412"]["b"] == next(b for r in board["rows"] if r["unit"]["code"] == "412" for b in r["plans"] if b["i"] == "BC15")
    assert [p["code"] for p in lan.json("unit", unit="16702")["unit"]["path"]] == ["VN", "40", "412", "16702"]


def offices(land, unit, plans):
    """Recomputed from who reported what, cell by cell."""
    owed = {}
    for plan in plans:
        told = land.tiendo("explain", unit, plan)
        for c in told["reported"]:
            if c["expected"] and c["state"] != "na":
                owed.setdefault(c["unit"], []).append(True)
        for c in told["missing"]:
            owed.setdefault(c["unit"], []).append(False)
    return {"expected": len(owed), "reported": sum(all(v) for v in owed.values())}


@pytest.mark.parametrize("unit", ["VN", "40", "412", "16702", "38", GROUP])
def test_offices_that_have_reported(land, lan, items, unit):
    plans = [c for c, i in items.items() if i["kind"] == "plan" and not i["closed"]]
    have = [p for p in plans if lan.get("explain", unit=unit, item=p).status == 200]
    board = lan.json("board", unit=unit)
    assert board["offices"] == offices(land, unit, have) and board["offices"]["expected"] > 0
    assert board["compare"] == "2024-03-31", "today is 2024-04-02: the end of the last half month"


def test_items_as_the_catalogue_has_them(lan, items):
    rows = {r["code"]: r for r in csv.DictReader((ROOT / "examples/de-an-06/items.csv").open(encoding="utf-8-sig"))}
    assert items.keys() - rows.keys() == {"BC15.N4"} and not rows.keys() - items.keys(), "assigned by the centre after a meeting"
    order = list(items)
    for code, row in rows.items():
        i = items[code]
        for key in ("parent", "kind", "name", "name_en", "doc_no", "issuer", "lead", "person", "product", "product_unit", "schedule", "num_def",
                    "den_def", "uom"):
            assert (i[key] or "") == unicodedata.normalize("NFC", row.get(key) or ""), (code, key)
        assert i["parent"] is None or order.index(i["parent"]) < order.index(code)
        assert (i["leaf"], i["plan"]) == (i["kind"] in ("task", "ratio", "count", "points"), items[i["parent"]]["plan"] if i["parent"] else code)
        assert set(i["flags"]) == set(filter(None, (row.get("flags") or "").split("|"))) & {"trong_tam", "dp_chu_tri", "watch", "own_work"}


def test_a_group(land, lan, items):
    """Its members, what they owe, its own figures, now and then."""
    members = {"16675", "16681", "16702", "17389", "17401", "17479"}
    unit = lan.json("unit", unit=GROUP)
    assert {c["code"] for c in unit["children"]} == members and unit["unit"]["code"] == GROUP and unit["unit"]["group"] and not unit["unit"]["path"]
    board = lan.json("board", unit=GROUP)
    assert {r["unit"]["code"] for r in board["rows"]} == members and all(r["plans"] for r in board["rows"])
    now = {f["item"]: f for f in land.tiendo("get", GROUP)}
    assert {f["item"]: f for f in lan.json("figures", unit=GROUP)["figures"]} == now and len(now) > 3
    assert {b["i"]: expand(b, GROUP, now[b["i"]]) for b in board["plans"] if b["i"] in now} == {i: f for i, f in now.items() if items[i]["kind"] == "plan"}
    assert lan.json("below", unit=GROUP, item="BC15.TK")["figure"] == now["BC15.TK"]
    assert {n["parent"] for n in lan.json("tree", unit=GROUP, plan="BC15")["nodes"]} == {GROUP}
    assert GROUP in [g["code"] for g in lan.json("unit", unit="16702")["groups"]]
    then = {f["item"]: f for f in lan.json("at", unit=GROUP, date="2024-04-02")["figures"]}
    for item, f in now.items():
        assert {k: v for k, v in then[item].items() if k != "version"} == {k: v for k, v in f.items() if k != "version"}, item


# ---- search ----

def fold(text):
    """Folded as the document says, by Python's own tables."""
    marks = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return " ".join("".join(c for c in marks if unicodedata.category(c) != "Mn").split())


@pytest.mark.parametrize("asked, code", [("hoà", "17"), ("hòa", "17"), ("HOA BINH", "17"), ("Thanh Hoá", "38"), ("thanh hóa", "38"), ("thanh hoa", "38"),
                                         ("dien chau", "425"), ("Diễn Châu", "425"), ("đông vinh", None), ("412", "412"), ("vinh thanh", "412"), ("40.ca", "40.CA")])
def test_search_without_marks(lan, asked, code):
    found = [u["code"] for u in lan.json("search", q=asked)["units"]]
    assert (code in found) if code else True
    for u in lan.json("search", q=asked)["units"]:
        names = fold(u["name"]).split()
        assert all(any(n.startswith(w) for n in names) or fold(u["code"]) == w for w in fold(asked).split()), u


def test_search_is_whole_and_bounded(lan, items):
    """Against all names: none missing below the limit; repeated names are told apart by those above; n bounds; items by code and word."""
    units = {r["code"]: unicodedata.normalize("NFC", r["name"]) for r in csv.DictReader((ROOT / "examples/de-an-06/units.csv").open(encoding="utf-8-sig"))}
    for word in sorted({w for name in units.values() for w in fold(name).split()}):
        right = {c for c, name in units.items() if any(w.startswith(word) for w in fold(name).split()) or fold(c) == word}
        found = {u["code"] for u in lan.json("search", q=word)["units"]}
        assert (found == right) if len(right) < 20 else (found <= right and len(found) == 20), word
    assert len(lan.json("search", q="huyen", n=3)["units"]) == 3
    for code in ("BC15.HS", "bc15.hs"):
        assert [i["code"] for i in lan.json("search", q=code)["items"]] == ["BC15.HS"]
    hit = lan.json("search", q="vinh tan")["units"]
    assert all(u["under"][-1] == "Việt Nam" or len(u["under"]) == 3 for u in hit)
    assert lan.json("search", q="zzz khong co") == {"units": [], "items": []}
    assert lan.json("search", q="'; <script>\"") == {"units": [], "items": []}


# ---- bad questions ----

BAD = [("unit", {"unit": "40 "}, "unit"), ("unit", {"unit": "nghe an"}, "unit"), ("unit", {}, "unit"), ("unit", {"unit": "G/"}, "unit"),
       ("board", {"unit": "../etc"}, "unit"), ("unit", {"unit": "4" * 17}, "unit"), ("unit", {"unit": "40\n"}, "unit"), ("unit", {"unit": "Đ"}, "unit"),
       ("below", {"unit": "40"}, "item"), ("below", {"unit": "40", "item": "kh"}, "item"), ("explain", {"unit": "40", "item": "x" * 300}, "item"),
       ("tree", {"unit": "40"}, "plan"), ("figures", {"unit": "40", "plan": "?"}, "plan"), ("at", {"unit": "40"}, "date"),
       ("at", {"unit": "40", "date": "2024-02-30"}, "date"), ("at", {"unit": "40", "date": "hôm nay"}, "date"),
       ("period", {"unit": "40"}, "period"), ("slots", {"unit": "40", "period": "2024-04 a"}, "period"), ("slots", {"unit": "40", "period": "9" * 90}, "period"),
       ("series", {"unit": "40", "item": "KH762", "from_": "2024-13-01"}, "from"), ("series", {"unit": "40", "item": "KH762", "from_": "2024-03-02", "to": "2024-03-01"}, "from"),
       ("obstacles", {"unit": "40", "open": "yes"}, "open"), ("obstacles", {"unit": "40", "steps": "2"}, "steps"), ("findings", {"unit": "40", "open": "-1"}, "open"),
       ("events", {"unit": "40", "depth": "2"}, "depth"), ("search", {}, "q"), ("search", {"q": "  "}, "q"), ("search", {"q": "a" * 101}, "q"),
       ("search", {"q": "vinh", "n": 0}, "n:"), ("search", {"q": "vinh", "n": 21}, "n:"), ("search", {"q": "vinh", "n": "9e9"}, "n:"),
       ("exceptions", {"unit": "40", "rule": "a b"}, "rule")]
UNKNOWN = [("unit", {"unit": "999"}), ("board", {"unit": "G/KHONG"}), ("below", {"unit": "40", "item": "KHONG"}), ("figures", {"unit": "40", "plan": "KHONG"}),
           ("at", {"unit": "40", "date": "1999-01-01"}), ("at", {"unit": "40", "date": "2030-01-01"}), ("period", {"unit": "40", "period": "xx"}),
           ("slots", {"unit": "40", "period": "2024-99"}), ("timeliness", {"unit": "40", "period": "2024-04c"}), ("suspicious", {"unit": "40", "period": "0"}),
           ("exceptions", {"unit": "40", "rule": "KHONG"}), ("silent", {"unit": "40", "item": "KHONG"}), ("events", {"unit": "999"}), ("khong", {}), ("", {}),
           ("unit/40", {}), ("State", {})]


@pytest.mark.parametrize("path, args, names", BAD)
def test_bad_arguments_are_named(lan, path, args, names):
    """400 with a sentence in both languages that names the argument and says what it may be."""
    answer = openapi.judge(lan.get(path, **args), path)
    assert (answer.status, answer.error) == (400, "bad_request")
    e = answer.json["error"]
    assert names in e["vi"] and names in e["en"] and len(e["vi"]) > 40


def test_what_is_not_there(lan):
    for path, args in UNKNOWN:
        answer = lan.get(path, **args)
        assert (answer.status, answer.error) == (404, "not_found"), (path, args)
        assert answer.headers["Cache-Control"] == "no-store"
    assert "999" in lan.get("unit", unit="999").json["error"]["vi"]


@pytest.mark.parametrize("path", ["timeliness", "silent", "obstacles", "suspicious", "period", "series", "slots", "findings", "requests", "exceptions"])
def test_arguments_of_other_paths_change_nothing(land, lan, path):
    """What a path does not take is not looked at: `at` and `date` once made a list be read as another."""
    args = {"unit": "40", **({"period": "2024-03a"} if path in ("slots", "period") else {}), **({"item": "BC15"} if path == "series" else {})}
    extra = {k: v for k, v in {"at": "2024-03-01", "date": "2024-03-01", "depth": "7", "q": "", "rubbish": "%00", "n": "x"}.items()}
    assert lan.json(path, **args, **extra) == lan.json(path, **args)


def test_methods(gate, lan):
    for path, method, allow in [("state", "POST", "GET, HEAD"), ("board", "POST", "GET, HEAD"), ("login", "GET", "POST"), ("logout", "HEAD", "POST")]:
        answer = lan.ask(method, f"/api/v1/{path}?unit=40", "{}" if method == "POST" else None)
        assert (answer.status, answer.headers["Allow"]) == (405, allow), (path, method)
        assert method == "HEAD" or answer.error == "method_not_allowed"
    for method in ("PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"):
        answer = lan.ask(method, "/api/v1/state")
        assert answer.status == 405 and "GET" in answer.headers["Allow"] and answer.headers["X-Content-Type-Options"] == "nosniff", method
    assert lan.ask("POST", "/api/v1/login", "x" * 5000, **{"Content-Type": "application/json", "X-Tiendo": "1"}).status == 413
    assert lan.ask("GET", "/api/v1/state", Cookie="a=" + "b" * 14000).status == 431


def test_never_a_fault_of_the_gateway(gate, lan):
    """Bytes that mean nothing, in every argument of every path: an error of the asker's, never 5xx, and the gateway is there afterwards."""
    junk = ["%00", "%FF%FE", "%", "%2", "%zz", "..%2F..", "\u202e", "A" * 3000, "G/G/X", "-", ".", "40/412", "*", "[]", "{}", "null", "0", "-1", "2024-04-31", "P..Q", "..",
            "2024..2023", "KH762|BC15", "'", '"', "<b>", "%0d%0aX: y", "=1+1", "40&unit=38", "\U0001f600"]
    from urllib.parse import quote
    for path, methods in openapi.DOC["paths"].items():
        if "get" not in methods or path == "/events":
            continue
        names = [openapi.resolve(p)["name"] for p in methods["get"].get("parameters", [])] or ["unit"]
        right = {"unit": "40", "item": "BC15", "plan": "BC15", "period": "2024-03a", "date": "2024-03-01", "q": "vinh"}
        for name in names:
            for word in junk:
                args = "&".join(f"{k}={right[k]}" for k in names if k in right and k != name)
                raw = quote(word, safe="&%")
                answer = lan.ask("GET", f"/api/v1{path}?{args}&{name}={raw}")
                assert answer.status in (200, 400, 404) or (path == "/health" and answer.status == 403), (path, name, word, answer.status, answer.body[:200])
                if answer.status != 200:
                    assert answer.error
    assert gate.process.poll() is None and lan.get("state").status == 200


# ---- HTTP ----

EACH = [("state", {}), ("items", {}), ("board", {"unit": "40"}), ("figures", {"unit": "40"}), ("at", {"unit": "40", "date": "2024-03-01"}),
        ("series", {"unit": "40", "item": "BC15"}), ("recent", {"unit": "VN"})]
LOGGED_IN = [("silent", {"unit": "40"}), ("explain", {"unit": "40", "item": "BC15"}), ("obstacles", {"unit": "40", "steps": 1})]


def test_head_etag_gzip(gate, lan):
    """HEAD is GET without a body; the same answer is 304; packed and plain are the same bytes."""
    stranger = gate.browser()
    for b, path, args in [*((stranger, *x) for x in EACH), *((lan, *x) for x in [*LOGGED_IN, ("items", {}), ("board", {"unit": "40"})])]:
        plain = b.ask("GET", b.target(path, args))
        head = b.ask("HEAD", b.target(path, args))
        assert head.status == 200 and not head.body and head.headers["ETag"] == plain.headers["ETag"], path
        assert head.headers["Content-Length"] == plain.headers["Content-Length"]
        packed = b.ask("GET", b.target(path, args), Accept_Encoding="gzip, br")
        assert (packed.headers["Content-Encoding"] == "gzip") == (len(plain.body) >= 1024), path
        assert (gzip.decompress(packed.body) if packed.headers["Content-Encoding"] else packed.body) == plain.body
        assert plain.headers["Vary"] == "Accept-Encoding, Cookie"
        refused = b.ask("GET", b.target(path, args), Accept_Encoding="gzip;q=0")
        assert refused.headers["Content-Encoding"] is None and refused.body == plain.body
        if b is lan:
            continue
        same = openapi.judge(b.ask("GET", b.target(path, args), If_None_Match=plain.headers["ETag"]), path)
        assert same.status == 304 and not same.body and same.headers["ETag"] == plain.headers["ETag"], path
        other = b.ask("GET", b.target(path, args), If_None_Match='"0"')
        assert other.status == 200 and other.body == plain.body
        assert plain.headers["Cache-Control"] == same.headers["Cache-Control"] == "private, no-cache"
    for path in ("session", "unit?unit=999"):
        assert lan.ask("GET", f"/api/v1/{path}").headers["Cache-Control"] == "no-store"


def test_what_no_disk_keeps(gate, lan, land):
    """Of a PC that others use too: free text, lists, persons, and whatever a stranger is not given. Nothing of it can be asked for by a tag."""
    closed = land.gate("closed", users=USERS, public="no").browser("lan")
    part = land.gate("part", users=USERS, public="yes", public_unit="412").browser("lan")
    secret = [*((lan, *x) for x in LOGGED_IN), (lan, "items", {}), (lan, "state", {}), (lan, "search", {"q": "vinh"}), (gate.browser("van"), "health", {}),
              *((lan, p, {"unit": "40", **({"item": "BC15"} if p == "below" else {})}) for p in ("board", "unit", "below")),
              *((b, *x) for b in (closed,) for x in EACH), *((part, *x) for x in EACH)]
    tags = {path: gate.browser().get(path, **args).headers["ETag"] for path, args in EACH}
    for b, path, args in secret:
        for tag in (None, tags.get(path), "*"):
            answer = openapi.judge(b.ask("GET", b.target(path, args), **({"If_None_Match": tag} if tag else {})), path)
            assert (answer.status, answer.headers["Cache-Control"], answer.headers["ETag"]) == (200, "no-store", None), (path, args, tag)
    for path, args in (("figures", {"unit": "40"}), ("tree", {"unit": "40", "plan": "BC15"}), ("period", {"unit": "40", "period": "2024-03a"})):
        mine, theirs = lan.get(path, **args), gate.browser().get(path, **args)
        assert mine.headers["ETag"] == theirs.headers["ETag"] and mine.headers["Cache-Control"] == "private, no-cache", "public numbers, whoever asks"
    assert part.get("figures", unit="412").headers["ETag"] and not part.get("figures", unit="413").headers["ETag"]


def test_items_change_with_the_reader(gate, lan):
    """With persons and without are two texts."""
    mine, theirs = lan.get("items"), gate.browser().get("items")
    assert mine.headers["ETag"] is None and theirs.headers["ETag"]
    assert any(i["person"] for i in mine.json["items"]) and not any(i["person"] for i in theirs.json["items"])
    assert gate.browser().ask("GET", "/api/v1/items", If_None_Match=theirs.headers["ETag"]).status == 304


def test_the_page_and_its_files(gate):
    """The same page at every screen's path; strict headers; files that never change are kept for ever."""
    b = gate.browser()
    index = b.ask("GET", "/")
    assert index.status == 200 and index.headers["Content-Type"].startswith("text/html")
    csp = dict(p.strip().split(" ", 1) for p in index.headers["Content-Security-Policy"].split(";"))
    assert csp["default-src"] == "'self'" and csp["frame-ancestors"] == "'none'" and csp["object-src"] == "'none'" and csp["base-uri"] == "'none'"
    assert "unsafe" not in index.headers["Content-Security-Policy"]
    for name, value in {"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "same-origin", "Cache-Control": "no-cache",
                        "Cross-Origin-Opener-Policy": "same-origin"}.items():
        assert index.headers[name] == value, name
    for screen in ("/index.html", "/don-vi?unit=412", "/vuong-mac", "/lich", "/su-kien", "/he-thong"):
        assert b.ask("GET", screen).body == index.body
    files = re.findall(r'(?:src|href)="(/[^"]+)"', index.text)
    assert len(files) >= 2
    for name in files:
        plain = b.ask("GET", name)
        assert plain.status == 200 and plain.headers["X-Content-Type-Options"] == "nosniff" and plain.headers["Content-Security-Policy"]
        assert plain.headers["Cache-Control"] == "public, max-age=31536000, immutable", name
        packed = b.ask("GET", name, Accept_Encoding="gzip")
        assert packed.text == plain.text and b.ask("HEAD", name).headers["Content-Length"] == str(len(plain.body))
        same = b.ask("GET", name, If_None_Match=plain.headers["ETag"])
        assert same.status == 304 and same.headers["Cache-Control"] == plain.headers["Cache-Control"], "a cache takes over the headers of a 304"
    for name in ("/khong-co", "/api", "/api/v1", "/../etc/passwd", "/%2e%2e/etc/passwd", "/main.js.gz", "//"):
        assert b.ask("GET", name).status == 404, name
    lost = b.ask("GET", "/khong-co?unit=412", Accept="text/html,*/*")
    assert lost.status == 302 and lost.headers["Location"] == "/", "a person with a mistyped link"
    assert b.ask("GET", "/api/v1/khong-co", Accept="text/html").status == 404
    assert b.ask("POST", "/").status == 405


def test_no_cross_origin(gate, lan):
    """No CORS is granted, whatever the Origin says."""
    for target in ("/api/v1/state", "/api/v1/session", "/"):
        answer = lan.ask("GET", target, Origin="https://ke-xau.example")
        assert not [h for h in answer.headers if h.lower().startswith("access-control")]


def test_a_connection_is_used_again(gate):
    """Several questions over one connection, answered in order; and two sent at once."""
    with socket.create_connection(("127.0.0.1", gate.port), 30) as s:
        s.sendall(b"GET /api/v1/state HTTP/1.1\r\nHost: a\r\n\r\nGET /api/v1/unit?unit=412 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        first = http.client.HTTPResponse(s)
        data = b""
        while chunk := s.recv(65536):
            data += chunk
        del first
    assert data.count(b"HTTP/1.1 200") == 2 and data.index(b'"clients"') < data.index(b"Vinh City")
    assert PASSWORD.encode() not in gate.log().encode()
