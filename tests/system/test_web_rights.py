# SPDX-License-Identifier: Apache-2.0
"""Who may see what of the gateway: every path x who asks x about whom, against rules written anew here; logging in and out; proxies.

Nothing is allowed that is not said to be: a path that the rules below do not know fails its test.
"""
import csv
import json
import re

import openapi
import pytest

from webgate import PASSWORD, Browser
from world import ROOT, until

UNITS = {"VN": "VN/", "40": "VN/40/", "412": "VN/40/412/", "16702": "VN/40/412/16702/", "413": "VN/40/413/", "38": "VN/38/"}
GROUP, MEMBERS = "G/XADIEM", ["VN/40/412/16675/", "VN/40/425/17401/"]  # two of six are enough: both are below 40, not below 412
USERS = {"lan": ("leader", "VN", True), "minh": ("leader", "VN", False), "huyen": ("staff", "412", False), "van": ("operator", "VN", True),
         "may": ("operator", "412", True), "tinh": ("leader", "40", True)}
FIGURES = {"state", "items", "board", "tree", "unit", "figures", "below", "search", "at", "period", "series", "timeliness", "recent", "events"}
LOGIN = {"explain", "silent", "slots", "obstacles", "findings", "requests", "suspicious", "exceptions"}
PLACELESS = {"state", "items", "search", "health"}
ARGUMENTS = {"tree": {"plan": "BC15"}, "below": {"item": "BC15"}, "at": {"date": "2024-03-01"}, "period": {"period": "2024-03a"},
             "series": {"item": "BC15"}, "explain": {"item": "BC15"}, "slots": {"period": "2024-03a"}, "search": {"q": "vinh"}}


@pytest.fixture(scope="module")
def gates(land):
    """By what a stranger may see."""
    return {public: land.gate(f"rights-{public}", users=USERS, public="yes" if public else "no", **({"public_unit": public} if public else {}))
            for public in ("VN", "40", "")}


def within(unit, scope):
    paths = MEMBERS if unit == GROUP else [UNITS[unit]]
    return all(p.startswith(UNITS[scope]) for p in paths)


def allowed(path, user, unit, public):
    """The rules of docs/openapi.yaml, "Who may ask", once more: the status of a good question."""
    role, scope, _ = USERS.get(user, (None, None, None))
    there = unit is None or unit == GROUP or unit in UNITS
    if path in FIGURES and public and (unit is None or (there and within(unit, public))):
        return 200
    if not user:
        return 404 if path in FIGURES and public == "VN" and not there else 401
    if path == "health":
        return 200 if (role, scope) == ("operator", "VN") else 403
    assert path in FIGURES | LOGIN, f"nothing is said about {path}"
    if not there:
        return 404
    return 200 if unit is None or within(unit, scope) else 403


def asked(browser, path, unit):
    """Streams are asked for by HEAD: it is judged alike."""
    args = ARGUMENTS.get(path, {}) | ({"unit": unit} if unit else {})
    return browser.ask("HEAD" if path == "events" else "GET", browser.target(path, args))


@pytest.mark.parametrize("public", ["VN", "40", ""])
@pytest.mark.parametrize("user", [None, *USERS])
def test_the_whole_matrix(gates, public, user):
    browser = gates[public].browser(user)
    paths = {p.strip("/") for p, m in openapi.DOC["paths"].items() if "get" in m} - {"session"}
    for path in sorted(paths):
        for unit in [None] if path in PLACELESS else [*UNITS, GROUP, "999", "G/KHONG"]:
            answer = asked(browser, path, unit)
            right = allowed(path, user, unit, public)
            if right == 200 and unit == "38" and ("BC15" in ARGUMENTS.get(path, {}).values() or path in ("period", "slots")):
                right = (200, 404)  # it has no row of that plan
            assert answer.status == right or (isinstance(right, tuple) and answer.status in right), (public, user, path, unit, answer.status, answer.body[:200])
            if answer.status >= 400 and path != "events":
                openapi.judge(answer, path)


