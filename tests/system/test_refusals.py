# SPDX-License-Identifier: Apache-2.0
"""Every permanent refusal of PROTOCOL.md, by name and field: kept, given again, and never in the way of the rest."""
import json
import unicodedata

import pytest

import tiendo_pb2 as pb
from journal import audit
from world import ITEM_COLUMNS, ITEMS, item, table, until

DAY, TODAY = 20240401, 20240402
DONE = pb.TASK_STATE_DONE
WORK = pb.TASK_STATE_IN_PROGRESS


def task(state, percent=0, **more):
    return {"task": pb.Task(state=state, percent=percent, **more)}


def ratio(n, d):
    return {"ratio": pb.Ratio(numerator=n, denominator=d)}


def value(n):
    return {"count": pb.Count(value=n)}


def done(**more):
    return task(DONE, 100, **({"product_ref": "1/BC", "done_on": DAY} | more))


def receipt(**more):
    return pb.ReceiptRef(**({"incarnation": b"i" * 16, "entry": 5, "index": 1} | more))


def obstacle(**more):
    return {"obstacle": pb.Obstacle(**more)}


def raised(**more):
    return obstacle(**{"raise": pb.ObstacleRaise(**({"cause": pb.CAUSE_CLASS_MONEY, "fault": pb.FAULT_OUTSIDE, "text": "thiếu vốn"} | more))})


def corrected(ref=receipt(), reason="nhập nhầm", **figure):
    return {"correction": pb.Correction(replaces=ref, **figure), "reason": reason}


def later(due=20250101, reason="thiếu thiết bị"):
    return {"extension_request": pb.ExtensionRequest(due=due, reason=reason)}


def not_ours(first=DAY, **more):
    return {"na_request": pb.NaRequest(**({"from": first, "reason": "không có biển"} | more))}


ID = "040123456789"
C = ("412", "KH.C", DAY)       # a count, reported by districts
T = ("412", "KH.T1", DAY)      # a task of 412
R = ("16702", "KH.R", DAY)     # a bounded ratio (stock) of communes
P = ("412", "KH.P", DAY)       # points, at most 18,00

