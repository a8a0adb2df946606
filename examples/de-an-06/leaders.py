# SPDX-License-Identifier: Apache-2.0
"""The half year as leaders read it, for demo.py: who is silent, how periods were reported, what waits for whom, which units are weak,
which reports are hard to believe; and every one of these figures beside expected_office.csv.

A line of expected_office.csv: `question` is a command of `tiendo` (or `notices` of tiendo-server); `rows` says which rows of its answer
are meant, as conditions on their members ("unit=40 level=": an empty word is null); `key` is a member of the first of them, `a.b`
one of b within a, `count` how many rows there are.
"""
import csv
import json
import shlex

PROVINCE, PLAN = "40", "BC15"


def member(value, key):
    for k in key.split("."):
        value = len(value) if k == "count" else value.get(k) if isinstance(value, dict) else None
    return value


def said(value):
    """As expected_office.csv writes it."""
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


class Leaders:
    def __init__(self, demo):
        self.demo, self.answers = demo, {}

    def ask(self, question):
        """The answer's lists by name; a figure alone is a list of one."""
        if question not in self.answers:
            words = shlex.split(question)
            text = (self.demo.server if words[0] == "notices" else self.demo.reader)(*words, "--json")
            answer = json.loads(text)
            lists = {name: value for name, value in answer.items() if isinstance(value, list)}
            lists.setdefault("rows", lists.get("details", lists.get("reported", [answer])))  # of notices, explain, get
            self.answers[question] = lists
        return self.answers[question]

    def rows(self, question, which):
        name, _, conditions = which.rpartition(":")
        pairs = [c.split("=", 1) for c in shlex.split(conditions)]
        return [r for r in self.ask(question)[name or "rows"] if all(said(member(r, k)) == v for k, v in pairs)]

    def value(self, line):
        found = self.rows(line["question"], line["rows"])
        if line["key"] == "count":
            return len(found)
        return member(found[0], line["key"]) if found else None

    # ---- for people ----
    def rates(self):
        say = self.demo.say
        say(f"  {'Kỳ':10} {'Phải báo':>8} {'Đúng hạn':>9} {'Mạng chậm':>10} {'Trễ':>5} {'Chưa báo':>9} {'Chưa đến hạn':>13} {'Miễn':>5}   "
            f"{'tỷ lệ báo cáo':>14} {'đúng hạn':>9}")
        found = self.rows(f"timeliness {PROVINCE} {PLAN} --period 2023-10a..2024-03b", f"unit={PROVINCE} level=")
        for r in sorted(found, key=lambda r: r["period"]):
            say(f"  {r['period']:10} {r['expected']:8} {r['on_time']:9} {r['line_slow']:10} {r['late']:5} {r['missing']:9} {r['pending']:13} "
                f"{r['exempt']:5}   {percent(r['reporting_rate_bp']):>14} {percent(r['on_time_rate_bp']):>9}"
                f"{'' if r['frozen'] else '   chưa chốt'}")

    def tell(self):
        self.demo.say("\nTỷ lệ báo cáo theo kỳ")
        self.rates()
        for title, question in (("Ai đang im lặng", f"silent {PROVINCE} {PLAN}"), ("Vướng mắc", f"obstacles {PROVINCE} {PLAN}"),
                                ("Đơn vị vượt ngưỡng", f"exceptions {PROVINCE}"), ("Báo cáo khó tin", f"suspicious {PROVINCE}"),
                                ("Đề nghị", f"requests {PROVINCE} {PLAN}"), ("Kết luận kiểm tra", f"findings {PROVINCE} {PLAN}")):
            self.demo.say(f"\n{title}: tiendo {question}")
            lines = self.demo.reader(*question.split()).splitlines()[2:]  # behind whose and of which day
            self.demo.say("\n".join(f"  {line}" for line in lines))

    # ---- the proof ----
    def compare(self):
        """How many figures of the half year differ."""
        with open(self.demo.data / "expected_office.csv", encoding="utf-8", newline="") as f:
            expected = list(csv.DictReader(f))
        wrong = 0
        self.demo.tell(f"\n{'hỏi':52} {'dòng':34} {'số liệu':16} {'mong đợi':>12} {'tính được':>12}  nguồn")
        for e in expected:
            value = said(self.value(e))
            same = value == e["value"]
            wrong += not same
            (self.demo.tell if same else self.demo.say)(
                f"{e['question']:52} {e['rows']:34} {e['key']:16} {e['value']:>12} {value or '(không có)':>12}  {e['source']}"
                f"{'' if same else '   <-- SAI / WRONG'}")
        self.demo.say(f"{len(expected)} figures of the half year, {wrong} differ")
        return wrong


def percent(bp):
    return "–" if bp is None else f"{bp / 100:.2f} %".replace(".", ",")
