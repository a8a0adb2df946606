# SPDX-License-Identifier: Apache-2.0
"""Commands that run and end: each is run with every fault on a fresh copy of its place; then, without a fault, the place must
verify and hold what it held before or what the command makes of it, and the command must be able to run again."""
import json
from dataclasses import dataclass, field

import judge
from harness import CALLS, MEMORY, Fault

LIMIT = 20  # seconds; far more than any takes


@dataclass
class Command:
    name: str
    program: str  # server, agent, reader
    args: list  # {dir} the place, {tmp} a directory with the files below
    place: str = "centre"  # what is copied; "" = nothing is there yet
    codes: tuple = (3,)  # exit statuses that a failed call may lead to
    fixed: bool = True  # the output is the same each time
    makes: str = ""  # a place that it makes: {tmp}/this
    again: tuple = (0,)  # exit statuses of the same command afterwards, after it was done
    repeats: bool = False  # done twice it is another state than done once


def table(world):
    key = "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7"
    return [
        Command("config check", "server", ["config", "check"]),
        Command("init", "server", ["init", "--name", "Thử", "--clock", world], place="", fixed=False, again=(0, 1)),
        Command("agent add", "server", ["agent", "add", "--unit", "412", "--key", key, "--json"], again=(1,)),
        Command("agent list", "server", ["agent", "list", "--json"]),
        Command("key revoke", "server", ["agent", "key", "revoke", "1", "--json"], again=(0, 1)),
        Command("status", "server", ["status", "--digest", "--json"]),
        Command("verify", "server", ["verify", "--json"]),
        Command("dump", "server", ["dump", "--figures"]),
        Command("rebuild", "server", ["rebuild"]),
        Command("catalogue check", "server", ["catalogue", "check", "{tmp}/more", "--json"]),
        Command("catalogue dry run", "server", ["catalogue", "load", "--dry-run", "{tmp}/more", "--json"]),
        Command("catalogue load", "server", ["catalogue", "load", "{tmp}/more", "--json"], again=(0, 1), repeats=True),
        Command("backup", "server", ["backup", "{tmp}/backup"], makes="backup", again=(1,)),
    ]


class Commands:
    """Runs them. `zygotes` by program; `places`; `verdict`."""

    def __init__(self, zygotes, places, control, verdict):
        self.z, self.places, self.control, self.verdict = zygotes, places, control, verdict
        self.clean = {}  # by command: its run without a fault
        self.list = table(f"file:{places.world.clock}")

    def arguments(self, c, directory):
        return ["--dir", directory] + [a.replace("{tmp}", str(self.places.tmp)) for a in c.args]

    def fresh(self, c):
        self.places.remove("backup")
        if c.place:
            return self.places.fresh(getattr(self.places, c.place))
        return self.places.remove("copy")

    def state(self, directory):
        """What verify finds, without a fault: (entries, digest), or the whole result when it is not good."""
        r = self.z["server"].run(["--dir", directory, "verify", "--json"])
        if r.code:
            return r.err
        found = json.loads(r.out)
        return found["entries"], found["digest"]

    def try_clean(self, c):
        directory = self.fresh(c)
        before = self.state(directory) if c.place else None
        r = self.z[c.program].run(self.arguments(c, directory), control=self.control, record=True)
        assert r.code == 0, f"{c.name} does not work without any fault: {r.code} {r.err}{r.out}"
        r.traced = self.control.traced(MEMORY), self.control.traced(CALLS)
        r.before, r.after = before, self.state(directory)
        self.clean[c.name] = r
        return r

    def run(self, c, fault):
        """One fault. Gives False when the call it is about does not come any more."""
        directory, clean = self.fresh(c), self.clean[c.name]
        r = self.z[c.program].run(self.arguments(c, directory), fault, self.control, LIMIT)
        if not r.hit:
            return False
        kind, wrong = judge.of_command(r, clean.out if c.fixed else None, c.codes)
        wrong = wrong or self.aftermath(c, directory, r, clean)
        if wrong:
            self.verdict.bad(c.name, fault, wrong, r)
        else:
            self.verdict.allowed(kind, r)
        return True

    def aftermath(self, c, directory, r, clean):
        """What is wrong with the place afterwards; None = nothing."""
        if c.makes and r.code == 0:
            made = self.state(self.places.tmp / c.makes)
            if made != clean.before:
                return f"the copy is not what was copied: {made}"
        if c.place:
            found = self.state(directory)
            allowed = [clean.after] if r.code == 0 else [clean.before, clean.after]
            if found not in allowed:
                return f"afterwards the store is {found}, not {allowed}"
        self.places.remove(c.makes or "backup")
        again = self.z[c.program].run(self.arguments(c, directory))
        if again.code not in (0, *c.again):
            return f"cannot be run again: {again.code} {again.err}"
        if c.place or r.code:
            found = self.state(directory)
            if c.place and found != clean.after and not (c.repeats and found[0] == clean.after[0] + 1):
                return f"after another run the store is {found}, not {clean.after}"
            if isinstance(found, str):
                return f"no store after another run: {found} ({again.code} {again.err})"
        return None
