# SPDX-License-Identifier: Apache-2.0
"""`tiendo top`: the page says what `get --json` and `silent --json` say; on a terminal of any kind it lives, is steered by keys, heals,
and leaves the terminal as it was."""
import random
import re
import shutil
import signal
import subprocess
from fractions import Fraction

import pytest

import tiendo_pb2 as pb
from countries import FIRST, Country
from journal import audit
from second.history import History as Fold
from terminal import Terminal
from test_duties import LINES, Played, ratio
from test_figures import play
from test_reading import Viewer
from test_subscriber import Flow, Proxy
from world import PATIENCE, UNITS, until

WIDTH, NUMBERS = 200, (14, 14, 19)


# ---- reading a page ----

def parts(text):
    """The lines of each part without its head: totals, units, silent, events."""
    head, *rest = text.rstrip("\n").split("\n\n")
    return head.split("\n"), [p.split("\n")[1:] for p in rest], [p.split("\n")[0] for p in rest]


def pair(text):
    return None if text == "–" else tuple(int(n) for n in text.replace(".", "").split("/"))


def columns(line):
    """(words, overdue of, reports of, score)"""
    assert len(line) == WIDTH, line
    a, b = WIDTH - sum(NUMBERS), WIDTH - NUMBERS[2]
    return line[:a], pair(line[a:a + NUMBERS[0]].strip()), pair(line[a + NUMBERS[0]:b].strip()), line[b:].strip()


def percent(bp):
    return f"{bp // 100} %" if bp % 100 == 0 else f"{bp // 100},{bp % 100:02} %"


def score(f):
    return "–" if f["score_bp"] is None else f"{percent(f['score_bp'])} ({f['score_leaves']}/{f['score_leaves_of']})"


def some(n, of):
    return (n, of) if of else None


def applicable(f):
    return f["cells"]["expected"] - f["cells"]["na"]


def expected_totals(figures, plans):
    out = []
    for code in plans:
        f = figures.get(code)
        if f and f["cells"]["expected"] + f["indicators"]["expected"]:
            out.append((code, some(f["overdue"], applicable(f)), some(f["reported"], f["expected"]), score(f)))
    return out


def expected_unit(figures, plans):
    """overdue, applicable, missing, expected, done, the lowest score: over all plans."""
    fs = [figures[p] for p in plans if p in figures]
    scored = [f for f in fs if f["score_bp"] is not None]
    low = min(scored, key=lambda f: f["score_bp"], default=None)
    return (sum(f["overdue"] for f in fs), sum(map(applicable, fs)), sum(f["expected"] - f["reported"] for f in fs),
            sum(f["expected"] for f in fs), sum(f["cells"]["done"] for f in fs), low and score(low))


def share(n, of):
    return Fraction(n, of) if of else Fraction(0)


def check_bar(line, f):
    leaves = f["leaves"]
    if not leaves["expected"]:
        return
    bar, phrase = re.fullmatch(r"([█▒·-]*) (.*)", line).groups()
    numbers = dict((word, int(n)) for n, word in re.findall(r"(\d+) ([^·]+?)(?: · |$)", phrase.replace(".", "")))
    assert numbers["hoàn thành"] == leaves["done"] and numbers["đang thực hiện"] == leaves["in_progress"], line
    assert numbers["chưa"] == leaves["not_started"] and numbers.get("chưa báo cáo", 0) == leaves["unreported"], line
    assert numbers.get("không áp dụng", 0) == leaves["na"], line
    for letter, n in (("█", leaves["done"]), ("▒", leaves["in_progress"]), ("·", leaves["not_started"]), ("-", leaves["unreported"])):
        assert bool(bar.count(letter)) == bool(n), line


