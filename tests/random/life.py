# SPDX-License-Identifier: Apache-2.0
"""What happens in a random country: day by day offices report early, late, after the freeze, on behalf, with and without proof;
they correct, withdraw, ask, raise obstacles; the centre decides, answers, finds, directs. Much of it is meant to be refused."""
import datetime
import random
from collections import Counter, defaultdict

import journal_pb2 as jp
import tiendo_pb2 as pb
from player import Refused
from second.catalogue import Catalogue
from second.days import ordinal, start, ymd

MINUTE, DAY = 60000, 86400000
STATES = {"not_started": pb.TASK_STATE_NOT_STARTED, "in_progress": pb.TASK_STATE_IN_PROGRESS, "done": pb.TASK_STATE_DONE}
TEXTS = ("", "", "", "Đang làm", "Xã đã hoàn thành việc cấp căn cước cho công dân", "Chưa có đường truyền tới hai bản vùng cao")
DATES = ("opened", "closed", "start", "due", "from", "to", "date", "end")


def dumped(land):
    """The rows of the land as a dump would show them, as far as those need them who choose what to report."""
    numbers, out = {}, []
    for n, u in enumerate(land.rows["units"], 1):
        numbers.setdefault(u["code"], n)
        out.append({"unit": dated(u) | {"number": n, "parent": numbers.get(u["parent"], 0)}})
    for n, i in enumerate(land.rows["items"], 1):
        out.append({"item": dated(i) | {"number": n}})
    names = {"groups": "group", "holidays": "holiday", "schedules": "schedule", "periods": "period", "deadlines": "deadline", "milestones": "milestone"}
    for name, kind in names.items():
        for r in land.rows[name]:
            r = dated(r)
            if kind == "holiday":
                r["working"] = r["kind"] == "working"
            out.append({kind: r})
    return out


def dated(row):
    return {k: int(v.replace("-", "")) if k in DATES and v else v for k, v in row.items() if v != ""}


class Stream:
    def __init__(self, unit, principal, key, epoch):
        self.unit, self.principal, self.key, self.epoch, self.seq = unit, principal, key, epoch, 1
        self.sealed = 0


