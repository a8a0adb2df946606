# SPDX-License-Identifier: Apache-2.0
"""The servers of make bench-peers: how each is started, alone, on loopback, in a directory of its own under build/.

Nothing of the system's is touched: own data, own configuration, a free port below 32768, a session of its own, ended by
its process id. Each class says why it cannot run here (`missing`), its version, and the settings that matter (`settings`).
"""
import grp
import json
import os
import pwd
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

PATIENCE = 60


def free_port():
    while True:
        port = random.randint(20000, 32000)
        with socket.socket() as s:
            try:
                s.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue


def output(*command, **options):
    return subprocess.run([str(c) for c in command], capture_output=True, text=True, timeout=PATIENCE, **options)


def first(*paths):
    return next((str(p) for p in paths if p and Path(p).exists()), None)


class Failed(Exception):
    """This server cannot be measured here; the text says why."""


class Server:
    name = fresh = None  # fresh: a new directory for every run
    program = None
    settings = ""

    def __init__(self, work):
        self.dir = work / self.name
        self.process, self.helpers, self.port = None, [], None

    # ---- for each kind to say ----
    def missing(self):
        return None if self.program else "not installed"

    def version(self):
        raise NotImplementedError

    def command(self):
        raise NotImplementedError

    def prepare(self):
        self.dir.mkdir(parents=True)

    def ready(self):
        with socket.socket() as s:
            return s.connect_ex(("127.0.0.1", self.port)) == 0

    # ---- the same for all ----
    def spawn(self, command, log="log", **options):
        with open(self.dir.parent / f"{self.name}.{log}", "wb") as out:
            return subprocess.Popen([str(c) for c in command], stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                    start_new_session=True, cwd=self.dir, **options)

    def start(self):
        shutil.rmtree(self.dir, ignore_errors=True)
        self.port = free_port()
        self.prepare()
        os.sync()  # what the one before left behind is not this one's
        self.process = self.spawn(self.command(), env=self.environment())
        end = time.monotonic() + PATIENCE
        while not self.ready():
            if self.process.poll() is not None or time.monotonic() > end:
                raise Failed(f"does not start: {self.said()}")
            time.sleep(0.01)

    def environment(self):
        return {**os.environ, "LC_ALL": "C"}

    def said(self):
        log = self.dir.parent / f"{self.name}.log"
        return " ".join(log.read_text(errors="replace").split())[-400:] if log.exists() else "no word"

    def stop(self, how=signal.SIGTERM):
        for p in [self.process, *self.helpers]:
            if p and p.poll() is None:
                p.send_signal(how)
                try:
                    p.wait(15)
                except subprocess.TimeoutExpired:
                    p.kill()
                    p.wait(15)
        self.process, self.helpers = None, []
        shutil.rmtree(self.dir, ignore_errors=True)

    def load(self, world, program, args):
        return [program, world.file, "--port", self.port, "--server", self.process.pid, *args]

    def remove(self):
        """What all runs began with."""


