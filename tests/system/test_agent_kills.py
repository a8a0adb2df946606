# SPDX-License-Identifier: Apache-2.0
"""20 kills with -9 of offices, commands and the centre at random points: what was said to be queued is taken exactly once."""
import os
import random
import signal
import subprocess
import time

from clerk import Clerk, delivered
from journal import audit
from world import until

KILLS = int(os.environ.get("KILLS", "20"))
OFFICES = {"vinh": "412", "dien-chau": "413", "dong-vinh": "16702", "ha-huy-tap": "16703", "nghe-an": "40"}
RATIOS = {"vinh": ("16702", "16703"), "dien-chau": (), "dong-vinh": ("16702",), "ha-huy-tap": ("16703",),
          "nghe-an": ("16702", "16703")}
COUNTS = {"vinh": ("412",), "dien-chau": ("413",), "dong-vinh": (), "ha-huy-tap": (), "nghe-an": ("412", "413")}


class Town:
    """Five offices at work, and somebody with a dice who pulls plugs."""

    def __init__(self, world, seed):
        self.world, self.dice = world, random.Random(seed)
        self.clerks = [Clerk(world, name, unit).run().knows() for name, unit in OFFICES.items()]
        self.kills = dict.fromkeys(("centre", "daemon", "command", "start"), 0)

    def row(self, clerk):
        dice, day = self.dice, f"2024-0{self.dice.randrange(1, 4)}-{self.dice.randrange(1, 29):02}"
        counts, ratios = COUNTS[clerk.name], RATIOS[clerk.name]
        if counts and (not ratios or dice.random() < 0.5):
            return {"unit": dice.choice(counts), "item": "KH.C", "as_of": day, "value": dice.randrange(10**6)}
        n = dice.randrange(1000)
        return {"unit": dice.choice(ratios), "item": "KH.R", "as_of": day, "numerator": n, "denominator": n + dice.randrange(1, 9)}

    def work(self, clerk):
        if self.dice.random() < 0.4:
            clerk.file([self.row(clerk) for _ in range(self.dice.choice((1, 5, 64, 65, 200)))])
            return
        r = self.row(clerk)
        given = ("--value", r["value"]) if "value" in r else ("--num", r["numerator"], "--den", r["denominator"])
        clerk.report(r["item"], "--unit", r["unit"], "--as-of", r["as_of"], *given)

    def pause(self, most):
        """A random point of what goes on, not right after an event."""
        time.sleep(self.dice.choice((0, 0, most / 8, most)) * self.dice.random())

    def kill_command(self):
        """An import that dies is in the queue whole or not at all."""
        clerk = self.dice.choice(self.clerks)
        path, notes = clerk.rows([self.row(clerk) for _ in range(self.dice.choice((1, 64, 500)))])
        before = clerk.status()["last_seq"]
        p = subprocess.Popen([str(self.world.build / "tiendo-agent"), "--dir", str(clerk.dir), "import", str(path), "--json"],
                             stdout=subprocess.PIPE, env=self.world.environment())
        self.pause(0.012)
        p.send_signal(signal.SIGKILL)
        said = p.communicate()[0]
        queued = clerk.status()["last_seq"] - before
        assert queued in (0, len(notes)), f"{queued} of {len(notes)} rows of a file"
        assert queued or not said, "it said so and it is not so"
        clerk.promised += notes if queued else []
        self.kills["command"] += 1

    def kill_daemon(self):
        clerk = self.dice.choice(self.clerks)
        clerk.kill()
        self.work(clerk)
        clerk.run()
        self.kills["daemon"] += 1

    def kill_centre(self):
        self.world.kill()
        self.kills["centre"] += 1
        for clerk in self.dice.sample(self.clerks, 2):
            self.work(clerk)
        if self.dice.random() < 0.3:
            self.world.start(ready=False)
            self.pause(0.04)
            self.world.kill()
            self.kills["start"] += 1
        self.world.start()

    def day(self):
        for _ in range(self.dice.randrange(1, 5)):
            self.work(self.dice.choice(self.clerks))
        self.pause(0.03)
        self.dice.choice((self.kill_centre, self.kill_centre, self.kill_daemon, self.kill_command))()


def test_twenty_kills(world, seed):
    town = Town(world, seed)
    while sum(town.kills.values()) < KILLS or not all(town.kills[k] for k in ("centre", "daemon", "command")):
        town.day()
    print(town.kills)
    for clerk in town.clerks:
        town.work(clerk)
    for clerk in town.clerks:
        clerk.drained()
        s = clerk.status()
        assert (s["waiting"], s["taken"], s["refused_n"], s["voided"], s["epoch"]) == (0, len(clerk.promised), 0, 0, 1)
        assert s["alarm"] == "" and s["trouble"] == ""
    delivered(world, *town.clerks)
    audit(world)


def test_an_office_dies_between_answer_and_note(world, seed):
    """The centre has it, the office has not noted it yet: offered again it gets the same receipt, no second entry."""
    dice = random.Random(seed)
    c = Clerk(world, "vinh", "412").run().knows()
    for n in range(8):
        c.stop()
        first = len(c.promised)
        c.file([{"item": "KH.C", "as_of": "2024-04-01", "value": i} for i in range(100)])
        c.process = world.agent_run(c.name)
        some = 2 * n + dice.randrange(2)
        until("the centre to have some", lambda: len([e for e in world.dump() if e["kind"] == "batch"]) > some)
        c.kill()
        c.run().drained()
        assert c.status()["taken"] == first + 100
    delivered(world, c)
    audit(world)