@pytest.mark.parametrize("public", ["40", ""])
def test_a_stranger_learns_nothing_of_what_there_is(gates, public):
    """The same bytes for what is there, what is not, and what could not be."""
    browser = gates[public].browser()
    for path, args in [("board", {}), ("silent", {}), ("explain", {"item": "BC15"}), ("explain", {"item": "KHONG"}), ("unit", {}), ("slots", {"period": "x"})]:
        answers = {(a.status, a.body) for unit in ("38", "999", "G/KHONG") for a in [browser.get(path, unit=unit, **args)]}
        assert len(answers) == 1 and answers.pop()[0] == 401, (path, args)
    if not public:
        assert {browser.get(p).status for p in ("state", "items", "board", "search", "at")} == {401}, "before any argument is looked at"
        assert browser.json("session") == {"user": None, "role": None, "unit": None, "text": False, "public": False, "csrf": None}


def persons(node):
    """(unit, value) of every head, contact and responsible person in an answer: of a unit, of a row about one, of an item its lead's."""
    if isinstance(node, list):
        for x in node:
            yield from persons(x)
    elif isinstance(node, dict):
        for key in ("head", "contact"):
            if key in node:
                yield (node["unit"] if isinstance(node.get("unit"), str) else node["unit"]["code"] if "unit" in node else node["code"]), node[key]
        if "person" in node:
            yield node["lead"] or node["owner"], node["person"]
        for x in node.values():
            yield from persons(x)


def tree():
    """code -> path of every unit of the example; and every name and contact in it."""
    rows = {r["code"]: r for r in csv.DictReader((ROOT / "examples/de-an-06/units.csv").open(encoding="utf-8-sig"))}

    def path(code):
        return (path(rows[code]["parent"]) if rows[code]["parent"] else "") + code + "/"

    items = list(csv.DictReader((ROOT / "examples/de-an-06/items.csv").open(encoding="utf-8-sig")))
    return {c: path(c) for c in rows}, rows, items


@pytest.mark.parametrize("public", ["VN", "40", ""])
@pytest.mark.parametrize("user", [None, *USERS])
def test_persons_are_for_those_above_them(gates, public, user):
    """Whatever path, whatever is public: heads, contacts and who is responsible are seen by whose own unit is at or above, and by nobody else."""
    paths, rows, _ = tree()
    browser, seen = gates[public].browser(user), 0
    scope = paths[USERS[user][1]] if user else None
    table = {p.strip("/") for p, m in openapi.DOC["paths"].items() if "get" in m} - {"session", "events"}
    for path in sorted(table):
        for unit in [None] if path in PLACELESS else [*UNITS, GROUP]:
            answer = asked(browser, path, unit)
            if answer.status != 200:
                continue
            for whose, value in persons(answer.json):
                may = scope is not None and whose in paths and paths[whose].startswith(scope)
                assert may or value is None, (path, unit, whose, value)
                seen += value is not None
            shown = answer.json.get("unit")
            if path in ("board", "unit", "below") and unit != GROUP and scope and paths[unit].startswith(scope):
                assert (shown["head"], shown["contact"]) == (rows[unit]["head"] or None, rows[unit]["contact"] or None), (path, unit)
            known = [r for c, r in rows.items() if not (scope and paths[c].startswith(scope))]
            hidden = {r["contact"] for r in known if r["contact"]} - {r["contact"] for c, r in rows.items() if r not in known}
            leaked = [x for x in hidden if json.dumps(x, ensure_ascii=False)[1:-1] in answer.text]
            assert not leaked, (path, unit, leaked[:3])
    assert bool(seen) == bool(user), "and those who may do see them"


