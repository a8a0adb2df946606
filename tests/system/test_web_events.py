# SPDX-License-Identifier: Apache-2.0
"""Server-sent events of the gateway: what moves is told once to each that follows it, none lost and none twice, whatever is cut or killed between."""
import signal
import socket

import openapi
import pytest

import tiendo_pb2 as pb
from test_reading import Viewer
from test_subscriber import Proxy
from test_web_api import expand
from webgate import Gate
from world import UNITS, until

USERS = {"lan": ("leader", "VN", True), "huyen": ("staff", "412", False)}
GROUPS = "group,use,name,name_en,unit,from,to\nDIEM,pilot,Điểm,,16702,,\nDIEM,pilot,Điểm,,413,,\n"


class Field:
    """A world with offices that report, a gateway, and a reader to compare with."""

    def __init__(self, make_world, proxy=False, items=None, **conf):
        self.world = make_world(more={"groups": GROUPS}, **({"items": items} if items else {}))
        self.line = {k: Proxy(self.world.ports[k]) for k in ("query", "feed")} if proxy else {}
        if proxy:
            straight = self.world.end
            self.world.end = {**straight, **{k: f"tcp://127.0.0.1:{p.port}" for k, p in self.line.items()}}
        self.gate = Gate(self.world, users=USERS, **{"public": "yes", **conf})
        if proxy:
            self.world.end = straight
        self.viewer, self.offices, self.n = Viewer(self.world), {}, 0

    def report(self, unit, *items, as_of=20240401, **body):
        """By the office itself, of all these items at once; gives the last entry."""
        if unit not in self.offices:
            self.offices[unit] = [self.world.office(self.world.principal(unit)), 0]
        office, seq = self.offices[unit][0], self.offices[unit][1] + 1
        self.offices[unit][1] += len(items)
        office.offer(seq, [office.update(seq + n, unit, item, as_of, **body) for n, item in enumerate(items)])
        outcomes = [office.outcomes[seq + n] for n in range(len(items))]
        assert {o[0] for o in outcomes} == {"taken"}, outcomes
        return outcomes[-1][1][1]

    def ratio(self, unit, n=None):
        self.n += 1
        return self.report(unit, "KH.R", ratio=pb.Ratio(numerator=n or self.n, denominator=1000))

    def count(self, unit, n):
        return self.report(unit, "KH.C", count=pb.Count(value=n))

    def figure(self, unit, item):
        return self.viewer.json("get", unit, item)

    def right(self, *units):
        """What the gateway shows is what the centre says."""
        b = self.gate.browser()
        for unit in units:
            told = {f["item"]: f for f in self.viewer.json("get", unit)}
            until(f"the figures of {unit}", lambda: {f["item"]: f for f in b.json("figures", unit=unit)["figures"]} == told)

    def close(self):
        self.gate.close()
        for p in self.line.values():
            p.close()


@pytest.fixture
def field(make_world):
    made = []

    def make(**more):
        made.append(Field(make_world, **more))
        return made[-1]

    yield make
    for f in made:
        f.close()


def grains(stream):
    return [e["data"] for e in stream.of("grain")]


def numbers(stream):
    """Places in the ring of what came after hello."""
    return [int(e["id"].rsplit(".", 1)[1]) for e in list(stream.events) if e["id"] and e["event"] != "hello"]


def test_a_report_is_seen(field):
    """At the office, at each unit above it, at its group: the new figure, what it was before, and what the document says of each event."""
    f = field()
    b = f.gate.browser()
    streams = {"412": b.follow("412"), "VN": b.follow("VN"), "all": b.follow("VN", depth="all"), "G": b.follow("G/DIEM"), "38": b.follow("38", depth="all"),
               "16702": b.follow("16702")}
    hello = streams["412"].events[0]
    openapi.check(hello["data"], openapi.schema("EventHello"), "hello")
    assert hello["event"] == "hello" and streams["412"].retry == 1000 and hello["data"]["state"]["live"] is True
    f.ratio("16702", 400)
    before = f.figure("16702", "KH.R")
    streams["16702"].until("the first report", lambda e: [x for x in e if x["event"] == "grain" and x["data"]["figures"][-1]["i"] == "KH.R"])
    version = f.ratio("16702", 700)
    now = f.figure("16702", "KH.R")
    assert now["numerator"] == 700 and now["version"] == version
    own = streams["16702"].grain(version)["data"]
    assert (own["unit"], own["path"], own["name"], own["plan"], own["own"], own["version"]) == ("16702", "VN/40/412/16702/", "Phường Đông Vĩnh", "KH", True, version)
    brief = {x["i"]: x for x in own["figures"]}["KH.R"]
    assert expand(brief, "16702", now) == now
    assert expand({x["i"]: x for x in own["before"]}["KH.R"], "16702", before)["numerator"] == 400
    for unit, where in (("412", "412"), ("40", "VN"), ("VN", "VN"), ("G/DIEM", "G")):
        event = streams[where].grain(version, unit)["data"]
        told = f.figure(unit, "KH.R")
        assert expand({x["i"]: x for x in event["figures"]}["KH.R"], unit, told) == told, unit
        assert event["own"] is False and "before" not in event
    assert {g["unit"] for g in grains(streams["412"])} == {"412", "16702"} and {g["unit"] for g in grains(streams["VN"])} == {"VN", "40"}
    streams["all"].grain(version, "16702")
    assert {g["unit"] for g in grains(streams["all"])} == {"VN", "40", "412", "16702"}, "a group is not below the country"
    assert {g["unit"] for g in grains(streams["G"])} == {"G/DIEM", "16702"} and grains(streams["38"]) == []
    for stream in streams.values():
        for g in grains(stream):
            openapi.check(g, openapi.schema("EventGrain"), "grain")
    recent = openapi.judge(b.get("recent", unit="412"), "recent").json["events"]
    assert recent == [g for g in grains(streams["all"]) if g["own"]] and recent[-1] == own
    assert b.json("recent", unit="38") == {"events": []} and b.json("recent", unit="G/DIEM")["events"] == recent


