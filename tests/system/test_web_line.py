# SPDX-License-Identifier: Apache-2.0
"""The one line of questions to the centre: strangers cannot fill it, and what it gives to many is one answer."""
import contextlib
import datetime
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from webgate import Gate
from world import until

STRANGERS, LINE = 16, 64  # WEB_ASK_STRANGERS, WEB_ASK_WAITING


@pytest.fixture
def gate(world):
    gate = Gate(world, public="yes", users={"lan": ("leader", "VN", True)})
    yield gate
    gate.close()


@contextlib.contextmanager
def held(process):
    """It is there and answers nothing. A busy machine stops its threads one after the other."""
    process.send_signal(signal.SIGSTOP)
    try:
        until("it to stand still", lambda: all(t.read_text().rpartition(")")[2].split()[0] == "T"
                                               for t in Path(f"/proc/{process.pid}/task").glob("*/stat")))
        yield
    finally:
        process.send_signal(signal.SIGCONT)


def day(n):
    return str(datetime.date(2024, 1, 1) + datetime.timedelta(n))


def test_strangers_leave_room_in_the_line(world, gate):
    """Strangers who ask a hundred different things get as many places as they have, the rest is told to come later; whoever is logged in
    waits in the same line, and is answered as soon as the centre is."""
    stranger, lan = gate.browser(), gate.browser("lan")
    with ThreadPoolExecutor(LINE + STRANGERS + 2) as threads:
        with held(world.server_process):
            asked = [threads.submit(stranger.get, "series", unit="40", item="KH.C", from_=day(n)) for n in range(LINE + STRANGERS)]
            until("those beyond the line to be refused", lambda: sum(a.done() for a in asked) == LINE)
            mine = threads.submit(lan.get, "silent", unit="40")
            # the same question as one that waits needs no place of its own
            answered = {n for n, a in enumerate(asked) if a.done()}
            same = threads.submit(stranger.get, "series", unit="40", item="KH.C", from_=day(next(n for n in range(LINE + STRANGERS) if n not in answered)))
            assert not mine.done() and not same.done()
        assert (mine.result().status, same.result().status) == (200, 200)
        statuses = [a.result() for a in asked]
    assert [a.status for a in statuses].count(200) == STRANGERS
    assert {a.error for a in statuses if a.status != 200} == {"busy"} and all(int(a.headers["Retry-After"]) for a in statuses if a.status != 200)


def test_one_answer_for_all(world, gate):
    """Many who wait for the same get the same bytes; who holds them is told so."""
    b = gate.browser()
    with ThreadPoolExecutor(20) as threads:
        with held(world.server_process):
            target = "/api/v1/timeliness?unit=VN"
            asked = [threads.submit(b.ask, "GET", target) for _ in range(20)]
        answers = [a.result() for a in asked]
    assert {a.status for a in answers} == {200} and len({a.text for a in answers}) == 1 and len({a.headers["ETag"] for a in answers}) == 1
    again = b.ask("GET", target, If_None_Match=answers[0].headers["ETag"])
    assert (again.status, again.body) == (304, b"")