def test_both_ask_at_once_for_the_same(gates):
    """Nobody is given what was made for somebody else."""
    stranger, staff, lan = gates["VN"].browser(), gates["VN"].browser("huyen"), gates["VN"].browser("lan")
    for _ in range(2):
        for path in ("board", "unit", "below"):
            for unit, sees in (("412", (False, True, True)), ("40", (False, False, True))):
                args = {"unit": unit, **ARGUMENTS.get(path, {})}
                answers = [b.json(path, **args) for b in (stranger, staff, lan)]
                assert tuple(bool(a["unit"]["head"] and a["unit"]["contact"]) for a in answers) == sees, (path, unit)
                for a in answers:
                    a["unit"] |= {"head": None, "contact": None}
                assert all({**a, "state": 0} == {**answers[0], "state": 0} for a in answers)
        leads = [{i["lead"] or i["owner"] for i in b.json("items")["items"] if i["person"]} for b in (stranger, staff, lan)]
        assert leads[0] == set() and leads[1] == {"412"} and leads[2] > {"412", "40.CA"}


# ---- free text ----

TEXTS = {"obstacles": ("text", "solution"), "findings": ("text",), "requests": ("reason", "answer")}


def texts(path, answer):
    """Every free text in it; each is replaced, so that the rest can be compared."""
    found = []
    rows = answer["reported"] if path == "explain" else answer["rows"]
    for row in [*rows, *(s for r in rows for s in r.get("steps", []))]:
        for key in ("note", "reason") if path == "explain" else ("text",) if "step" in row else TEXTS[path]:
            found.append(row[key])
            row[key] = "?"
    return found


@pytest.mark.parametrize("path", [*TEXTS, "explain"])
def test_free_text_is_null_without_the_right(gates, path):
    """Whoever asked before: the same question by both, in both orders."""
    args = {"unit": "40", **({"steps": 1} if path == "obstacles" else {"item": "BC15"} if path == "explain" else {})}
    gate = gates[""]
    for order in (("lan", "minh"), ("minh", "lan")):
        answers = {user: gate.browser(user).json(path, **args) for user in order}
        seen, hidden = texts(path, answers["lan"]), texts(path, answers["minh"])
        assert any(seen) and len(seen) == len(hidden) and not any(hidden), path
        assert answers["lan"] == answers["minh"], "nothing else differs"


def test_search_looks_below_ones_own_unit(gates):
    """Also where a part is public: below the wider of both."""
    found = lambda b: {u["code"] for u in b.json("search", q="thanh")["units"]}  # noqa: E731
    whole = found(gates["VN"].browser())
    assert "38" in whole and len(whole) > 1
    assert found(gates[""].browser("lan")) == found(gates["40"].browser("lan")) == whole
    assert "38" not in found(gates["40"].browser()) and found(gates[""].browser("huyen")) <= {"412", *(c["code"] for c in gates[""].browser("lan").json(
        "unit", unit="412")["children"])}


def test_a_gateway_of_one_province(land):
    """It shows that unit and what is below; who may see more sees no more here, and nothing as if it were empty."""
    gate = land.gate("province", users=USERS, unit="40", key_unit="40", public="yes", public_unit="40")
    lan = gate.browser("lan")
    assert lan.json("state")["root"]["code"] == "40" and lan.json("board", unit="40")["plans"]
    for unit in ("VN", "38", "999"):
        assert lan.get("board", unit=unit).status == 404, unit
    assert lan.json("search", q="thanh hoa")["units"] == []
    assert lan.json("figures", unit=GROUP)["figures"], "all of its members are there"
    assert gate.browser("huyen").get("health").status == 403 and gate.browser("van").get("health").status == 200


def test_a_gateway_with_a_viewers_key(land):
    """It has the figures; free text it is not told, whoever asks, and health is refused with a plain sentence."""
    gate = land.gate("rights-viewer", users=USERS, role="viewer")
    lan = gate.browser("lan")
    assert lan.json("board", unit="40")["plans"]
    for path in (*TEXTS, "explain"):
        answer = lan.json(path, unit="40", **({"steps": 1} if path == "obstacles" else {"item": "BC15"} if path == "explain" else {}))
        assert not any(texts(path, answer)), path
    refused = openapi.judge(gate.browser("van").get("health"), "health")
    assert (refused.status, refused.error) == (403, "forbidden") and len(refused.json["error"]["vi"]) > 20


