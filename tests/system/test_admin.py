# SPDX-License-Identifier: Apache-2.0
"""The administrator's commands, to a running server and to a store at rest: the same answers, the same journal entries."""
import json
import socket
import stat
import threading

import pytest
import zmq

import tiendo_pb2 as pb
from journal import audit, read
from world import ITEM_COLUMNS, ITEMS, UNITS, item, table, until


@pytest.fixture(params=["running", "at rest"])
def centre(request, make_world):
    return make_world(start=request.param == "running")


def refused(world, *args, words=(), code=1):
    n = len(read(world.dir))
    done = world.server_cli(*args, ok=(code,))
    text = done.stdout + done.stderr
    assert done.stderr.startswith("tiendo-server: ") or done.stdout, args
    for w in words:
        assert w in text, (w, text)
    assert len(read(world.dir)) == n, f"{args} was refused and left an entry"
    return text


def public():
    return zmq.curve_keypair()[0].decode()


def test_principals_and_keys(centre):
    """Numbers are given once; a key belongs to one principal for ever; each change is an entry."""
    first = centre.server_json("agent", "add", "--unit", "412", "--key", public(), "--name", "Thành phố Vinh")
    second = centre.server_json("agent", "add", "--unit", "40", "--role", "viewer", "--key", public())
    assert (first["principal"], second["principal"]) == (1, 2) and first["key"] != second["key"]
    key = public()
    third = centre.server_json("agent", "key", "add", 1, "--key", key)
    assert third["key"] not in (first["key"], second["key"])
    for args, code, words in (
            (("agent", "add", "--unit", "40", "--key", key), 1, ["key"]),
            (("agent", "key", "add", 2, "--key", key), 1, ["key"]),
            (("agent", "key", "add", 9, "--key", public()), 1, ["9"]),
            (("agent", "key", "revoke", 99), 1, ["99"]),
            (("agent", "add", "--unit", "999", "--key", public()), 1, ["999"]),
            (("agent", "add", "--unit", "40", "--role", "king", "--key", public()), 1, ["king"]),
            (("agent", "add", "--unit", "40", "--key", "short"), 2, ["short"]),
            (("agent", "add", "--unit", "40"), 2, []),
            (("agent", "key", "revoke", "many"), 2, ["many"]),
            (("agent", "key", "revoke", 0), 2, []),
            (("agent", "epochs", 9, "--allow", 1), 1, ["9"]), (("agent", "epochs", 1, "--allow", 65), 1, ["64"]),
            (("agent", "epochs", 1, "--allow", "x"), 2, ["x"]), (("agent", "epochs", 1), 2, ["--allow"])):
        refused(centre, *args, words=words, code=code)
    centre.server_cli("agent", "key", "revoke", third["key"])
    n = len(read(centre.dir))
    again = centre.server_cli("agent", "key", "revoke", third["key"], ok=None)
    assert len(read(centre.dir)) == n or again.returncode == 0
    refused(centre, "agent", "add", "--unit", "40", "--key", key, words=["key"])  # not for another, also when revoked
    listed = {k["key"]: k for k in centre.server_json("agent", "list")["details"]}
    assert listed[third["key"]]["revoked"] and listed[third["key"]]["public_key"] == key
    assert listed[first["key"]]["unit"] == "412" and listed[first["key"]]["name"] == "Thành phố Vinh"
    assert "Thành phố Vinh" in centre.server_cli("agent", "list").stdout
    assert [e.kind for e in audit(centre)].count("registry") == 4


def test_a_catalogue_with_faults_changes_nothing(centre):
    """All the faults by file, line and field, in both languages; the old one stays in force."""
    files = {"units": UNITS + "412,40,district,x,state,Vinh lần hai,,x,,,,\n16704,999,commune,x,state,Lạc,,x,,,,\n",
             "items": ITEMS.replace("kind:district@40", "kind:district@998", 1)}
    wrong_words = {"units": UNITS.replace("2023-01-01", "2023-02-30"), "items": ITEMS.replace("KH.P,KH,,points", "KH.P,KH,,point")}
    for change, words in ((files, ["units.csv:11", "412", "units.csv:12", "999", "items.csv:5", "998"]),
                          (wrong_words, ["units.csv:9", "2023-02-30", "items.csv:8", "point"])):
        centre.write_catalogue(**change)
        for command in (("catalogue", "check"), ("catalogue", "load"), ("catalogue", "load", "--dry-run")):
            text = refused(centre, *command, centre.catalogue, words=words)
            assert text != refused(centre, *command, centre.catalogue, "--lang", "en", words=words)
    centre.write_catalogue(**files)
    faults = json.loads(centre.server_cli("catalogue", "check", centre.catalogue, "--json", ok=(1,)).stdout)
    assert not faults["ok"] and faults["errors"] >= 3
    centre.write_catalogue(units="", items=ITEMS)
    refused(centre, "catalogue", "load", centre.catalogue, words=["units.csv"])
    (centre.catalogue / "items.csv").unlink()
    refused(centre, "catalogue", "load", centre.catalogue, words=["items.csv"], code=3)
    assert [e.kind for e in audit(centre)].count("catalogue") == 1


