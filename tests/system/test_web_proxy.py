# SPDX-License-Identifier: Apache-2.0
"""The gateway behind nginx and behind caddy, with the blocks of docs/OPERATIONS.md (webproxy.py): what people open.

One centre, one gateway and one proxy for all tests of a program; each test has an address of its own (127.0.x.y), for the lockout's sake.
"""
import itertools
import json
import re
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

from test_web_events import USERS, Field, grains
from webproxy import DOCUMENT, NAME, Front, there
from world import World, free_port, until

AT_ONCE = 10.0  # seconds from the receipt to the event: some milliseconds on a quiet machine; a proxy that holds back does so until the ping (15 s)
FREE = 5        # wrong passwords, then the next has to wait


class Scene:
    def __init__(self, program, build, variant, guard):
        there("")
        self.worlds = []

        def make(**more):
            w = World(tempfile.mkdtemp(dir=build / "tmp"), build, variant, guard, **more)
            self.worlds.append(w)
            w.start()
            return w

        try:
            # a proxy's word for who somebody is would be believed: it must pass nobody's on
            trusted = re.search(r"`proxies = ([0-9.]+)`", DOCUMENT)[1]
            self.field = Field(make, proxies=trusted, remote_user="yes", port=free_port())
            self.gate, self.world = self.field.gate, self.worlds[0]
            where = Path(self.world.tmp) / "front"
            where.mkdir()
            self.front = Front(program, self.gate, where)
        except BaseException:
            self.close()
            raise
        self.patient = self.front.browser(address="127.0.9.9").follow("38")  # hears nothing but pings

    def close(self):
        for what in ("front", "field"):
            if hasattr(self, what):
                getattr(self, what).close()
        for w in self.worlds:
            w.close()


@pytest.fixture(scope="module", params=["nginx", "caddy"])
def scene(request, build, guard):
    made = Scene(request.param, build, request.config.getoption("--variant"), guard)
    yield made
    made.close()


def clients(browser):
    return browser.json("state")["clients"]


# ---- what is fetched ----

def test_the_page_and_its_files(scene):
    b, straight = scene.front.browser(), scene.gate.browser()
    page = b.ask("GET", "/")
    assert page.status == 200 and page.headers["Content-Type"].startswith("text/html") and page.body == straight.ask("GET", "/").body
    for header in ("Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy", "Cache-Control"):
        assert page.headers[header] == straight.ask("GET", "/").headers[header], header
    script = re.search(rb'modulepreload" href="(/[^"]+\.js)"', page.body)[1].decode()
    plain = b.ask("GET", script, Accept_Encoding="identity")
    packed = b.ask("GET", script, Accept_Encoding="gzip, deflate, br")
    assert plain.headers["Content-Encoding"] is None and packed.headers["Content-Encoding"] == "gzip"
    assert plain.status == packed.status == 200 and packed.text.encode() == plain.body and len(packed.body) < len(plain.body) / 2
    assert "immutable" in packed.headers["Cache-Control"]
    for answer, encoding in ((plain, "identity"), (packed, "gzip, deflate, br")):
        tag = answer.headers["ETag"]
        again = b.ask("GET", script, Accept_Encoding=encoding, If_None_Match=tag)
        assert re.fullmatch(r'"[^"]+"', tag) and (again.status, again.body, again.headers["ETag"]) == (304, b"", tag)
    assert b.ask("HEAD", script).status == 200 and b.ask("GET", "/nothing.js").status == 404
    assert b.ask("PUT", script, "x").status == 405


def test_answers_are_the_gateways_own(scene):
    b, straight = scene.front.browser(), scene.gate.browser()
    for path, args in (("board", {"unit": "40"}), ("items", {}), ("search", {"q": "vĩnh"}), ("figures", {"unit": "412"}), ("unit", {"unit": "9999"}),
                       ("silent", {"unit": "40"}), ("nothing", {})):
        through, direct = b.get(path, **args), straight.get(path, **args)
        assert through.status == direct.status and {**through.json, "state": 0} == {**direct.json, "state": 0}, path
    items = b.get("items")
    assert b.ask("GET", "/api/v1/items", If_None_Match=items.headers["ETag"]).status == 304