# (name, field, (unit, item, as_of), what it says). One line per rule; in the order of PROTOCOL.md.
CASES = [
    ("not_yet", "", C, {}),
    ("text_control", "note", C, value(1) | {"note": "a\x07b"}),
    ("text_control", "note", C, value(1) | {"note": "a\u202eb"}),
    ("text_control", "reason", C, value(1) | {"reason": "a\rb"}),
    ("text_too_long", "note", C, value(1) | {"note": "ế" * 667}),
    ("text_too_long", "reason", C, value(1) | {"reason": "x" * 2001}),
    ("text_too_long", "task.product_ref", T, done(product_ref="x" * 201)),
    ("text_not_nfc", "note", C, value(1) | {"note": unicodedata.normalize("NFD", "tiến độ")}),
    ("text_not_nfc", "task.product_ref", T, done(product_ref=unicodedata.normalize("NFD", "số"))),
    ("personal_id", "note", C, value(1) | {"note": f"ông A, số {ID}"}),
    ("personal_id", "note", C, value(1) | {"note": "0401 2345 6789"}),
    ("personal_id", "reason", C, value(1) | {"reason": "040.123.456.789"}),
    ("personal_id", "task.product_ref", T, done(product_ref=f"{ID}/BC")),
    ("as_of_missing", "as_of", ("412", "KH.C", 0), value(1)),
    ("out_of_range", "as_of", ("412", "KH.C", 20240230), value(1)),
    ("out_of_range", "as_of", ("412", "KH.C", 19991231), value(1)),
    ("out_of_range", "as_of", ("412", "KH.C", 4294967295), value(1)),
    ("unknown_unit", "unit", ("999", "KH.C", DAY), value(1)),
    ("unknown_unit", "unit", ("", "KH.C", DAY), value(1)),
    ("unit_closed", "unit", ("414", "KH.C", DAY), value(1)),
    ("unknown_item", "item", ("412", "KH.X", DAY), value(1)),
    ("unknown_item", "item", ("412", "", DAY), value(1)),
    ("not_a_leaf", "item", ("412", "KH", DAY), value(1)),
    ("not_a_leaf", "item", ("412", "KH.G", DAY), task(WORK, 1)),
    ("item_closed", "item", ("412", "KH.OLD", DAY), task(WORK, 1)),
    ("out_of_scope", "unit", ("38", "KH.C", DAY), value(1)),
    ("out_of_scope", "unit", ("VN", "KH.C", DAY), value(1)),
    ("not_assigned", "item", ("16703", "KH.C", DAY), value(1)),
    ("not_assigned", "item", ("413", "KH.T1", DAY), task(WORK, 1)),
    ("wrong_body", "ratio", C, ratio(1, 2)),
    ("wrong_body", "count", T, value(1)),
    ("wrong_body", "task", R, task(WORK, 1)),
    ("wrong_body", "points", C, {"points": pb.Points(value=1)}),
    ("nothing_not_allowed", "none_arisen", T, {"none_arisen": pb.NoneArisen()}),
    ("nothing_not_allowed", "none_arisen", R, {"none_arisen": pb.NoneArisen()}),
    ("out_of_range", "task.percent", T, task(WORK, 101)),
    ("out_of_range", "task.percent", T, task(WORK, 4294967295)),
    ("out_of_range", "task.done_on", T, done(done_on=20240231)),
    ("out_of_range", "task.done_on", T, done(done_on=19991231)),
    ("out_of_range", "ratio.numerator", R, ratio(10**12 + 1, 10**12)),
    ("out_of_range", "ratio.denominator", R, ratio(1, 2**64 - 1)),
    ("out_of_range", "count.value", C, value(10**12 + 1)),
    ("out_of_range", "count.value", C, value(2**63)),
    ("out_of_range", "points.value", P, {"points": pb.Points(value=1801)}),
    ("contradiction", "task.state", T, task(0, 0)),
    ("contradiction", "task.state", T, task(9, 0)),
    ("contradiction", "task.percent", T, task(pb.TASK_STATE_NOT_STARTED, 1)),
    ("contradiction", "task.percent", T, task(WORK, 100)),
    ("contradiction", "task.percent", T, done(done_on=DAY) | task(DONE, 99, product_ref="1/BC", done_on=DAY)),
    ("contradiction", "task.product_ref", T, done(product_ref="")),
    ("contradiction", "task.product_ref", T, done(product_ref=" \n")),
    ("contradiction", "task.done_on", T, done(done_on=0)),
    ("contradiction", "task.done_on", T, done(done_on=DAY + 1)),
    ("contradiction", "task.done_on", T, task(WORK, 5, done_on=DAY)),
    ("numerator_above_denominator", "ratio.numerator", R, ratio(3, 2)),
    ("numerator_above_denominator", "ratio.numerator", R, ratio(1, 0)),
    ("as_of_in_future", "as_of", ("412", "KH.C", TODAY + 1), value(1)),
    ("as_of_in_future", "as_of", ("412", "KH.C", 20991231), value(1)),
    ("bad_period", "period", C, value(1) | {"period": "2024-13"}),
    # the bodies of rules version 2: what needs no look at what was reported before
    ("nothing_not_allowed", "unchanged", C, {"unchanged": pb.Unchanged()}),
    ("not_a_leaf", "item", ("412", "KH.G", DAY), {"unchanged": pb.Unchanged()}),
    ("reason_required", "reason", C, corrected(reason="", count=pb.Count(value=1))),
    ("field_missing", "correction.replaces", C, corrected(None, count=pb.Count(value=1))),
    ("field_missing", "correction.replaces", C, corrected(receipt(index=0), count=pb.Count(value=1))),
    ("field_missing", "correction", C, corrected()),
    ("wrong_body", "ratio", C, corrected(ratio=pb.Ratio(numerator=1))),
    ("out_of_range", "count.value", C, corrected(count=pb.Count(value=10**12 + 1))),
    ("undecodable", "", C, corrected(receipt(incarnation=b"short"), count=pb.Count(value=1))),
    ("reason_required", "reason", C, {"withdraw": pb.Withdraw(withdraws=receipt())}),
    ("field_missing", "withdraw.withdraws", C, {"withdraw": pb.Withdraw(), "reason": "gửi nhầm"}),
    ("field_missing", "na_request.reason", C, not_ours(reason="")),
    ("field_missing", "na_request.from", C, not_ours(0)),
    ("out_of_range", "na_request.to", C, not_ours(to=DAY - 1)),
    ("bad_period", "period", C, not_ours() | {"period": "2024-04"}),
    ("wrong_body", "extension_request", C, later()),
    ("field_missing", "extension_request.due", T, later(0)),
    ("out_of_range", "extension_request.due", T, later(DAY)),
    ("field_missing", "extension_request.reason", T, later(reason=" ")),
    ("personal_id", "extension_request.reason", T, later(reason=ID)),
    ("wrong_body", "milestone", C, {"milestone": pb.Milestone(no=1, reached_on=DAY)}),
    ("field_missing", "milestone.reached_on", T, {"milestone": pb.Milestone(no=1)}),
    ("unknown_milestone", "milestone.no", T, {"milestone": pb.Milestone(no=1, reached_on=DAY)}),
    ("field_missing", "obstacle", T, obstacle(obstacle=receipt())),
    ("field_missing", "obstacle.obstacle", T, obstacle(comment=pb.ObstacleComment(text="x"))),
    ("field_missing", "obstacle.comment.text", T, obstacle(obstacle=receipt(), comment=pb.ObstacleComment())),
    ("field_missing", "obstacle.raise.cause", T, raised(cause=0)),
    ("field_missing", "obstacle.raise.cause", T, raised(cause=9)),
    ("field_missing", "obstacle.raise.fault", T, raised(fault=0)),
    ("field_missing", "obstacle.raise.text", T, raised(text="")),
    ("field_missing", "obstacle.raise.solution_class", T, raised(solution="cấp vốn")),
    ("personal_id", "obstacle.raise.solution", T, raised(solution=ID)),
    ("unknown_unit", "obstacle.raise.addressee", T, raised(addressee="999")),
    ("not_assigned", "obstacle.raise.addressee", T, raised(addressee="38")),
    ("not_assigned", "item", ("413", "KH.T1", DAY), raised()),
    ("wrong_body", "notice_ack", C, {"notice_ack": pb.NoticeAck(notice_entry=1, incarnation=bytes(range(16)))}),
    ("field_missing", "notice_ack.notice_entry", ("412", "", DAY), {"notice_ack": pb.NoticeAck(incarnation=bytes(range(16)))}),
    ("field_missing", "notice_ack.incarnation", ("412", "", DAY), {"notice_ack": pb.NoticeAck(notice_entry=1)}),
    ("bad_period", "period", C, value(1) | {"period": "tháng 3"}),
]

