// SPDX-License-Identifier: Apache-2.0
// A centre, its offices, its reader and its gateways, all real programs, for the tests in a browser. Everything a world writes is
// below its own directory; `end` stops what it started and nothing else. Nothing here sleeps to wait: `until` asks again.
import { execFile, spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, openSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import http from "node:http";
import net from "node:net";
import path from "node:path";

const PATIENCE_MS = 60_000;
const ASK_MS = 20;
// Below the kernel's ephemeral range, so that no outgoing connection takes one, and of nobody else: the example has those below, the
// system tests those above. Each is given once: until it is bound, and while its program is down, it would be anybody's.
const PORT_MIN = 16_000;
const PORT_MAX = 20_000;
const OWN = 200; // of a run; another one beside us has others
const given = new Set();

export const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/** Asks until it is true, and gives what it gave; what it throws is said when time is up. */
export async function until(what, condition, patience = PATIENCE_MS) {
	const end = Date.now() + patience;
	let wrong = "";
	for (;;) {
		try {
			const value = await condition();
			if (value) return value;
		} catch (e) {
			wrong = `: ${e.message}`;
		}
		if (Date.now() > end) throw new Error(`waited ${patience / 1000} s in vain: ${what}${wrong}`);
		await pause(ASK_MS);
	}
}

export function freePort() {
	return new Promise((done, fail) => {
		const attempt = (n) => {
			const port = PORT_MIN + ((process.pid * OWN) % (PORT_MAX - PORT_MIN)) + Math.floor(Math.random() * OWN);
			if (given.has(port)) return attempt(n);
			given.add(port);
			const s = net.createServer();
			s.once("error", () => (n ? attempt(n - 1) : fail(new Error("no free port"))));
			s.listen(port, "127.0.0.1", () => s.close(() => done(port)));
		};
		attempt(200);
	});
}

/** status and body of one plain request; status 0: nobody answers. */
export function ask(port, where, { method = "GET", headers = {}, body } = {}) {
	return new Promise((done) => {
		const r = http.request({ host: "127.0.0.1", port, path: where, method, headers, timeout: PATIENCE_MS, agent: false }, (answer) => {
			let text = "";
			answer.setEncoding("utf8");
			answer.on("data", (d) => (text += d));
			answer.on("end", () => done({ status: answer.statusCode, headers: answer.headers, text }));
			answer.on("error", () => done({ status: 0, headers: {}, text: "" }));
		});
		r.on("timeout", () => r.destroy());
		r.on("error", () => done({ status: 0, headers: {}, text: "" }));
		r.end(body);
	});
}

/** A cable between two programs that can be cut and mended: TCP, nothing else. */
export class Cable {
	constructor(to) {
		this.to = to;
		this.sockets = new Set();
	}

	async mend() {
		this.server = net.createServer((near) => {
			const far = net.connect(this.to, "127.0.0.1");
			for (const s of [near, far]) {
				this.sockets.add(s);
				s.on("error", () => {});
				s.on("close", () => {
					this.sockets.delete(s);
					near.destroy();
					far.destroy();
				});
			}
			near.pipe(far).pipe(near);
		});
		this.port ??= await freePort();
		await new Promise((done, fail) => this.server.once("error", fail).listen(this.port, "127.0.0.1", done));
		return this;
	}

	/** Both ends see it end; who calls finds nobody. */
	cut() {
		this.server?.close();
		this.server = null;
		for (const s of this.sockets) s.destroy();
	}
}

export class World {
	/** `build`: where the programs are; `dir`: a directory of its own. */
	constructor(build, dir) {
		this.build = build;
		this.dir = dir;
		this.processes = new Map();
		this.cables = [];
		this.gateways = [];
		mkdirSync(path.join(dir, "log"), { recursive: true });
	}

	/** The example as played.py left it, moved here: other ports, another clock. */
	static async example(build, dir, store) {
		const w = new World(build, dir);
		const kept = JSON.parse(readFileSync(path.join(store, "ports.json"), "utf8"));
		for (const part of ["server", "viewer", "clock"]) cpSync(path.join(store, part), path.join(dir, part), { recursive: true });
		w.store = { path: store, ...kept };
		await w.somePorts();
		w.moved("server");
		w.moved("viewer");
		w.key = readFileSync(path.join(dir, "viewer", "tiendo.conf"), "utf8").match(/^server_key = (.*)$/m)[1];
		rmSync(path.join(dir, "viewer"), { recursive: true });
		return w;
	}

	/** A new centre; `catalogue`: file name -> text. */
	static async fresh(build, dir, { name, catalogue, today }) {
		const w = new World(build, dir);
		await w.somePorts();
		w.setClock(today);
		w.key = (
			await w.server("init", "--name", name, "--illustrative", "--clock", `file:${path.join(dir, "clock")}`, "--port-ingest", w.ports.ingest, "--port-feed", w.ports.feed, "--port-query", w.ports.query, "--port-health", w.ports.health)
		).trim();
		mkdirSync(path.join(dir, "catalogue"));
		for (const [file, text] of Object.entries(catalogue)) writeFileSync(path.join(dir, "catalogue", `${file}.csv`), text);
		await w.server("catalogue", "load", path.join(dir, "catalogue"));
		return w;
	}

	async somePorts() {
		this.ports = { ingest: await freePort(), feed: await freePort(), query: await freePort(), health: await freePort() };
	}

	/** Ports and places in the config of a copied directory become ours. */
	moved(part) {
		const { ports, dir } = this.store;
		const names = ["ingest", "feed", "query", "health"];
		for (const file of readdirSync(path.join(this.dir, part)).filter((f) => f.endsWith(".conf"))) {
			const at = path.join(this.dir, part, file);
			let text = readFileSync(at, "utf8").replaceAll(dir, this.dir);
			ports.forEach((old, i) => (text = text.replace(new RegExp(`\\b${old}\\b`, "g"), this.ports[names[i]])));
			writeFileSync(at, text);
		}
	}

	// ---- programs ----
	/** Nothing stands still meanwhile: the cables are in this process, and behind one that stands still a centre seems to be away. */
	run(program, args, input = "") {
		return new Promise((done, fail) => {
			const p = execFile(path.join(this.build, program), args.map(String), { encoding: "utf8", timeout: PATIENCE_MS, maxBuffer: 64 << 20 }, (e, stdout, stderr) =>
				e ? fail(Object.assign(new Error(`${program} ${args.join(" ")}: ${e.message}`), { stdout, stderr })) : done(stdout),
			);
			p.stdin.on("error", () => {}); // it has ended without reading
			p.stdin.end(input);
		});
	}

	server(...args) {
		return this.run("tiendo-server", ["--dir", path.join(this.dir, "server"), ...args]);
	}

	/** What a reader is told. */
	async tiendo(...args) {
		return JSON.parse(await this.run("tiendo", ["--dir", path.join(this.dir, "viewer"), ...args, "--json"]));
	}

	agent(unit, ...args) {
		const dir = path.join(this.dir, "agents", unit);
		if (this.store && !existsSync(dir)) {
			cpSync(path.join(this.store.path, "agents", unit), dir, { recursive: true });
			this.moved(path.join("agents", unit));
		}
		return this.run("tiendo-agent", ["--dir", dir, ...args]);
	}

	spawn(name, program, args) {
		const log = openSync(path.join(this.dir, "log", `${name}.log`), "a");
		const p = spawn(path.join(this.build, program), args.map(String), { stdio: ["ignore", log, log] });
		p.ended = new Promise((done) => p.once("exit", (code, signal) => done({ code, signal })));
		this.processes.set(name, p);
		return p;
	}

	async stop(name, how = "SIGTERM") {
		const p = this.processes.get(name);
		this.processes.delete(name);
		p?.kill(how);
		await p?.ended;
	}

	log(name) {
		return readFileSync(path.join(this.dir, "log", `${name}.log`), "utf8");
	}

	// ---- the centre ----
	setClock(day, at = "08:00:00") {
		const file = path.join(this.dir, "clock");
		writeFileSync(`${file}.new`, `${day}T${at}+07:00\n`);
		renameSync(`${file}.new`, file);
	}

	async start() {
		this.spawn("server", "tiendo-server", ["--dir", path.join(this.dir, "server"), "run", "--accept-clock"]);
		await until("the centre to be ready", async () => {
			if (this.processes.get("server").exitCode !== null) throw new Error(`the centre ended:\n${this.log("server")}`);
			return (await ask(this.ports.health, "/ready")).status === 200;
		});
		return this;
	}

	/** A copy of its store takes the place of it; nobody runs. */
	replaceServer(copy) {
		rmSync(path.join(this.dir, "server"), { recursive: true });
		renameSync(copy, path.join(this.dir, "server"));
	}

	// ---- offices ----
	async runAgent(unit) {
		await this.agent(unit, "status", "--json");
		this.spawn(`agent-${unit}`, "tiendo-agent", ["--dir", path.join(this.dir, "agents", unit), "run"]);
	}

	/** A new office of a fresh world. */
	async addAgent(unit) {
		mkdirSync(path.join(this.dir, "agents"), { recursive: true });
		const made = JSON.parse(
			await this.agent(unit, "init", "--server-key", this.key, "--ingest", `tcp://127.0.0.1:${this.ports.ingest}`, "--query", `tcp://127.0.0.1:${this.ports.query}`, "--clock", `file:${path.join(this.dir, "clock")}`, "--retry", "20ms", "--retry-max", "200ms", "--reply", "5s", "--ping", "500ms", "--json"),
		);
		await this.server("agent", "add", "--unit", unit, "--role", "agent", "--key", made.public_key);
		await this.runAgent(unit);
		return until(`${unit} to have its catalogue`, async () => JSON.parse(await this.agent(unit, "status", "--json")).catalogue_entry);
	}

	drained(unit) {
		return until(`${unit} to have its receipts`, async () => JSON.parse(await this.agent(unit, "status", "--json")).waiting === 0);
	}

	// ---- gateways ----
	/** One gateway behind two cables; its port stays the same when it is started again. */
	async gateway(name, { isPublic = true, users = {} } = {}) {
		const dir = path.join(this.dir, name);
		const query = await new Cable(this.ports.query).mend();
		const feed = await new Cable(this.ports.feed).mend();
		this.cables.push(query, feed);
		const g = new Gateway(this, name, dir, await freePort(), [query, feed]);
		const mine = (await g.command("init", "--server-key", this.key, "--query", `tcp://127.0.0.1:${query.port}`, "--feed", `tcp://127.0.0.1:${feed.port}`, "--port", g.port, ...(isPublic ? ["--public"] : []))).trim();
		await this.server("agent", "add", "--unit", "VN", "--role", "operator", "--key", mine);
		for (const [user, [role, unit, ...more]] of Object.entries(users)) await g.addUser(user, role, unit, more);
		await g.start();
		this.gateways.push(g);
		return g;
	}

	/** Who asks as `tiendo` does, with every right. */
	async addReader() {
		const mine = (await this.run("tiendo", ["--dir", path.join(this.dir, "viewer"), "init", "--server-key", this.key, "--feed", `tcp://127.0.0.1:${this.ports.feed}`, "--query", `tcp://127.0.0.1:${this.ports.query}`])).trim();
		await this.server("agent", "add", "--unit", "VN", "--role", "operator", "--key", mine);
	}

	async end() {
		for (const c of this.cables) c.cut();
		await Promise.all([...this.processes.keys()].map((name) => this.stop(name, "SIGTERM")));
	}

	/** What the programs said that they never should. */
	complaints() {
		const dir = path.join(this.dir, "log");
		return readdirSync(dir)
			.map((f) => [f, statSync(path.join(dir, f)).size ? readFileSync(path.join(dir, f), "utf8") : ""])
			.filter(([, text]) => /Sanitizer|runtime error:|Assertion/.test(text))
			.map(([f, text]) => `${f}: ${text.slice(-2000)}`);
	}
}

export const PASSWORD = "mat-khau-thu-2024";

class Gateway {
	constructor(world, name, dir, port, cables) {
		Object.assign(this, { world, name, dir, port, cables, address: `http://127.0.0.1:${port}` });
	}

	command(...args) {
		return this.world.run("tiendo-web", ["--dir", this.dir, ...args]);
	}

	addUser(user, role, unit, more = []) {
		return this.world.run("tiendo-web", ["--dir", this.dir, "user", "add", user, "--role", role, "--unit", unit, ...more], `${PASSWORD}\n`);
	}

	async start() {
		this.life = (this.life ?? 0) + 1; // another one knows nobody's session
		this.world.spawn(this.name, "tiendo-web", ["--dir", this.dir, "run"]);
		await until(`${this.name} to have the figures`, async () => {
			if (this.world.processes.get(this.name).exitCode !== null) throw new Error(`the gateway ended:\n${this.world.log(this.name)}`);
			const r = await ask(this.port, "/api/v1/state");
			return r.status === 401 || (r.status === 200 && JSON.parse(r.text).root?.code);
		});
	}

	stop(how) {
		return this.world.stop(this.name, how);
	}

	async api(where) {
		const r = await ask(this.port, `/api/v1/${where}`);
		if (r.status !== 200) throw new Error(`${where}: ${r.status} ${r.text}`);
		return JSON.parse(r.text);
	}
}
