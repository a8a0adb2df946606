# SPDX-License-Identifier: Apache-2.0
"""What the centre tells the offices: directives, tasks given on the spot and reminders reach the inbox whatever is killed, and the
centre knows who has read them, also when that was done without a line."""
import shutil

import pytest

import tiendo_pb2 as pb
from clerk import Clerk
from client import Refused
from world import ITEM_COLUMNS, item, table, until

ALL = "Các đơn vị gửi kế hoạch\ntrước ngày 20 (Công văn 15/UBND)"


def inbox(clerk, *args):
    return clerk.json("inbox", *args)


def unread(clerk, n):
    """Waits until so many are there."""
    until(f"{clerk.name} to have {n} unread", lambda: clerk.status()["unread"] == n)
    return inbox(clerk)["notices"]


def letters(world, *args):
    return {x["entry"]: x for x in world.server_json("notices", *args)["details"]}


def opened(world, entry):
    """Codes of the units that have read it."""
    one = letters(world, "--entry", entry)[entry]
    got = [r["unit"] for r in one["recipients"] if r["opened_on"]]
    assert len(got) == one["opened"] and len(one["recipients"]) == one["units"]
    return got


def notify(world, unit, text, *args):
    return world.server_json("notify", "--unit", unit, *args, text)["details"]["notice_entry"]


@pytest.fixture
def town(world):
    """The province and two of its districts, at work."""
    return [Clerk(world, name, unit).run().knows() for name, unit in (("nghe-an", "40"), ("vinh", "412"), ("dien-chau", "413"))]


def restored(world, copy, lost):
    """The copy takes the place of the store. Gives the first notice after that, which has the number of one that is lost."""
    world.stop()
    shutil.rmtree(world.dir)
    shutil.copytree(copy, world.dir)
    world.start()
    new = notify(world, "412", "Sau khi khôi phục")
    assert new in lost, "the same number"
    return new


def test_a_directive_reaches_everybody(world, town):
    nghe_an, vinh, dien_chau = town
    said = world.server_cli("notify", "--unit", "40", "--subtree", "--item", "KH.T2", "--due", "2024-04-20", ALL).stdout
    assert said == "notice entry 7 to 6 units; 3 of them have no agent and cannot read it here\n", said
    for office in town:
        got = unread(office, 1)[0]
        assert (got["entry"], got["kind"], got["item"], got["due"], got["text"]) == (7, "directive", "KH.T2", 20240420, ALL)
        assert (got["read"], got["gone"], got["about"]) == (False, False, None)
    shown = vinh.cli("inbox").stdout
    assert shown == ("Chưa đọc: 1\n7 · Chỉ đạo · 02/04/2024 08:00 · KH.T2 Chỉ tiêu KH.T2 · hạn 20/04/2024\n"
                     "    Các đơn vị gửi kế hoạch\n    trước ngày 20 (Công văn 15/UBND)\n"
                     "Đọc xong thì ghi: tiendo-agent inbox --read SỐ (hoặc --read all)\n"
                     "thời gian mô phỏng\n"), shown
    assert "Unread: 1\n7 · Directive · 2024-04-02 08:00 · KH.T2 " in vinh.cli("inbox", lang="en").stdout
    assert "1 thông báo chưa đọc" in vinh.cli("status").stdout
    assert opened(world, 7) == []

    # one reads it; the others are cut off in between, one way and the other
    assert inbox(vinh, "--read", "7")["read"] == [7]
    vinh.drained()
    until("the centre to know", lambda: opened(world, 7) == ["412"])
    assert inbox(vinh)["notices"] == [] and inbox(vinh, "--all")["notices"][0]["read"]
    assert "Chưa đọc: 0\nĐã đọc: 1 (xem: inbox --all)\n" in vinh.cli("inbox").stdout
    dien_chau.kill()
    again = notify(world, "413", "Riêng Diễn Châu")
    world.kill()
    assert inbox(nghe_an, "--read", "all")["read"] == [7], "without a line"
    assert nghe_an.status()["unread"] == 0 and nghe_an.status()["waiting"] == 1
    world.start()
    dien_chau.run()
    assert [n["entry"] for n in unread(dien_chau, 2)] == [again, 7]
    nghe_an.drained()
    assert opened(world, 7) == ["40", "412"] and opened(world, again) == []
    listed = world.server_cli("notices").stdout
    assert "opened by 2 of 6" in listed and "not opened: 40.CA, 413, 16702, 16703" in listed
    dien_chau.kill()
    assert inbox(dien_chau, "--read", "all")["read"] == [again, 7]
    dien_chau.run().drained()
    assert opened(world, 7) == ["40", "412", "413"] and opened(world, again) == ["413"]
    world.stop()
    world.server_cli("verify")
    digest = world.server_json("status", "--digest")["details"]["digest"]
    world.server_cli("rebuild")
    assert world.server_json("status", "--digest")["details"]["digest"] == digest
    assert opened(world, 7) == ["40", "412", "413"], "nobody runs: the store itself is asked"