def test_dry_run_and_load(centre):
    """--dry-run says what would change and changes nothing; loading the same twice makes no second entry or the same figures."""
    centre.write_catalogue(items=ITEMS.replace("kind:district@40", "412", 1))
    n = len(read(centre.dir))
    said = centre.server_cli("catalogue", "load", "--dry-run", centre.catalogue).stdout
    assert "KH.T2" in said and len(read(centre.dir)) == n
    centre.server_cli("catalogue", "load", centre.catalogue)
    assert len(read(centre.dir)) == n + 1
    audit(centre)


def test_thresholds_and_control_figures(centre):
    """thresholds.csv and the column `control` reach the journal; what is wrong in them is refused by line and column."""
    head, *rows = ITEMS.strip().split("\n")
    control = item("KH.CK", "KH", "count", lead="40", answer="lead", measure="flow", aggregate="own", uom="dịch vụ")
    items = "\n".join([head + ",control", *(r + "," for r in rows), table(ITEM_COLUMNS, [control]).split("\n")[1] + ",KH.C", ""])
    thresholds = "rule,measure,op,value,min_expected,periods,action\nCHAM,on_time_rate,below,80%,5,2,Báo cáo ngay\nQH,overdue,above,1.387,,,\n"
    centre.write_catalogue(items=items, thresholds=thresholds.replace("80%", "80"))
    refused(centre, "catalogue", "load", centre.catalogue, words=["thresholds.csv:2", "value", "80"])
    centre.write_catalogue(items=items.replace(",KH.C\n", ",KH.R\n"), thresholds=thresholds)
    refused(centre, "catalogue", "load", centre.catalogue, words=["items.csv:10", "control", "KH.R"])
    centre.write_catalogue(items=items)
    centre.server_cli("catalogue", "load", centre.catalogue)
    rows = [r for e in centre.dump() if e["kind"] == "catalogue" for r in e["rows"]]
    assert [r["threshold"] for r in rows if "threshold" in r] == [
        {"rule": "CHAM", "measure": "on_time_rate", "op": "below", "value": 8000, "min_expected": 5, "periods": 2, "action": "Báo cáo ngay"},
        {"rule": "QH", "measure": "overdue", "op": "above", "value": 1387, "periods": 1}]
    assert [r["item"]["control"] for r in rows if r.get("item", {}).get("control")] == ["KH.C"]
    centre.write_catalogue(thresholds="")
    (centre.catalogue / "thresholds.csv").unlink()
    centre.server_cli("catalogue", "load", "--plan", "KH", centre.catalogue)  # what belongs to no plan stays
    assert sum("threshold" in r for r in centre.dump()[-1]["rows"]) == 2
    audit(centre)


def test_one_plan_alone(centre):
    """--plan replaces one plan and leaves the others as they are."""
    other = ITEMS.replace("KH", "QH").partition("\n")[2]
    centre.write_catalogue(items=ITEMS + other)
    centre.server_cli("catalogue", "load", centre.catalogue)
    centre.write_catalogue(items=ITEMS.replace("Chỉ tiêu KH.C", "Số mới").replace(",100,", ",250,") + other.replace("Chỉ tiêu QH.C", "Khác"))
    centre.server_cli("catalogue", "load", "--plan", "KH", centre.catalogue)
    names = {r["item"]["code"]: r["item"]["name"] for e in centre.dump() if e["kind"] == "catalogue" for r in e["rows"] if "item" in r}
    assert names["KH.C"] == "Số mới" and names["QH.C"] == "Chỉ tiêu QH.C"
    refused(centre, "catalogue", "load", "--plan", "XX", centre.catalogue, words=["XX"])
    audit(centre)


def test_status(centre):
    details = centre.server_json("status", "--digest")["details"]
    entries = audit(centre)
    assert details["entry"] == len(entries) and details["hash"] == entries[-1].hash.hex()
    assert details["today"] == 20240402 and details["simulated"] and not details["illustrative"]
    assert details["digest"] == centre.server_json("verify")["digest"]


def test_the_socket_is_private(world):
    path = world.dir / "admin.sock"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for name in ("keys/server.key", "keys/receipt.key"):
        assert stat.S_IMODE((world.dir / name).stat().st_mode) == 0o600
    assert stat.S_IMODE(world.dir.stat().st_mode) == 0o700


