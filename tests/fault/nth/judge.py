# SPDX-License-Identifier: Apache-2.0
"""What a run with a fault may come to, and what it may not."""
import re
import signal
from collections import Counter

EMPTY = re.compile(r"\(null\)|unknown error|: Success|Undefined error|: *$")


class Verdict:
    """Counts, and keeps what is not allowed, by the place in the code that was hit."""

    def __init__(self):
        self.kinds, self.unexpected, self.injected = Counter(), {}, 0
        self.sites, self.slow = set(), []

    def allowed(self, kind, result):
        self.kinds[kind] += 1
        self._note(result)

    def bad(self, scenario, fault, what, result):
        self.kinds["unexpected"] += 1
        self._note(result)
        key = (scenario, what.split(":")[0], result.hit, tuple(result.stack[:3]))
        self.unexpected.setdefault(key, []).append((fault, what, result))

    def _note(self, result):
        self.injected += 1
        self.sites.add(result.site)
        self.slow = sorted([*self.slow, (result.seconds, result.hit, result)], key=lambda x: x[0])[-8:]


def sentence(text):
    """The line that says what is wrong, or None."""
    lines = [x for x in text.splitlines() if x.strip() and "Assertion failed:" not in x]
    return lines[-1] if lines and len(lines[-1]) > 15 and not EMPTY.search(lines[-1]) else None


def ended_by_library(result):
    """libzmq names its source when it ends the process, libmicrohttpd its own; libsodium says nothing."""
    return result.signal == signal.SIGABRT and (re.search(r"\(src/\w+\.[ch]pp:\d+\)", result.err[-300:]) or
                                                "Fatal error in GNU libmicrohttpd" in result.err[-300:] or
                                                "libsodium" in result.hit and not re.search(r"\.[ch]:\d+: ", result.err))


def of_command(result, clean, codes=(3,), allow_out=None):
    """(kind, None) when it is allowed, (None, what is wrong) when it is not."""
    if result.status is None:
        return None, f"hangs: killed after {result.seconds:.1f} s"
    if result.signal:
        if ended_by_library(result):
            return "ended by a library", None
        return None, f"died of signal {result.signal}: {result.err[-300:]}"
    if "Sanitizer" in result.err or "runtime error" in result.err:
        return None, f"sanitizer: {result.err[-1500:]}"
    if result.code == 0:
        if clean is not None and result.out != clean and not (allow_out and allow_out(result.out)):
            return None, f"says that it is done, but its output is another: {result.out[:300]!r}, expected {clean[:300]!r}"
        return "worked on", None
    if result.code not in codes:
        return None, f"wrong exit status {result.code}: {result.err[-300:]} {result.out[-200:]}"
    if not sentence(result.err) and not sentence(result.out):
        return None, f"no sentence: {result.err!r} {result.out[-200:]!r}"
    return "refused with a sentence", None
