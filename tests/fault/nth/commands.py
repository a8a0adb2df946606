# SPDX-License-Identifier: Apache-2.0
"""Commands that run and end: each is run with every fault on a fresh copy of its place; then, without a fault, the place must
verify and hold what it held before or what the command makes of it, and the command must be able to run again."""
import json
import re
from dataclasses import dataclass

import judge
from harness import CALLS, MEMORY

BESIDE = re.compile(r"\.[A-Za-z0-9]{6}$")  # a file that was made beside its place and could not be taken away
LIMIT = 60  # seconds; far more than any takes
KEY = "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7"
UNSTEADY = ("sent_ms", "heard", "seconds", "pid", "running", "size", "free", "used", "bytes")


@dataclass
class Command:
    name: str
    program: str  # server, agent, reader
    args: list  # {tmp} the worker's directory, {all} that of all
    place: str = "centre"  # what is copied; "" = nothing is there yet
    codes: tuple = (3,)  # exit statuses that a failed call may lead to
    fixed: bool = True  # the output is the same each time
    makes: str = ""  # a place that it makes: {tmp}/this
    again: tuple = (0,)  # exit statuses of the same command afterwards, after it was done
    repeats: bool = False  # done twice it is another state than done once
    served: bool = False  # asks the running centre


def table(clock):
    server = [
        Command("config check", "server", ["config", "check"]),
        Command("init", "server", ["init", "--name", "Thử", "--clock", clock], place="", fixed=False, again=(0, 1)),
        Command("agent add", "server", ["agent", "add", "--unit", "412", "--key", KEY, "--json"], again=(1,)),
        Command("agent list", "server", ["agent", "list", "--json"]),
        Command("key revoke", "server", ["agent", "key", "revoke", "1", "--json"], again=(0, 1)),
        Command("notify", "server", ["notify", "--unit", "40", "--subtree", "Gửi kế hoạch", "--json"], repeats=True),
        Command("notices", "server", ["notices", "--json"]),
        Command("status", "server", ["status", "--digest", "--json"]),
        Command("verify", "server", ["verify", "--json"]),
        Command("dump", "server", ["dump", "--figures"]),
        Command("rebuild", "server", ["rebuild"]),
        Command("catalogue check", "server", ["catalogue", "check", "{all}/more", "--json"]),
        Command("catalogue dry run", "server", ["catalogue", "load", "--dry-run", "{all}/more", "--json"]),
        Command("catalogue load", "server", ["catalogue", "load", "{all}/more", "--json"], again=(0, 1), repeats=True),
        Command("backup", "server", ["backup", "{tmp}/made"], makes="made", again=(1,)),
    ]
    return server


def files(directory):
    """Name and size of every small file: settings and keys are there whole, or they are not. Databases have their own proof."""
    return {str(p.relative_to(directory)): p.stat().st_size for p in sorted(directory.rglob("*"))
            if p.is_file() and p.suffix != ".mdb" and p.name != "LOCK" and not BESIDE.search(p.name)}


class Commands:
    """One command, by every worker."""

    def __init__(self, command, places, verdict):
        self.c, self.places, self.verdict, self.name = command, places, verdict, command.name

    def arguments(self, w, directory):
        words = {"{tmp}": str(w.tmp), "{all}": str(self.places.tmp)}
        args = list(self.c.args)
        for a, b in words.items():
            args = [x.replace(a, b) for x in args]
        return ["--dir", directory, *args]

    def fresh(self, w):
        w.remove("made")
        return w.fresh(getattr(self.places, self.c.place)) if self.c.place else w.remove("copy")

    def place_for(self, w):
        return self.fresh(w)

    def arguments_for(self, w, directory):
        return self.arguments(w, directory)

    def state(self, w, directory):
        """What verify finds, without a fault: (entries, digest), or what it says when it is not good."""
        r = w.run("server", ["--dir", directory, "verify", "--json"])
        if r.code:
            return r.err
        found = json.loads(r.out)
        return found["entries"], found["digest"]

    def trace(self, w):
        """Runs it without a fault; gives its calls."""
        directory = self.fresh(w)
        before = self.state(w, directory) if self.c.place else None
        r = w.run(self.c.program, self.arguments(w, directory), record=True)
        assert r.code == 0, f"{self.name} does not work without any fault: {r.code} {r.err}{r.out}"
        traced = w.control.traced(MEMORY), w.control.traced(CALLS)
        r.before, r.after, self.clean = before, self.state(w, directory), r
        r.files = files(w.tmp / self.c.makes if self.c.makes else directory)
        return traced

    def run(self, w, fault):
        """One fault. Gives False when the call it is about did not come."""
        c, directory = self.c, self.fresh(w)
        r = w.run(c.program, self.arguments(w, directory), fault, LIMIT * w.patient)
        if not r.hit:
            return False
        clean = self.clean.out.replace("worker0", f"worker{w.index}") if c.fixed else None
        kind, wrong = judge.of_command(r, clean, c.codes)
        wrong = wrong or self.aftermath(w, directory, r)
        if wrong:
            self.verdict.bad(self.name, fault, wrong, r)
        else:
            self.verdict.allowed(kind, r)
        return True

    def aftermath(self, w, directory, r):
        """What is wrong with the place afterwards; None = nothing."""
        c, clean = self.c, self.clean
        new = w.tmp / c.makes if c.makes else directory
        if r.code == 0 and (c.makes or not c.place) and (found := files(new)) != clean.files:
            return f"says that it is done, but made {found}, not {clean.files}"
        if c.makes and r.code == 0:
            made = self.state(w, w.tmp / c.makes)
            if made != clean.before:
                return f"the copy is not what was copied: {made}"
        if c.place:
            found = self.state(w, directory)
            allowed = [clean.after] if r.code == 0 else [clean.before, clean.after]
            if found not in allowed:
                return f"afterwards the store is {found}, not {allowed}"
        w.remove("made")
        again = w.run(c.program, self.arguments(w, directory))
        if again.code not in (0, *c.again):
            return f"cannot be run again: {again.code} {again.err}"
        found = self.state(w, directory)
        if isinstance(found, str):
            return f"no store after another run: {found} ({again.code} {again.err})"
        if c.place and found != clean.after and not (c.repeats and found[0] == clean.after[0] + 1):
            return f"after another run the store is {found}, not {clean.after}"
        return None
