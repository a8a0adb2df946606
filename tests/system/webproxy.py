# SPDX-License-Identifier: Apache-2.0
"""nginx and caddy in front of a tiendo-web, with the blocks of docs/OPERATIONS.md as they stand there, and browsers on the other side.

The programs are Debian's, unpacked by tools/proxies.sh; nginx has Debian's own nginx.conf around the block. Both listen on 127.0.0.1 only,
and end with the test. A block that has lost a place which is replaced here (port, certificate) fails.
"""
import grp
import http.client
import os
import pwd
import re
import signal
import socket
import ssl
import subprocess

import pytest

from webgate import Browser
from world import PATIENCE, ROOT, free_port, until

NAME = "tiendo.nghean.example"
THERE = ROOT / "build/proxies"
DOCUMENT = (ROOT / "docs/OPERATIONS.md").read_text()
LIBRARIES = ":".join(str(THERE / "root" / d / f"{os.uname().machine}-linux-gnu") for d in ("lib", "usr/lib"))


def documented(program):
    """The block of that program."""
    found = re.findall(rf"^{program}:\n\n```\n(.*?)^```$", DOCUMENT, re.M | re.S)
    assert len(found) == 1, f"docs/OPERATIONS.md has {len(found)} blocks of {program}"
    return found[0]


def put(text, **places):
    """Each place once: (what stands there, what stands here)."""
    for was, new in places.values():
        assert text.count(was) == 1, f"{was!r} stands {text.count(was)} times in:\n{text}"
        text = text.replace(was, str(new))
    return text


def there(path):
    """A file of the packages, or the test is skipped with the reason."""
    if not (THERE / "done").exists():
        why = THERE / "why"
        pytest.skip(why.read_text().strip() if why.exists() else "no nginx and no caddy in build/proxies: tools/proxies.sh")
    return THERE / "root" / path


def certificate(where):
    """For NAME, of its own making: (certificate, key)."""
    made = where / "tiendo.pem", where / "tiendo.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", f"/CN={NAME}",
                    "-addext", f"subjectAltName=DNS:{NAME}", "-out", made[0], "-keyout", made[1]], check=True, capture_output=True)
    return made


class Front:
    """One proxy, running, in front of `gate`."""

    def __init__(self, program, gate, where):
        self.program, self.gate, self.dir, self.port = program, gate, where, free_port()
        self.log_path, self.browsers = where / "front.log", []
        self.certificate, self.key = certificate(where)
        command = {"nginx": self.nginx, "caddy": self.caddy}[program]()
        environment = {"PATH": os.environ["PATH"], "HOME": str(where), "XDG_DATA_HOME": str(where), "XDG_CONFIG_HOME": str(where),
                       "LD_LIBRARY_PATH": LIBRARIES}
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment, cwd=where)
        try:
            until(f"{program} to listen", self.listens)
        except AssertionError:
            self.close()
            raise

    def nginx(self):
        """Debian's nginx.conf with the block where the site's would be."""
        etc = there("etc/nginx")
        site, conf = self.dir / "site.conf", self.dir / "nginx.conf"
        places = {f"{x}_temp_path": self.dir / x for x in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")}
        site.write_text("".join(f"{k} {v};\n" for k, v in places.items()) + put(
            documented("nginx"), listen=("listen 443 ", f"listen 127.0.0.1:{self.port} "), certificate=("/etc/ssl/tiendo.pem", self.certificate),
            key=("/etc/ssl/tiendo.key", self.key), gate=("http://127.0.0.1:5780", f"http://127.0.0.1:{self.gate.port}")))
        # its workers keep our account: this directory is no other's
        more = {w: re.search(rf"`({w} \d+;)`", DOCUMENT)[1] for w in ("worker_rlimit_nofile", "worker_connections")}
        conf.write_text(more["worker_rlimit_nofile"] + "\n" + put(
            (etc / "nginx.conf").read_text(), connections=("worker_connections 768;", more["worker_connections"]),
            user=("user www-data;", f"user {ids()};"), pid=("/run/nginx.pid", self.dir / "nginx.pid"),
            errors=("error_log /var/log/nginx/error.log", f"error_log {self.log_path}"), access=("/var/log/nginx/access.log", self.dir / "access.log"),
            types=("/etc/nginx/mime.types", etc / "mime.types"), modules=("include /etc/nginx/modules-enabled/*.conf;", ""),
            more=("include /etc/nginx/conf.d/*.conf;", ""), sites=("/etc/nginx/sites-enabled/*", site)))
        return [there("usr/sbin/nginx"), "-p", self.dir, "-e", self.log_path, "-c", conf, "-g", "daemon off;"]

    def caddy(self):
        """It would fetch a certificate, answer on port 80 too and open a port for orders: not here."""
        conf = self.dir / "Caddyfile"
        conf.write_text("{\n\tadmin off\n\tauto_https off\n}\n" + put(
            documented("caddy"), site=(f"{NAME} {{", f"https://{NAME}:{self.port} {{\n\tbind 127.0.0.1\n\ttls {self.certificate} {self.key}"),
            gate=("127.0.0.1:5780", f"127.0.0.1:{self.gate.port}")))
        return [there("usr/bin/caddy"), "run", "--config", conf, "--adapter", "caddyfile"]

    def listens(self):
        assert self.process.poll() is None, self.log()
        try:
            socket.create_connection(("127.0.0.1", self.port), PATIENCE).close()
            return True
        except OSError:
            return False

    def log(self):
        return self.log_path.read_text(errors="replace")

    def browser(self, user=None, address="127.0.0.2", **headers):
        b = Visitor(self, address, **headers)
        self.browsers.append(b)
        return b.enter(user) if user else b

    def close(self):
        for b in self.browsers:
            b.close()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


def ids():
    return f"{pwd.getpwuid(os.geteuid()).pw_name} {grp.getgrgid(os.getegid()).gr_name}"


class Encrypted(http.client.HTTPSConnection):
    """To NAME, which is here; from an address of one's own."""

    def connect(self):
        self.sock = self._context.wrap_socket(socket.create_connection(("127.0.0.1", self.port), self.timeout, self.source_address), server_hostname=self.host)


class Visitor(Browser):
    """A browser at `address` (any of 127/8), which trusts the certificate and looks whether it is NAME's."""

    def __init__(self, front, address, **headers):
        super().__init__(front.port, **headers)
        self.address, self.trust = address, ssl.create_default_context(cafile=front.certificate)

    def connect(self):
        return Encrypted(NAME, self.port, timeout=PATIENCE, context=self.trust, source_address=(self.address, 0))
