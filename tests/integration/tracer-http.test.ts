import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, rmdir, stat, writeFile } from "node:fs/promises";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { after, before, describe, test } from "node:test";
import { execa } from "execa";
import { orSkip } from "../lib/or-skip.ts";
import { eventually } from "./lib/eventually.ts";
import { needsSysAdmin } from "./lib/needs-sys-admin.ts";
import { type HttpRow, readFlows, readHttp } from "./lib/rows.ts";
import { buildTracer, startTracer, startTracerBy, type Tracer, tracerLacks } from "./lib/tracer.ts";

const HYBRID = "/sys/fs/cgroup/unified";
const ROOT = existsSync(HYBRID) ? HYBRID : "/sys/fs/cgroup";
const METHODS = ["", "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"];
/** What the tests ask to see whether a server is counted yet; everything else is counted to the last request. */
const PROBE = "OPTIONS";
const LOOPBACK = { 4: { host: "127.0.0.1", row: "::ffff:127.0.0.1" }, 6: { host: "::1", row: "::1" } } as const;
const HEX: Record<string, string> = {
  [`${"0".repeat(20)}ffff7f000001`]: LOOPBACK[4].row,
  [`${"0".repeat(31)}1`]: LOOPBACK[6].row,
};
/** Answers with the code that the path says, and what it was sent. */
const SERVER = `
  const server = require("node:http").createServer((asked, answer) => {
    const body = [];
    asked.on("data", (part) => body.push(part)).on("end", () => {
      answer.statusCode = Number(asked.url.slice(1));
      answer.end(answer.statusCode === 204 ? undefined : Buffer.concat(body));
    });
  });
  server.listen(0, "::", () => console.log(server.address().port));
`;

/** Made up, and this run's own: a container's id is 64 hexadecimal digits. */
const idOf = (letter: string) => process.pid.toString(16).padStart(64, letter);
const NAMED = idOf("a");
const OTHER = idOf("b");
/** As systemd's driver has Docker call them. */
const groupOf = (id: string) => path.join(ROOT, `docker-${id}.scope`);

const folder = await mkdtemp(path.join(tmpdir(), "flowtally-http-"));
const file = path.join(folder, "ids");
const lacks = (await tracerLacks()) ?? (existsSync(`${ROOT}/cgroup.procs`) ? undefined : "needs cgroup v2");
const { tracer, refusal } = lacks === undefined ? await start() : {};
after(async () => {
  await tracer?.stop();
  await rm(folder, { recursive: true, force: true });
});

describe("HTTP of named containers", { skip: orSkip(lacks ?? refusal) }, () => {
  const { pins } = tracer ?? { pins: "" };
  const running = new Map<string, Server>();
  before(async () => {
    for (const id of [NAMED, OTHER]) running.set(id, await serve(id));
    await counting();
  });
  after(async () => {
    for (const server of running.values()) await server.end();
  });

  const server = (id = NAMED) => running.get(id) ?? assert.fail(`no server ${id}`);
  const rowsOf = ({ port }: Server) => readHttp(pins).filter((row) => row.port === port);
  const counted = (of = server()) => tally(rowsOf(of));
  const counting = () =>
    eventually(10, async () => {
      await ask(server(), { method: PROBE });
      assert.ok(rowsOf(server()).length > 0, "nothing is counted");
    });

  for (const family of [4, 6] as const) {
    test(`each request over IPv${family} counts once, by method and code, on kept connections and on new ones`, async (t) => {
      const kept = new Agent({ keepAlive: true, maxSockets: 2 });
      t.after(() => kept.destroy());
      await times(40, () => ask(server(), { family, agent: kept }));
      await times(7, () => ask(server(), { family, agent: kept, code: 404 }));
      await times(5, () => ask(server(), { family, agent: kept, method: "POST", code: 201, body: LIKE_HTTP }));
      await times(3, () => ask(server(), { family, agent: kept, method: "DELETE", code: 204 }));
      await times(10, () => ask(server(), { family }));
      await times(2, () => ask(server(), { family, method: "HEAD" }));
      await times(4, () => ask(server(), { family, method: "PUT", code: 500, body: LIKE_HTTP }));
      const client = LOOPBACK[family].row;
      assert.deepEqual(ofClient(counted(), client), {
        [`${client} GET 200`]: 50,
        [`${client} GET 404`]: 7,
        [`${client} POST 201`]: 5,
        [`${client} DELETE 204`]: 3,
        [`${client} HEAD 200`]: 2,
        [`${client} PUT 500`]: 4,
      });
    });
  }

  test("the rows name the server's control group, and nothing was lost", async () => {
    const { ino } = await stat(groupOf(NAMED));
    assert.deepEqual(new Set(rowsOf(server()).map(({ cgroupId }) => cgroupId)), new Set([ino]));
    assert.ok(rowsOf(server()).every(({ latencyNs }) => latencyNs > 0));
    const last = readHttp(pins).at(-1);
    assert.deepEqual([last?.method, last?.count, last?.latencyNs], [0, 0, 0]);
  });

  test("a server in another group is not counted", async () => {
    for (const family of [4, 6] as const) await times(10, () => ask(server(OTHER), { family }));
    assert.deepEqual(rowsOf(server(OTHER)), []);
  });

  test("a container that starts again has a new group of the same name, which is found", async () => {
    await server().end();
    running.set(NAMED, await serve(NAMED));
    await counting();
    await times(12, () => ask(server()));
    assert.equal(counted()[`${LOOPBACK[4].row} GET 200`], 12);
    const { ino } = await stat(groupOf(NAMED));
    assert.deepEqual(new Set(rowsOf(server()).map(({ cgroupId }) => cgroupId)), new Set([ino]));
  });

  test("without NET_ADMIN the tracer says so in one line, and all else goes on", async (t) => {
    const needs = await needsSysAdmin(`${await buildTracer()}/flow-tracer`);
    if (needs) return t.skip(needs);
    const rights = ["setpriv", "--bounding-set=-all,+bpf,+perfmon,+dac_override", "--no-new-privs"];
    const limited = await startTracerBy(rights, "http-rights", "--http", file);
    t.after(() => limited.stop());
    const told = limited.said.filter((line) => line.includes('"code":"HTTP_'));
    assert.equal(told.length, 1);
    assert.match(told[0] ?? "", /HTTP_LEFT_OUT.*NET_ADMIN/);
    assert.equal(existsSync(`${limited.pins}/http`), false);
    const kept = new Agent({ keepAlive: true });
    t.after(() => kept.destroy());
    await ask(server(), { agent: kept });
    assert.ok([...readFlows(limited.pins).values()].some(({ sourcePort }) => sourcePort === server().port));
  });
});