class Tiendo(Server):
    name = "tiendo"
    settings = "as installed: full sync, CURVE, chain, MACs, one subscriber of the whole country"

    def __init__(self, work, build, world):
        super().__init__(work)
        self.build, self.world, self.program = build, world, build / "tiendo-server"
        self.store, self.view = work / "tiendo-store", work / "tiendo-view"
        self.known = {}

    def version(self):
        return output(self.program, "--version").stdout.split()[-1]

    def cli(self, *args):
        done = output(self.program, "--dir", self.store, *args)
        if done.returncode:
            raise Failed(f"{args}: {done.stdout}{done.stderr}")

    def make(self):
        """The store that every run begins with: catalogue, agents, a reader."""
        ports = [x for p in ("ingest", "feed", "query", "health") for x in (f"--port-{p}", "0")]
        self.cli("init", "--name", "bench", *ports)
        self.cli("catalogue", "load", self.world.catalogue)
        shutil.copytree(self.store, self.dir)
        self.process = self.spawn(self.command())
        while not self.ready():
            time.sleep(0.01)
        done = output(self.build / "bench/load", "register", self.world.file, self.dir)
        key = output(self.build / "tiendo", "--dir", self.view, "init", "--server-key", self.known["key"]).stdout.split("\n")[0]
        more = output(self.program, "--dir", self.dir, "agent", "add", "--unit", "VN", "--role", "viewer", "--key", key)
        if done.returncode or more.returncode:
            raise Failed(done.stderr + more.stderr)
        self.process.terminate()
        self.process.wait(PATIENCE)
        shutil.rmtree(self.store)
        self.dir.rename(self.store)
        (self.store / "endpoints").unlink(missing_ok=True)

    def remove(self):
        for d in (self.store, self.view):
            shutil.rmtree(d, ignore_errors=True)

    def prepare(self):
        if not self.store.exists():
            self.make()
        shutil.copytree(self.store, self.dir)

    def command(self):
        return [self.program, "--dir", self.dir, "run"]

    def ready(self):
        try:
            lines = (self.dir / "endpoints").read_text().splitlines()
        except FileNotFoundError:
            return False
        self.known = dict(line.split(" = ", 1) for line in lines)
        return "pid" in self.known

    def load(self, world, program, args):
        options = dict(zip(args[::2], args[1::2]))
        return [self.build / "bench/load", "push", world.file, "--ingest", self.known["ingest"], "--key", self.known["key"],
                "--feed", self.known["feed"], *(x for k, v in options.items() if k not in ("--mode", "--ms") for x in (k, v))]

    def cpu(self):
        """Seconds on a core."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def figures(self):
        """{unit: {item: figure}} as a reader gets them, of the centre and the provinces."""
        text = (self.view / "tiendo.conf").read_text().splitlines()
        keep = [x for x in text if not x.strip().startswith(("query", "feed"))]
        (self.view / "tiendo.conf").write_text("\n".join([*keep, f"query = {self.known['query']}", f"feed = {self.known['feed']}", ""]))
        units = ["VN", *(u[0] for u in self.world.units if u[2] == 1)]
        done = output(self.build / "tiendo", "--dir", self.view, "--json", "get", "--all", *units)
        if done.returncode:
            raise Failed(f"cannot be read: {done.stderr}")
        out = {}
        for f in json.loads(done.stdout):
            out.setdefault(f["unit"], {})[f["item"]] = f
        return out


class Postgres(Server):
    name = "postgres"
    settings = ("fsync and synchronous_commit on (as installed); shared_buffers 2 GB, max_wal_size 8 GB, no checkpoint within a run, "
                "autovacuum, JIT and full_page_writes off, generic plans; unnest of binary arrays, prepared, pipelined")
    options = {"shared_buffers": "2GB", "max_connections": "120", "max_wal_size": "8GB", "min_wal_size": "2GB",
               "checkpoint_timeout": "30min", "autovacuum": "off", "jit": "off", "wal_buffers": "64MB", "work_mem": "256MB",
               "full_page_writes": "off", "plan_cache_mode": "force_generic_plan", "unix_socket_directories": "",
               "listen_addresses": "127.0.0.1"}

    def __init__(self, work, build, world):
        super().__init__(work)
        self.bin = Path("/usr/lib/postgresql/15/bin")
        self.program = first(self.bin / "postgres")
        self.build, self.world = build, world
        self.elsewhere = None

    def missing(self):
        """It refuses to run as root: its user must be able to reach the place of its data."""
        if self.program and os.getuid() == 0:
            if not (shutil.which("setpriv") and self.user()):
                return "needs a user of its own"
            if output("setpriv", *self.user_options(), "test", "-x", self.dir.parent).returncode:
                self.elsewhere = Path(tempfile.mkdtemp(prefix="tiendo-peers.", dir="/var/tmp"))
                self.elsewhere.chmod(0o755)
                if self.elsewhere.stat().st_dev != self.dir.parent.stat().st_dev:
                    return f"{self.user().pw_name} may not reach {self.dir.parent}, and /var/tmp is another disk"
                self.dir = self.elsewhere / self.name
        return super().missing()

    def remove(self):
        shutil.rmtree(self.elsewhere or self.base, ignore_errors=True)

    @property
    def base(self):
        return self.dir.parent / "postgres-base"

    @staticmethod
    def user():
        for name in ("postgres", "nobody"):
            try:
                return pwd.getpwnam(name)
            except KeyError:
                continue
        return None

    def user_options(self):
        u = self.user()
        return [f"--reuid={u.pw_uid}", f"--regid={grp.getgrgid(u.pw_gid).gr_gid}", "--clear-groups"]

    def as_user(self):
        return ["setpriv", *self.user_options()] if os.getuid() == 0 else []

    def version(self):
        return output(self.program, "--version").stdout.split()[2]

    def command(self):
        options = [x for k, v in self.options.items() for x in ("-c", f"{k}={v}")]
        return [*self.as_user(), self.program, "-D", self.dir, "-p", self.port, *options]

    def make(self):
        self.dir.mkdir()
        if os.getuid() == 0:
            os.chown(self.dir, self.user().pw_uid, self.user().pw_gid)
        done = output(*self.as_user(), self.bin / "initdb", "-D", self.dir, "-U", "bench", "-A", "trust", "--no-sync", "-E", "UTF8",
                      "--locale=C", cwd="/")
        if done.returncode:
            raise Failed(done.stderr[-300:])
        self.process = self.spawn(self.command())
        end = time.monotonic() + PATIENCE
        while not self.ready() and time.monotonic() < end:
            time.sleep(0.01)
        done = output(self.build / "bench/peers/postgres", self.world.file, "--mode", "make", "--port", self.port)
        self.process.send_signal(signal.SIGINT)  # with a checkpoint
        self.process.wait(PATIENCE)
        if done.returncode:
            raise Failed(done.stderr[-300:])
        self.dir.rename(self.base)

    def prepare(self):
        if not self.base.exists():
            self.make()
        subprocess.run(["cp", "-a", self.base, self.dir], check=True)

    def ready(self):
        try:
            return "ready" in (self.dir / "postmaster.pid").read_text()
        except FileNotFoundError:
            return False

    def stop(self, how=signal.SIGQUIT):  # the data are thrown away
        super().stop(how)


class Redis(Server):
    name = "redis"
    program = shutil.which("redis-server")
    settings = "appendonly yes, appendfsync always, no snapshots, no rewriting of the file within a run; pipelined"

    def version(self):
        return output(self.program, "--version").stdout.split("v=")[1].split()[0]

    def command(self):
        return [self.program, "--port", self.port, "--bind", "127.0.0.1", "--dir", self.dir, "--appendonly", "yes", "--appendfsync",
                "always", "--save", "", "--auto-aof-rewrite-percentage", "0"]


class Nats(Server):
    name = "nats"
    program = shutil.which("nats-server")
    settings = "JetStream, one stream in files, one replica; 2.9 has no setting for syncing each message (`sync_interval` came with 2.10)"

    def version(self):
        done = output(self.program, "--version")
        return (done.stdout + done.stderr).split("v")[-1].strip()

    def prepare(self):
        super().prepare()
        (self.dir / "nats.conf").write_text(f'listen: 127.0.0.1:{self.port}\nping_interval: "10m"\n'
                                            f'jetstream {{ store_dir: "{self.dir}", max_file: 50GB, max_mem: 1GB }}\n')

    def command(self):
        return [self.program, "-c", self.dir / "nats.conf"]


class Mosquitto(Server):
    name = "mosquitto"
    program = first(shutil.which("mosquitto"), "/usr/sbin/mosquitto")
    settings = "persistence true, autosave_interval 1800 (as installed), no limits on what is queued; one durable subscriber that is away"

    def version(self):
        done = output(self.program, "-h")
        return (done.stdout + done.stderr).split("version ")[1].split()[0]

    def prepare(self):
        super().prepare()
        (self.dir / "mosquitto.conf").write_text(
            f"listener {self.port} 127.0.0.1\nallow_anonymous true\npersistence true\npersistence_location {self.dir}/\n"
            "autosave_interval 1800\nmax_queued_messages 0\nmax_inflight_messages 0\nset_tcp_nodelay true\nlog_dest stderr\n"
            + ("user root\n" if os.getuid() == 0 else ""))

    def command(self):
        return [self.program, "-c", self.dir / "mosquitto.conf"]

    def stop(self, how=signal.SIGKILL):  # or it writes down what is thrown away
        super().stop(how)


class Rabbitmq(Server):
    name = "rabbitmq"
    program = first("/usr/lib/rabbitmq/bin/rabbitmq-server")
    settings = "one durable quorum queue on one node, persistent messages, publisher confirms"
    stays = True  # it takes seconds to start; every run makes the queue anew

    def version(self):
        return output("dpkg-query", "-W", "-f", "${Version}", "rabbitmq-server").stdout.split("-")[0]

    def missing(self):
        return super().missing() or (None if shutil.which("epmd") else "there is no epmd")

    def prepare(self):
        super().prepare()
        (self.dir / "home").mkdir()
        (self.dir / "rabbitmq.conf").write_text(f"listeners.tcp.1 = 127.0.0.1:{self.port}\nlog.console.level = error\n")
        (self.dir / "plugins").write_text("[].\n")
        self.names = free_port()
        self.helpers = [self.spawn([shutil.which("epmd"), "-address", "127.0.0.1", "-port", self.names], log="epmd.log")]

    def environment(self):
        d = self.dir
        return {**os.environ, "LC_ALL": "C.UTF-8", "HOME": f"{d}/home", "RUNNING_UNDER_SYSTEMD": "true", "ERL_EPMD_PORT": str(self.names),
                "ERL_EPMD_ADDRESS": "127.0.0.1", "RABBITMQ_NODENAME": "bench@localhost", "RABBITMQ_MNESIA_BASE": f"{d}/mnesia",
                "RABBITMQ_LOGS": "-", "RABBITMQ_LOG_BASE": f"{d}/log", "RABBITMQ_CONFIG_FILE": f"{d}/rabbitmq.conf",
                "RABBITMQ_ENABLED_PLUGINS_FILE": f"{d}/plugins", "RABBITMQ_CONF_ENV_FILE": "/dev/null",
                "RABBITMQ_DIST_PORT": str(free_port()), "RABBITMQ_FEATURE_FLAGS_FILE": f"{d}/flags", "RABBITMQ_PID_FILE": f"{d}/pid",
                "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}"}

    def command(self):
        return [self.program]