class Life:
    """`wrong`: the offices' clocks lie (recorded_ms, seals): nothing but the marks of timeliness may change."""

    def __init__(self, player, land, seed, wrong=False):
        self.player, self.land, self.dice = player, land, random.Random(seed)
        self.clocks = random.Random(f"{seed} {wrong}")
        self.wrong = wrong
        self.streams, self.taken, self.requests, self.obstacles, self.findings, self.done = [], [], [], [], [], []
        self.refused, self.counts, self.proofs = Counter(), Counter(), defaultdict(int)
        self.now = 0

    # ---- the store ----
    def begin(self):
        self.player.new(self.stamp(ordinal(self.number(self.land.first)), 0))
        self.load()
        self.principals()
        self.number_all()
        self.incarnations = [(1, self.player.ask(self.viewer, status=pb.Status()).generation.incarnation)]
        return self

    @staticmethod
    def number(date):
        return date.year * 10000 + date.month * 100 + date.day

    def load(self):
        self.player.load(self.land.files())
        self.know()
        if self.streams:
            self.number_all()

    def number_all(self):
        """The numbers that the store gave."""
        self.units, self.items, cursor = {}, {}, b""
        while True:
            reply = self.player.ask(self.viewer, catalogue=pb.Catalogue(cursor=cursor))
            for blob in reply.catalogue.rows:
                row = pb.CatalogueRow.FromString(blob)
                if row.HasField("unit"):
                    self.units.setdefault(row.unit.code, []).append(row.unit.number)
                elif row.HasField("item"):
                    self.items[row.item.code] = row.item.number
            cursor = reply.cursor
            if not cursor:
                return

    def know(self):
        """What there is to choose from; walks of sets in one order, whatever Python hashes."""
        self.catalogue = Catalogue(dumped(self.land))
        self.codes = sorted(self.land.leaves)
        weights = {code: 3 if self.land.leaves[code].get("schedule") else 1 for code in self.codes}
        self.weights = [weights[c] for c in self.codes]

    def principals(self):
        _, self.viewer = self.player.principal("VN", "operator")
        c, dice = self.catalogue, self.dice
        codes = ["VN", *self.land.codes(("province",)), *self.land.codes(("district", "commune", "department", "other"))]
        today = self.number(self.land.first)
        self.above = {}
        for code in codes:
            if c.unit_at(code, today) and (code == "VN" or dice.random() < 0.75):
                principal, key = self.player.principal(code)
                self.streams.append(Stream(code, principal, key, dice.randbytes(16)))
        by_unit = {s.unit: s for s in self.streams}
        for u in self.land.rows["units"]:
            own = by_unit.get(u["code"])
            self.above[u["code"]] = own or self.above[u["parent"]]

    def stamp(self, o, minute):
        """Moves `now`; the text for the clock file."""
        self.today = ymd(o)
        self.now = start(o, 420) + minute * MINUTE
        d = datetime.date.fromordinal(o)
        return f"{d.isoformat()}T{minute // 60:02}:{minute % 60:02}:00+07:00"

    # ---- the days ----
    def live(self, days, per_day, skips=(1, 1, 1, 2, 3)):
        """So many days from today on; per_day: about how many updates."""
        dice, o = self.dice, ordinal(self.today)
        end = o + days
        while o < end:
            for minute in sorted(dice.sample((0, 1, 7 * 60, 12 * 60, 17 * 60, 1439), dice.choice((1, 1, 2)))):
                self.player.clock(self.stamp(o, minute))
                for _ in range(dice.choice((1, 1, 2))):
                    self.group(dice.randint(0, 2 * per_day))
                if dice.random() < 0.3:
                    self.operator()
                if dice.random() < 0.01:
                    self.incarnations.append(self.player.restore())
            o = min(end, o + dice.choice(skips))
        self.player.clock(self.stamp(end, 0))
        return self

    def group(self, n):
        """Some updates in some pushes that are committed together."""
        waiting = defaultdict(list)
        for _ in range(n):
            made = self.something()
            if made:
                waiting[self.who(made["unit"])].append(made)
        fresh = []
        for stream, updates in waiting.items():
            blobs = [pb.Update(seq=stream.seq + i, **u, **self.clock_of(stream)).SerializeToString() for i, u in enumerate(updates)]
            outcomes = self.player.push(stream.principal, stream.key, stream.epoch, stream.seq, blobs)
            stream.seq += len(blobs)
            for u, (entry, index, reason) in zip(updates, outcomes):
                body = self.body_of(u)
                if index:
                    self.counts[body] += 1
                    fresh.append((u, body, entry, index, stream))
                else:
                    self.refused[pb.Reason.Name(reason)[7:].lower(), body] += 1
                # the next of this group may name it already
                if index and body in ("task", "ratio", "count", "points", "none_arisen", "correction", "unchanged"):
                    self.taken.append(self.taken_of(u, entry, index))
        if waiting:
            self.player.commit()
        for u, body, entry, index, stream in fresh:
            self.noted(u, body, entry, index)

    @staticmethod
    def taken_of(u, entry, index):
        return u["unit"], u["item"], u["period"], u["as_of"], entry, index, u["reason"]

    @staticmethod
    def body_of(u):
        return next(k for k in ("task", "ratio", "count", "points", "none_arisen", "unchanged", "na_request", "correction", "withdraw",
                                "obstacle", "extension_request", "milestone", "notice_ack") if k in u)

    def noted(self, u, body, entry, index):
        if body in ("na_request", "extension_request"):
            self.requests.append((body, u, entry, index))
        elif body == "task" and u["task"].state == STATES["done"]:
            self.done.append(self.taken_of(u, entry, index))
        elif body == "obstacle" and u["obstacle"].HasField("raise"):
            self.obstacles.append((u["unit"], u["item"], entry, index))

    def who(self, unit):
        """Mostly the office itself; sometimes one above it."""
        stream = self.above.get(unit) or self.streams[0]
        return self.dice.choice(self.streams) if self.dice.random() < 0.06 else stream

    # ---- one update ----
    def something(self):
        r = self.dice.random()
        for share, make in ((0.70, self.report), (0.76, self.correction), (0.82, self.withdrawal), (0.87, self.unchanged), (0.89, self.na_request),
                            (0.92, self.extension), (0.94, self.milestone), (0.985, self.obstacle), (1, self.ack)):
            if r < share:
                return make()
        return None

    def base(self, leaf=None):
        """(unit code, leaf, as-of, period) that mostly fit."""
        dice, c = self.dice, self.catalogue
        leaf = leaf or dice.choices(self.codes, self.weights)[0]
        o = ordinal(self.today)
        schedule = c.schedule(leaf)
        ended = schedule.ended(o) if schedule else None
        if ended and dice.random() < 0.5:
            as_of = min(o, ended.last + dice.choice((0, 0, 1, 2, 5)))
        else:
            as_of = o - dice.choice((0, 0, 0, 1, 3, 10, 40))
        day = ymd(as_of)
        units = sorted(c.reporters(leaf, day) if c.open_item(leaf, day) or dice.random() < 0.1 else ())
        units = [n for n in units if c.open_unit(n, day)]
        if not units:
            return None
        unit = c.units[dice.choice(units)]["code"] if dice.random() < 0.98 else dice.choice(self.land.rows["units"])["code"]
        period = ""
        if schedule and dice.random() < 0.5:
            p = dice.choice((ended, schedule.at(as_of), schedule.ended(as_of))) or schedule.at(o)
            period = p.code if p else ""
        elif dice.random() < 0.02:
            period = dice.choice(("2024-04", "2024-W14", "2023-Q9", "DOT0"))
        return unit, leaf, day, period

    def said(self, made, **body):
        unit, leaf, as_of, period = made
        base = {"unit": unit, "item": leaf, "as_of": as_of, "period": period, "note": self.dice.choice(TEXTS),
                "reason": self.dice.choice(("", "rà soát lại", "nhập nhầm")), "author_role": pb.AUTHOR_ROLE_CLERK}
        return base | body

    def clock_of(self, stream):
        """recorded_ms and the seal: mostly true, of an office whose line was down for a while; or false; or absent."""
        clocks = self.clocks
        if self.wrong:
            years = clocks.randint(-20, 20) * 365 * DAY
            return {"recorded_ms": max(1, self.now + years), "seal": pb.Seal(boot_id=b"\1" * 16, monotonic_ms=clocks.randint(1, 2**50))}
        kind, back = clocks.random(), clocks.choice((0, 5, 60, 24 * 60, 2 * 24 * 60, 5 * 24 * 60)) * MINUTE
        if kind < 0.2:
            return {"recorded_ms": self.now}
        moment = self.now - back
        if kind < 0.8:  # a spool seals in order
            moment = stream.sealed = max(moment, stream.sealed)
        heard = clocks.randint(0, 3 * 24 * 60) * MINUTE
        seal = {"boot_id": clocks.choice((b"\1" * 16, b"\2" * 16)), "monotonic_ms": 10**10 + heard, "server_time_ms": moment - heard,
                "server_heard_at_ms": 10**10, "attempts": 3}
        if kind > 0.95:
            seal |= clocks.choice(({"boot_id": b""}, {"server_time_ms": 0}, {"server_heard_at_ms": 10**12}, {"server_time_ms": self.now + DAY}))
        return {"recorded_ms": moment, "seal": pb.Seal(**seal)}

    def figure(self, leaf, as_of):
        dice, row = self.dice, self.land.leaves[leaf]
        if row["kind"] == "task":
            state = dice.choice(("not_started", "in_progress", "in_progress", "done"))
            if state == "done":
                o = ordinal(as_of) - dice.choice((0, 0, 5, 60))
                return {"task": pb.Task(state=STATES[state], percent=100, product_ref="1/BC", done_on=ymd(o))}
            return {"task": pb.Task(state=STATES[state], percent=dice.choice((0, 20, 50, 51, 90, 99)) if state == "in_progress" else 0)}
        if row.get("measure") != "stock" and dice.random() < 0.15:
            return {"none_arisen": pb.NoneArisen()}
        large = dice.choice((3, 100, 100, 10**6, 10**12))
        if row["kind"] == "ratio":
            d = dice.choice((dice.randint(0, large), 100))
            return {"ratio": pb.Ratio(numerator=dice.randint(0, d if row.get("bounded") else large), denominator=d)}
        if row["kind"] == "count":
            return {"count": pb.Count(value=dice.choice((0, dice.randint(0, 200), large)))}
        return {"points": pb.Points(value=dice.randint(0, 1800))}

    def report(self):
        made = self.base()
        return made and self.said(made, **self.figure(made[1], made[2]))

    def standing(self):
        """A report to be corrected or withdrawn: mostly one of the newest."""
        if not self.taken:
            return None
        return self.taken[-min(len(self.taken), 1 + int(self.dice.expovariate(0.1)))] if self.dice.random() < 0.9 else self.dice.choice(self.taken)

    def ref(self, entry, index):
        return pb.ReceiptRef(incarnation=self.incarnation(entry), entry=entry, index=index)

    def correction(self):
        of = self.standing()
        if not of:
            return None
        unit, leaf, period, as_of, entry, index, _ = of
        return self.said((unit, leaf, as_of, period), correction=pb.Correction(replaces=self.ref(entry, index), **self.figure(leaf, as_of)))

    def withdrawal(self):
        of = self.standing()
        if not of:
            return None
        unit, leaf, period, as_of, entry, index, _ = of
        return self.said((unit, leaf, as_of, period), withdraw=pb.Withdraw(withdraws=self.ref(entry, index)))

    def unchanged(self):
        made = self.base()
        return made and self.said(made, unchanged=pb.Unchanged())

    def na_request(self):
        made = self.base()
        first = ymd(ordinal(self.today) + self.dice.randint(-20, 20))
        last = self.dice.choice((0, 0, ymd(ordinal(first) + self.dice.randint(0, 40))))
        return made and self.said(made, na_request=pb.NaRequest(**{"reason": "không có hộ nào", "from": first, "to": last}))

    def extension(self):
        tasks = [c for c in self.codes if self.land.leaves[c]["kind"] == "task" and self.land.leaves[c].get("due")]
        made = self.base(self.dice.choice(tasks)) if tasks else None
        if not made:
            return None
        due = ymd(ordinal(int(self.land.leaves[made[1]]["due"].replace("-", ""))) + self.dice.randint(-3, 60))
        return self.said(made, extension_request=pb.ExtensionRequest(due=due, reason="chờ kinh phí"))

    def milestone(self):
        rows = self.land.rows["milestones"]
        made = self.base(self.dice.choice(rows)["item"]) if rows else None
        if not made:
            return None
        return self.said(made, milestone=pb.Milestone(no=self.dice.choice((1, 1, 2)), reached_on=made[2]))

    # ---- obstacles and notices ----
    def obstacle(self):
        dice = self.dice
        if not self.obstacles or dice.random() < 0.35:
            made = self.base()
            if not made:
                return None
            about = dice.choice(self.catalogue.item_line(made[1])) if dice.random() < 0.3 else made[1]
            step = {"raise": pb.ObstacleRaise(cause=dice.randint(1, 8), fault=dice.randint(1, 2), text="Thiếu kinh phí mua máy", affects_rights=dice.random() < 0.3,
                                              addressee="" if dice.random() < 0.6 else dice.choice(self.land.rows["units"])["code"],
                                              **({"solution": "Cấp vốn", "solution_class": 2} if dice.random() < 0.5 else {}))}
            return self.said((made[0], about, made[2], ""), obstacle=pb.Obstacle(**step))
        raiser, item_, entry, index = self.obstacles[-1 - int(dice.expovariate(0.4)) % len(self.obstacles)]
        unit = dice.choice((raiser, raiser, *self.likely(item_)))
        return self.said((unit, item_, self.today, ""), obstacle=pb.Obstacle(obstacle=self.ref(entry, index), **self.step(raiser == unit)))

    def likely(self, code):
        """Whom it may have reached."""
        c = self.catalogue
        out = [c.units[u]["code"] for u in c.line(c.owner(code))] + [self.land.leaves[code]["lead"] if code in self.land.leaves else "VN"]
        return out + [u["code"] for u in self.land.rows["units"] if u.get("type") == "thường trực"]

    def step(self, own):
        dice = self.dice
        kind = dice.choice(("close", "reopen", "comment", "escalate") if own else ("answer", "answer", "comment", "escalate"))
        if kind == "answer":
            return {"answer": pb.ObstacleAnswer(text="Đã giao Sở Tài chính", resolves=dice.random() < 0.5)}
        if kind == "escalate":
            return {"escalate": pb.ObstacleEscalate(reason="vượt thẩm quyền", addressee="" if dice.random() < 0.6 else dice.choice(self.land.rows["units"])["code"])}
        return {kind: {"close": pb.ObstacleClose, "reopen": pb.ObstacleReopen, "comment": pb.ObstacleComment}[kind](text="Bổ sung")}

    def ack(self):
        """Of a notice: the entry is guessed from what has happened lately."""
        if not self.taken and not self.requests:
            return None
        entry = self.dice.choice(self.taken)[4] + self.dice.randint(0, 3) if self.taken else 5
        unit = self.dice.choice(self.streams).unit
        of = self.incarnation(entry) if self.dice.random() < 0.9 else self.dice.choice((bytes(15) + b"\1", *(i for _, i in self.incarnations)))
        return self.said((unit, "", self.today, ""), notice_ack=pb.NoticeAck(notice_entry=entry, incarnation=of)) | {"note": "", "reason": ""}

    # ---- the centre ----
    def receipt(self, entry, index):
        return f"{self.incarnation(entry)[:4].hex()}-{entry}-{index}"

    def incarnation(self, entry):
        return next(i for first, i in reversed(self.incarnations) if first <= entry)

    def operator(self):
        """By the commands, which refuse what makes no sense; and as entries, which must be folded whatever they say."""
        dice = self.dice
        word = dice.choice((self.decide, self.decide, self.judge, self.slot, self.find, self.direct, self.answer, self.assign, self.decree, self.decree,
                            self.decree, self.note, self.helps))
        try:
            if word():
                self.counts[word.__name__] += 1
        except Refused as e:
            self.refused[str(e)[:60], word.__name__] += 1

    # as entries
    def numbers(self, unit="", item=""):
        """Mostly of that unit and item; else of some, or of none."""
        dice = self.dice
        units, items = [n for ns in self.units.values() for n in ns], list(self.items.values())
        return (dice.choice(self.units[unit]) if unit in self.units and dice.random() < 0.95 else dice.choice((0, 999, *units)),
                self.items[item] if item in self.items and dice.random() < 0.95 else dice.choice((0, 999, *items)))

    def decree(self):
        dice, kind = self.dice, self.dice.randint(1, 6)
        day = ymd(ordinal(self.today) + dice.randint(-20, 60))
        body = jp.DecisionBody(kind=kind, granted=dice.random() < 0.8, date=day, reason="quyết định", principal=dice.choice((0, 1)))
        if kind <= 2:
            if not self.requests:
                return False
            _, u, entry, index = dice.choice(self.requests)
            if kind == 2:
                body.date_to = dice.choice((0, ymd(ordinal(day) + dice.randint(0, 40))))
            elif dice.random() < 0.1:
                body.date = self.today
            of = u["unit"], u["item"]
        elif kind <= 4:
            if not self.taken:
                return False
            unit, item_, period, _, entry, index, _ = self.standing() if kind == 4 or not self.done else dice.choice(self.done)
            body.period = dice.choice((period, ""))
            of = unit, item_
        else:
            made = self.base()
            s = made and self.catalogue.schedule(made[1])
            o = ordinal(self.today)
            p = s and dice.choice((s.at(o), s.ended(o), s.ended(o), s.ended(o - 40)))
            if not p:
                return False
            entry = index = 0
            body.period, of = p.code, made[:2]
        body.about_entry, body.about_index = entry, index
        body.unit, body.item = self.numbers(*of)
        self.player.barrier(jp.ENTRY_KIND_DECISION, body)
        self.counts[f"decree {kind}"] += 1
        return True

    def note(self):
        """A finding, or the end of one."""
        if self.findings and self.dice.random() < 0.5:
            self.player.barrier(jp.ENTRY_KIND_FINDING, jp.FindingBody(closes=self.dice.choice(self.findings), principal=1))
            return True
        made = self.base() or ("", "", 0, "")
        unit, item_ = self.numbers(*made[:2])
        self.findings.append(self.player.barrier(jp.ENTRY_KIND_FINDING, jp.FindingBody(
            unit=unit, item=self.dice.choice((0, item_)), rule="NĐ09/2019 Điều 8", severity=self.dice.randint(1, 3), document="12/KL",
            remedy_by=ymd(ordinal(self.today) + 10), text="Chậm báo cáo", principal=1)))
        return True

    def helps(self):
        """A step in an obstacle by the centre, for a body without a key."""
        if not self.obstacles:
            return False
        raiser, item_, entry, index = self.obstacles[-1 - int(self.dice.expovariate(0.4)) % len(self.obstacles)]
        step = pb.Obstacle(obstacle=self.ref(entry, index), **self.step(self.dice.random() < 0.1))
        unit, _ = self.numbers(self.dice.choice(self.likely(item_)))
        self.player.barrier(jp.ENTRY_KIND_STEP, jp.StepBody(unit=self.dice.choice((unit, unit, 0)), step=step.SerializeToString(), principal=self.dice.choice((0, 1))))
        return True

    # by the commands
    def decide(self):
        if not self.requests:
            return False
        body, u, entry, index = self.dice.choice(self.requests)
        kind = "extension" if body == "extension_request" else "not-applicable"
        date = 0
        if self.dice.random() < 0.2:
            date = ymd(ordinal(self.today) + self.dice.randint(0, 30))
        self.player.admin(decide=jp.Decide(kind=kind, receipt=self.receipt(entry, index), refuse=self.dice.random() < 0.3, date=date, reason="theo đề nghị"))
        return True

    def judge(self):
        if not self.done:
            return False
        _, _, _, _, entry, index, _ = self.done[-1 - int(self.dice.expovariate(0.5)) % len(self.done)]
        self.player.admin(decide=jp.Decide(kind=self.dice.choice(("accept", "return")), receipt=self.receipt(entry, index), reason="đã kiểm tra"))
        return True

    def slot(self):
        leaf = self.dice.choice(self.codes)
        schedule, o = self.catalogue.schedule(leaf), ordinal(self.today)
        p = schedule and self.dice.choice((schedule.at(o), schedule.ended(o)))
        units = sorted(self.catalogue.reporters(leaf, self.today))
        if not p or not units:
            return False
        self.player.admin(decide=jp.Decide(kind=self.dice.choice(("exempt", "in-time")), unit=self.catalogue.units[self.dice.choice(units)]["code"],
                                           item=leaf, period=p.code, reason="mất điện"))
        return True

    def find(self):
        if self.findings and self.dice.random() < 0.4:
            self.player.admin(find=jp.Find(closes=self.dice.choice(self.findings)))
            return True
        made = self.base()
        if not made:
            return False
        reply = self.player.admin(find=jp.Find(unit=made[0], item=self.dice.choice((made[1], "")), rule="NĐ09/2019 Điều 8", severity=self.dice.randint(1, 3),
                                               document="12/KL", remedy_by=ymd(ordinal(self.today) + 10), text="Chậm báo cáo"))
        self.findings.append(reply.entry)
        return True

    def direct(self):
        unit = self.dice.choice(self.land.rows["units"])["code"]
        self.player.admin(notify=jp.Notify(unit=unit, subtree=self.dice.random() < 0.5, item=self.dice.choice(("", self.dice.choice(self.codes))), text="Khẩn trương",
                                           due=self.dice.choice((0, self.today))))
        return True

    def answer(self):
        if not self.obstacles:
            return False
        raiser, item_, entry, index = self.obstacles[-1 - int(self.dice.expovariate(0.4)) % len(self.obstacles)]
        self.player.admin(take_step=jp.TakeStep(unit=self.dice.choice(self.likely(item_)), receipt=self.receipt(entry, index), text="Đã xem xét",
                                                step=self.dice.choice(("answer", "answer", "comment", "escalate")), resolves=self.dice.random() < 0.5))
        return True

    def assign(self):
        if self.dice.random() < 0.7:
            return False
        plan = next(i for i in self.land.rows["items"] if i["kind"] == "plan")
        code = f"{plan['code']}.A{len(self.land.leaves)}"
        row = {"code": code, "parent": plan["code"], "kind": "task", "name": "Việc mới", "lead": self.dice.choice(sorted(self.land.below(plan["owner"]))),
               "due": ymd(ordinal(self.today) + 20)}
        self.player.admin(assign=jp.Assign(code=code, parent=plan["code"], name=row["name"], lead=row["lead"], person="Trưởng phòng", due=row["due"], product="Báo cáo",
                                           product_unit="văn bản", text="Làm ngay"))
        self.land.rows["items"].append(row | {"due": self.day_text(row["due"]), "answer": "lead", "person": "Trưởng phòng", "product": "Báo cáo", "product_unit": "văn bản"})
        self.land.leaves[code] = self.land.rows["items"][-1]
        self.know()
        self.number_all()
        return True

    @staticmethod
    def day_text(d):
        return f"{d // 10000}-{d // 100 % 100:02}-{d % 100:02}"