def check_page(viewer, unit, below, plans):
    """The page of a unit against the other commands; `below`: codes of the units under it."""
    text = viewer.cli("top", unit, "--once", "--width", WIDTH).stdout
    assert all(len(line) <= WIDTH for line in text.splitlines())
    head, (totals, units, silent, events), heads = parts(text)
    assert head[0].startswith(f"{unit} ") and "thời gian mô phỏng" in "".join(head)
    figures = {}
    for f in viewer.json("get", "--all", unit, *below):
        figures.setdefault(f["unit"], {})[f["item"]] = f
    own = expected_totals(figures.get(unit, {}), plans)
    order = [line.split()[0] for line in totals[::2]]
    own.sort(key=lambda row: order.index(row[0]))
    for (code, overdue, reported, points), line, bar in zip(own, totals[::2], totals[1::2]):
        words, *numbers = columns(line)
        assert words.startswith(f"{code} ") and numbers == [overdue, reported, points], line
        check_bar(bar, figures[unit][code])
    assert len(totals) == max(1, 2 * len(own))
    seen, order = {}, []
    for line in units if " " in units[0] and units[0].strip() and len(units[0]) == WIDTH else []:
        words, overdue, missing, points = columns(line)
        code = words[2:].split()[0]
        o, a, m, e, d, low = expected_unit(figures[code], [p for p, *_ in own])
        assert (overdue, missing) == (some(o, a), some(m, e)), line
        assert words[0] == ("Q" if o else "B" if m else " "), line
        assert points == (low or "–"), line
        seen[code] = True
        order.append((-share(o, a), -share(m, e), not a, share(d, a), -o, -e))
    assert order == sorted(order)
    there = [c for c in below if any(expected_unit(figures.get(c, {}), [p for p, *_ in own])[i] for i in (1, 3))]
    assert len(seen) == min(20, len(there)) and set(seen) <= set(there)
    owed = viewer.json("silent", unit)
    offices = {r["unit"] for r in owed["rows"]}
    assert re.match(rf"Đơn vị im lặng {len(offices)}/{owed['expected_units']}\b", heads[2]), heads[2]
    shown = [line.split()[0] for line in silent if offices]
    assert len(shown) == min(20, len(offices)) and set(shown) <= offices
    return text


def test_once_says_what_the_other_commands_say(make_world, seed):
    """A random country after some days: each unit and each group."""
    dice = random.Random(seed)
    country = Country(dice)
    files = country.files()
    w = make_world(today=FIRST.isoformat(), units=files.pop("units"), items=files.pop("items"), more=files)
    w.country, w.dice, w.today = country, dice, FIRST
    w.office_, w.look = w.office(w.principal("VN")), w.reader(w.principal("VN", "viewer"))
    play(w, days=5, per_day=60)
    fold = Fold()
    for entry in w.dump():
        fold.entry(entry)
    c = fold.catalogue
    opened = {n: u for n, u in c.units.items() if c.open_unit(n, fold.today)}
    plans = [code for code, i in c.items.items() if i["kind"] == "plan"]
    viewer = Viewer(w)
    codes = sorted(u["code"] for u in opened.values())
    for code in ["VN"] + dice.sample(codes, min(8, len(codes))):
        (n,) = [n for n, u in opened.items() if u["code"] == code]
        check_page(viewer, code, sorted(opened[m]["code"] for m in c.children[n] if m in opened), plans)
    for g in sorted({g["group"] for g in country.groups})[:3]:
        text = viewer.cli("top", "G/" + g, "--once").stdout
        assert text.startswith(f"G/{g} ") and "Thành viên" in text
    audit(w)


def test_who_is_silent_is_on_the_page(make_world):
    p = Played(make_world, LINES[:2]).at("2024-04-17")
    text = check_page(p.look, "40", ["412", "413"], ["KH"])
    assert "Đơn vị im lặng 2/4" in text and "Chủ tịch UBND huyện" in text and "16/04/2024" in text
    p.send("413", "KH.R", 20240415, ratio(10, 100))
    assert "Đơn vị im lặng 1/4" in check_page(p.look, "40", ["412", "413"], ["KH"])


