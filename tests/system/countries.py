# SPDX-License-Identifier: Apache-2.0
"""Random small countries (units, groups, plans with every kind of leaf) and random histories over them."""
import datetime

import tiendo_pb2 as pb
from recompute import Catalogue
from world import ITEM_COLUMNS, item, table

UNIT_COLUMNS = "code parent kind type branch name name_en head contact opened closed source".split()
FIRST, LAST = datetime.date(2023, 1, 2), datetime.date(2024, 6, 30)


def ymd(d):
    return d.year * 10000 + d.month * 100 + d.day


class Country:
    """CSV files in `files`; `leaves`: code -> (item row, reporters' codes)."""

    def __init__(self, dice):
        self.dice = dice
        self.units, self.groups, self.items = [], [], []
        self.targets, self.milestones, self.holidays = [], [], []
        self.leaves, self.silent = {}, None
        self.make_units()
        self.make_groups()
        for n in range(dice.randint(2, 4)):
            self.make_plan(f"P{n}")
        for d in range(0, 540, dice.randint(5, 40)):
            date = FIRST + datetime.timedelta(d)
            self.holidays.append({"date": date.isoformat(), "kind": "working" if date.weekday() > 4 else "off", "name": "Lễ"})

    def date(self):
        return (FIRST + datetime.timedelta(self.dice.randrange((LAST - FIRST).days))).isoformat()

    # ---- units ----
    def unit(self, code, parent, kind, **more):
        self.units.append({"code": code, "parent": parent, "kind": kind, "type": "x", "branch": "state", "name": f"Đơn vị {code}",
                           "head": "Trưởng"} | more)

    def life(self):
        """Some units open late or close early; none of the inner ones."""
        r = self.dice.random()
        return {"opened": self.date()} if r < 0.1 else {"closed": self.date()} if r < 0.2 else {}

    def make_units(self):
        self.unit("VN", "", "central")
        for p in range(self.dice.randint(1, 3)):
            province = f"{p + 1}0"
            self.unit(province, "VN", "province")
            for i in range(self.dice.randint(0, 2)):
                self.unit(f"{province}.S{i}", province, "department", **self.life())
            for i in range(self.dice.randint(1, 4)):
                district = f"{province}{i}"
                self.unit(district, province, "district")
                for j in range(self.dice.randint(0, 4)):
                    self.unit(f"{district}{j}", district, "commune", **self.life())

    def below(self, code):
        inside = {code}
        for u in self.units:  # parents come first
            if u["parent"] in inside:
                inside.add(u["code"])
        return inside

    def make_groups(self):
        """Dated members, also nested ones: a subtree counts once."""
        for n in range(self.dice.randint(0, 3)):
            for u in self.dice.sample(self.units[1:], min(len(self.units) - 1, self.dice.randint(1, 4))):
                row = {"group": f"G{n}", "use": "pilot", "name": "Nhóm", "unit": u["code"]}
                if self.dice.random() < 0.4:
                    row["from"], row["to"] = sorted((self.date(), self.date()))
                self.groups.append(row)

    # ---- items ----
    def make_plan(self, code):
        owner = self.dice.choice([u["code"] for u in self.units if u["kind"] in ("central", "province", "district")])
        self.items.append(item(code, "", "plan", owner=owner, doc_no="1/KH", doc_date="2023-01-01", issuer="UBND"))
        inside = sorted(self.below(owner))
        parents = [(code, False)]
        for n in range(self.dice.randint(1, 4)):
            parent, ratios = self.dice.choice(parents)
            kind = "ratio_group" if ratios or self.dice.random() < 0.3 else "group"
            name = f"{code}.N{n}"
            more = {"num_def": "tử", "den_def": "mẫu"} if kind == "ratio_group" else {}
            if kind == "ratio_group" and self.dice.random() < 0.5:
                more |= {"target": f"{self.dice.randint(0, 100)}%", "direction": self.dice.choice(("higher", "lower"))}
            self.items.append(item(name, parent, kind, **more))
            parents.append((name, kind == "ratio_group"))
            self.some_targets(name, kind, inside)
        for n in range(self.dice.randint(3, 10)):
            parent, ratios = self.dice.choice(parents)
            self.make_leaf(f"{code}.L{n}", parent, "ratio" if ratios else self.dice.choice(("task", "task", "ratio", "count", "points")),
                           inside)
        for name, _ in parents[1:]:
            if not [i for i in self.items if i["parent"] == name]:
                self.make_leaf(name + ".L", name, "ratio", inside)

    def make_leaf(self, code, parent, kind, inside):
        dice = self.dice
        reporters = self.some_reporters(inside)
        due = dice.choice(["", self.date()])
        row = item(code, parent, kind, start="2023-01-02" if due else "", due=due, answer="all",
                   reporters="|".join(reporters), lead=dice.choice(inside))
        if len(reporters) == 1 and ":" not in reporters[0] and dice.random() < 0.5:
            row |= {"answer": "lead", "lead": reporters[0], "reporters": ""}
        if kind != "task":
            row |= {"measure": dice.choice(("stock", "flow", "ytd")), "aggregate": "own" if kind == "points" else
                    dice.choice(("sum", "sum", "own")), "direction": dice.choice(("higher", "lower")), "uom": "cái"}
        if kind == "ratio":
            row |= {"num_def": "tử", "den_def": "mẫu", "bounded": dice.choice(("yes", ""))}
        if kind == "points" and dice.random() < 0.7:
            row["maximum"] = "18,00"
        elif kind in ("ratio", "count") and dice.random() < 0.7:
            row["target"] = f"{dice.randint(0, 120)}%" if kind == "ratio" else str(dice.choice((0, 7, 100, 12345)))
        if dice.random() < 0.4:
            row["weight"] = str(dice.randint(1, 9))
        if dice.random() < 0.15:
            row[dice.choice(("opened", "closed"))] = self.date()
        self.items.append(row)
        self.leaves[code] = row
        if kind in ("ratio", "count"):
            self.some_targets(code, kind, inside)
        if kind == "task":
            for no in range(dice.choice((0, 0, 1, 2))):
                self.milestones.append({"item": code, "unit": dice.choice(["", dice.choice(inside)]), "no": str(no + 1), "name": "Mốc",
                                        "date": self.date()})

    def some_reporters(self, inside):
        """No reporter above another: all of one kind, or the members of a group of one kind, or some of one kind."""
        kinds = sorted({u["kind"] for u in self.units if u["code"] in inside and u["kind"] != "central"})
        kind = self.dice.choice(kinds) if kinds else "central"
        codes = [u["code"] for u in self.units if u["code"] in inside and u["kind"] == kind]
        inner = [c for c in inside if self.below(c) & set(codes)]
        how = self.dice.random()
        if how < 0.5:
            at = self.dice.choice(sorted(inner))
            here = [c for c in codes if c in self.below(at)]
            return [f"kind:{kind}@{at}"] + (["-" + self.dice.choice(here)] if len(here) > 1 and self.dice.random() < 0.3 else [])
        return self.dice.sample(codes, self.dice.randint(1, min(4, len(codes))))

    def some_targets(self, code, kind, inside):
        for where in self.dice.sample(inside, min(len(inside), self.dice.choice((0, 0, 1, 2, 5)))):
            row = {"item": code, "unit": where, "basis": "QĐ",
                   "target": str(self.dice.randint(0, 300)) if kind == "count" else f"{self.dice.randint(0, 100)}%"}
            if self.dice.random() < 0.4:
                row["from"], row["to"] = sorted((self.date(), self.date()))
            if kind in ("ratio", "ratio_group", "count"):
                self.targets.append(row)
        near = [g for g in self.groups if g["unit"] in inside or set(inside) <= self.below(g["unit"])]
        if near and self.dice.random() < 0.3 and kind in ("ratio", "count"):
            self.targets.append({"item": code, "unit": "G/" + self.dice.choice(near)["group"], "basis": "QĐ",
                                 "target": "20%" if kind == "ratio" else "20"})

    def files(self):
        return {
            "units": table(UNIT_COLUMNS, self.units), "items": table(ITEM_COLUMNS, self.items),
            "groups": table("group use name name_en unit from to".split(), self.groups),
            "targets": table("item unit from to target basis".split(), self.targets),
            "milestones": table("item unit no name date".split(), self.milestones),
            "holidays": table("date kind name".split(), self.holidays)}

    # ---- a change of the catalogue ----
    def grow(self):
        """Some units and items are closed, some are new, one unit moves. Cells keep their history."""
        dice = self.dice
        for u in self.units[1:]:
            if u["kind"] in ("commune", "department") and not u.get("closed") and not u.get("opened") and dice.random() < 0.1:
                u["closed"] = self.date()
        districts = [u["code"] for u in self.units if u["kind"] == "district"]
        parent = dice.choice(districts)
        self.unit(f"{parent}N{len(self.units)}", parent, "commune")
        leaf = dice.choice(list(self.leaves.values()))
        leaf["weight"] = str(dice.randint(1, 9))


