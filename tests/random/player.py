# SPDX-License-Identifier: Apache-2.0
"""Talks to play.c: a centre that does at once what it is told."""
import shutil
import struct
import subprocess
from pathlib import Path

import journal_pb2 as jp
import tiendo_pb2 as pb

ROLES = {"agent": 1, "viewer": 2, "operator": 3}


class Refused(Exception):
    """An operator's word that the server did not take."""


class Ended(Exception):
    """play ended: the server's code met what it does not believe can be."""


class Player:
    def __init__(self, program, where, **env):
        self.where, self.n, self.dir = Path(where), 0, None
        self.killed = False
        self.errors = open(self.where / "play.err", "w+b")
        self.process = subprocess.Popen([str(program)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors, **env)

    def tell(self, what, payload=b""):
        try:
            self.process.stdin.write(struct.pack(">I", len(payload) + 1) + what + payload)
            self.process.stdin.flush()
            head = self.process.stdout.read(4)
            if len(head) == 4:
                return self.process.stdout.read(int.from_bytes(head, "big"))
        except BrokenPipeError:
            pass
        self.process.wait(60)
        raise Ended(f"status {self.process.returncode}: {self.said()[-3000:]}")

    def said(self):
        self.errors.seek(0)
        return self.errors.read().decode(errors="replace")

    # ---- a store ----
    def new(self, when):
        self.n += 1
        self.dir = self.where / f"store{self.n}"
        self.keys = 0
        self.tell(b"N", b"\0".join(str(x).encode() for x in (self.dir, self.where / f"clock{self.n}", when)))

    def drop(self):
        self.tell(b"X")
        shutil.rmtree(self.dir)
        (self.where / f"clock{self.n}").unlink()

    def clock(self, when):
        self.tell(b"C", when.encode())

    def commit(self):
        self.tell(b"W")

    def dump(self):
        return self.tell(b"D").decode(errors="surrogateescape").splitlines()

    def digest(self):
        return self.tell(b"G").hex()

    def bytes(self):
        """What the digest is of."""
        return self.tell(b"V")

    def reopen(self, how):
        """0: as after a crash; 1: from a checkpoint; 2: everything is folded again."""
        self.tell(b"R", bytes([how]))

    def restore(self):
        """(entry, incarnation) that begins a new history here, as a backup that was put in place does."""
        reply = self.tell(b"F")
        return int.from_bytes(reply[:8], "big"), reply[8:]

    # ---- an operator ----
    def admin(self, **request):
        reply = jp.AdminReply.FromString(self.tell(b"A", jp.AdminRequest(**request).SerializeToString()))
        if not reply.ok:
            raise Refused(reply.text)
        return reply

    def load(self, files, plan="", effective=0):
        return self.admin(catalogue_load=jp.CatalogueLoad(
            names=[f"{name}.csv" for name in files], files=[text.encode() for text in files.values()], plan=plan, effective=effective))

    def principal(self, unit, role="agent"):
        """(principal, key)"""
        self.keys += 1
        made = self.admin(agent_add=jp.AgentAdd(role=role, unit=unit, name=f"{role} {unit}", public_key=bytes([self.keys]) * 32))
        return made.principal, made.key_id

    def barrier(self, kind, body):
        """As if some other centre's command had made it; gives its entry."""
        return int.from_bytes(self.tell(b"B", bytes([kind]) + body.SerializeToString()), "big")

    # ---- offices and readers ----
    def push(self, principal, key, epoch, first_seq, updates):
        """[(entry, index, reason)], not yet committed; index 0 = refused."""
        frame = struct.pack(">II16sQ", principal, key, epoch, first_seq)
        frame += b"".join(struct.pack(">I", len(u)) + u for u in updates)
        reply = self.tell(b"P", frame)
        nack, = struct.unpack(">I", reply[:4])
        assert not nack, f"a push was not taken: {pb.Reason.Name(nack)}"
        return list(struct.iter_unpack(">QII", reply[4:]))

    def ask(self, key, **question):
        reply = self.tell(b"Q", struct.pack(">I", key) + pb.Query(id=1, **question).SerializeToString())
        return pb.Reply.FromString(reply)

    def close(self):
        self.process.stdin.close()
        status = self.process.wait(60)
        if status and not self.killed:
            raise Ended(f"status {status}: {self.said()[-3000:]}")

    def kill(self):
        self.killed = True
        self.process.kill()
        self.process.wait()
