# SPDX-License-Identifier: Apache-2.0
"""A TCP line that can be led to another port: what is open is cut, what comes next goes there."""
import select
import socket
import threading

from world import free_port


class Line:
    def __init__(self, port):
        self.to, self.pairs, self.lock, self.closed = port, {}, threading.Lock(), False
        self.port = free_port()
        self.end = f"tcp://127.0.0.1:{self.port}"
        self.listener = socket.create_server(("127.0.0.1", self.port))
        self.wake, self.waker = socket.socketpair()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        while not self.closed:
            with self.lock:
                watched = [self.listener, self.wake, *self.pairs]
            ready = select.select(watched, [], [])[0]
            with self.lock:
                for s in ready:
                    self.serve(s)

    def serve(self, s):
        if s is self.wake:
            self.wake.recv(64)
        elif s is self.listener:
            self.accept()
        elif s in self.pairs:
            self.move(s)

    def accept(self):
        a, _ = self.listener.accept()
        try:
            b = socket.create_connection(("127.0.0.1", self.to), 2)
        except OSError:
            a.close()
            return
        self.pairs[a], self.pairs[b] = b, a

    def move(self, a):
        try:
            data = a.recv(65536)
            self.pairs[a].sendall(data)
        except OSError:
            data = b""
        if not data:
            self.cut(a)

    def cut(self, a):
        b = self.pairs.pop(a)
        self.pairs.pop(b, None)
        a.close()
        b.close()

    def lead(self, port):
        with self.lock:
            self.to = port
            for a in list(self.pairs):
                if a in self.pairs:
                    self.cut(a)
        self.waker.send(b".")

    def close(self):
        self.closed = True
        self.lead(self.to)
        self.thread.join(5)
        self.listener.close()
        self.wake.close()
        self.waker.close()