def test_once_in_both_languages_and_widths(make_world):
    w = make_world(init=("--illustrative",))
    viewer = Viewer(w)
    for width in (40, 80, 132):
        for lang in ("vi", "en"):
            text = viewer.cli("--lang", lang, "top", "40", "--once", "--width", width).stdout
            assert max(map(len, text.splitlines())) <= width and "\x1b" not in text
            assert "Số liệu minh hoạ" in text and ("Illustrative" in text) == (lang == "en")
            assert not [line for line in text.splitlines() if line != line.rstrip()]
    assert viewer.cli("top", "40", "--once").stdout == viewer.cli("top", "40", "--once", "--width", 80).stdout
    # a group: its own figures, and its members' though they are not below it
    for words, code, said in ((("40", "--once", "--width", "39"), 2, "40..200"), (("40", "--once", "--width", "x"), 2, "40..200"),
                              (("40", "--width", "80"), 2, "--once"), (("99", "--once"), 1, "99"), (("G/KHONG", "--once"), 1, "G/KHONG"),
                              (("40" * 20, "--once"), 1, "40"), ((), 2, "UNIT"), (("40", "--once", "--json"), 2, "get --json"),
                              (("40",), 2, "--once")):
        done = viewer.cli("top", *words, ok=(code,))
        assert said in done.stderr and not done.stdout, (words, done.stderr)
    w.stop()
    assert viewer.cli("top", "40", "--once", ok=(3,)).stderr.strip()


GROUPS = "group,use,name,name_en,unit,from,to\nHAI,peer,Hai nơi,Two places,413,,\nHAI,peer,Hai nơi,Two places,16702,,\n"


def test_a_group_shows_its_members(make_world):
    w = make_world(more={"groups": GROUPS})
    o = w.office(w.principal("40"))
    o.offer(1, [o.update(1, "16702", "KH.R", 20240401, ratio=pb.Ratio(numerator=3, denominator=4))])
    viewer = Viewer(w)
    text = check_page(viewer, "G/HAI", ["413", "16702"], ["KH"])
    assert "75 % (3/4)" in text


# ---- on a terminal ----

@pytest.fixture
def on_terminal():
    terminals = []

    def start(viewer, *args, term="xterm-256color", width=80, height=24, **env):
        t = Terminal([str(viewer.world.build / "tiendo"), "--dir", str(viewer.dir), "top", *args],
                     dict({k: v for k, v in viewer.world.environment().items() if k != "NO_COLOR"}, **env), term, width, height)
        terminals.append(t)
        return t

    yield start
    for t in terminals:
        t.close()


def whole(lines, width, height):
    """Does it look like one page: the place at the top, the keys at the end?"""
    return len(lines) == height and lines[0].startswith("40") and lines[-1].startswith(" q ")


@pytest.mark.parametrize("term, env, colours", [("linux", {}, True), ("vt100", {}, False), ("xterm-256color", {}, True),
                                                ("xterm-256color", {"NO_COLOR": "1"}, False), ("linux", {"LC_ALL": "C"}, True)])
def test_a_terminal(world, on_terminal, term, env, colours):
    o = world.office(world.principal("40"))
    viewer = Viewer(world)
    t = on_terminal(viewer, "40", term=term, **env)
    t.until("a whole page", lambda lines: whole(lines, 80, 24))
    t.sees("Trực tuyến")
    t.sees("Thành phố Vinh")
    # the very page that --once prints
    once = viewer.cli("top", "40", "--once").stdout.splitlines()
    assert t.screen.lines()[0] == once[0]
    # a change is seen, from what to what
    o.offer(1, [o.update(1, "412", "KH.T1", 20240401, task=pb.Task(state=pb.TASK_STATE_IN_PROGRESS, percent=40))])
    t.until("the event", lambda lines: any(re.search(r"412 KH.T1 .*chưa báo cáo → đang thực hiện", line) for line in lines))
    o.offer(2, [o.update(2, "412", "KH.C", 20240401, count=pb.Count(value=7))])
    t.until("another", lambda lines: any(re.search(r"412 KH.C .*7 dịch vụ", line) for line in lines))
    # another size: all of it is drawn anew, at any size
    for width, height in ((60, 20), (132, 40), (30, 8), (200, 60), (80, 24)):
        t.resize(width, height)
        t.until(f"{width}x{height}", lambda lines: whole(lines, width, height))
    t.press("q")
    assert t.ends() == 0
    assert bool(t.screen.colours) == colours
    assert b"\x1b[2J" not in t.raw[-200:]
    audit(world)