def some_body(dice, row, day):
    kind = row["kind"]
    if kind == "task":
        state = dice.choice((pb.TASK_STATE_NOT_STARTED, pb.TASK_STATE_IN_PROGRESS, pb.TASK_STATE_IN_PROGRESS, pb.TASK_STATE_DONE))
        if state == pb.TASK_STATE_NOT_STARTED:
            return {"task": pb.Task(state=state)}
        if state == pb.TASK_STATE_IN_PROGRESS:
            return {"task": pb.Task(state=state, percent=dice.randint(0, 99))}
        return {"task": pb.Task(state=state, percent=100, product_ref="1/BC", done_on=ymd(max(FIRST, day - datetime.timedelta(dice.choice((0, 10, 100))))))}
    if row["measure"] != "stock" and dice.random() < 0.15:
        return {"none_arisen": pb.NoneArisen()}
    large = dice.choice((3, 100, 10**6, 10**12))
    if kind == "ratio":
        d = dice.randint(0, large)
        return {"ratio": pb.Ratio(numerator=dice.randint(0, d if row.get("bounded") else large), denominator=d)}
    if kind == "count":
        return {"count": pb.Count(value=dice.choice((0, dice.randint(0, 200), large)))}
    return {"points": pb.Points(value=dice.randint(0, 1800))}


