# SPDX-License-Identifier: Apache-2.0
"""What one browser may ask of everybody's gateway: figures come in pages."""

import openapi
from test_reading import Viewer
from webgate import Gate
from world import ITEM_COLUMNS, ITEMS, item, table

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