# What stands just inside the bounds, and is taken.
FINE = [
    (C, value(0)), (C, value(10**12)), (R, ratio(0, 0)), (R, ratio(10**12, 10**12)), (P, {"points": pb.Points(value=1800)}),
    (("412", "KH.C", TODAY), value(1)), (("412", "KH.C", 20000101), value(1)), (C, {"none_arisen": pb.NoneArisen()}),
    (("414", "KH.C", 20221231), value(5)), (("412", "KH.OLD", 20221231), task(WORK, 5)), (T, task(WORK, 0)), (T, task(WORK, 99)),
    (T, done(product_ref="ề" * 66 + "ab", done_on=20000101)), (C, value(1) | {"note": "ế" * 666 + "ab"}),
    (C, value(1) | {"note": "dòng một\n\tdòng hai"}), (C, value(1) | {"period": "2024-Q1x"}), (C, value(1) | {"period": "2024-W14"}),
    (C, value(1) | {"note": "0401234567890"}), (C, value(1) | {"note": "097123456789"}), (C, value(1) | {"note": "04012345678"}),
]


@pytest.fixture
def office(world):
    return world.office(world.principal("40"))


def name_of(case):
    return f"{case[0]}-{case[1]}"


def test_every_refusal_by_name_and_field(world, office):
    """All of them mixed with good updates; offered again in another cut, and after kill -9, they are the same."""
    blobs, expected, good = [], {}, iter(range(10**6))
    for name, field, (unit, item, as_of), body in CASES:
        seq = len(blobs) + 1
        blobs.append(office.update(seq, unit, item, as_of, **body))
        expected[seq] = ("refused", name, field)
        blobs.append(office.update(seq + 1, *C, **value(next(good))))
    for (unit, item, as_of), body in FINE:
        blobs.append(office.update(len(blobs) + 1, unit, item, as_of, **body))
    for first in range(0, len(blobs), 60):
        assert office.offer(first + 1, blobs[first:first + 60]).mark == min(first + 60, len(blobs))
    got = {seq: office.outcomes[seq] for seq in expected}
    assert got == expected
    taken = {seq: o for seq, o in office.outcomes.items() if seq not in expected}
    assert {o[0] for o in taken.values()} == {"taken"}, {s: o for s, o in taken.items() if o[0] != "taken"}
    world.kill()
    world.start()
    again = world.office((office.public, office.secret), epoch=office.epoch)
    again.blobs, again.outcomes = office.blobs, office.outcomes  # _note asserts that nothing changes
    for first in range(0, len(blobs), 48):
        assert isinstance(again.offer(first + 1, blobs[first:first + 48]), pb.Ack)
    entries = audit(world)
    assert sum(len(e.header.refused) for e in entries) == len(CASES)
    names = {pb.Reason.Name(r.reason)[7:].lower() for e in entries for r in e.header.refused}
    unseen = {n[7:].lower() for n, v in pb.Reason.items() if 0 < v < 40} - names
    view = {"not_standing", "nothing_stands", "unknown_obstacle", "obstacle_state", "not_yours", "unknown_notice", "restored", "due_not_later",
            "pending"}  # what was reported before decides
    assert unseen == {"bad_seq", "too_large", "text_not_utf8"} | view, "see the tests below"


