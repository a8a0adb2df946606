# SPDX-License-Identifier: Apache-2.0
"""The example's board in the browser: tiendo-web beside the centre, and pictures of its overview where Debian's Chromium is."""
import json
import re
import secrets
import shutil
import subprocess
import urllib.request

SHOTS = (  # name, what is looked at, width and height of the window
    ("overview", "/?unit=40", 1440, 900),
    ("overview-en", "/?unit=40&lang=en", 1440, 900),
    ("overview-wall", "/?unit=40", 1920, 1080),
    ("overview-phone", "/?unit=40", 390, 844),
)


class Board:
    def __init__(self, demo):
        self.demo, self.dir, self.password = demo, demo.out / "web", secrets.token_urlsafe(9)

    def program(self, *args, said=None):
        done = subprocess.run([str(a) for a in (self.demo.build / "tiendo-web", "--dir", self.dir, *args)], input=said,
                              capture_output=True, text=True, timeout=30)
        if done.returncode:
            raise SystemExit(f"demo: tiendo-web {' '.join(map(str, args))}\n{done.stdout}{done.stderr}")
        return done.stdout

    def start(self, port):
        d = self.demo
        conf = (d.out / "viewer" / "tiendo.conf").read_text()
        query, feed, key = (re.search(rf"^{name} = (.*)$", conf, re.M)[1] for name in ("query", "feed", "server_key"))
        mine = self.program("init", "--server-key", key, "--query", query, "--feed", feed, "--port", port, "--public").strip()
        d.server("agent", "add", "--unit", "VN", "--role", "operator", "--key", mine)
        for name, role, unit in (("lanhdao", "leader", "VN"), ("vanhanh", "operator", "VN"), ("vinh", "staff", "412")):
            self.program("user", "add", name, "--role", role, "--unit", unit, "--text", said=f"{self.password}\n")
        d.spawn("web", d.build / "tiendo-web", "--dir", self.dir, "run")
        log = d.out / "log" / "web.log"
        found = d.wait("tiendo-web to listen", lambda: re.search(r"http://[\d.]+:\d+/", log.read_text()))
        self.address = found[0].rstrip("/")
        d.wait("tiendo-web to have the figures", self.figures)
        return self.address

    def figures(self):
        """Those of the board are those of `tiendo get`."""
        try:
            with urllib.request.urlopen(f"{self.address}/api/v1/figures?unit=40&plan=KH762", timeout=5) as answer:
                figures = json.load(answer)["figures"]
        except OSError:
            return False
        told = json.loads(self.demo.reader("get", "40", "KH762", "--json"))
        shown = next(f for f in figures if f["item"] == "KH762")
        if shown != told:
            raise SystemExit(f"demo: the board says {shown}\n  and tiendo get says {told}")
        return True

    def pictures(self):
        """Nothing where there is no Chromium."""
        page = self.demo.data.parent.parent / "dashboard" / "page"
        chromium, node = shutil.which("chromium"), shutil.which("node")
        if not chromium or not node or not (page / "node_modules" / "playwright-core").is_dir():
            return []
        out = self.demo.out
        wanted = [f"{out / name}.png={width}x{height}={self.address}{path}" for name, path, width, height in SHOTS]
        done = subprocess.run([node, str(page / "test" / "shots.mjs"), chromium, *wanted], capture_output=True, text=True, timeout=120)
        if done.returncode:
            raise SystemExit(f"demo: the pictures of the board\n{done.stdout}{done.stderr}")
        return [out / f"{name}.png" for name, *_ in SHOTS]
