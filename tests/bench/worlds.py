# SPDX-License-Identifier: Apache-2.0
"""The countries of the benchmark, as catalogue CSVs and as the `world` file that load.c reads.

national   one plan of the centre, 60 leaves in 6 groups, reported by every unit of the country: 11,367 x 60 cells
districts  the same plan in a country of 700 units: the centre, its provinces, 636 districts without communes
scheduled  national, and every leaf has half-months
provinces  63 plans, each owned by a province with 200 leaves of its own: 160 for its districts, 40 for its communes

The tree is ../shared/data/vn63 (63 provinces, 705 districts, 10,598 communes) when it is there, else one of the same
shape is made up.
"""
import csv
from pathlib import Path

import zmq

CROWD = 2000    # agents of a commune each, for what many lines cost
PROBES = 5      # agents of one commune: one new epoch an hour is all that each may begin
READERS = 1001  # keys of subscribers; the first is the one of every run
KINDS = ["t", "r", "c", "p", "t"]  # of leaves, in turn: two fifths are tasks
UNIT_KINDS = ["central", "province", "district", "commune"]
ITEM_COLUMNS = ("code,parent,owner,kind,name,lead,person,product,product_unit,start,due,answer,reporters,flags,measure,"
                "aggregate,num_def,den_def,uom,target,maximum,direction,bounded,schedule").split(",")


def tree(data):
    """[(code, parent, level, name)] depth first."""
    rows = []
    if data.exists():
        with open(data, encoding="utf-8") as f:
            rows = [(r["code"], r["parent_code"], int(r["level"]), r["full_name"]) for r in csv.DictReader(f)]
        rows = [("VN" if c == "00" else c, "VN" if p == "00" else p, level, n) for c, p, level, n in rows]
    else:
        rows = [("VN", "", 0, "Việt Nam")]
        districts = communes = 0
        for p in range(63):
            rows.append((f"{p + 1:02}", "VN", 1, f"Tỉnh {p + 1}"))
            for _ in range(12 if p < 12 else 11):
                districts += 1
                rows.append((f"{districts:03}", f"{p + 1:02}", 2, f"Huyện {districts}"))
                for _ in range(16 if districts <= 23 else 15):
                    communes += 1
                    rows.append((f"{communes:05}", f"{districts:03}", 3, f"Xã {communes}"))
    below = {}
    for row in rows:
        below.setdefault(row[1], []).append(row)
    out, stack = [], list(reversed(below[""]))
    while stack:
        row = stack.pop()
        out.append(row)
        stack.extend(reversed(below.get(row[0], [])))
    return out


