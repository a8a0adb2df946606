# SPDX-License-Identifier: Apache-2.0
"""Half a year of the office's discipline, for demo.py: October 2023 to March 2024 in Nghệ An, day by day.

events.csv says who did what and when; each line is a command of tiendo-agent (an office) or tiendo-server (`centre`), run when the
simulated clock has reached it. `import P` sends the office's own rows of periods/P.csv; `line cut` and `line back` stop and start its
daemon. {NAME} is the receipt (or, for the centre's own, the entry) of the line with that name; {UNIT/ITEM/PERIOD} that of a report.
expected_office.csv says what the reading commands must then answer, line by line.
"""
import csv
import json
import re
import shlex
from concurrent.futures import ThreadPoolExecutor

CENTRE = "centre"


def table(path):
    with open(path, encoding="utf-8", newline="") as f:
        return list(csv.DictReader(f))


class HalfYear:
    def __init__(self, demo, reports, fail):
        self.demo, self.reports, self.fail = demo, reports, fail  # reports: {unit: rows of reports/ of these days}
        self.events = table(demo.data / "events.csv")
        self.receipts = {}  # name of a line -> receipt, or entry
        self.sent = 0       # updates that were queued by offices with a line ...
        self.held = {}      # ... and by those without one: office -> how many
        self.pool = ThreadPoolExecutor(4)

    # ---- what the centre has ----
    def metric(self, name):
        text = self.demo.wait("the metrics", lambda: self.demo.health("/metrics"))
        return int(float(re.search(rf"^tiendo_{name} (\S+)$", text, re.M)[1]))

    def taken(self):
        if self.metric("updates_refused") > self.refused:
            self.fail("the centre refused an update of the half year; see `tiendo-agent status` of the offices")
        return self.metric("updates_taken") - self.before

    def delivered(self):
        """Until everything that could be sent is with the centre."""
        self.demo.wait("the offices' updates to be taken", lambda: self.taken() >= self.sent)
        if self.taken() != self.sent:
            self.fail(f"{self.taken()} updates were taken, {self.sent} were sent")

    # ---- one line ----
    def receipt(self, key):
        if key in self.receipts:
            return self.receipts[key]
        if key.count("/") != 2:
            self.fail(f"events.csv: {{{key}}}: no line before has this name")
        unit, item, period = key.split("/")
        found = [r for r in self.of_office(unit) if (r["item"], r["period"]) == (item, period)]
        return found[0]["receipt"] if found else self.fail(f"events.csv: {{{key}}}: no such receipt")

    def of_office(self, unit):
        return json.loads(self.demo.agent(unit, "receipts", "--limit", 0, "--json"))["receipts"]

    def words(self, event):
        filled = re.sub(r"\{([^}]*)\}", lambda m: str(self.receipt(m[1])), event["arguments"])
        return event["command"].split() + shlex.split(filled)

    def rows_of(self, unit, period):
        rows = [r for r in table(self.demo.data / "periods" / f"{period}.csv") if r["unit"] == unit]
        return rows or self.fail(f"periods/{period}.csv has no row of {unit}")

    def office(self, unit, event):
        words = self.words(event)
        if words[0] == "import":
            said = self.demo.import_rows(unit, self.rows_of(unit, words[1]), words[1])
        elif words[0] == "inbox":
            self.demo.stop(f"agent-{unit}")
            self.demo.run_agent(unit)  # the working day begins: the daemon hears of its mail
            said = self.demo.wait(f"{unit} to have its notice", lambda: self.read(unit, words))
        else:
            said = json.loads(self.demo.agent(unit, *words, "--json"))
        return said

    def read(self, unit, words):
        """A notice is here when the daemon has fetched it: until then there is none of that number."""
        said = json.loads(self.demo.agent(unit, *words, "--json", ok=(0, 1)))
        return said if "read" in said else None

    def count(self, unit, said):
        n = said["queued"]["rows"] if "queued" in said else len(said["read"])
        if unit in self.held:
            self.held[unit] += n
        else:
            self.sent += n

    def named(self, event):
        """Later lines call the receipt of this one by its name."""
        def newest():
            held = self.of_office(event["who"])
            return next((r["receipt"] for r in held if r["seq"] == self.seq), None)
        self.receipts[event["name"]] = self.demo.wait(f"the receipt of {event['name']}", newest)

    def play(self, event):
        if event["command"] == "line cut":
            self.demo.stop(f"agent-{event['who']}")
            self.held[event["who"]] = 0
        elif event["command"] == "line back":
            self.sent += self.held.pop(event["who"])
            self.demo.run_agent(event["who"])
        elif event["who"] == CENTRE:
            said = json.loads(self.demo.server(*self.words(event), "--json"))
            self.receipts[event["name"]] = said["entry"]
        else:
            units = event["who"].split()
            for unit, said in zip(units, self.pool.map(lambda unit: self.office(unit, event), units)):
                self.count(unit, said)
            self.seq = said.get("queued", {}).get("to")
        self.delivered()
        if event["name"] and event["who"] != CENTRE:
            self.named(event)

    # ---- all of it ----
    def own_reports(self, day):
        """What reports/ holds for that day is reported on it."""
        self.demo.set_clock(day, "17:00:00")
        for unit, rows in self.reports.items():
            today = [r for r in rows if r["as_of"] == day]
            if today:
                self.count(unit, self.demo.import_rows(unit, today, day))
        self.delivered()

    def run(self):
        self.before, self.refused = self.metric("updates_taken"), self.metric("updates_refused")
        days = sorted({r["as_of"] for rows in self.reports.values() for r in rows})
        for event in self.events:
            while days and days[0] < event["date"]:
                self.own_reports(days.pop(0))
            self.demo.set_clock(event["date"], f"{event['time']}:00")
            if event["what"]:
                self.demo.tell(f"  {event['date']} {event['time']}  {event['what']}")
            self.play(event)
