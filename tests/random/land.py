# SPDX-License-Identifier: Apache-2.0
"""A small random country as CSV files: units of three levels that open and close and leave their codes to others, groups, plans
with every kind of leaf in every rhythm, holidays, deadlines, thresholds."""
import datetime

from world import ITEM_COLUMNS, item, table

UNITS = "code parent kind type branch name name_en head contact opened closed source".split()
COLUMNS = {"units": UNITS, "items": ITEM_COLUMNS + ["control"], "groups": "group use name name_en unit from to".split(),
           "targets": "item unit from to target basis".split(), "milestones": "item unit no name date".split(),
           "holidays": "date kind name".split(), "schedules": "schedule kind first last name".split(),
           "periods": "schedule period start end name".split(), "deadlines": "schedule unit_kind working_days".split(),
           "thresholds": "rule measure op value min_expected periods action".split()}
RHYTHMS = ("half_month", "month", "month15", "quarter", "quarter15", "year", "iso_week")
MEASURES = ("reporting_rate", "on_time_rate", "missing", "overdue", "behind", "stagnant_days", "open_obstacles", "overdue_obstacles")


class Land:
    def __init__(self, dice, days):
        self.dice = dice
        self.first = datetime.date(dice.choice((2023, 2023, 2024)), 1, 1) + datetime.timedelta(dice.randrange(366))
        self.days, self.last = days, self.first + datetime.timedelta(days)
        self.rows = {name: [] for name in COLUMNS}
        self.leaves = {}  # code -> row
        self.once = []
        self.make_units()
        self.make_groups()
        self.make_calendar()
        self.make_schedules()
        for n in range(dice.choice((1, 1, 2))):
            self.make_plan(f"P{n}")
        for n in range(dice.choice((0, 2, 5))):
            measure = dice.choice(MEASURES)
            value = f"{dice.choice((0, 1, 50, 67, 100))}%" if measure.endswith("rate") else dice.choice((0, 0, 1, 3, 20))
            self.add("thresholds", rule=f"R{n}", measure=measure, op=dice.choice(("below", "above", "above")), value=value,
                     min_expected=dice.choice(("", 0, 1, 3)), periods=dice.choice(("", 1, 2)), action="Báo cáo")

    def add(self, file, /, **row):
        self.rows[file].append(row)
        return row

    def day(self, before=30, after=30):
        return (self.first + datetime.timedelta(self.dice.randint(-before, self.days + after))).isoformat()

    def files(self):
        return {name: table(COLUMNS[name], rows) for name, rows in self.rows.items() if rows or name in ("units", "items")}

    # ---- units ----
    def unit(self, code, parent, kind, **more):
        return self.add("units", code=code, parent=parent, kind=kind, **({"branch": "state", "name": f"Đơn vị {code}", "head": "Trưởng"} | more))

    def life(self):
        r = self.dice.random()
        return {"opened": self.day()} if r < 0.1 else {"closed": self.day()} if r < 0.25 else {}

    def make_units(self):
        dice = self.dice
        self.unit("VN", "", "central")
        for p in range(dice.choice((1, 1, 2))):
            province = f"{p + 1}0"
            self.unit(province, "VN", "province")
            for i in range(dice.randint(0, 2)):
                self.unit(f"{province}.S{i}", province, dice.choice(("department", "department", "other")), branch="sector",
                          type=dice.choice(("sở", "thường trực")), **self.life())
            for i in range(dice.randint(1, 2)):
                district = f"{province}{i}"
                self.unit(district, province, "district")
                for j in range(dice.randint(0, 3)):
                    self.commune(f"{district}{j}", district)

    def commune(self, code, parent):
        row = self.unit(code, parent, "commune", **self.life())
        if row.get("closed") and self.dice.random() < 0.5:  # another office takes its code
            opened = datetime.date.fromisoformat(row["closed"]) + datetime.timedelta(self.dice.choice((0, 0, 20)))
            self.unit(code, parent, "commune", opened=opened.isoformat())

    def below(self, code):
        inside = {code}
        for u in self.rows["units"]:  # parents come first
            if u["parent"] in inside:
                inside.add(u["code"])
        return inside

    def codes(self, kinds, inside=None):
        return sorted({u["code"] for u in self.rows["units"] if u["kind"] in kinds and (inside is None or u["code"] in inside)})

    def make_groups(self):
        for n in range(self.dice.choice((0, 1, 1, 2))):
            for code in self.dice.sample(self.codes(("commune", "district")), 1) + self.dice.sample(self.codes(("commune", "district", "department")), 1):
                row = self.add("groups", group=f"G{n}", use="pilot", name="Nhóm", unit=code)
                if self.dice.random() < 0.4:
                    row["from"], row["to"] = sorted((self.day(), self.day()))

    # ---- the calendar ----
    def make_calendar(self):
        dice = self.dice
        seen = set()
        for n in range(dice.choice((0, 3, self.days // 20 + 3))):
            d = self.first + datetime.timedelta(dice.randint(-20, self.days + 60))
            for o in range(dice.choice((1, 1, 2, 7))):  # one of them a Tết
                at = d + datetime.timedelta(o)
                if at not in seen:
                    seen.add(at)
                    self.add("holidays", date=at.isoformat(), kind="working" if at.weekday() > 4 and dice.random() < 0.5 else "off", name="Lễ")

    def make_schedules(self):
        dice = self.dice
        for n in range(dice.randint(1, 3)):
            kind = dice.choice(RHYTHMS[:3] + RHYTHMS if self.days > 100 else ("half_month", "iso_week", "month", "month15"))
            self.add("schedules", schedule=f"S{n}", kind=kind, name="Kỳ")
        if dice.random() < 0.6:
            self.add("schedules", schedule="MOT", kind="once", name="Một lần")
            at = self.first + datetime.timedelta(dice.randint(-10, 10))
            for n in range(dice.randint(1, 3)):
                end = at + datetime.timedelta(dice.randint(0, max(5, self.days // 3)))
                self.add("periods", schedule="MOT", period=f"DOT{n}", start=at.isoformat(), end=end.isoformat(), name="Đợt")
                at = end + datetime.timedelta(dice.choice((1, 1, 10)))
        names = [r["schedule"] for r in self.rows["schedules"]] + ["half_month", "month"]
        for schedule in dice.sample(names, dice.randint(0, len(names))):
            days = sorted(dice.sample(range(1, 8), 4))
            for kind, n in zip(("commune", "district", "province", "central"), days):
                if dice.random() < 0.8:
                    self.add("deadlines", schedule=schedule, unit_kind=kind, working_days=n)

    # ---- plans ----
    def make_plan(self, code):
        dice = self.dice
        owner = dice.choice(self.codes(("province",)) + self.codes(("province", "central", "district")))
        self.rows["items"].append(item(code, "", "plan", owner=owner, doc_no="1/KH", doc_date="2023-01-01", issuer="UBND"))
        inside = self.below(owner)
        parents = [(code, False)]
        for n in range(dice.randint(0, 2)):
            ratios = dice.random() < 0.3
            more = {"num_def": "tử", "den_def": "mẫu", "target": "60%", "direction": "higher"} if ratios else {}
            self.rows["items"].append(item(f"{code}.N{n}", code, "ratio_group" if ratios else "group", **more))
            parents.append((f"{code}.N{n}", ratios))
        for n in range(dice.randint(3, 6)):
            parent, ratios = dice.choice(parents)
            self.make_leaf(f"{code}.L{n}", parent, "ratio" if ratios else dice.choice(("task", "task", "task", "ratio", "count", "count", "points")), inside)
        if dice.random() < 0.4:
            self.make_control(code, inside)
        for name, ratios in parents[1:]:
            if not any(i["parent"] == name for i in self.rows["items"]):
                self.make_leaf(name + ".L", name, "ratio" if ratios else "task", inside)

    def reporters(self, inside):
        dice, out = self.dice, []
        kind = dice.choice([k for k in ("commune", "commune", "district", "department", "other", "province") if self.codes((k,), inside)])
        codes, r = self.codes((kind,), inside), dice.random()  # of one kind: no reporter is above another
        if r < 0.5:
            at = dice.choice([c for c in sorted(inside) if self.below(c) & set(codes)])
            here = [c for c in codes if c in self.below(at)]
            out = [f"kind:{kind}@{at}"] + (["-" + here[0]] if len(here) > 1 and dice.random() < 0.3 else [])
        elif r < 0.6 and self.rows["groups"]:
            group = self.rows["groups"][0]["group"]
            members = {g["unit"] for g in self.rows["groups"] if g["group"] == group}
            if members <= inside and not any(a != b and a in self.below(b) for a in members for b in members):
                out = [f"group:{group}"]
        return out or dice.sample(codes, dice.randint(1, min(4, len(codes))))

    def make_leaf(self, code, parent, kind, inside):
        dice = self.dice
        names = [r["schedule"] for r in self.rows["schedules"]] + ["half_month", "iso_week", "month", "quarter15" if self.days > 100 else "half_month"]
        due = dice.choice(("", self.day(10, 10), self.day(10, 10)))
        row = item(code, parent, kind, start=(self.first - datetime.timedelta(40)).isoformat() if due else "", due=due, answer="all",
                   reporters="|".join(self.reporters(inside)), lead=dice.choice(sorted(inside)), schedule=dice.choice(("", *names, *names)))
        if len(row["reporters"].split("|")) == 1 and ":" not in row["reporters"] and dice.random() < 0.5 and self.alone(row["reporters"]):
            row |= {"answer": "lead", "lead": row["reporters"], "reporters": ""}
        if kind != "task":
            row |= {"measure": dice.choice(("stock", "flow", "flow", "ytd")), "uom": "cái", "direction": dice.choice(("higher", "lower")),
                    "aggregate": "own" if kind == "points" else dice.choice(("sum", "sum", "own"))}
        if kind == "ratio":
            row |= {"num_def": "tử", "den_def": "mẫu", "bounded": dice.choice(("yes", ""))}
        if kind == "points" and dice.random() < 0.7:
            row["maximum"] = "18,00"
        elif kind in ("ratio", "count") and dice.random() < 0.7:
            row["target"] = f"{dice.randint(0, 120)}%" if kind == "ratio" else str(dice.choice((0, 7, 100, 12345)))
        if dice.random() < 0.3:
            row["weight"] = str(dice.randint(1, 9))
        if dice.random() < 0.12:
            row[dice.choice(("opened", "closed"))] = self.day()
        self.rows["items"].append(row)
        self.leaves[code] = row
        self.extras(code, kind, sorted(inside))

    def make_control(self, plan, inside):
        """A leaf that repeats, above, what those below report of another one."""
        of = [r for r in self.leaves.values() if r["code"].startswith(plan) and r.get("aggregate") == "sum" and r["kind"] in ("ratio", "count")]
        above = self.codes(("district", "province"), inside)
        if of and above:
            other, dice = dict(self.dice.choice(of)), self.dice
            row = other | {"code": f"{plan}.C", "parent": plan, "control": other["code"], "aggregate": "own", "answer": "all", "lead": above[0], "bounded": "",
                           "reporters": "|".join(dice.sample(above, min(len(above), dice.randint(1, 2)))), "opened": "", "closed": ""}
            self.rows["items"].append(row)
            self.leaves[row["code"]] = row

    def alone(self, code):
        """Has only one unit ever borne it?"""
        return sum(u["code"] == code for u in self.rows["units"]) == 1

    def extras(self, code, kind, inside):
        dice = self.dice
        if kind == "task":
            for no in range(dice.choice((0, 0, 1, 2))):
                self.add("milestones", item=code, unit=dice.choice(("", dice.choice(inside))), no=no + 1, name="Mốc", date=self.day())
        if kind in ("ratio", "count"):
            for where in dice.sample(inside, min(len(inside), dice.choice((0, 0, 1, 3)))):
                row = self.add("targets", item=code, unit=where, basis="QĐ", target=str(dice.randint(0, 300)) if kind == "count" else f"{dice.randint(0, 100)}%")
                if dice.random() < 0.4:
                    row["from"], row["to"] = sorted((self.day(), self.day()))

    # ---- a change of the catalogue ----
    def grow(self):
        """Units and items close, others are new; cells and slots keep their history."""
        dice, today = self.dice, self.day(0, 0)
        for u in self.rows["units"][1:]:
            if u["kind"] == "commune" and not u.get("closed") and not u.get("opened") and dice.random() < 0.15:
                u["closed"] = self.day(0, 0)
        parent = dice.choice(self.codes(("district",)))
        self.unit(f"{parent}.N{len(self.rows['units'])}", parent, "commune", opened=dice.choice(("", today)))
        for row in self.leaves.values():
            if not row.get("closed") and not row.get("opened") and dice.random() < 0.1:
                row["closed"] = self.day(0, 0)
            elif dice.random() < 0.1:
                row["weight"] = str(dice.randint(1, 9))
            elif row.get("due") and dice.random() < 0.2:
                row["due"] = self.day(0, 30)
        plan = next(i for i in self.rows["items"] if i["kind"] == "plan")
        self.make_leaf(f"{plan['code']}.G{len(self.leaves)}", plan["code"], dice.choice(("task", "count")), self.below(plan["owner"]))
        if dice.random() < 0.5:
            self.add("holidays", date=(self.last + datetime.timedelta(dice.randint(61, 90))).isoformat(), kind="off", name="Lễ")
