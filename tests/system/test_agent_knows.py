# SPDX-License-Identifier: Apache-2.0
"""What the centre holds of an office is known there without anybody asking: so its rules bite offline too."""
from clerk import Clerk, taken
from world import until


def known(world, clerk):
    """Until the office knows of every entry that changed a figure of its own."""
    newest = max(entry for _, entry, *_ in taken(world))
    until(f"{clerk.name} to know of entry {newest}", lambda: clerk.status()["known_entry"] >= newest)


def test_known_without_asking(world):
    vinh = Clerk(world, "vinh", "412", ping="100ms")
    province = Clerk(world, "nghe-an", "40")
    vinh.run().knows(), province.run().knows()
    vinh.report("KH.T1", "--state", "done", "--product", "1/BC-UBND", "--done-on", "2024-04-01")
    vinh.drained()
    known(world, vinh)
    province.report("KH.C", "--unit", "412", "--value", "77")  # nothing of vinh's own happens
    province.drained()
    known(world, vinh)
    world.stop()
    back = ("report", "KH.T1", "--state", "in_progress", "--percent", "50")
    assert "lùi lại" in vinh.cli(*back, ok=(1,)).stdout
    vinh.report(*back[1:], "--reason", "Trả lại để làm bổ sung")
    # what waits in the queue counts too: of a task the centre holds, and of one it never heard of
    assert "lùi lại" in vinh.cli("report", "KH.T1", "--state", "not_started", ok=(1,)).stdout
    vinh.report("KH.T2", "--state", "in_progress", "--percent", "5")
    assert "goes backwards" in vinh.cli("report", "KH.T2", "--state", "not_started", ok=(1,), lang="en").stdout
    vinh.report("KH.C", "--value", "78")
    held = {c["item"]: c for c in vinh.json("mine")["cells"]}
    assert held["KH.T1"]["state"] == "done" and held["KH.C"]["value"] == 77
    said = vinh.cli("mine").stdout
    assert "Không hỏi được máy chủ" in said and "3 báo cáo còn trong hàng đợi" in said
    world.start()
    vinh.drained()
    entries = [entry for _, entry, *_ in taken(world)]
    *_, task, _, count = [t["update"] for *_, t in taken(world)]
    assert (task["item"], task["base_version"]) == ("KH.T1", entries[0])
    assert (count["item"], count["base_version"]) == ("KH.C", entries[1])
    row, = [c for c in vinh.json("mine")["cells"] if c["item"] == "KH.C"]
    assert row["value"] == 78
    assert "chưa thấy báo cáo trước" not in vinh.cli("mine").stdout


def test_nothing_known_is_not_zero(make_world):
    world = make_world(start=False)
    vinh = Clerk(world, "vinh", "412", register=False)
    said = vinh.json("mine", ok=(3,), lang="en")
    assert said["cells"] is None and said["known_at_ms"] is None and said["as_of_entry"] is None
    assert "nothing is known" in said["error"] and not said["fresh"]
    assert vinh.status()["known_entry"] == 0