def test_killed_again_and_again(world, town):
    """Directives come while daemons and the centre are killed: each office has all of them, in order, once."""
    nghe_an, vinh, dien_chau = town
    sent = []
    for n in range(6):
        sent.append(notify(world, "40", f"Chỉ đạo {n}", "--subtree"))
        (vinh if n % 2 else dien_chau).kill()
        if n % 3 == 0:
            world.kill()
            world.start()
        (vinh if n % 2 else dien_chau).run()
    for office in town:
        got = unread(office, 6)
        assert [(x["entry"], x["text"]) for x in reversed(got)] == [(e, f"Chỉ đạo {n}") for n, e in enumerate(sent)]
    for office in town:
        office.kill()
        inbox(office, "--read", "all")
        office.run().drained()
    assert all(set(opened(world, e)) == {"40", "412", "413"} for e in sent)


def test_a_task_on_the_spot(world, town):
    vinh = town[1]
    given = ("--parent", "KH.G", "--code", "KH.MOI", "--name", "Rà soát dữ liệu dân cư", "--lead", "412", "--person", "Trưởng Công an",
             "--due", "2024-04-30", "--product", "Báo cáo rà soát", "--product-unit", "văn bản")
    said = world.server_json("assign", *given, "--text", "Làm ngay trong tuần")["details"]
    got = unread(vinh, 1)[0]
    assert (got["entry"], got["kind"], got["item"], got["due"]) == (said["notice_entry"], "task", "KH.MOI", 20240430)
    until("the new catalogue", lambda: vinh.status()["catalogue_entry"] == said["notice_entry"] - 1)
    assert (" · Giao nhiệm vụ · 02/04/2024 08:00 · KH.MOI Rà soát dữ liệu dân cư · hạn 30/04/2024\n"
            "    Người thực hiện: Trưởng Công an · sản phẩm: Báo cáo rà soát (văn bản)\n    Làm ngay trong tuần\n"
            in vinh.cli("inbox").stdout)
    vinh.report("KH.MOI", "--state", "in_progress", "--percent", "40")
    inbox(vinh, "--read", "all")
    vinh.drained()
    mine = {c["item"]: c for c in vinh.json("mine")["cells"]}
    assert mine["KH.MOI"]["percent"] == 40 and mine["KH.MOI"]["due"] == 20240430
    assert opened(world, said["notice_entry"]) == ["412"]
    assert [n["kind"] for n in inbox(town[0], "--all")["notices"]] == []
    for change, word in (({}, "already"), ({"--code": "KH.M2", "--parent": "KH.T1"}, "KH.T1"), ({"--code": "KH.M2", "--lead": "999"}, "999"),
                         ({"--code": "KH.M2", "--person": ""}, "--person"), ({"--code": "KH.M2", "--due": "2024-04-01"}, "--due"),
                         ({"--code": "kh m", "--lead": "412"}, "kh m")):
        options = dict(zip(given[::2], given[1::2])) | change
        done = world.server_cli("assign", *(x for pair in options.items() for x in pair), ok=(1,))
        assert word in done.stderr and done.stdout == "", done
    assert "--due DATE is missing" in world.server_cli("assign", *given[:8], ok=(2,)).stderr
    world.server_cli("verify")