def some_updates(dice, country, rows, today, n):
    """Random reports by random reporters, some dated back, some meant to be refused. Field dicts of Update."""
    catalogue, codes = Catalogue(rows), list(country.leaves)
    if country.silent is None:  # some units, by number, never report
        country.silent = {n for n in catalogue.units if dice.random() < 0.3}
        country.silent -= catalogue.reporters(codes[0], ymd(today))  # not everybody, where few may
    out = []
    for _ in range(20 * n):
        if len(out) == n:
            break
        leaf = dice.choice(codes)
        day = today - datetime.timedelta(dice.choice((0, 0, 1, 3, 30, 200)))
        day = max(day, FIRST)
        reporters = sorted(n for n in catalogue.reporters(leaf, ymd(day)) if catalogue.open_unit(n, ymd(day)))
        reporters = [n for n in reporters if n not in country.silent]
        if not catalogue.open_item(leaf, ymd(day)) and dice.random() < 0.9:
            continue
        if not reporters:  # or those who may not report would be all that is left
            continue
        unit = dice.choice(country.units)["code"] if dice.random() < 0.05 else catalogue.units[dice.choice(reporters)]["code"]
        out.append(dict(unit=unit, item=leaf, as_of=ymd(day), reason=dice.choice(("", "điều chỉnh", "sửa")), **some_body(dice, country.leaves[leaf], day)))
    return out