# ---- logging in ----

@pytest.fixture
def door(land, request):
    """A gateway of its own, closed, behind a proxy at 127.0.0.1: addresses are what X-Forwarded-For says."""
    return land.gate(re.sub(r"\W", "-", request.node.name), users=USERS, public="no", proxies="127.0.0.1")


def test_a_login_and_a_logout(door):
    b = door.browser()
    assert b.json("session")["user"] is None and b.get("state").status == 401
    answer = openapi.judge(b.login("huyen"), "login", "post")
    assert answer.status == 200
    session = answer.json
    assert {k: session[k] for k in ("user", "role", "unit", "text", "public")} == {"user": "huyen", "role": "staff", "unit": "412", "text": False, "public": False}
    cookie = answer.headers["Set-Cookie"]
    assert re.fullmatch(r"tiendo=[0-9a-f]{64}; Path=/; Max-Age=604800; HttpOnly; SameSite=Strict", cookie), cookie
    assert openapi.judge(b.get("session"), "session").json == session and b.get("state").status == 200
    token, again = dict(b.cookies), door.browser("huyen")
    assert again.csrf != session["csrf"]
    for csrf in ("", "0" * 64, again.csrf, session["csrf"][:-1], session["csrf"].upper() + "x"):
        refused = openapi.judge(b.ask("POST", "/api/v1/logout", X_CSRF=csrf), "logout", "post")
        assert (refused.status, refused.error) == (403, "forbidden"), csrf
    assert b.ask("POST", "/api/v1/logout").status == 403 and b.get("state").status == 200, "a forged request ended nothing"
    stream = b.follow("412")
    done = openapi.judge(b.logout(session["csrf"]), "logout", "post")
    assert (done.status, done.body) == (204, b"") and "Max-Age=0" in done.headers["Set-Cookie"] and b.cookies == {}
    until("its stream to end", lambda: stream.ended)
    b.cookies = token
    assert b.get("state").status == 401 and b.json("session")["user"] is None, "the token is worth nothing any more"
    assert openapi.judge(b.logout(session["csrf"]), "logout", "post").status == 401
    assert again.get("state").status == 200, "other sessions go on"
    for secret in (PASSWORD, *token.values(), session["csrf"]):
        assert secret not in door.log()


def test_what_a_login_needs(door):
    """A foreign page can send none of these: no header of ours, no JSON by a form."""
    b = door.browser()
    good = json.dumps({"user": "lan", "password": PASSWORD})
    for headers in ({"X-Tiendo": "1"}, {"Content-Type": "application/json"}, {"Content-Type": "text/plain", "X-Tiendo": "1"},
                    {"Content-Type": "application/x-www-form-urlencoded", "X-Tiendo": "1"}, {"Content-Type": "application/json", "X-Tiendo": "0"}):
        answer = openapi.judge(b.ask("POST", "/api/v1/login", good, **headers), "login", "post")
        assert (answer.status, answer.error) == (403, "forbidden") and "X-Tiendo" in answer.json["error"]["vi"], headers
    right = {"Content-Type": "application/json; charset=utf-8", "X-Tiendo": "1"}
    for body in ("", "x", "[]", "{}", '"lan"', "null", '{"user": "lan"}', '{"user": 1, "password": "x"}', '{"user": "lan", "password": null}', good + "}",
                 '{"user": "lan", "user": "van", "password": "x"}', json.dumps({"user": "a" * 33, "password": "x"}), '{"user": "a\\u0000b", "password": "x"}',
                 "[" * 4000, '{"user": "\udcff", "password": ""}'.encode("utf-8", "surrogateescape")):
        answer = openapi.judge(b.ask("POST", "/api/v1/login", body, **right), "login", "post")
        assert (answer.status, answer.error) == (400, "bad_request"), body
    assert b.ask("POST", "/api/v1/login", good, **right).status == 200
    assert not b.ask("POST", "/api/v1/login", good, **{"Content-Type": "text/plain"}).headers["Set-Cookie"]