def test_bad_seq_and_bytes(world, office):
    """What the client library would not write: another seq, text that is no UTF-8, bytes that are no message."""
    good = office.update(1, *C, **value(1))
    blobs = {
        1: (good, None),
        2: (good, ("bad_seq", "seq")),
        3: (b"\x08\x03" + good[2:] + b"\x5a\x02\xc3\x28", ("text_not_utf8", "note")),
        4: (b"\x08\x04" + good[2:] + b"\x62\x01\xff", ("text_not_utf8", "reason")),
        5: (b"\x08\x05" + good[2:] + b"\x5a\x03\xed\xa0\x80", ("text_not_utf8", "note")),
        6: (b"\x08\x06" + good[2:] + b"\x5a\x02\xc0\xaf", ("text_not_utf8", "note")),
        7: (b"\x08\x07" + good[2:] + b"\x5a\x03a\x00b", ("undecodable", "")),
        8: (b"rubbish", ("undecodable", "")),
    }
    office.blobs = {seq: blob for seq, (blob, _) in blobs.items()}
    office.offer(1, list(office.blobs.values()))
    assert {s: o[1:] for s, o in office.outcomes.items() if o[0] == "refused"} == {s: e for s, (_, e) in blobs.items() if e}
    audit(world)


def test_a_task_goes_backwards_only_with_a_reason(world, office):
    """Judged against the cell as it stands, also within one batch."""
    back = task(WORK, 50)
    updates = [(DAY, done(), None), (DAY, back, "reason_required"), (DAY, back | {"reason": " \n\t "}, "reason_required"),
               (DAY - 100, back, None), (DAY, back | {"reason": "sản phẩm bị trả lại"}, None),
               (DAY, task(pb.TASK_STATE_NOT_STARTED), "reason_required"), (DAY, done(), None), (TODAY, back, "reason_required")]
    blobs = [office.update(i, "412", "KH.T1", as_of, **body) for i, (as_of, body, _) in enumerate(updates, 1)]
    office.offer(1, blobs[:5])
    office.offer(6, blobs[5:])
    assert [o[1] if o[0] == "refused" else None for _, o in sorted(office.outcomes.items())] == [e for _, _, e in updates]
    assert {o[2] for o in office.outcomes.values() if o[0] == "refused"} == {"reason"}
    audit(world)


