# SPDX-License-Identifier: Apache-2.0
"""Was a report in time? An agent's wall clock never decides."""
from .days import start

DRIFT = 60000  # what a server's clock and an office's monotonic clock may run apart, in ms
NONE, ON_TIME, LINE_SLOW, LATE = range(4)
NAMES = ("none", "on_time", "line_slow", "late")


def sealed(seal, received, after):
    """The proven moment of sealing in ms, or None. `after`: the latest proven one before it in its stream, or None."""
    if not seal or not int(seal.get("boot_id") or "0", 16):
        return None
    heard, mono = seal.get("server_heard_at_ms", 0), seal.get("monotonic_ms", 0)
    if seal.get("server_time_ms", 0) <= 0 or mono < heard:
        return None
    moment = seal["server_time_ms"] + mono - heard
    if moment > received + DRIFT or (after is not None and moment + DRIFT < after):
        return None
    return moment


def judge(received, proven, deadline, offset):
    """deadline: the last day in time, until its end."""
    end = start(deadline + 1, offset)
    if received < end:
        return ON_TIME
    return LINE_SLOW if proven is not None and proven < end else LATE


def better(a, b):
    return min((x for x in (a, b) if x), default=NONE)