def test_reminders(make_world):
    items = table(ITEM_COLUMNS, [item("KH", "", "plan", owner="40"),
                                 item("KH.C", "KH", "count", reporters="kind:district@40", measure="flow", aggregate="sum",
                                      schedule="half_month")])
    world = make_world(items=items)
    vinh = Clerk(world, "vinh", "412").run().knows()
    world.set_clock("2024-04-16")  # the first half of April closes on Monday 15; a district has until Wednesday 17
    got = unread(vinh, 1)[0]
    assert (got["kind"], got["item"], got["period"], got["due"], got["owed"]) == ("reminder", "KH.C", "2024-04a", 20240417, 1)
    first = got["entry"]
    assert "Nhắc báo cáo · 16/04/2024 08:00 · còn 1 mục chưa báo cáo kỳ 2024-04a, hạn 17/04/2024 · KH.C " in vinh.cli("inbox").stdout
    world.set_clock("2024-04-18")
    until("a newer one", lambda: inbox(vinh)["notices"][0]["entry"] > first)
    assert [n["entry"] for n in inbox(vinh, "--all")["notices"]] == [inbox(vinh)["notices"][0]["entry"]], "it took the other's place"
    assert "đã quá hạn ngày 17/04/2024" in vinh.cli("inbox").stdout
    vinh.report("KH.C", "--value", "3", "--period", "2024-04a", "--as-of", "2024-04-15")
    inbox(vinh, "--read", "all")
    vinh.drained()
    world.set_clock("2024-05-03")  # the second half: until Friday 3, Tuesday 30 and Wednesday 1 are not off here
    world.stop()
    world.server_cli("verify")


def test_a_restored_centre(world, town):
    """A backup from before the last directive: what it does not have is shown as gone, and its number may mean another one."""
    vinh = town[1]
    kept = notify(world, "412", "Trước bản sao lưu")
    unread(vinh, 1)
    inbox(vinh, "--read", "all")
    vinh.drained()
    copy = world.tmp / "copy"
    world.server_cli("backup", copy)
    lost = [notify(world, "412", f"Mất {n}") for n in range(3)]
    unread(vinh, 3)
    new = restored(world, copy, lost)
    until("the inbox to be the new centre's", lambda: [n["text"] for n in inbox(vinh)["notices"] if n["entry"] == new]
          == ["Sau khi khôi phục"] and sum(n["gone"] for n in inbox(vinh)["notices"]) == 2)
    everything = {n["entry"]: n for n in inbox(vinh, "--all")["notices"]}
    assert everything[kept]["read"] and not everything[kept]["gone"]
    assert "máy chủ đã khôi phục và không còn thông báo này" in vinh.cli("inbox").stdout
    inbox(vinh, "--read", "all")
    vinh.drained()
    assert vinh.status()["unread"] == 0 and vinh.status()["refused_n"] == 0
    assert opened(world, new) == ["412"] and opened(world, kept) == ["412"]


def test_read_before_the_restore(world, town):
    """What was read while there was no line is queued by its number. The centre is put back to a backup and gives that number, at the same
    minute, to another notice: nobody has read that one, and the office is asked to, without being blamed."""
    vinh = town[1]
    kept = notify(world, "412", "Trước bản sao lưu")
    unread(vinh, 1)
    copy = world.tmp / "copy"
    world.server_cli("backup", copy)
    lost = [notify(world, "412", f"Mất {n}") for n in range(3)]
    sent = {n["entry"]: n["sent_ms"] for n in unread(vinh, 4)}
    vinh.stop()
    assert inbox(vinh, "--read", "all")["read"] == [*reversed(lost), kept] and vinh.status()["waiting"] == 4
    new = restored(world, copy, lost)
    vinh.run().drained()
    assert opened(world, new) == [] and opened(world, kept) == ["412"], "the one that the backup has was read indeed"
    got = unread(vinh, 1)[0]
    assert (got["entry"], got["text"], got["read"], got["sent_ms"]) == (new, "Sau khi khôi phục", False, sent[new])
    status = vinh.status()
    assert status["refused_n"] == 0 and [(r["reason"], r["field"]) for r in status["refused"]] == [("restored", "notice_ack.incarnation")] * 3
    shown = vinh.cli("status").stdout
    assert "từ chối" not in shown and "3 lần đọc thông báo trước đó không còn được tính" in shown, shown
    assert "3 notices read before that do not count" in vinh.cli("status", lang="en").stdout
    inbox(vinh, "--read", str(new))
    vinh.drained()
    assert opened(world, new) == ["412"] and "không còn được tính" not in vinh.cli("status").stdout
    world.stop()
    world.server_cli("verify")


