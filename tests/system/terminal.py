# SPDX-License-Identifier: Apache-2.0
"""A program on a terminal of its own: a pty, and what a person would see there. Knows the sequences that ncurses sends to linux, vt100
and xterm; one that it does not know fails the test."""
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time

from world import PATIENCE

CSI = re.compile(r"\x1b\[([?>]?)([0-9;]*)([@-~])")
OTHER = re.compile(r"\x1b([()][0AB]|[=>78M])|\x1b\][^\x07]*\x07")


class Screen:
    def __init__(self, width, height):
        self.width, self.height = width, height
        self.rows = [[" "] * width for _ in range(height)]
        self.x = self.y = 0
        self.top, self.bottom = 0, height - 1
        self.alternate = self.hidden = False
        self.colours, self.last = set(), " "
        self.rest = ""

    def resize(self, width, height):
        self.rows = [(row + [" "] * width)[:width] for row in self.rows[:height]] + [[" "] * width for _ in range(height - len(self.rows))]
        self.width, self.height, self.top, self.bottom = width, height, 0, height - 1
        self.x, self.y = min(self.x, width - 1), min(self.y, height - 1)

    def lines(self):
        return ["".join(row).rstrip() for row in self.rows]

    def letter(self, c):
        if self.x >= self.width:  # a vt100 wraps with the letter after the last
            self.x = 0
            self.down()
        self.rows[self.y][self.x] = self.last = c
        self.x += 1

    def down(self):
        if self.y == self.bottom:
            self.scroll(1)
        else:
            self.y = min(self.y + 1, self.height - 1)

    def scroll(self, n):
        for _ in range(n):
            del self.rows[self.top]
            self.rows.insert(self.bottom, [" "] * self.width)

    def scroll_down(self, n):
        for _ in range(n):
            del self.rows[self.bottom]
            self.rows.insert(self.top, [" "] * self.width)

    def insert_lines(self, n):
        for _ in range(n):
            del self.rows[self.bottom]
            self.rows.insert(self.y, [" "] * self.width)

    def delete_lines(self, n):
        for _ in range(n):
            del self.rows[self.y]
            self.rows.insert(self.bottom, [" "] * self.width)

    def erase_line(self, how):
        a, b = ((self.x, self.width), (0, self.x + 1), (0, self.width))[how]
        self.rows[self.y][a:b] = [" "] * (b - a)

    def erase(self, how):
        assert how in (0, 2), how
        if how == 0:
            self.erase_line(0)
        for y in range(self.y + 1 if how == 0 else 0, self.height):
            self.rows[y] = [" "] * self.width

    def place(self, y, x):
        self.y, self.x = max(0, min(y, self.height - 1)), max(0, min(x, self.width - 1))

    def sgr(self, args):
        for a in args:
            if 30 <= a <= 38 or 40 <= a <= 48 or 90 <= a <= 107:
                self.colours.add(a)

    def private(self, args, final):
        for a in args:
            if a in (1047, 1049):
                self.alternate = final == "h"
            if a == 25:
                self.hidden = final == "l"

    def control(self, mark, args, final):
        n = args[0] if args and args[0] else 1
        row = self.rows[self.y]
        if mark or final in "hl":
            self.private(args if mark else (), final)
        elif final == "m":
            self.sgr(args)
        elif final in "Hf":
            self.place(n - 1, (args[1] if len(args) > 1 and args[1] else 1) - 1)
        elif final == "r":
            self.top, self.bottom = (args + [1, self.height])[0] - 1 if args else 0, args[1] - 1 if len(args) > 1 else self.height - 1
            self.place(0, 0)
        elif final == "X":
            row[self.x:self.x + n] = [" "] * min(n, self.width - self.x)
        elif final == "@":
            row[self.x:] = ([" "] * n + row[self.x:])[:self.width - self.x]
        elif final == "P":
            row[self.x:] = (row[self.x + n:] + [" "] * n)[-(self.width - self.x):] if n < self.width - self.x else [" "] * (self.width - self.x)
        elif final == "b":
            for _ in range(n):
                self.letter(self.last)
        elif final in "ABCDdG":
            y, x = {"A": (self.y - n, self.x), "B": (self.y + n, self.x), "C": (self.y, self.x + n), "D": (self.y, self.x - n),
                    "d": (n - 1, self.x), "G": (self.y, n - 1)}[final]
            self.place(y, x)
        else:
            {"J": self.erase, "K": self.erase_line}.get(final, lambda _: None)(args[0] if args else 0)
            if final in "LMST":
                {"L": self.insert_lines, "M": self.delete_lines, "S": self.scroll, "T": self.scroll_down}[final](n)
            assert final in "JKLMSTtc", f"CSI {args} {final}"

    def feed(self, text):
        text, self.rest = self.rest + text, ""
        i = 0
        while i < len(text):
            c = text[i]
            if c == "\x1b":
                m = CSI.match(text, i)
                if m:
                    self.control(m[1], [int(a or 0) for a in m[2].split(";")] if m[2] else [], m[3])
                else:
                    m = OTHER.match(text, i)
                    if not m:
                        assert len(text) - i < 40, repr(text[i:i + 40])
                        self.rest = text[i:]
                        return
                    if m[0] == "\x1bM":
                        if self.y == self.top:
                            self.scroll_down(1)
                        else:
                            self.y -= 1
                i = m.end()
                continue
            if c == "\r":
                self.x = 0
            elif c == "\n":
                self.down()
            elif c == "\b":
                self.x = max(0, min(self.x, self.width) - 1)
            elif c == "\t":
                self.x = min((self.x // 8 + 1) * 8, self.width - 1)
            elif c not in "\x0e\x0f\x07\x00":
                assert c >= " ", repr(c)
                self.letter(c)
            i += 1


class Terminal:
    """`args` on a pty; every byte that comes is kept in `raw`."""

    def __init__(self, args, env, term, width=80, height=24):
        self.master, slave = pty.openpty()
        self.screen = Screen(width, height)
        self.size(width, height)
        self.modes = termios.tcgetattr(slave)
        self.slave, self.raw, self.tail = slave, b"", b""
        env = dict(env, TERM=term)
        self.process = subprocess.Popen(args, stdin=slave, stdout=slave, stderr=slave, env=env, start_new_session=True,
                                        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))

    def size(self, width, height):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))

    def resize(self, width, height):
        self.read(0)
        self.screen.resize(width, height)
        self.size(width, height)  # the kernel sends SIGWINCH

    def read(self, seconds):
        if not select.select([self.master], [], [], seconds)[0]:
            return False
        try:
            data = os.read(self.master, 65536)
        except OSError:
            return False
        self.raw += data
        data = self.tail + data
        text = data.decode("utf-8", "ignore")
        # a letter that was cut in two waits for its end
        whole = len(text.encode())
        self.tail = data[whole:] if len(data) - whole < 4 else b""
        self.screen.feed(text)
        return bool(data)

    def until(self, what, condition):
        """Reads until `condition(lines)`; gives what it gave."""
        deadline = time.monotonic() + PATIENCE
        while True:
            value = condition(self.screen.lines())
            if value:
                return value
            said = "\n".join(self.screen.lines())
            assert time.monotonic() < deadline, f"waited in vain: {what}\n{said}"
            assert self.read(0.05) or self.process.poll() is None, f"it ended ({self.process.returncode}): {what}\n{said}"

    def sees(self, text):
        return self.until(f"to see {text!r}", lambda lines: any(text in line for line in lines))

    def gone(self, text):
        return self.until(f"{text!r} to go", lambda lines: not any(text in line for line in lines))

    def press(self, keys):
        os.write(self.master, keys.encode())

    def ends(self):
        """Its exit code; the terminal must be as it was found."""
        deadline = time.monotonic() + PATIENCE
        while self.process.poll() is None:
            assert time.monotonic() < deadline, "it does not end"
            self.read(0.05)
        while self.read(0):
            pass
        assert termios.tcgetattr(self.slave)[:4] == self.modes[:4], "the terminal is not as before"
        assert not self.screen.alternate and not self.screen.hidden
        return self.process.returncode

    def close(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
        os.close(self.master)
        os.close(self.slave)
