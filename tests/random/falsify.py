# SPDX-License-Identifier: Apache-2.0
"""A dump with one thing changed: something is said that is not so."""
import copy
import json

FREE = {"version", "path", "by"}  # what the second computation does not say anything of
JUDGED = ("at_target", "overdue", "behind", "done_late", "accepted")  # in a report's flags: how its cell is counted, which the figures say


def walk(value, change, name=None):
    """A copy with every plain value as change(name, value) says."""
    if isinstance(value, dict):
        return {k: walk(v, change, k) for k, v in value.items()}
    if isinstance(value, list):
        return [walk(v, change, name) for v in value]
    return change(name, value)


def leaves(value, path=()):
    """(path, value) of every plain value that may be changed."""
    if isinstance(value, dict):
        for k, v in value.items():
            if k not in FREE and not (k == "flags" and not v):
                yield from leaves(v, (*path, k))
    elif isinstance(value, list):
        for i, v in enumerate(value):
            yield from leaves(v, (*path, i))
    elif value not in JUDGED:
        yield path, value


def another(dice, value):
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + dice.choice((1, -1)) if value else 1
    return 1 if value is None else value + "x"


def told(line):
    """Is it one of those that the second computation makes too, and not an entry?"""
    return not line.startswith('{"entry"')


def one(dice, lines):
    """(what was done, the lines), or (..., None) when nothing could be."""
    ours = [i for i, line in enumerate(lines) if told(line)]
    kinds = sorted({lines[i].split('"')[1] for i in ours})
    kind = dice.choice(kinds)
    at = dice.choice([i for i in ours if lines[i].split('"')[1] == kind])
    out, how = list(lines), dice.random()
    e = json.loads(lines[at])
    if kind == "row" and e[kind]["table"] == "series" and e[kind]["rollup"].keys() <= {"item", "version", "target", "has_target"}:
        return "nothing", None  # a point that may be there or not
    if how < 0.2 and not empty(kind, e[kind]):
        del out[at]
        return f"lost {lines[at][:300]}", out
    places = list(leaves(e[kind]))
    if kind == "row" and e[kind]["table"] == "series":  # it may be as true of another
        places = [(path, v) for path, v in places if path[0] not in ("unit", "group", "item")]
    if not places:
        return "nothing", None
    path, value = dice.choice(places)
    changed = copy.deepcopy(e)
    place = changed[kind]
    for k in path[:-1]:
        place = place[k]
    place[path[-1]] = another(dice, value)
    out[at] = json.dumps(changed)
    return f"changed {kind} {path} from {value!r} in {lines[at][:300]}", out


def empty(kind, body):
    """A line whose loss says nothing: all that it holds is zero, or it repeats a point."""
    if kind == "figures":
        return not any(v for r in body["rollups"] for path, v in leaves(r) if path[0] != "item")
    return kind == "row" and body["table"] == "series"