/** A tracer that is to count, and why this kernel takes no programs for it, in the tracer's words. */
async function start(): Promise<{ tracer: Tracer; refusal: string | undefined }> {
  await buildTracer();
  await writeFile(file, `no id\n${NAMED}\n`);
  const tracer = await startTracer("http", "--http", file);
  const refusal = tracer.said.find((line) => line.includes('"code":"HTTP_LEFT_OUT"'));
  return { tracer, refusal: refusal && (JSON.parse(refusal) as { message: string }).message };
}

interface Server {
  port: number;
  /** Its group is gone then, too. */
  end(): Promise<void>;
}

/** Starts a server in the control group of a container of that id, which is made for it. */
async function serve(id: string): Promise<Server> {
  const group = groupOf(id);
  await mkdir(group);
  const enter = 'echo $$ > "$1/cgroup.procs" && exec "$2" -e "$3"';
  const child = execa("sh", ["-c", enter, "sh", group, process.execPath, SERVER], { reject: false, buffer: false });
  const [port] = await once(createInterface(child.stdout), "line");
  return {
    port: Number(port),
    end: async () => {
      child.kill("SIGKILL");
      await child;
      // The kernel takes the dead process out of it a moment later.
      await eventually(5, () => rmdir(group));
    },
  };
}

/** Nothing of a body may be taken for a request or an answer. */
const LIKE_HTTP = "GET /200 HTTP/1.1\r\n\r\nHTTP/1.1 200 OK\r\n\r\n".repeat(2_000);

interface Question {
  family?: 4 | 6;
  method?: string;
  code?: number;
  body?: string;
  /** Without, each has a connection of its own. */
  agent?: Agent;
}

async function ask({ port }: Pick<Server, "port">, question: Question = {}): Promise<void> {
  const { family = 4, method = "GET", code = 200, body, agent = false } = question;
  const asked = request({ host: LOOPBACK[family].host, port, method, path: `/${code}`, agent });
  asked.end(body);
  const [answer] = await once(asked, "response");
  assert.equal(answer.statusCode, code);
  answer.resume();
  await once(answer, "end");
}

async function times(count: number, step: () => Promise<void>): Promise<void> {
  for (let index = 0; index < count; index += 1) await step();
}

/** Requests by client, method and code, without those that only ask whether there is somebody who counts. */
function tally(rows: readonly HttpRow[]): Record<string, number> {
  const counts = rows.map(({ client, method, code, count }) => {
    return [`${HEX[client] ?? client} ${METHODS[method]} ${code}`, count] as const;
  });
  return Object.fromEntries(counts.filter(([name]) => !name.includes(PROBE)));
}

function ofClient(counts: Record<string, number>, client: string): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).filter(([name]) => name.startsWith(`${client} `)));
}