def test_keys(make_world, on_terminal):
    w = make_world(more={"groups": GROUPS})
    viewer = Viewer(w)
    t = on_terminal(viewer, "VN")
    t.sees("> Đơn vị trực thuộc")
    t.press("\r")
    t.sees("VN > 40 Tỉnh Nghệ An")
    t.press("\x1b[B")  # the second row
    t.press("\r")
    title = t.until("one further", lambda lines: re.match(r"VN > 40 > (\S+) ", lines[0]))[1]
    assert title in ("412", "413", "40.CA")
    t.press("\x7f")
    t.until("back", lambda lines: lines[0].startswith("VN > 40 Tỉnh"))
    t.press("\t")
    t.sees("> Đơn vị im lặng")
    t.press("\t\t")
    t.sees("> Tổng hợp")
    t.press("p")
    t.sees("Tổng hợp · chỉ KH")
    t.sees("Chỉ tiêu KH.G")
    t.press("p")
    t.gone("chỉ KH")
    t.press("?")
    t.sees("Trợ giúp")
    t.press("x")
    t.gone("Trợ giúp")
    t.press("l")
    t.sees("> Totals")
    t.press("l\x1b[6~\x1b[F\x1b[H\x0c")
    t.sees("> Tổng hợp")
    t.press("\x7f")
    t.until("at the top", lambda lines: lines[0].startswith("VN Việt Nam"))
    t.press("\x7f\x7fzZ9")
    t.press("q")
    assert t.ends() == 0
    # a group, one of its members, and back
    t = on_terminal(viewer, "G/HAI")
    t.sees("413   Huyện Diễn Châu")  # asked for beside the feed
    t.press("\r")
    t.until("a member", lambda lines: lines[0].startswith(("G/HAI > 413", "G/HAI > 16702")))
    t.press("\x7f")
    t.until("the group", lambda lines: lines[0].startswith("G/HAI Hai nơi"))
    t.press("q")
    assert t.ends() == 0


def test_any_keys(make_world, on_terminal, seed):
    """Whatever is pressed, in whatever size, while figures move: it stays alive, and quits when told."""
    w, dice = make_world(more={"groups": GROUPS}), random.Random(seed)
    flow, viewer = Flow(w, seed), Viewer(w)
    t = on_terminal(viewer, dice.choice(("VN", "G/HAI")))
    t.until("a page", lambda lines: lines[-1].startswith(" q "))
    for round_ in range(60):
        t.press("".join(dice.choice(("\r", "\r", "\x7f", "p", "\t", "\x1b[A", "\x1b[B", "\x1b[5~", "\x1b[6~", "\x1b[F", "\x1b[H", "l", "?", "\x0c",
                                     "ê", "\x1b")) for _ in range(dice.randrange(1, 8))))
        if round_ % 10 == 0:
            flow.push(5)
            width, height = dice.randrange(20, 210), dice.randrange(3, 60)
            t.resize(width, height)
        t.read(dice.choice((0, 0.02, 0.1)))
        assert t.process.poll() is None, t.raw[-500:].decode("utf-8", "replace")
    t.resize(80, 24)
    t.until("a page", lambda lines: lines[-1].startswith(" q ") and len(lines) == 24)
    t.press("xq")
    assert t.ends() == 0


def test_it_loses_its_line_and_heals(world, on_terminal, seed):
    flow, proxy = Flow(world, seed), Proxy(world.ports["feed"])
    try:
        viewer = Viewer(world, feed=f"tcp://127.0.0.1:{proxy.port}")
        t = on_terminal(viewer, "40")
        t.sees("Trực tuyến")
        flow.push(20)
        proxy.cut()
        t.sees("MẤT ĐƯỜNG TRUYỀN từ 02/04/2024")
        flow.push(20)
        proxy.mend()
        t.sees("Trực tuyến")
        same_as_once(viewer, t)
        t.press("q")
        assert t.ends() == 0
    finally:
        proxy.close()
    audit(world)