@pytest.mark.parametrize("sent", [b"", b"\0\0\0\4", b"\xff\xff\xff\xff", b"\0\0\0\0", b"\0\0\0\5hallo", b"\0\0\0\2\x12\0", b"GET / HTTP/1.0\r\n\r\n"])
def test_rubbish_on_the_socket(world, sent):
    """Whoever may open it can still not hurt the server; others are answered beside."""
    lines = []
    for _ in range(3):
        s = socket.socket(socket.AF_UNIX)
        s.connect(str(world.dir / "admin.sock"))
        s.sendall(sent)
        lines.append(s)
    assert world.server_json("status")["ok"]
    for s in lines:
        s.close()
    assert world.server_json("status")["ok"]
    audit(world)


def test_commands_while_offices_push(world):
    """Barriers between batches: catalogues, keys and updates in one journal, each judged by what was before it."""
    o = world.office(world.principal("40"))
    stop, failed = threading.Event(), []

    def administer():
        try:
            for i in range(8):
                world.write_catalogue(items=ITEMS.replace("Chỉ tiêu KH.C", f"Tên {i}").replace("KH.T1,KH.G,", "KH.T1,KH," if i % 2 else "KH.T1,KH.G,"))
                world.server_cli("catalogue", "load", world.catalogue)
                world.principal("412")
        except AssertionError as e:
            failed.append(e)
        stop.set()
    thread = threading.Thread(target=administer)
    thread.start()
    seq = 0
    while not stop.is_set() or seq < 100:
        blobs = [o.update(seq + i, "412", "KH.C", 20240401, count=pb.Count(value=seq + i)) for i in range(1, 11)]
        assert o.offer(seq + 1, blobs).mark == seq + 10
        seq += 10
    thread.join()
    assert not failed, failed
    kinds = [e.kind for e in audit(world)]
    assert kinds.count("catalogue") == 9 and kinds.count("registry") == 9
    first, last = kinds.index("batch"), len(kinds) - kinds[::-1].index("batch")
    assert "catalogue" in kinds[first:last], "nothing happened beside the pushes"


def test_metrics(world):
    """What the operator's monitoring reads moves with what happens."""
    def metric(name):
        text = world.health("/metrics")[1]
        return int(next(line.split()[1] for line in text.splitlines() if line.startswith(f"tiendo_{name} ")))
    o = world.office(world.principal("40"))
    entries = metric("entries")
    blobs = [o.update(1, "412", "KH.C", 20240401, count=pb.Count(value=1)), o.update(2, "999", "KH.C", 20240401, count=pb.Count(value=1))]
    o.offer(1, blobs)
    until("the metrics", lambda: metric("entries") == entries + 1)
    assert (metric("updates_taken"), metric("updates_refused"), metric("duplicates")) == (1, 1, 0)
    o.offer(1, blobs)
    until("the metrics", lambda: metric("duplicates") == 1)
    assert (metric("updates_taken"), metric("updates_refused")) == (1, 1)
    assert metric("journal_bytes") >= 16384 and metric("disk_free_bytes") > 0 and metric("reader_lag") == 0
    reader = world.reader(world.principal("40", "viewer"))
    answered, failed = metric("questions_answered"), metric("questions_failed")
    assert not reader.ask(status=pb.Status()).HasField("failure")
    assert reader.ask(cells=pb.Cells(unit="999")).HasField("failure")
    assert metric("sessions") == 1 and metric("today") == 20240402 and metric("commits") >= 1
    assert (metric("questions_answered"), metric("questions_failed")) == (answered + 1, failed + 1)
    assert world.health("/health")[0] == 200 and world.health("/nothing")[0] == 404


def test_metrics_of_doors_and_clock(world):
    """Whose key nobody knows, whose is revoked, and a clock that was set back."""
    def metric(name):
        text = world.health("/metrics")[1]
        return int(next(line.split()[1] for line in text.splitlines() if line.startswith(f"tiendo_{name} ")))
    unknown, revoked = metric("handshakes_unknown"), metric("handshakes_revoked")
    stranger = world.office(zmq.curve_keypair(), hello=False)
    until("a stranger to be counted", lambda: metric("handshakes_unknown") > unknown)
    assert metric("handshakes_revoked") == revoked and metric("clock_behind_ms") == 0
    stranger.close()
    keys = world.principal("40")
    world.revoke(keys)
    late = world.office(keys, hello=False)
    until("a revoked key to be counted", lambda: metric("handshakes_revoked") > revoked)
    late.close()
    world.set_clock("2024-04-01", "08:00:00")
    until("the clock to be seen", lambda: metric("clock_behind_ms") >= 3600000)
    world.set_clock("2024-04-03", "08:00:00")
    until("the clock to be right again", lambda: metric("clock_behind_ms") == 0)