# ---- live ----

def test_events_come_at_once(scene):
    """Also to a browser that is logged in, and again and again: nothing waits in the proxy for more."""
    f = scene.field
    for b in (scene.front.browser(), scene.front.browser("lan", address="127.0.1.1")):
        stream = b.follow("412", depth="all")
        assert stream.headers["Cache-Control"] == "no-store"
        for _ in range(3):
            version = f.ratio("16702")
            taken = time.monotonic()
            stream.grain(version, "412")
            assert time.monotonic() - taken < AT_ONCE
    assert [e for e in stream.events if e["event"] == "resync"] == []


def test_who_comes_back_gets_what_followed(scene):
    f, b = scene.field, scene.front.browser()
    first = b.follow("412", depth="all")
    first.grain(f.ratio("16702"), "412")
    last = first.last
    first.close()
    versions = [f.ratio("16703"), f.ratio("16702")]
    for again in (b.follow("412", last=last, depth="all"), b.follow("412", depth="all", last_=last)):
        again.grain(versions[1], "412")
        assert again.of("resync") == [] and {g["version"] for g in grains(again)} == set(versions)


def test_who_goes_is_forgotten(scene):
    """A browser that closes its stream is gone at the gateway too: else the limits would fill with shadows."""
    b = scene.front.browser()
    streams = [b.follow("412") for _ in range(20)]
    most = clients(b)
    assert most >= 20
    for s in streams:
        s.close()
    until("all to be gone", lambda: clients(b) <= most - 20)


FOLLOW = """
const { ca, port, name } = JSON.parse(process.argv[1]);
const session = require("node:http2").connect(`https://${name}:${port}`, { ca: require("node:fs").readFileSync(ca), lookup: (h, o, f) =>
	o.all ? f(null, [{ address: "127.0.0.1", family: 4 }]) : f(null, "127.0.0.1", 4) });
session.on("error", (e) => { console.error(e); process.exit(1); });
const streams = 30; // as many as somebody has tabs: more than HTTP/1.1 would let him
for (let n = 0; n < streams; n++) {
	const r = session.request({ ":path": "/api/v1/events?unit=412" });
	r.setEncoding("utf8");
	r.on("data", (text) => { for (const m of text.matchAll(/^event: (hello|grain)$/gm)) console.log(n, m[1]); });
}
"""


def test_browsers_speak_http_2(scene):
    """As they do with both: all tabs on one line, each with live changes."""
    about = json.dumps({"ca": str(scene.front.certificate), "port": scene.front.port, "name": NAME})
    out = scene.front.dir / "follow.out"
    with open(out, "wb") as to:
        node = subprocess.Popen(["node", "-e", FOLLOW, about], stdin=subprocess.DEVNULL, stdout=to, stderr=to)
    heard = lambda word: {line.split()[0] for line in out.read_text().splitlines() if line.endswith(word)}  # noqa: E731
    try:
        until("30 streams", lambda: (node.poll() is None or pytest.fail(out.read_text())) and len(heard("hello")) == 30)
        scene.field.ratio("16702")
        taken = time.monotonic()
        until("30 events", lambda: len(heard("grain")) == 30)
        assert time.monotonic() - taken < AT_ONCE
    finally:
        node.kill()
        node.wait()


# ---- who it is ----