def test_wrong_names_and_wrong_passwords_are_alike(door):
    """The same bytes; long, empty and strange passwords too."""
    answers = set()
    for n, (user, password) in enumerate([("lan", "sai-mat-khau"), ("khong-co", PASSWORD), ("lan", ""), ("", PASSWORD), ("lan", "x" * 257), ("Lan", PASSWORD), ("lan ", PASSWORD),
                                          ("lan", PASSWORD + " "), ("lan", PASSWORD.upper()), ("đặng", "mật khẩu"), ("lan", "\u202etiendo")]):
        answer = openapi.judge(door.browser(X_Forwarded_For=f"10.1.0.{n}").login(user, password), "login", "post")
        answers.add((answer.status, answer.body, answer.headers["Set-Cookie"]))
    assert len(answers) == 1
    status, body, cookie = answers.pop()
    assert (status, json.loads(body)["error"]["code"], cookie) == (401, "wrong_login", None)


@pytest.mark.parametrize("user", ["lan", "khong-co"])
def test_guessing_takes_longer_each_time(door, user):
    """Five are free, then 1 s, 2 s, 4 s; a name that nobody has behaves the same; another address and another user may go on."""
    b = door.browser(X_Forwarded_For="10.2.0.1")
    for _ in range(5):
        assert b.login(user, "sai").status == 401
    pause, held_n = 1, 0
    while held_n < 3:
        # a busy machine may take the first second for the question itself: then that was the next failure
        held = openapi.judge(b.login(user, PASSWORD if pause > 1 else "sai"), "login", "post")
        if (pause, held.status) != (1, 401):
            assert (held.status, held.error) == (429, "wait"), "not even the right one"
            assert max(1, pause - 1) <= int(held.headers["Retry-After"]) <= pause
            held_n += 1
            tried = until("the pause to be over", lambda: (a := b.login(user, "sai")).status != 429 and a)
            assert tried.status == 401
        pause *= 2
    assert b.login("van").status == 429, "the address has to wait, whoever it says to be"
    other = door.browser(X_Forwarded_For="10.2.0.2")
    assert other.login(user, PASSWORD).status == (200 if user == "lan" else 401), "its owner, elsewhere, is not locked out"
    assert door.browser(X_Forwarded_For="10.2.0.3").login("van").status == 200


def test_only_a_listed_proxy_is_believed(land):
    """Else whoever guesses would say another address each time, log in as anybody, or have a cookie of the wrong name."""
    gate = land.gate("no-proxy", users=USERS, public="no", remote_user="yes", proxies="10.9.9.9")
    codes = [gate.browser(X_Forwarded_For=f"10.3.0.{n}").login("lan", "sai").status for n in range(7)]
    assert codes[:5] == [401] * 5 and 429 in codes[5:], "all came from one"
    named = gate.browser(X_Remote_User="van")
    assert named.json("session")["user"] is None and named.get("health").status == 401
    b = gate.browser(X_Forwarded_Proto="https")
    until("the pause to be over", lambda: b.login("van").status == 200)
    assert list(b.cookies) == ["tiendo"]


def test_https_behind_a_proxy(door):
    """A cookie that only this host can set, for encrypted lines only; the plain one is not looked at there, and the other way round."""
    b = door.browser(X_Forwarded_Proto="https", X_Forwarded_For="10.4.0.1")
    cookie = b.login("lan").headers["Set-Cookie"]
    assert re.fullmatch(r"__Host-tiendo=[0-9a-f]{64}; Path=/; Max-Age=604800; HttpOnly; SameSite=Strict; Secure", cookie), cookie
    assert b.get("state").status == 200
    token = b.cookies["__Host-tiendo"]
    assert Browser(door.port).ask("GET", "/api/v1/state", Cookie=f"__Host-tiendo={token}").status == 401
    assert Browser(door.port).ask("GET", "/api/v1/state", Cookie=f"tiendo={token}", X_Forwarded_Proto="https").status == 401
    assert Browser(door.port).ask("GET", "/api/v1/state", Cookie=f"a=b; __Host-tiendo={token}; c=d", X_Forwarded_Proto="https").status == 200
    assert "__Host-tiendo=;" in b.logout(b.json("session")["csrf"]).headers["Set-Cookie"]