def test_it_outlives_the_server(world, on_terminal, seed):
    """kill -9 and a new start, a new catalogue, midnight: the same board goes on."""
    flow, viewer = Flow(world, seed), Viewer(world)
    t = on_terminal(viewer, "40")
    t.sees("Trực tuyến")
    world.kill()
    t.sees("MẤT ĐƯỜNG TRUYỀN")
    world.start()
    flow.office.hello()
    t.sees("Trực tuyến")
    flow.push(20)
    same_as_once(viewer, t)
    items = (world.catalogue / "items.csv").read_text()
    world.write_catalogue(items=items.replace("Chỉ tiêu KH,", "Kế hoạch đổi tên,"))
    world.server_cli("catalogue", "load", world.catalogue)
    t.sees("Kế hoạch đổi tên")
    world.set_clock("2024-04-05")
    t.sees("05/04/2024")
    flow.push(20)
    same_as_once(viewer, t)
    t.press("q")
    assert t.ends() == 0
    audit(world)


def same_as_once(viewer, t):
    """Totals and units on the screen become those of --once."""
    def equal(lines):
        once = viewer.cli("top", "40", "--once").stdout.split("\n\n")[1:3]
        wanted = [re.split(r"\s{2,}", line.strip())[-3:] for part in once for line in part.splitlines()[1:]]
        there = [re.split(r"\s{2,}", line.strip())[-3:] for line in lines]
        return all(row in there for row in wanted if len(row) == 3)
    t.until("the same as --once", equal)


@pytest.mark.parametrize("how", ["SIGTERM", "SIGHUP", "SIGINT", "SIGABRT", "SIGSEGV", "ctrl-C", "revoked"])
def test_every_way_out(world, on_terminal, how):
    """Whatever ends it, the terminal is as it was found."""
    viewer = Viewer(world)
    t = on_terminal(viewer, "40")
    t.sees("Thành phố Vinh")
    assert t.screen.alternate
    if how == "ctrl-C":
        t.press("\x03")
    elif how == "revoked":
        (key,) = [k["key"] for k in world.server_json("agent", "list")["details"] if k["role"] == "viewer"]
        world.server_cli("agent", "key", "revoke", key)
    else:
        t.process.send_signal(getattr(signal, how))
    code = t.ends()
    assert code == (1 if how == "revoked" else 0 if how in ("SIGTERM", "SIGHUP", "SIGINT", "ctrl-C") else -getattr(signal, how))
    if how == "revoked":
        assert any("tiendo: " in line for line in t.screen.lines())


def test_terminals_that_cannot(world, on_terminal):
    viewer = Viewer(world)
    t = on_terminal(viewer, "40", term="no-such-terminal")
    code = t.ends()
    assert code == 3, t.raw.decode("utf-8", "replace")
    said = "".join(t.screen.lines())
    assert "no-such-terminal" in said and "--once" in said


@pytest.mark.skipif(not shutil.which("tmux"), reason="no tmux")
def test_under_tmux(world, tmp):
    viewer = Viewer(world)
    env = {k: v for k, v in world.environment().items() if k not in ("TMUX", "NO_COLOR")}

    def tmux(*args):
        return subprocess.run(["tmux", "-S", str(tmp / "socket"), "-f", "/dev/null", *map(str, args)], env=env, check=True,
                              capture_output=True, encoding="utf-8", timeout=PATIENCE).stdout

    def sees(text):
        return until(f"to see {text!r}", lambda: (lambda page: text in page and page)(tmux("capture-pane", "-p")))

    tmux("new-session", "-d", "-x", 80, "-y", 24, f"exec {world.build / 'tiendo'} --dir {viewer.dir} top 40")
    try:
        tmux("set-option", "remain-on-exit", "on")
        page = sees("Thành phố Vinh")
        assert page.splitlines()[0].startswith("40 Tỉnh Nghệ An") and page.rstrip("\n").splitlines()[-1].startswith(" q thoát")
        tmux("resize-window", "-x", 132, "-y", 40)
        until("the other size", lambda: max(map(len, tmux("capture-pane", "-p").splitlines())) > 120)
        tmux("send-keys", "l")
        sees("Units below")
        tmux("send-keys", "q")
        sees("Pane is dead")
    finally:
        subprocess.run(["tmux", "-S", str(tmp / "socket"), "kill-server"], env=env, capture_output=True)
