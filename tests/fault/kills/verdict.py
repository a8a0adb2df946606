# SPDX-License-Identifier: Apache-2.0
"""What became of everything: promised by commands, written in the journal, receipted to the offices."""
import copy
from collections import Counter


def judge(promised, journal, held):
    """
    promised  {principal: [note, ...]} in the order in which commands said "queued"
    journal   {principal: [(note, entry, index, seq, blob_hash), ...]} in the order of the journal
    held      {principal: [(entry, index, seq, blob_hash), ...]}: the receipts of the office
    """
    lost = duplicated = unexpected = 0
    for principal, notes in promised.items():
        rows, mine = journal[principal], set(notes)
        there = Counter(note for note, *_ in rows)
        places = {tuple(rest) for _, *rest in rows}
        missing = sum(note not in there for note in notes)
        lost += missing + sum(tuple(r) not in places for r in held[principal])
        duplicated += sum(n - 1 for n in there.values())
        duplicated += len(rows) - len({seq for _, _, _, seq, _ in rows})
        unexpected += len(there.keys() - mine)
        unexpected += not missing and list(dict.fromkeys(note for note, *_ in rows if note in mine)) != notes
    return {"acknowledged": sum(len(set(r)) for r in held.values()), "taken": sum(map(len, journal.values())), "lost": lost,
            "duplicated": duplicated, "unexpected": unexpected}


def prove_the_judge(promised, journal, held):
    """The judge sees what it is there for: each of these is done to a copy of what was found."""
    who = max(journal, key=lambda p: len(journal[p]))

    def seen(name, change):
        args = [{who: copy.copy(a[who])} for a in (promised, journal, held)]
        change(*(a[who] for a in args))
        assert judge(*args)[name], f"{name} is not seen"

    seen("lost", lambda p, j, h: j.pop(len(j) // 2))
    seen("lost", lambda p, j, h: h.append((10**9, 1, 1, "")))
    seen("duplicated", lambda p, j, h: j.append(j[0]))
    seen("unexpected", lambda p, j, h: j.append(("nobody's", 10**9, 1, 10**9, "")))
    seen("unexpected", lambda p, j, h: j.insert(0, j.pop()))
