# SPDX-License-Identifier: Apache-2.0
"""The catalogue adds, closes and moves units and items while offices work; cells keep what was reported."""
import json

import pytest

from clerk import Clerk, delivered, taken
from journal import audit
from test_agent_refused import changed
from world import ITEMS, UNITS, until


def figures(world):
    """{(path, item code): rollup}"""
    codes, out = {}, {}
    for line in world.server_cli("dump", "--figures").stdout.splitlines():
        e = json.loads(line)
        for row in e.get("rows", ()) if e.get("kind") == "catalogue" else ():
            if "item" in row:
                codes[row["item"]["number"]] = row["item"]["code"]
        if "figures" in e:
            for r in e["figures"]["rollups"]:
                out[e["figures"]["path"], codes[r["item"]]] = r
    return out


def load(world, day, units=UNITS, items=ITEMS):
    """On the morning of that day: the office date has moved on before the catalogue comes."""
    world.set_clock(day)
    until("the tick", lambda: int(day.replace("-", "")) in [e["date"] for e in world.dump() if e["kind"] == "tick"])
    world.write_catalogue(units=units, items=items)
    world.server_cli("catalogue", "load", world.catalogue)


def cells(clerk):
    return {(c["unit"], c["item"]): c for c in clerk.json("mine", "--all")["cells"]}


def test_units_and_items_come_go_and_move(world):
    first = changed(ITEMS, "KH.R", reporters="kind:commune@40")
    load(world, "2024-04-02", UNITS, first)
    vinh, dien_chau = Clerk(world, "vinh", "412").run().knows(), Clerk(world, "dien-chau", "413").run().knows()
    vinh.report("KH.R", "--unit", "16702", "--num", "1", "--den", "10")
    vinh.report("KH.R", "--unit", "16703", "--num", "2", "--den", "10")
    vinh.report("KH.C", "--value", "30")
    dien_chau.report("KH.C", "--value", "40")
    vinh.drained(), dien_chau.drained()
    before, held = figures(world), cells(vinh)
    assert before["VN/40/412/", "KH.R"]["numerator"] == 3 and before["VN/40/", "KH.C"]["value"] == 70

    # 16702 closes, 16703 goes to the neighbours, 16704 is new; an item is new, one is closed
    units = changed(changed(UNITS, "16702", closed="2024-04-10"), "16703", parent="413")
    units += "16704,412,commune,phường,state,Phường Mới,,Chủ tịch UBND phường,,2024-04-10,,\n"
    row = next(line for line in ITEMS.splitlines() if line.startswith("KH.C,"))
    items = changed(first, "KH.C", closed="2024-04-15") + row.replace("KH.C", "KH.N") + "\n"
    vinh.stop()
    load(world, "2024-04-16", units, items)
    assert cells(vinh)["16704", "KH.R"]["owed"], "asked, also what is new is shown by its name"
    vinh.run()
    vinh.knows(), dien_chau.knows()  # they run on and fetch it by themselves
    after = figures(world)
    assert after["VN/40/413/", "KH.R"]["numerator"] == 2 and not after["VN/40/412/", "KH.R"].get("numerator")
    assert after["VN/40/", "KH.R"]["numerator"] == 2, "a closed unit counts in no live figure"
    assert ("VN/40/413/16703/", "KH.R") in after and ("VN/40/412/16703/", "KH.R") not in after
    moved = cells(dien_chau)["16703", "KH.R"]
    assert moved["receipt"] == held["16703", "KH.R"]["receipt"] and moved["value"] == 2, "the cell moved with its unit"
    assert ("16703", "KH.R") not in cells(vinh) and cells(vinh)["16704", "KH.R"]["owed"]

    vinh.report("KH.R", "--unit", "16704", "--num", "5", "--den", "10")
    vinh.report("KH.N", "--value", "7")
    dien_chau.report("KH.R", "--unit", "16703", "--num", "4", "--den", "10")
    vinh.report("KH.R", "--unit", "16702", "--num", "9", "--den", "10", "--as-of", "2024-04-09")  # late, of the days it was open
    vinh.report("KH.C", "--value", "31", "--as-of", "2024-04-14")
    for given, name in ((("KH.R", "--unit", "16703", "--num", "1", "--den", "2"), "unknown_unit"),
                        (("KH.R", "--unit", "16702", "--num", "1", "--den", "2"), "unit_closed"),
                        (("KH.C", "--value", "1"), "item_closed"),
                        (("KH.R", "--unit", "16704", "--num", "1", "--den", "2", "--as-of", "2024-04-09"), "unit_closed")):
        assert vinh.json("report", *given, ok=(1,))["refused"]["reason"] == name
    vinh.drained(), dien_chau.drained()
    now = figures(world)
    assert now["VN/40/412/", "KH.R"]["numerator"] == 5 and now["VN/40/", "KH.R"]["numerator"] == 9
    assert now["VN/40/", "KH.N"]["value"] == 7

    # all is taken back: what was reported meanwhile, also late, stands in its cell
    load(world, "2024-04-20", UNITS + units.splitlines()[-1] + "\n", first + row.replace("KH.C", "KH.N") + "\n")
    vinh.knows(), dien_chau.knows()
    again = figures(world)
    assert again["VN/40/412/", "KH.R"]["numerator"] == 9 + 4 + 5
    assert again["VN/40/", "KH.C"]["value"] == 31 + 40
    assert cells(vinh)["16703", "KH.R"]["value"] == 4
    delivered(world, vinh, dien_chau)
    assert [s["refused_n"] for s in (vinh.status(), dien_chau.status())] == [0, 0]
    audit(world)


def test_a_code_is_used_again(world):
    """The state gives 414's code to a new district: the as-of date tells which one is meant, each has its own cells."""
    units = changed(UNITS, "414", closed="2023-01-01") + "414,40,district,huyện,state,Huyện mới,,Chủ tịch UBND huyện,,2024-01-01,,\n"
    load(world, "2024-04-02", units)
    nghe_an = Clerk(world, "nghe-an", "40").run().knows()
    nghe_an.report("KH.C", "--unit", "414", "--value", "5")
    gap = nghe_an.json("report", "KH.C", "--unit", "414", "--value", "6", "--as-of", "2023-06-01", ok=(1,))
    assert gap["refused"]["reason"] == "unit_closed"
    old = nghe_an.json("report", "KH.OLD", "--unit", "414", "--state", "not_started", "--as-of", "2022-06-01", ok=(1,))
    assert old["refused"]["reason"] == "not_assigned", "the old district, open that day"
    nghe_an.drained()
    assert [t["update"]["unit"] for *_, t in taken(world)] == ["414"]
    assert figures(world)["VN/40/414/", "KH.C"]["value"] == 5
    delivered(world, nghe_an)
    audit(world)


def test_catalogues_in_a_hurry(world):
    """Ten catalogues while rows are imported: each row is judged by the one in force at its place, all of them once."""
    vinh = Clerk(world, "vinh", "412").run().knows()
    for n in range(10):
        vinh.file([{"item": "KH.C", "as_of": "2024-04-01", "value": n * 20 + i} for i in range(20)])
        load(world, "2024-04-02", UNITS, changed(ITEMS, "KH.C", name=f"Chỉ tiêu bản {n}"))
    vinh.drained().knows()
    kinds = [e["kind"] for e in world.dump()]
    assert kinds.count("catalogue") == 11
    delivered(world, vinh)
    assert "bản 9" in vinh.cli("mine").stdout
    audit(world)