def test_users_that_a_proxy_logged_in(land):
    """By their name, while the user file has it; no CSRF value, and no logout: that is the proxy's."""
    gate = land.gate("remote", users=USERS, public="no", proxies="127.0.0.1", remote_user="yes")
    b = gate.browser(X_Remote_User="huyen")
    assert b.json("session") == {"user": "huyen", "role": "staff", "unit": "412", "text": False, "public": False, "csrf": None}
    assert (b.get("board", unit="412").status, b.get("board", unit="413").status) == (200, 403)
    for name in ("khong-co", "", "Huyen", "huyen ", "huyen,lan", "../users", "x" * 200):
        assert gate.browser(X_Remote_User=name).json("session")["user"] is None or name.strip() == "huyen", name
    assert openapi.judge(b.ask("POST", "/api/v1/logout", X_CSRF="0" * 64), "logout", "post").status == 401
    stream = b.follow("412")
    gate.user("remove", "huyen")
    gate.settle()
    until("the stream to end", lambda: stream.ended)
    assert b.get("state").status == 401
    door = land.gate("no-remote", users=USERS, public="no", proxies="127.0.0.1")
    assert door.browser(X_Remote_User="van").json("session")["user"] is None, "the config does not say so"


def test_users_changed_while_they_look(land):
    """Removed, or with another password: session and stream end at once; others notice nothing. Without a signal it is seen too."""
    gate = land.gate("change", users=USERS, public="yes")
    gone, changed, stays = gate.browser("huyen"), gate.browser("minh"), gate.browser("lan")
    streams = {b: b.follow("412") for b in (gone, changed, stays)}
    public = gate.browser().follow("412")
    gate.user("remove", "huyen")
    gate.user("passwd", "minh", password="mat-khau-moi")
    until("the sessions to be ended", lambda: gone.json("session")["user"] is None)  # it looks each 5 s
    until("their streams to end", lambda: streams[gone].ended and streams[changed].ended)
    assert changed.get("silent", unit="40").status == 401 and gone.get("silent", unit="412").status == 401
    assert gone.get("board", unit="412").status == 200, "what is public it still is"
    assert stays.get("silent", unit="40").status == 200 and not streams[stays].ended and not public.ended
    assert changed.login("minh").status == 401 and changed.login("minh", "mat-khau-moi").status == 200
    assert changed.get("silent", unit="40").status == 200
    assert gone.login("huyen").status == 401


def test_a_restart_ends_sessions(land):
    gate = land.gate("restart", users=USERS, public="no")
    b = gate.browser("lan")
    assert b.get("state").status == 200
    gate.stop()
    gate.start()
    b.port = gate.port
    assert b.get("state").status == 401 and b.enter("lan").get("state").status == 200


def test_a_bad_user_file_changes_nothing(land):
    """A line that is wrong is said in the log, with what stood there, and the users of before stay; a file that others may read, too."""
    gate = land.gate("bad", users=USERS, public="no")
    b, path = gate.browser("lan"), gate.dir / "users"
    text = path.read_text()
    path.write_text(text + "hacker : root : VN : text : x\n")
    gate.process.send_signal(1)
    until("the sentence", lambda: "hacker" in gate.log() or "root" in gate.log())
    assert b.get("state").status == 200 and gate.browser("van").get("health").status == 200
    path.write_text(text)
    path.chmod(0o644)
    gate.process.send_signal(1)
    until("the sentence", lambda: gate.log().count("the users of before stay") >= 2)
    assert b.get("state").status == 200
