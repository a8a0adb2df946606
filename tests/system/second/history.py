# SPDX-License-Identifier: Apache-2.0
"""The journal, entry by entry: what stands, who owes what, on the day of the last tick."""
from collections import defaultdict

from . import lines, slots, timely
from .cases import EXTENSION, NOT_APPLICABLE, Cases
from .catalogue import Catalogue
from .days import at, ordinal, ymd
from .mailbox import Mailbox, Notice, reminders
from .obstacles import Obstacles
from .reports import FIGURES, Report, Stand
from .rollups import BLANK, Rollups
from .slots import Sheets
from .suspicions import Notes, fall, jump
from .terms import Terms


class History:
    """`series`: also the daily points of every rollup (each tick is then computed whole)."""

    def __init__(self, series=False):
        self.series = {} if series else None  # (plan, row, item code) -> the rollup as at the last tick
        self.head = self.today = 0
        self.offset, self.ticks = 420, {}
        self.incarnations, self.lies = [], []  # (first entry, which); what was taken although it names another history
        self.catalogue = None
        self.units = {}  # principal -> number of its unit
        self.cells = defaultdict(Stand)  # (unit, leaf) -> what stands
        self.sheets, self.terms = Sheets(), Terms()
        self.sealed = {}  # principal -> (its newest epoch, the latest moment at which a report was proven to be sealed)
        self.notes, self.cases, self.obstacles, self.mailbox = Notes(), Cases(), Obstacles(), Mailbox()
        self.agents = set()  # units that have a key of their own
        self.rows = []  # what was emitted: dicts with "table"

    def entry(self, e):
        assert e["entry"] == self.head + 1, f"a hole before entry {e['entry']}"
        self.head = e["entry"]
        self.day = ymd(at(e["received_ms"], self.offset))  # a tick that was missed is made on a later one
        take = getattr(self, "take_" + e["kind"], None)
        if take:
            take(e)

    # ---- barriers ----
    def take_genesis(self, e):
        self.offset = e.get("offset_minutes", 0)
        self.take_incarnation(e)

    def take_incarnation(self, e):
        self.incarnations.append((e["entry"], e.get("incarnation")))

    def incarnation_of(self, entry):
        return next((i for first, i in reversed(self.incarnations) if first <= entry), None)

    def take_registry(self, e):
        for p in e["principals"]:
            self.units[p["principal"]] = p.get("unit", 0)
            if p["role"] == "agent":
                self.agents.add(p.get("unit", 0))

    def take_catalogue(self, e):
        new = Catalogue(e["rows"])
        if self.catalogue:
            self.sheets.carry(self.catalogue, new, lines.target_of)
        self.catalogue = new
        if self.today:
            self.sheets.open(self.catalogue, self.today)
            self.sheets.go_home(self.catalogue)

    def take_tick(self, e):
        before, self.today = self.today, e["date"]
        self.ticks[e["entry"]] = e["date"]
        if not self.catalogue:
            return
        self.mailbox.forget(self.today)
        self.flows()
        for notice in reminders(self, before):
            self.mailbox.tell(notice)
        for sheet in self.sheets.frozen(self.catalogue, self.today):
            self.emit_frozen(sheet)
        for h in self.sheets.given_up(self.today):
            h.slot.exempted = True
            self.rows.append(lines.frozen_row(self, h.sheet, h.unit, h.leaf, h.slot, h.target))
        self.sheets.open(self.catalogue, self.today)
        self.obstacles.tick(self, self.head)
        if self.series is not None:
            self.points()

    def take_decision(self, e):
        self.cases.decide(self, e["entry"], e["decision"])

    def take_notice(self, e):
        self.mailbox.letter(e["entry"], e["notice"], self.day)

    def take_finding(self, e):
        self.cases.find(self, e["entry"], e["finding"])

    def take_step(self, e):
        s = e["step"]
        unit = s.get("unit", 0)
        self.obstacles.step(self, (e["entry"], 0), unit or None, s.get("principal", 0), None, None, s["obstacle"], centre=True)

    def points(self):
        """A point for each rollup that is another one than at the tick before."""
        c, new = self.catalogue, {}
        rollups = Rollups(c, self.today, self.cells, self.terms)
        for plan in c.item_children[""]:
            for (row, code), r in rollups.plan(plan).items():
                new[plan, row, code] = r
                if r != self.series.get((plan, row, code), BLANK):
                    self.rows.append(lines.series_row(self, row, code, r))
        self.series = new

    def flows(self):
        """What happened in a period that is not the last one any more is no live figure."""
        c = self.catalogue
        for (_, leaf), stand in self.cells.items():
            s = c.schedule(leaf) if c.items[leaf].get("measure") == "flow" else None
            last = s and s.ended(ordinal(self.today))
            if last:
                stand.forget_before(last.first)

    def emit_frozen(self, sheet):
        for (unit, leaf), slot in sheet.slots.items():
            self.emit_slot(sheet, unit, leaf, slot)

    def emit_slot(self, sheet, unit, leaf, slot):
        if slot.told():
            target = lines.target_of(self.catalogue, sheet, unit, leaf)
            self.rows.append(lines.frozen_row(self, sheet, unit, leaf, slot, target))

    def tell(self, kind, unit, item, about, index=0, **more):
        """What the entry that is being read has for that unit."""
        self.mailbox.tell(Notice(unit, self.head, kind, self.day, item, index=index, about=about, **more))

    # ---- batches ----
    def take_batch(self, e):
        for t in e["taken"]:
            self.update(e, t["index"], t["update"], t.get("first_received_ms") or e["received_ms"])

    def update(self, e, index, u, received):
        for kind in FIGURES:
            if kind in u:
                self.stands(self.made(e, index, u, kind, u[kind], received), plain=True)
                return
        for body in ("correction", "withdraw", "unchanged"):
            if body in u:
                getattr(self, body)(e, index, u, received)
                return
        self.said((e["entry"], index), e["principal"], u)

    def said(self, place, principal, u):
        """What carries no figure."""
        unit, item = self.catalogue.unit_at(u["unit"], u["as_of"]), u.get("item", "")
        if "obstacle" in u:
            self.obstacles.step(self, place, unit, principal, self.units.get(principal), item, u["obstacle"])
        elif "extension_request" in u:
            self.cases.request(self, place, unit, principal, item, EXTENSION, u["extension_request"]["due"])
        elif "na_request" in u:
            r = u["na_request"]
            self.cases.request(self, place, unit, principal, item, NOT_APPLICABLE, r["from"], r.get("to", 0))
        elif "notice_ack" in u:
            self.read(place, unit, u["notice_ack"])
        elif "milestone" in u:
            self.terms.reach(unit, item, u["milestone"]["no"], u["milestone"]["reached_on"])

    def read(self, place, unit, ack):
        """Up to rules 2 an ack named a number alone."""
        if ack.get("incarnation") in (None, self.incarnation_of(ack["notice_entry"])):
            self.mailbox.open(unit, ack["notice_entry"], self.day)
        else:
            self.lies.append(f"entry {place[0]} takes that a notice of entry {ack['notice_entry']} was read, and that one is of another history")

    def proven(self, e, seal, received):
        """When it was sealed, if it is proven; later ones of the stream cannot have been sealed before."""
        epoch, last = self.sealed.get(e["principal"], (None, None))
        if epoch != e["epoch"]:
            last = None
        moment = timely.sealed(seal, received, last)
        if moment is not None:
            last = max(moment, last or 0)
        self.sealed[e["principal"]] = e["epoch"], last
        return moment

    def period(self, unit, u):
        s = self.catalogue.schedule(u["item"])
        if s is None:
            return None
        return s.of_report(u.get("period", ""), ordinal(u["as_of"]), self.catalogue.units[unit]["kind"])

    def made(self, e, index, u, kind, body, received):
        unit = self.catalogue.unit_at(u["unit"], u["as_of"])
        period = self.period(unit, u)
        proven = self.proven(e, u.get("seal"), received) if period else None
        return Report(entry=e["entry"], index=index, unit=unit, item=u["item"], period=period, as_of=u["as_of"],
                      principal=e["principal"], received=received, proven=proven, kind=kind, body=body,
                      on_behalf=self.units.get(e["principal"]) != unit, note=u.get("note", ""), reason=u.get("reason", ""))

    def stands(self, r, plain=False):
        """It enters its slot and, where it may, its cell."""
        c = self.catalogue
        if r.period:
            sheet, verdict = self.sheets.of(c, r.item, r.period), slots.verdict(c, r, self.offset)
            if sheet:
                if plain:
                    self.suspect(r)
                self.sheets.report(sheet, r, verdict)
            else:
                self.rows.append(lines.after_row(self, r, verdict))
            last = c.schedule(r.item).ended(ordinal(self.today)) if c.items[r.item].get("measure") == "flow" else None
            if last and r.first < last.first:
                return
        self.cells[r.unit, r.item].add(r)

    def suspect(self, r):
        """Into a slot that is held, beside what stood in the cell until now."""
        c, standing = self.catalogue, self.cells[r.unit, r.item].top
        found = {"same_text": (0, 0) if self.notes.same(c.schedule(r.item), r) else None, "jump": jump(standing, r),
                 "fall": fall(c.items[r.item], standing, r)}
        for kind, figures in found.items():
            if figures:
                self.rows.append(lines.suspicion_row(self, r, kind, *figures))

    def void(self, unit, leaf, period, receipt, by):
        """Wherever it stands; what stands nowhere is void already."""
        self.cells[unit, leaf].void(receipt)
        if period:
            sheet = self.sheets.of(self.catalogue, leaf, period)
            if sheet:
                self.sheets.void(sheet.slots.get((unit, leaf)), receipt)
            else:
                self.rows.append(lines.void_row(self, unit, leaf, period, by, receipt))

    def withdraw(self, e, index, u, received):
        unit, ref = self.catalogue.unit_at(u["unit"], u["as_of"]), u["withdraw"]["withdraws"]
        self.void(unit, u["item"], self.period(unit, u), (ref["entry"], ref.get("index", 0)), (e["entry"], index))

    def correction(self, e, index, u, received):
        body = u["correction"]
        kind = next(k for k in FIGURES if k in body)
        r, ref = self.made(e, index, u, kind, body[kind], received), body["replaces"]
        self.void(r.unit, r.item, r.period, (ref["entry"], ref.get("index", 0)), r.receipt)
        r.corrected = True
        self.stands(r)

    def unchanged(self, e, index, u, received):
        unit = self.catalogue.unit_at(u["unit"], u["as_of"])
        says = self.cells[unit, u["item"]].top
        if says:
            r = self.made(e, index, u, says.kind, says.body, received)
            r.unchanged, r.accepted = True, says.accepted
            self.stands(r)

    # ---- what is asked ----
    def slot_state(self, sheet, unit, leaf, slot):
        return slots.state(self.catalogue, self.terms, sheet, unit, leaf, slot, self.today)

    def owes(self, unit, leaf):
        """Is the task of that cell asked for, and not done?"""
        stand = self.cells.get((unit, leaf))
        done = stand is not None and stand.top is not None and stand.top.state == "done"
        return self.catalogue.expected(unit, leaf, self.today) and not done and not self.terms.na(unit, leaf, self.today)

    def figures(self):
        if not self.catalogue:
            return {}
        return Rollups(self.catalogue, self.today, self.cells, self.terms).figures()