class World:
    def __init__(self, name, units):
        self.name = name
        self.units = units                       # (code, parent, level, name), depth first
        self.at = {u[0]: i for i, u in enumerate(units)}
        self.items = []                          # dicts of ITEM_COLUMNS
        self.sets = []                           # lists of (code, kind letter)
        self.set_of = {}                         # unit code -> index of its set; missing = none
        self.agents = []                         # (group, scope, first, count, part, parts)
        self.viewers = 1

    def size(self, code):
        level, i = self.units[self.at[code]][2], self.at[code] + 1
        while i < len(self.units) and self.units[i][2] > level:
            i += 1
        return i - self.at[code]

    def path(self, code):
        path = ""
        while code:
            path, code = f"{code}/{path}", self.units[self.at[code]][1]
        return path

    def cells(self):
        return sum(len(self.sets[s]) for s in self.set_of.values())

    # ---- items ----
    def plan(self, code, owner):
        self.items.append(dict(code=code, owner=owner, kind="plan", name=f"Kế hoạch của {owner}"))

    def group(self, code, parent):
        self.items.append(dict(code=code, parent=parent, kind="group", name=f"Nhóm {code}"))

    def leaf(self, code, parent, number, lead, reporters, flags=""):
        letter = KINDS[number % len(KINDS)]
        row = dict(code=code, parent=parent, name=f"Chỉ tiêu {code}", lead=lead, person="Trưởng phòng", product="Hồ sơ",
                   product_unit="hồ sơ", start="2024-01-01", due="2030-12-31", answer="all", reporters=reporters,
                   flags=flags)
        row.update({
            "t": dict(kind="task"),
            "r": dict(kind="ratio", measure="stock", aggregate="sum", num_def="tử số", den_def="mẫu số", target="50%",
                      direction="higher", bounded="yes"),
            "c": dict(kind="count", measure="stock", aggregate="sum", uom="việc", target="100000", direction="higher"),
            "p": dict(kind="points", measure="stock", aggregate="own", maximum="18,00", direction="higher"),
        }[letter])
        self.items.append(row)
        return code, letter

    # ---- agents ----
    def group_of_agents(self, n, scopes):
        """n agents share the scopes; those that share one divide its cells."""
        for i in range(n):
            scope = scopes[i % len(scopes)]
            parts = n // len(scopes) + (i % len(scopes) < n % len(scopes))
            self.agents.append((n, scope, self.at[scope], self.size(scope), i // len(scopes), max(parts, 1)))

    def probe(self):
        """A commune whose single reports are timed; agents of its own (group 0) make them. Its path."""
        code = self.units[next(i for i, u in enumerate(self.units) if u[2] == max(v[2] for v in self.units))][0]
        self.agents += [(0, code, self.at[code], 1, 0, 1)] * PROBES
        return self.path(code)

    # ---- files ----
    def write(self, catalogue, world):
        catalogue.mkdir(parents=True)
        with open(catalogue / "units.csv", "w", encoding="utf-8", newline="") as f:
            out = csv.writer(f)
            out.writerow(["code", "parent", "kind", "name"])
            out.writerows([c, p, UNIT_KINDS[level], n] for c, p, level, n in self.units)
        with open(catalogue / "items.csv", "w", encoding="utf-8", newline="") as f:
            out = csv.DictWriter(f, ITEM_COLUMNS)
            out.writeheader()
            out.writerows(self.items)
        empty = len(self.sets)
        with open(world, "w", encoding="utf-8") as f:
            for code, *_ in self.units:
                f.write(f"unit\t{code}\t{self.set_of.get(code, empty)}\t{self.path(code)}\n")
            for n, items in enumerate(self.sets):
                f.writelines(f"item\t{n}\t{code}\t{letter}\n" for code, letter in items)
            for group, scope, *rest in self.agents:
                keys = "\t".join(k.decode() for k in zmq.curve_keypair())
                f.write("\t".join(["agent", str(group), scope, keys, *map(str, rest)]) + "\n")
            for _ in range(self.viewers):
                f.write("viewer\t" + "\t".join(k.decode() for k in zmq.curve_keypair()) + "\n")


def national(data):
    w = one_plan("national", tree(data))
    w.group_of_agents(1, ["VN"])
    w.group_of_agents(700, [u[0] for u in w.units if u[2] == 2][:700])
    w.group_of_agents(CROWD, [u[0] for u in w.units if u[2] == 3][:CROWD])
    w.agents += [(0, "VN", 0, w.size("VN"), 0, 1)] * PROBES  # the web part: single reports from all over the country
    w.viewers = READERS
    return w


def scheduled(data):
    w = one_plan("scheduled", tree(data))
    for item in w.items:
        if "parent" in item and item["kind"] != "group":
            item["schedule"] = "half_month"
    return w


def districts(data):
    units = [u for u in tree(data) if u[2] < 3]
    surplus = set([u[0] for u in units if u[2] == 2][-(len(units) - 700):])
    return one_plan("districts", [u for u in units if u[0] not in surplus])


def one_plan(name, units):
    w = World(name, units)
    leaves = []
    w.plan("QG", "VN")
    for g in range(3):
        w.group(f"QG.{g}", "QG")
        for s in range(2):
            w.group(f"QG.{g}.{s}", f"QG.{g}")
            for n in range(10):
                leaves.append(w.leaf(f"QG.{g}.{s}.{n}", f"QG.{g}.{s}", len(leaves), "VN",
                                     "VN|kind:province@VN|kind:district@VN|kind:commune@VN", "own_work"))
    w.sets = [leaves]
    w.set_of = {u[0]: 0 for u in w.units}
    w.group_of_agents(100, [u[0] for u in w.units if u[2] == 1])
    return w


def provinces(data):
    w = World("provinces", tree(data))
    own = [u[0] for u in w.units if u[2] == 1]
    for p in own:
        districts, communes = [], []
        w.plan(f"P{p}", p)
        for g in range(10):
            w.group(f"P{p}.{g}", f"P{p}")
            for n in range(20):
                who = (communes, "commune") if n >= 16 else (districts, "district")
                who[0].append(w.leaf(f"P{p}.{g}.{n}", f"P{p}.{g}", n, p, f"kind:{who[1]}@{p}"))
        w.sets += [districts, communes]
        for u in w.units[w.at[p]:w.at[p] + w.size(p)]:
            if u[2] >= 2:
                w.set_of[u[0]] = len(w.sets) - 2 + (u[2] == 3)
    w.group_of_agents(100, own)
    return w