def test_a_withdrawal_repeats_the_days_of_what_it_withdraws(world, office):
    """Its period is where the report stands; a correction's too. What is withdrawn stands no more."""
    row = item("KH.H", "KH", "count", lead="412", answer="lead", measure="stock", aggregate="sum", uom="thẻ", schedule="half_month")
    world.write_catalogue(items=ITEMS + table(ITEM_COLUMNS, [row]).partition("\n")[2])
    world.server_cli("catalogue", "load", world.catalogue)
    place = ("412", "KH.H", DAY)

    def says(*place, **body):
        seq = len(office.blobs) + 1
        office.offer(seq, [office.update(seq, *place, **body)])
        return office.outcomes[seq][1:] if office.outcomes[seq][0] == "refused" else office.outcomes[seq][1]

    incarnation, entry, index = says(*place, period="2024-04a", **value(5))
    ref = pb.ReceiptRef(incarnation=incarnation, entry=entry, index=index)
    gone = {"withdraw": pb.Withdraw(withdraws=ref), "reason": "gửi nhầm"}
    assert says(*place, **gone) == ("not_standing", "period"), "unnamed, the first of April is of the period that has just ended"
    assert says("412", "KH.H", 20240301, **gone) == ("not_standing", "period")
    assert says("412", "KH.C", DAY, **gone) == ("not_standing", "withdraw.withdraws")
    assert says(*place, **corrected(ref, count=pb.Count(value=6))) == ("not_standing", "period")
    assert len(says(*place, period="2024-04a", **gone)) == 3
    assert says(*place, period="2024-04a", **gone) == ("not_standing", "withdraw.withdraws")
    audit(world)


def test_refused_text_never_reaches_the_disk(world, office):
    """A citizen's number stays at the office: neither journal, view nor log holds it; the good update's text is there."""
    office.offer(1, [office.update(1, *C, **value(1), note=f"người dân {ID}"), office.update(2, *C, **value(1), note="giữ lại")])
    assert office.outcomes[1][1] == "personal_id" and office.outcomes[2][0] == "taken"
    audit(world)
    world.stop()
    files = [p for p in world.dir.rglob("*") if p.is_file()] + [world.tmp / "server.log"]
    assert [p for p in files if "giữ lại".encode() in p.read_bytes()]
    assert not [p for p in files if ID.encode() in p.read_bytes()]


def test_the_day_is_the_offices(world, office):
    """"In the future" is judged at UTC+07:00, by the server's clock at receipt."""
    world.set_clock("2024-04-02", "23:59:59")
    until("the clock to be seen", lambda: office.ping().time_ms % 86400000 == 61199000)
    office.offer(1, [office.update(1, "412", "KH.C", 20240403, **value(1))])
    assert office.outcomes[1][1] == "as_of_in_future"
    world.set_clock("2024-04-03", "00:00:00")
    until("the clock to be seen", lambda: office.ping().time_ms % 86400000 == 61200000)
    office.offer(2, [office.update(2, "412", "KH.C", 20240403, **value(1))])
    assert office.outcomes[2][0] == "taken"
    assert isinstance(office.offer(1, [office.blobs[1]]), pb.Ack), "decided once, for ever"
    assert json.dumps([e.kind for e in audit(world)][-3:]) == '["batch", "tick", "batch"]'
