# SPDX-License-Identifier: Apache-2.0
"""A catalogue with rhythms of reporting, for tests of an office that reports by period: 412 is a district, so that it has two working
days after a period's end. 2024-04-18 is a holiday of this world (Giỗ Tổ), as it was in ours.

    KH.T  task of 412, half a month, two milestones       KH.F  count, flow, half a month
    KH.R  ratio, half a month, 412 and 413                KH.M  count, ytd, a month
    KH.X  task without a rhythm, due 2024-06-30
"""
import csv
import io

import world as w
from world import until

HALF = "half_month"
BOTH = {"reporters": "kind:district@40"}
ITEMS = w.table(w.ITEM_COLUMNS, [
    w.item("KH", "", "plan", owner="40", name="Kế hoạch 87"),
    w.item("KH.G", "KH", "group", name="Nhóm nhiệm vụ"),
    w.item("KH.T", "KH.G", "task", lead="412", answer="lead", due="2024-06-30", schedule=HALF, name="Ban hành kế hoạch"),
    w.item("KH.R", "KH", "ratio", **BOTH, measure="stock", aggregate="sum", num_def="đã cấp", den_def="dân số", bounded="yes",
           schedule=HALF, name="Cấp căn cước"),
    w.item("KH.F", "KH", "count", **BOTH, measure="flow", aggregate="sum", uom="hồ sơ", schedule=HALF, name="Hồ sơ phát sinh"),
    w.item("KH.M", "KH", "count", **BOTH, measure="ytd", aggregate="sum", uom="lượt", schedule="month", name="Lượt tập huấn"),
    w.item("KH.X", "KH.G", "task", lead="412", answer="lead", due="2024-06-30", name="Không theo kỳ"),
])
MORE = {"milestones": "item,unit,no,name,date\nKH.T,412,1,Dự thảo,2024-04-20\nKH.T,,2,Ban hành,2024-06-20\n",
        "holidays": "date,kind,name\n2024-04-18,off,Giỗ Tổ\n"}


def world(make_world, **more):
    return make_world(items=ITEMS, more=MORE, **{"today": "2024-04-01"} | more)


def day(world, date, *clerks):
    """The office's date at the centre, if it runs, and at the offices."""
    number = int(date.replace("-", ""))
    world.set_clock(date)
    if world.server_process:
        # by the centre itself: the dump has a tick before its figures are there
        until(f"the tick of {date}", lambda: world.server_json("status")["details"]["today"] == number)
    for c in clerks:
        until(f"{c.name} to know the date", lambda: c.status()["today"] == number)


def updates(world):
    """What the centre took, in its order."""
    return [t["update"] for e in world.dump() if e.get("kind") == "batch" for t in e["taken"]]


def receipt(clerk, item, body):
    """The newest printed receipt of a kind."""
    return next(r["receipt"] for r in clerk.json("receipts", "--limit", "0")["receipts"] if (r["item"], r["body"]) == (item, body))


def cells(clerk):
    return {c["item"]: c for c in clerk.json("mine")["cells"] if c["unit"] == clerk.unit}


def sheet(rows):
    """A CSV file of rows given as dicts; what is not given is empty."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(dict.fromkeys(k for r in rows for k in r)), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()
