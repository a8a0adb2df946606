# SPDX-License-Identifier: Apache-2.0
"""What one browser may ask of everybody's gateway: figures come in pages, and events wait for who is away for as long as the ring reaches."""
import http.client
import itertools
import json
import socket

import openapi
import tiendo_pb2 as pb
from test_reading import Viewer
from test_web_events import field, grains  # noqa: F401 (field is a fixture)
from webgate import Gate
from world import ITEM_COLUMNS, ITEMS, item, table, until

PAGE = 250  # WEB_FIGURES_PAGE


# ---- figures ----

def test_figures_come_in_pages(make_world):
    """Two plans of 300 leaves each: turned page by page they are what the command says, each once and in order; of one plan too."""
    counts = [row for plan in ("KB", "KA") for row in [
        item(plan, "", "plan", owner="40", doc_no="2/KH-UBND", doc_date="2022-01-01", issuer="UBND tỉnh"),
        *(item(f"{plan}.{n:03}", plan, "count", reporters="kind:district@40", measure="stock", aggregate="sum", uom="việc", target="100",
               direction="higher") for n in range(300))]]
    world = make_world(items=ITEMS + table(ITEM_COLUMNS, counts).split("\n", 1)[1])
    gate = Gate(world, public="yes")
    try:
        b = gate.browser()

        def pages(**args):
            after = None
            while True:
                answer = openapi.judge(b.get("figures", **args, after=after), "figures").json
                assert 0 < len(answer["figures"]) <= PAGE and [f["item"] for f in answer["figures"]] == list(answer["changed"])
                assert answer["next"] in (None, answer["figures"][-1]["item"]) and (answer["next"] is None or len(answer["figures"]) == PAGE)
                yield answer
                after = answer["next"]
                if after is None:
                    return

        order = [i["code"] for i in b.json("items")["items"]]
        told = {f["item"]: f for f in Viewer(world).json("get", "412")}
        assert len(told) > 600
        for plan, n in ((None, 3), ("KA", 2), ("KB", 2), ("KH", 1)):
            turned = list(pages(unit="412", plan=plan))
            figures = [f for p in turned for f in p["figures"]]
            want = {c: f for c, f in told.items() if plan is None or c.split(".")[0] == plan}
            assert {f["item"]: f for f in figures} == want and len(figures) == len(want) and len(turned) == n
            assert [f["item"] for f in figures] == [c for c in order if c in want], "in the catalogue's order"
        first = b.json("figures", unit="412")
        for _ in range(2):  # also when it is one that was made for somebody else
            assert b.json("figures", unit="412", after=first["next"])["figures"][0]["item"] != first["figures"][0]["item"]
            assert b.json("figures", unit="412")["figures"] == first["figures"]
        assert openapi.judge(b.get("figures", unit="412", after="KHONG"), "figures").status == 404
        bad = openapi.judge(b.get("figures", unit="412", after="x y"), "figures")
        assert bad.status == 400 and "after" in bad.json["error"]["en"]
    finally:
        gate.close()


# ---- events ----

def said(stream):
    """Bytes of what came, about."""
    return sum(len(json.dumps(e["data"])) + 150 for e in list(stream.events))


class Slow:
    """A browser that reads nothing until it is told to, behind a line that keeps little under way."""

    def __init__(self, port, target):
        s = socket.socket()
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 536)
        s.connect(("127.0.0.1", port))
        s.settimeout(60)
        self.connection = http.client.HTTPConnection("127.0.0.1", port)
        self.connection.sock = s
        self.connection.request("GET", target, headers={"Accept": "text/event-stream"})
        self.answer = self.connection.getresponse()

    def read_all(self):
        """To the end of the stream: (event, id, data)."""
        lines, one, out = [], {}, []
        try:
            while line := self.answer.readline():
                lines.append(line.decode().rstrip("\n"))
        except (http.client.HTTPException, ConnectionResetError):
            pass  # it ends in the middle of what was under way
        self.connection.close()
        for line in lines:
            name, _, value = line.partition(": ")
            if line:
                one[name] = value
                continue
            if one.get("event") not in (None, "ping"):
                out.append((one["event"], one.get("id"), json.loads(one["data"])))
            one = {}
        return out


def test_behind_the_ring(field):
    """Whoever was away for longer than the ring reaches is told to fetch everything, and goes on; whoever was not gets what he missed. So
    does one who was connected all the time and did not read: his stream ends where the ring has passed him, with nothing missing before."""
    many = [f"KH.N{n:02}" for n in range(64)]
    leaf = dict(reporters="kind:district@40", measure="stock", aggregate="sum", uom="việc", target="100", direction="higher")
    f = field(ring=1, items=ITEMS + table(ITEM_COLUMNS, [item(code, "KH", "count", **leaf) for code in many]).split("\n", 1)[1])
    b = f.gate.browser()
    log = b.follow("VN", depth="all")
    slow = Slow(f.gate.port, "/api/v1/events?unit=VN&depth=all")
    until("both to follow", lambda: b.json("state")["clients"] == 2)
    version = f.ratio("16702")
    log.grain(version, "VN")
    early = log.last
    for n in itertools.count(1):  # each: 64 figures at a district, its province, the country
        district = ("412", "413")[n % 2]
        version = f.report(district, *many, count=pb.Count(value=n))
        for unit in (district, "40", "VN"):  # all that this one is told of, in whatever order
            log.grain(version, unit)
        if said(log) > 2 * 2**20:
            break
    late = log.events[-40]["id"]

    gone = b.follow("VN", depth="all", last=early)
    gone.until("to be told", lambda events: len(events) >= 2)
    assert [(e["event"], e["id"], e["data"]) for e in gone.events[1:]] == [("resync", None, {"reason": "behind"})]
    openapi.check(gone.events[0]["data"], openapi.schema("EventHello"), "hello")
    back = b.follow("VN", depth="all", last=late)
    back.until("what was missed", lambda events: len(events) >= 40)
    assert back.events[1:] == log.events[-39:] and not back.of("resync")
    version = f.ratio("16702", 999)
    for s in (gone, back, log):
        s.grain(version, "VN")
    assert {g["version"] for g in grains(gone)} == {version}, "it goes on from now, with nothing of before"
    f.right("16702", "16703", "413", "VN", "G/DIEM")

    got = slow.read_all()
    whole = [("hello", None, None)] + [(e["event"], e["id"], e["data"]) for e in log.events[1:]]
    assert len(got) < len(whole) and got[1:] == whole[1:len(got)], "the ring has passed it: nothing missing, nothing twice up to there"
    again = b.follow("VN", depth="all", last=got[-1][1] if got else early)  # none: too slow a machine, and its line was cut as idle
    again.until("to be told", lambda events: len(events) >= 2)
    assert [e["event"] for e in again.events] == ["hello", "resync"]
    again.grain(f.ratio("16703", 998), "VN")


def test_the_rings_size(field):
    """A larger one reaches further; what is no size is refused with the range."""
    f = field(ring=2)
    f.gate.stop()
    for wrong in ("0", "257", "x", "1.5"):
        f.gate.conf(ring=wrong)
        refused = f.gate.cli("run", ok=(3,)).stderr
        assert "ring" in refused and wrong in refused, refused