def test_who_may_ask(world):
    """An office its own, an operator all, a viewer nothing; in pages, unread alone, and beyond the end."""
    vinh, nghe_an = world.principal("412"), world.principal("40")
    operator, viewer = world.principal("VN", "operator"), world.principal("VN", "viewer")
    entries = [notify(world, "40", f"{n}: " + "một đoạn văn dài " * 80, "--subtree") for n in range(150)]
    office = world.office(vinh)
    assert office.welcome.notice_entry == entries[-1] and office.ping().notice_entry == entries[-1]

    def ask(keys, **more):
        pages = world.reader(keys).pages("notices", **more)
        return [n for p in pages for n in p.notices.notices], len(pages)

    got, pages = ask(vinh)
    assert [n.entry for n in got] == entries and pages > 1
    units = {n.unit for n in got}
    assert len(units) == 1 and {n.kind for n in got} == {pb.NOTICE_KIND_DIRECTIVE}
    assert [n.entry for n in ask(vinh, since=entries[-3])[0]] == entries[-2:]
    assert ask(vinh, since=entries[-1])[0] == [] and ask(vinh, since=2**64 - 1)[0] == []
    all_of_them, _ = ask(operator, since=entries[-2])
    assert len({n.unit for n in all_of_them}) == len(all_of_them) == 6
    of = got[0].incarnation
    assert of == office.welcome.incarnation and {n.incarnation for n in got} == {of}
    ack = office.update(1, "412", "", 20240402, notice_ack=pb.NoticeAck(notice_entry=entries[0], incarnation=of))
    office.offer(1, [ack])
    assert office.outcomes[1][0] == "taken"
    assert [n.entry for n in ask(vinh, unread_only=True)[0]] == entries[1:]
    assert ask(vinh)[0][0].opened_on == 20240402
    assert not any(n.opened_on for n in ask(nghe_an)[0])
    wrong = (("412", entries[0] - 1, of, "unknown_notice"), ("412", entries[-1] + 9, of, "unknown_notice"), ("16702", entries[1], of, "out_of_scope"),
             ("412", 0, of, "field_missing"), ("412", entries[1], b"", "field_missing"), ("412", entries[1], bytes(16), "field_missing"),
             ("412", entries[1], bytes(range(16)), "restored"), ("412", entries[1], of[:15], "undecodable"))
    for seq, (unit, entry, incarnation, reason) in enumerate(wrong, 2):
        office.offer(seq, [office.update(seq, unit, "", 20240402, notice_ack=pb.NoticeAck(notice_entry=entry, incarnation=incarnation))])
        assert office.outcomes[seq][:2] == ("refused", reason), (seq, office.outcomes[seq])
    with pytest.raises(Refused) as refusal:
        ask(viewer)
    assert refusal.value.failure.reason == pb.REASON_FORBIDDEN


def test_commands_that_make_no_sense(world, town):
    vinh = town[1]
    for args, word in ((("--unit", "999", "x"), "999"), (("--unit", "414", "x"), "not open today"), (("--unit", "412", "--item", "KH.X", "x"), "KH.X"),
                       (("--unit", "412", " "), "text is missing"), (("--unit", "412", "--due", "2024-04-01", "x"), "--due"),
                       (("--unit", "412", "CCCD 001099012345"), "cannot be sent"), (("--unit", "412", "x" * 2001), "cannot be sent")):
        done = world.server_cli("notify", *args, ok=(1,))
        assert word in done.stderr and done.stdout == "", done
    assert "--unit CODE is missing" in world.server_cli("notify", "x", ok=(2,)).stderr
    assert "2024-13-01" in world.server_cli("notify", "--unit", "412", "--due", "2024-13-01", "x", ok=(2,)).stderr
    assert "no directive was sent yet" in world.server_cli("notices").stdout and letters(world) == {}
    assert "entry 3 is no directive" in world.server_cli("notices", "--entry", "3", ok=(1,)).stderr
    assert "--entry x" in world.server_cli("notices", "--entry", "x", ok=(2,)).stderr
    assert "không có thông báo số 5" in vinh.cli("inbox", "--read", "5", ok=(1,)).stdout
    assert "`x`" in vinh.cli("inbox", "--read", "x", ok=(2,)).stderr
    assert inbox(vinh, "--read", "all")["read"] == [] and vinh.status()["waiting"] == 0
    assert "Không có gì chưa đọc" in vinh.cli("inbox", "--read", "all").stdout
    new = Clerk(world, "moi", "16702")  # never met the centre
    assert inbox(new) == {"unread": 0, "notices": [], "illustrative": False, "simulated": True}
    assert world.server_json("status")["details"]["entry"] == 7, "nothing of that reached the journal"