def test_login_over_https(scene):
    b = scene.front.browser(address="127.0.2.1")
    answer = b.login("huyen")
    cookie = answer.headers["Set-Cookie"]
    assert answer.status == 200 and re.fullmatch(r"__Host-tiendo=[0-9a-f]{64}; Path=/; Max-Age=604800; HttpOnly; SameSite=Strict; Secure", cookie), cookie
    session = b.json("session")
    assert (session["user"], session["unit"]) == ("huyen", "412") and b.get("silent", unit="412").status == 200
    assert b.get("silent", unit="40").status == 403 and b.logout("0" * 64).status == 403
    stream, token = b.follow("412"), dict(b.cookies)
    done = b.logout(session["csrf"])
    assert (done.status, done.body) == (204, b"") and "__Host-tiendo=;" in done.headers["Set-Cookie"]
    until("its stream to end", lambda: stream.ended)
    b.cookies = token
    assert b.get("silent", unit="412").status == 401


@pytest.mark.parametrize("header", ["X-Remote-User", "x-remote-user", "X_Remote_User", "X-REMOTE-USER"])
def test_nobody_says_who_he_is(scene, header):
    """The gateway would believe the proxy, and the proxy must not pass on what a browser says."""
    assert scene.gate.browser(X_Remote_User="lan").json("session")["user"] == "lan", "it does believe it"
    for more in ({}, {"Connection": header}, {"x-REMOTE-user": "lan"}):
        connection = scene.front.browser().connect()
        connection.request("GET", "/api/v1/session", headers={header: "lan", **more})  # as it stands, _ too
        assert json.loads(connection.getresponse().read())["user"] is None, more
        connection.close()


def test_guessing_is_counted_by_the_real_address(scene):
    """Whatever address a guesser says: it is he who has to wait, not he whom he names, nor all the others behind the proxy."""
    neighbour = scene.front.browser(address="127.0.3.9")
    lies = {"127.0.3.1": lambda n: "127.0.3.9", "127.0.3.2": lambda n: f"10.0.0.{n}", "127.0.3.3": lambda n: f"10.0.0.{n}, 127.0.0.1"}
    for address, lie in lies.items():
        guesser, tries = scene.front.browser(address=address), itertools.count()

        def guess():
            forged = lie(next(tries))
            return guesser.login("lan", "sai-mat-khau", X_Forwarded_For=forged, X_Real_IP=forged, Forwarded=f"for={forged}").status
        until("the guesser to be told to wait", lambda: guess() == 429)
        assert neighbour.login("lan").status == 200
    refused = re.findall(r'login of "lan" from ([0-9.]+): refused', scene.gate.log())
    assert set(refused) == set(lies) and all(refused.count(a) >= FREE for a in lies), refused


# ---- too much, and nobody there ----

@pytest.mark.parametrize("size", [5_000, 300_000, 3_000_000])
def test_a_body_over_the_limit_is_refused(scene, size):
    b = scene.front.browser(address="127.0.4.1")
    answer = b.ask("POST", "/api/v1/login", b"x" * size, **{"Content-Type": "application/json", "X-Tiendo": "1"})
    # caddy hands it on, and says 502 when the gateway cut the line while it wrote
    assert answer.status in {"nginx": (413,), "caddy": (413, 502)}[scene.front.program]
    assert b.login("lan").status == 200


def test_a_quiet_line_is_kept(scene):
    """The gateway says something each 15 s, and it arrives; the stream is as old as the other tests, which is longer than that."""
    until("pings", lambda: scene.patient.pings)
    assert not scene.patient.ended


def test_the_gateway_starts_anew(scene):
    """502 meanwhile; then all is well, and who followed is told to fetch everything and hears what moves."""
    f, b = scene.field, scene.front.browser()
    stream = b.follow("412", depth="all")
    stream.grain(f.ratio("16702"), "412")
    scene.gate.stop()
    until("the stream to end", lambda: stream.ended)
    assert b.get("state").status == 502 and b.ask("GET", "/").status == 502
    f.ratio("16703")
    scene.gate.start()
    assert b.get("board", unit="40").status == 200
    again = b.follow("412", last=stream.last, depth="all")
    again.until("resync", lambda events: any(e["event"] == "resync" for e in events))
    again.grain(f.ratio("16702"), "412")
    f.right("412", "40")