def test_versions_bind_what_is_fetched_and_what_comes(field):
    """A figure that was fetched, and events above its version, give the figure of now; `previous` is what was told before."""
    f = field()
    b = f.gate.browser()
    stream = b.follow("412", depth="all")
    held = {}
    for n in range(1, 21):
        version = f.ratio(("16702", "16703")[n % 2], n)
    stream.grain(version, "412")
    for g in grains(stream):
        key = g["unit"], g["plan"]
        assert g["previous"] == held.get(key, g["previous"]) and g["version"] > g["previous"], g
        held[key] = g["version"]
    assert held["412", "KH"] == version == f.figure("412", "KH.R")["version"]


def test_resumed_exactly(field):
    """Who comes back with the last id gets what followed, none lost and none twice, wherever it was cut; also by ?last=."""
    f = field()
    b = f.gate.browser()
    log = b.follow("VN", depth="all")
    for n in range(1, 16):
        log.grain(f.ratio(("16702", "16703", "413")[n % 3], n), ("16702", "16703", "413")[n % 3])
    version = f.ratio("16702", 500)
    for unit in ("16702", "412", "40", "VN"):
        log.grain(version, unit)
    whole = [e for e in log.events if e["event"] != "hello"]
    assert all(a < b for a, b in zip(numbers(log), numbers(log)[1:])) and len(whole) >= 40
    for at in (0, 1, len(whole) // 2, len(whole) - 2, len(whole) - 1):
        for how in ({"last": whole[at]["id"]}, {"last": None, "last_": whole[at]["id"]}):
            again = b.follow("VN", depth="all", **how)
            again.until("what followed", lambda events: len(events) >= len(whole) - at)
            assert again.events[1:] == whole[at + 1:], at
    narrow = b.follow("16702", last=whole[9]["id"])
    want = [e for e in whole[10:] if e["data"]["unit"] == "16702"]
    narrow.until("what followed below", lambda events: len(events) > len(want))
    assert narrow.events[1:] == want
    hello = b.follow("VN", depth="all", last=log.events[0]["id"])
    hello.until("all of it", lambda events: len(events) > len(whole))
    assert hello.events[1:] == whole, "the id of a hello counts too"
    next_ = f.ratio("413", 999)
    for s in (again, hello, log):
        s.grain(next_, "VN")
        assert len(numbers(s)) == len(set(numbers(s)))


BAD_IDS = ["x", "1", "/", "..", "0" * 32 + ":2:5/9/00000000.1", "a" * 5000, "%s/%s/%s.-1", "%s/%s/%s.", "%s/%s/%s.99999999999999999999999", "%s/%s/%s.1x", "%s/%s/%s", "%s/%s/+%s.1", "\u20ac"]


def test_ids_that_mean_nothing(field):
    """Of another run of the gateway, of the future, or no id at all: hello, resync, and it goes on from now."""
    f = field()
    b = f.gate.browser()
    first = b.follow("412")
    generation, version, rest = first.last.split("/")
    instance, n = rest.split(".")
    other = f"{int(instance, 16) ^ 1:08x}"
    ids = [x % (generation, version, instance) if "%s" in x else x for x in BAD_IDS if x.isascii()]
    for bad in [f"{generation}/{version}/{other}.{n}", f"{generation}/{version}/{instance}.{int(n) + 1000}", *ids]:
        stream = b.follow("412", last=bad)
        stream.until("resync", lambda events: len(events) >= 2)
        assert [(e["event"], e["id"]) for e in stream.events[1:2]] == [("resync", None)] and stream.events[1]["data"] == {"reason": "behind"}, bad
        openapi.check(stream.events[1]["data"], openapi.schema("EventResync"), "resync")
        stream.close()
    assert b.follow("412", last_="").of("resync") == []
    kept = b.follow("412", last="rubbish")
    kept.grain(f.ratio("16702"), "16702")


def test_the_gateway_starts_anew(field):
    """Another instance: who comes back is told to fetch everything, and then hears what moves."""
    f = field()
    b = f.gate.browser()
    stream = b.follow("412")
    stream.grain(f.ratio("16702"), "412")
    last = stream.last
    f.gate.stop(signal.SIGKILL)
    until("the stream to end", lambda: stream.ended)
    f.ratio("16703")
    f.gate.start()
    b = f.gate.browser()
    back = b.follow("412", last=last)
    back.until("resync", lambda events: len(events) >= 2)
    assert [e["event"] for e in back.events] == ["hello", "resync"]
    f.right("412", "40")
    back.grain(f.ratio("16702"), "412")


def test_the_centre_is_killed_and_comes_back(field):
    """The board says since when its figures stand, keeps showing them, and heals by itself; what came meanwhile is told."""
    f = field()
    b = f.gate.browser()
    lan = f.gate.browser("lan")
    stream = b.follow("40", depth="all")
    version = f.ratio("16702", 5)
    stream.grain(version, "40")
    f.world.kill()
    cut = stream.until("that the line is cut", lambda events: next((e["data"] for e in events if e["event"] == "state" and not e["data"]["live"]), None))
    openapi.check(cut, openapi.schema("State"), "state")
    assert cut["cut_since_ms"] > 1e12 and b.json("state")["cut_since_ms"] == cut["cut_since_ms"]
    held = {x["item"]: x for x in b.json("figures", unit="16702")["figures"]}
    assert held["KH.R"]["numerator"] == 5, "the figures stay"
    away = openapi.judge(lan.get("silent", unit="40"), "silent")
    assert (away.status, away.error) == (503, "centre_away")
    f.world.start()
    healed = stream.until("that it is there again", lambda events: next((e["data"] for e in events if e["event"] == "state" and e["data"]["live"]), None))
    assert healed["cut_since_ms"] is None and b.json("state")["live"] is True
    for unit in f.offices:
        f.offices[unit][0].hello()
    stream.grain(f.ratio("16702", 6), "16702")
    f.right("16702", "412", "40", "VN")
    assert not stream.ended and lan.get("silent", unit="40").status == 200


def test_the_line_to_the_centre_is_cut(field):
    """Cut between gateway and centre while offices go on reporting: nothing of it is lost when it heals."""
    f = field(proxy=True)
    b = f.gate.browser()
    stream = b.follow("VN", depth="all")
    stream.grain(f.ratio("16702", 1), "VN")
    for p in f.line.values():
        p.cut()
    stream.until("that the line is cut", lambda events: any(e["event"] == "state" and not e["data"]["live"] for e in events))
    since = b.json("state")["cut_since_ms"]
    for n in range(2, 12):
        version = f.ratio(("16702", "16703", "413")[n % 3], n)
    f.count("413", 77)
    assert b.json("state")["cut_since_ms"] == since and b.json("board", unit="40")["state"]["live"] is False
    for p in f.line.values():
        p.mend()
    stream.until("that it is there again", lambda events: events[-1]["event"] == "state" and events[-1]["data"]["live"] or any(
        e["event"] == "state" and e["data"]["live"] for e in events))
    stream.grain(version, "413")
    f.right("16702", "16703", "413", "40", "VN", "G/DIEM")
    assert not stream.of("resync") and len(numbers(stream)) == len(set(numbers(stream)))


def test_a_catalogue_is_loaded(field):
    """Another generation: resync, the stream ends, and who comes again gets hello of the new one and hears what moves."""
    f = field()
    b = f.gate.browser()
    stream = b.follow("40", depth="all")
    stream.grain(f.ratio("16702"), "40")
    old, tag = stream.events[0]["data"]["state"]["generation"], b.get("items").headers["ETag"]
    f.world.write_catalogue(units=UNITS + "415,40,district,huyện,state,Huyện Mới,,Chủ tịch UBND huyện,,,,\n")
    f.world.server_cli("catalogue", "load", f.world.catalogue)
    until("the stream to end", lambda: stream.ended)
    assert stream.events[-1]["event"] == "resync" and stream.events[-1]["data"] == {"reason": "generation"}
    last = stream.last
    assert last == stream.events[-1]["id"]
    again = b.follow("40", depth="all", last=last)
    new = again.events[0]["data"]["state"]["generation"]
    assert new != old and not again.of("resync"), "it has been told already"
    assert [u["code"] for u in b.json("search", q="huyen moi")["units"]] == ["415"]
    assert b.ask("GET", "/api/v1/items", If_None_Match=tag).status == 200, "the catalogue is another one"
    again.grain(f.ratio("16702"), "40")
    f.right("40", "412", "VN", "G/DIEM")


def test_the_day_changes(field):
    """Overdue and expected are judged by the office's day: who looks is told of a new one."""
    f = field()
    stream = f.gate.browser().follow("40")
    f.world.set_clock("2024-04-17")
    state = stream.until("the day", lambda events: next((e["data"] for e in events if e["event"] == "state" and e["data"]["today"] == "2024-04-17"), None))
    assert state["live"] and f.gate.browser().json("board", unit="40")["compare"] == "2024-04-15"


def test_pings(field):
    """A comment each 15 s, so that nobody takes the line for dead."""
    f = field()
    streams = [f.gate.browser().follow("40") for _ in range(3)]
    until("two pings of each", lambda: all(s.pings >= 2 for s in streams))
    assert not any(s.ended for s in streams) and all(len(s.events) == 1 for s in streams)


def test_head_and_headers(field):
    f = field(streams_each=3)
    b = f.gate.browser()
    for _ in range(10):
        head = openapi.judge(b.ask("HEAD", "/api/v1/events?unit=40"), "events")
        assert head.status == 200 and head.body == b"" and head.headers["Content-Type"] == "text/event-stream; charset=utf-8"
    stream = b.follow("40")
    for name, value in {"Cache-Control": "no-store", "X-Accel-Buffering": "no", "X-Content-Type-Options": "nosniff"}.items():
        assert stream.headers[name] == value
    assert stream.headers["Content-Encoding"] is None


def test_limits_of_one_and_of_all(field):
    """So many of one user or address, so many in all; who leaves makes room."""
    f = field(streams=8, streams_each=3, proxies="127.0.0.1")
    mine = [f.gate.browser(X_Forwarded_For="10.0.0.1").follow("40") for _ in range(3)]
    full = openapi.judge(f.gate.browser(X_Forwarded_For="10.0.0.1").get("events", unit="40"), "events")
    assert (full.status, full.error) == (503, "busy") and full.headers["Retry-After"] == "5"
    lan = f.gate.browser("lan", X_Forwarded_For="10.0.0.1")
    for _ in range(3):
        lan.follow("40")
    assert lan.get("events", unit="40").status == 503, "of one user, from wherever"
    assert f.gate.browser("lan", X_Forwarded_For="10.0.0.9").get("events", unit="40").status == 503
    f.gate.browser(X_Forwarded_For="10.0.0.2").follow("40")
    f.gate.browser(X_Forwarded_For="10.0.0.3").follow("40")
    assert f.gate.browser(X_Forwarded_For="10.0.0.4").get("events", unit="40").status == 503, "eight in all"
    mine.pop().close()
    until("room", lambda: f.gate.browser(X_Forwarded_For="10.0.0.4").ask("HEAD", "/api/v1/events?unit=40").status == 200)


def test_many_follow(field):
    """A hundred at once, at different depths: each gets what is its own, in order; some that read nothing harm none."""
    f = field()
    deaf = []
    for _ in range(20):
        s = socket.create_connection(("127.0.0.1", f.gate.port))
        s.sendall(b"GET /api/v1/events?unit=VN&depth=all HTTP/1.1\r\nHost: a\r\n\r\n")
        deaf.append(s)
    kinds = [("VN", "all"), ("412", "1"), ("16702", "1"), ("G/DIEM", "1")]
    streams = [(f.gate.browser().follow(unit, depth=depth), unit, depth) for _ in range(25) for unit, depth in kinds]
    for n in range(1, 41):
        version = f.ratio("16702", n)
    for stream, unit, _ in streams:
        stream.grain(version, unit)
    log = streams[0][0]
    log.until("its last", lambda events: len([e for e in events if e["event"] == "grain" and e["data"]["version"] == version]) >= 4)
    for stream, unit, depth in streams:
        mine = [e for e in stream.events if e["event"] == "grain" and e["data"]["unit"] == unit]
        same = [e for e in streams[kinds.index((unit, depth))][0].events if e["event"] == "grain" and e["data"]["unit"] == unit]
        assert mine == same and mine[-1]["data"]["version"] == version
    for s in deaf:
        s.close()
    assert f.gate.browser().json("state")["clients"] >= 100
