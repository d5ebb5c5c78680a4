import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rmdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { createInterface } from "node:readline";
import { after, before, describe, test } from "node:test";
import { execa } from "execa";
import { orSkip } from "../lib/or-skip.ts";
import { runnable } from "./lib/enterable.ts";
import { eventually } from "./lib/eventually.ts";
import { buildTracer, tracerLacks } from "./lib/tracer.ts";
import { compileWorkload } from "./lib/workload.ts";

const HYBRID = "/sys/fs/cgroup/unified";
const ROOT = existsSync(HYBRID) ? HYBRID : "/sys/fs/cgroup";
/** Beside v2 the kernel counts perf events by the groups of a hierarchy of their own. */
const ROOTS = [ROOT, ...["/sys/fs/cgroup/perf_event"].filter((root) => existsSync(root))];
/** What the server answers each connection with, once it has had all. */
const ANSWER = 777;
/** Reads nothing between the lines "hold" and "go". */
const SERVER = `
  let held;
  const server = require("node:net").createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) => {
    socket.on("end", () => socket.end(Buffer.alloc(${ANSWER})));
    if (held) held.push(socket); else socket.resume();
  });
  require("node:readline").createInterface(process.stdin).on("line", (line) => {
    if (line === "hold") held = [];
    else for (const socket of held.splice(0)) socket.resume();
    if (line === "go") held = undefined;
    console.log(line);
  });
  server.listen(0, "::", () => console.log(server.address().port));
`;

/** Made up, and this run's own: a container's id is 64 hexadecimal digits. */
const idOf = (letter: string) => process.pid.toString(16).padStart(64, letter);
const CLIENT = idOf("c");
const SERVING = idOf("e");
const groupsOf = (id: string) => ROOTS.map((root) => path.join(root, `docker-${id}.scope`));

const lacks = (await tracerLacks()) ?? (existsSync(`${ROOT}/cgroup.procs`) ? undefined : "needs cgroup v2");

describe("what is recorded of containers' flows", { skip: orSkip(lacks) }, () => {
  let program = "";
  let sender = "";
  let server: Talker;
  let port = "";
  before(async () => {
    program = path.join(await buildTracer(), "flow-dataset");
    sender = await compileWorkload("sender");
    // Perf events come to groups with the first controller that is handed down to any.
    if (ROOTS.length === 1) await writeFile(`${ROOT}/cgroup.subtree_control`, "+pids");
    server = await enter(SERVING, process.execPath, "-e", SERVER);
    port = await server.next();
  });
  after(() => server?.end());

  const client = (family = "4") => enter(CLIENT, sender, family, port);
  const record = (...options: readonly string[]) => startRecorder(program, [CLIENT, SERVING], options);

  for (const family of ["4", "6"]) {
    test(`over IPv${family} each connection is a flow of exactly what the socket has sent, with what was before it`, async (t) => {
      const recorder = await record();
      t.after(() => recorder.end());
      const talker = await client(family);
      t.after(() => talker.end());
      await recorder.until(({ kind, containerId }) => kind === "attached" && containerId === CLIENT);
      const sizes = Array.from({ length: 23 }, () => 1 + Math.floor(Math.random() * 200_000));
      for (const size of sizes) assert.equal(await exchange(talker, size), size);
      const { flows, last } = await recorder.end();
      assert.deepEqual([last?.flows, last?.lost, last?.openFlows], [46, 0, 0]);
      const sent = flows.filter(({ containerId }) => containerId === CLIENT);
      const answered = flows.filter(({ containerId }) => containerId === SERVING);
      assert.deepEqual(
        sent.map(({ bytes }) => bytes),
        sizes,
      );
      assert.deepEqual(
        answered.map(({ bytes }) => bytes),
        sizes.map(() => ANSWER),
      );
      assert.ok(
        sent.every(({ isClient }) => isClient === true) && answered.every(({ isClient }) => isClient === false),
      );
      assert.ok(flows.every(({ isWhole, end }) => isWhole && end === "closed"));
      for (const [index, flow] of sent.entries()) {
        const sentBytes = sizes.slice(0, index).reduce((sum, size) => sum + size, 0);
        assert.deepEqual(flow.before, { sentBytes, receivedBytes: index * ANSWER });
        assert.deepEqual(flow.beforeWithPeer, flow.before);
        assert.equal(flow.process?.pid, talker.pid);
        assert.equal(flow.process?.comm, "sender");
        assert.equal(flow.destinationAddress, family === "4" ? "127.0.0.1" : "::1");
        assert.equal(`${flow.destinationPort}`, port);
      }
      for (const [index, flow] of answered.entries()) {
        const receivedBytes = sizes.slice(0, index + 1).reduce((sum, size) => sum + size, 0);
        assert.deepEqual(flow.before, { sentBytes: index * ANSWER, receivedBytes });
      }
      if (recorder.ready.firstCall !== "tracepoint") return;
      assert.deepEqual(
        sent.map(({ firstCallBytes }) => firstCallBytes),
        sizes,
      );
      assert.ok(sent.every(({ calls }) => calls === 1));
    });
  }

  test("tells each container's send queues from the first, with nothing in them too", async (t) => {
    const recorder = await record();
    t.after(() => recorder.end());
    for (const id of [CLIENT, SERVING]) {
      const queue = await recorder.until(({ kind, containerId }) => kind === "queue" && containerId === id);
      assert.equal(queue.queuedBytes, 0);
    }
  });

  test("a large blocking call begins the flow, which knows the whole call once it has returned", async (t) => {
    const recorder = await record();
    t.after(() => recorder.end());
    const talker = await client();
    t.after(() => talker.end());
    await recorder.until(({ kind, containerId }) => kind === "attached" && containerId === CLIENT);
    await server.ask("hold");
    await talker.ask("connect");
    const call = talker.ask("send 5000000");
    const queued = await recorder.until(({ kind, queuedBytes }) => kind === "queue" && Number(queuedBytes) > 0);
    await server.ask("go");
    const [began = 0, returned = 0] = (await call).split(" ").map(Number);
    await talker.ask("close");
    const { flows } = await recorder.end();
    const flow = flows.find(({ containerId }) => containerId === CLIENT);
    assert.equal(flow?.bytes, 5_000_000);
    assert.ok(began <= flow.startNs && flow.startNs <= queued.atNs && queued.atNs <= returned);
    if (recorder.ready.firstCall === "tracepoint") assert.deepEqual([flow.firstCallBytes, flow.calls], [5_000_000, 1]);
    else assert.ok(flow.firstCallBytes !== undefined && flow.firstCallBytes > 0 && flow.firstCallBytes <= 5_000_000);
  });

  test("what the call itself does before its first byte leaves is not among what was done before it", async (t) => {
    const recorder = await record();
    t.after(() => recorder.end());
    const talker = await client();
    t.after(() => talker.end());
    await recorder.until(({ kind, containerId }) => kind === "attached" && containerId === CLIENT);
    await talker.ask("connect");
    const [before = 0, after = 0] = (await talker.ask("fresh 60000")).split(" ").map(Number);
    await talker.ask("close");
    const { flows } = await recorder.end();
    const flow = flows.find(({ containerId }) => containerId === CLIENT);
    assert.ok(after - before >= 10, `the call had ${after - before} page faults`);
    assert.ok(flow?.process && flow.calledNs !== undefined && flow.calledNs <= flow.startNs);
    assert.equal(flow.process.minorFaults + flow.process.majorFaults, before);
  });

  test("a connection's bursts are flows of their own; calls that wait for each other are the first of theirs", async (t) => {
    const recorder = await record("--flow", "burst", "--gap-ms", "100");
    t.after(() => recorder.end());
    const talker = await client();
    t.after(() => talker.end());
    await recorder.until(({ kind, containerId }) => kind === "attached" && containerId === CLIENT);
    await talker.ask("connect");
    const bursts = ["send 300", "cork 40 17", "send 9", "cork 5 600"];
    for (const burst of bursts) {
      await talker.ask(burst);
      await once(AbortSignal.timeout(250), "abort"); // the gap is what is tested
    }
    await talker.ask("close");
    const { flows } = await recorder.end();
    const sent = flows.filter(({ containerId }) => containerId === CLIENT);
    assert.deepEqual(
      sent.map(({ bytes, end }) => [bytes, end]),
      [300, 57, 9, 605].map((bytes) => [bytes, "gap"]),
    );
    assert.ok(sent.every(({ isWhole }) => isWhole));
    assert.deepEqual(
      sent.map(({ before }) => before.sentBytes),
      [0, 300, 357, 366],
    );
    if (recorder.ready.firstCall !== "tracepoint") return;
    assert.deepEqual(
      sent.map(({ firstCallBytes, calls }) => [firstCallBytes, calls]),
      [
        [300, 1],
        [40, 2],
        [9, 1],
        [5, 2],
      ],
    );
  });

  for (const options of [[], ["--flow", "burst", "--gap-ms", "60"]]) {
    test(`what waits to leave is in no queue before its flow has begun: flow-dataset ${options.join(" ")}`, async (t) => {
      const recorder = await record("--sample-ms", "10", ...options);
      t.after(() => recorder.end());
      const talker = await client();
      t.after(() => talker.end());
      await recorder.until(isAttachedTo(CLIENT));
      for (const size of options.length === 0 ? [4321] : [4321, 1234]) {
        if (size === 4321) await talker.ask("connect");
        await talker.ask(`corked ${size}`);
        await once(AbortSignal.timeout(120), "abort"); // the samples meanwhile are what is tested
        await talker.ask("uncork");
        await once(AbortSignal.timeout(120), "abort"); // the gap
      }
      await talker.ask("close");
      const { flows, lines } = await recorder.end();
      const [flow, next] = flows.filter(({ containerId }) => containerId === CLIENT);
      const queued = lines.filter(({ kind, containerId, queuedBytes }) => {
        return kind === "queue" && containerId === CLIENT && Number(queuedBytes) > 0;
      });
      assert.equal(flow?.bytes, 4321);
      assert.deepEqual(
        queued.filter(({ atNs }) => atNs < flow.startNs),
        [],
      );
      if (options.length === 0) return assert.equal(next, undefined);
      assert.equal(next?.bytes, 1234);
      const told = queued.filter(({ atNs, queuedBytes }) => atNs < next.startNs && queuedBytes === 1234);
      assert.deepEqual(told, []);
    });
  }

  test("of an older connection only what is sent from now on is told, and that it is not whole", async (t) => {
    const talker = await client();
    t.after(() => talker.end());
    await talker.ask("connect");
    await talker.ask("send 1000");
    const recorder = await record();
    t.after(() => recorder.end());
    await recorder.until(({ kind, containerId }) => kind === "attached" && containerId === CLIENT);
    await talker.ask("send 234");
    await talker.ask("send 66");
    await talker.ask("connect");
    await talker.ask("send 5");
    await talker.ask("close");
    await recorder.until(({ kind, bytes }) => kind === "flow" && bytes === 5);
    const { flows, last } = await recorder.end();
    const sent = flows.filter(({ containerId }) => containerId === CLIENT);
    assert.deepEqual(
      sent.map(({ bytes, isWhole, isClient, end }) => [bytes, isWhole, isClient, end]),
      [
        [300, false, undefined, "recording"],
        [5, true, true, "closed"],
      ],
    );
    assert.equal(last?.openFlows, 1);
  });

  test("a container that starts again is followed, and its totals go on", async (t) => {
    const recorder = await record("--memory", "faults");
    t.after(() => recorder.end());
    const seen: number[] = [];
    for (const size of [1111, 22]) {
      const talker = await client();
      await eventually(5, () => assert.equal(recorder.lines.filter(isAttachedTo(CLIENT)).length, seen.length + 1));
      await exchange(talker, size);
      seen.push(talker.pid);
      await talker.end();
      await recorder.until(({ kind, containerId }) => kind === "gone" && containerId === CLIENT);
    }
    const { flows, lines, said } = await recorder.end();
    const sent = flows.filter(({ containerId }) => containerId === CLIENT);
    assert.deepEqual(
      sent.map(({ bytes, before }) => [bytes, before.sentBytes, before.receivedBytes]),
      [
        [1111, 0, 0],
        [22, 1111, ANSWER],
      ],
    );
    assert.deepEqual(
      sent.map(({ process }) => process?.pid),
      seen,
    );
    assert.equal(recorder.ready.memory, "faults");
    const queues = lines.filter(({ kind }) => kind === "queue");
    assert.ok(
      queues.some(({ memoryWrittenBytes }) => Number(memoryWrittenBytes) > 0),
      JSON.stringify({ queues, said }),
    );
  });

  test("ends when nobody reads any more, and, if it is to, with its stdin", async () => {
    const unread = await record();
    assert.equal(await unread.closeOutput(), 0);
    const unheld = await record("--stdin");
    assert.equal(await unheld.closeInput(), 0);
    assert.equal(unheld.lines.at(-1)?.kind, "end");
  });

  test("leaves nothing in the kernel, however it ends", async (t) => {
    if ((await loadedPrograms()) === undefined) return t.skip("needs bpftool");
    const recorder = await record();
    await recorder.until(isAttachedTo(SERVING));
    const own = await programsOf(recorder.pid);
    const loaded = await loadedPrograms();
    assert.ok(own.length >= 6 && own.every((id) => loaded?.has(id)));
    await recorder.kill();
    await eventually(5, async () => {
      const left = await loadedPrograms();
      assert.deepEqual(
        own.filter((id) => left?.has(id)),
        [],
      );
    });
  });

  test("says what is wrong with its options and its rights", async () => {
    const bad = await execa(program, ["--container", "web"], { reject: false, timeout: 60_000 });
    assert.deepEqual([bad.exitCode, bad.stdout], [1, ""]);
    assert.match(bad.stderr, /BAD_OPTION.*64 hexadecimal digits, not \\"web\\"/);
    const rights = ["--bounding-set=-all,+bpf,+perfmon,+dac_override", "--no-new-privs", await runnable(program)];
    const limited = await execa("setpriv", [...rights, "--container", CLIENT], { reject: false, timeout: 60_000 });
    assert.deepEqual([limited.exitCode, limited.stdout], [1, ""]);
    assert.match(limited.stderr, /RIGHTS_MISSING.*NET_ADMIN/);
  });
});

/** A line of flow-dataset; what is there depends on its kind. */
interface Line {
  kind: string;
  atNs: number;
  containerId?: string;
  firstCall?: string;
  memory?: string;
  queuedBytes?: number;
  memoryWrittenBytes?: number;
  flows?: number;
  lost?: number;
  openFlows?: number;
  bytes?: number;
}

interface Flow extends Line {
  containerId: string;
  bytes: number;
  startNs: number;
  destinationAddress: string;
  destinationPort: number;
  isClient?: boolean;
  firstCallBytes?: number;
  calls?: number;
  before: { sentBytes: number; receivedBytes: number };
  beforeWithPeer: { sentBytes: number; receivedBytes: number };
  calledNs?: number;
  process?: { pid: number; comm: string; minorFaults: number; majorFaults: number };
  end: string;
  isWhole: boolean;
}

const isAttachedTo = (id: string) => (line: Line) => line.kind === "attached" && line.containerId === id;

interface Recording {
  lines: readonly Line[];
  /** In the order in which they began. */
  flows: readonly Flow[];
  last: Line | undefined;
  /** Its log. */
  said: string;
}

/** Up to its first line. */
async function startRecorder(program: string, containers: readonly string[], options: readonly string[]) {
  const ids = containers.flatMap((id) => ["--container", id]);
  const child = execa(program, [...ids, ...options], { reject: false, buffer: { stdout: false, stderr: true } });
  const lines: Line[] = [];
  const reader = createInterface(child.stdout).on("line", (line) => lines.push(JSON.parse(line) as Line));
  const ended = once(reader, "close");
  const until = (isIt: (line: Line) => boolean) =>
    eventually(10, () => lines.findLast(isIt) ?? assert.fail(`only ${JSON.stringify(lines)}`));
  const stop = async (signal: NodeJS.Signals): Promise<Recording> => {
    child.kill(signal);
    await ended;
    const { stderr: said } = await child;
    const flows = lines.filter(({ kind }) => kind === "flow") as Flow[];
    return {
      lines,
      flows: flows.sort((a, b) => a.startNs - b.startNs),
      last: lines.findLast(({ kind }) => kind === "end"),
      said,
    };
  };
  const ready = await until(({ kind }) => kind === "ready");
  return {
    pid: child.pid ?? assert.fail("no process"),
    lines,
    ready,
    until,
    end: () => stop("SIGTERM"),
    kill: () => stop("SIGKILL"),
    closeInput: async () => {
      child.stdin.end();
      await ended;
      return (await child).exitCode;
    },
    closeOutput: async () => {
      child.stdout.destroy();
      return (await child).exitCode;
    },
  };
}

interface Talker {
  pid: number;
  /** Its next line. */
  next(): Promise<string>;
  /** Says a line; the answer to it. */
  ask(line: string): Promise<string>;
  /** Its groups are gone then, too. */
  end(): Promise<void>;
}

/** Starts a program in the control groups of a container of that id, which are made for it. */
async function enter(id: string, ...command: readonly string[]): Promise<Talker> {
  const groups = groupsOf(id);
  for (const group of groups) await mkdir(group);
  const join = groups.map((group) => `echo $$ > ${group}/cgroup.procs`).join(" && ");
  const child = execa("sh", ["-c", `${join} && exec "$@"`, "sh", ...command], { reject: false, buffer: false });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const next = async () => ((await lines.next()).value as string | undefined) ?? assert.fail(`${command[0]} has ended`);
  return {
    pid: child.pid ?? assert.fail("no process"),
    next,
    ask: (line) => {
      child.stdin.write(`${line}\n`);
      return next();
    },
    end: async () => {
      child.kill("SIGKILL");
      await child;
      // The kernel takes the dead process out of them a moment later.
      for (const group of groups) await eventually(5, () => removeGroup(group));
    },
  };
}

async function removeGroup(group: string): Promise<void> {
  if (existsSync(group)) await rmdir(group);
}

/** One connection of its own. @returns what its socket says it has sent, each byte once */
async function exchange(talker: Talker, size: number): Promise<number> {
  await talker.ask("connect");
  await talker.ask(`send ${size}`);
  const [sent = 0, again = 0, received] = (await talker.ask("close")).split(" ").map(Number);
  assert.equal(received, ANSWER);
  return sent - again;
}

/** Numbers of all programs in the kernel; undefined where there is no bpftool. */
async function loadedPrograms(): Promise<ReadonlySet<number> | undefined> {
  const { exitCode, stdout } = await execa("bpftool", ["--json", "prog", "list"], { reject: false });
  if (exitCode !== 0) return undefined;
  return new Set((JSON.parse(stdout) as { id: number }[]).map(({ id }) => id));
}

/** Numbers of the programs, and of those behind the links, that a process holds. */
async function programsOf(pid: number): Promise<number[]> {
  const folder = `/proc/${pid}/fdinfo`;
  const files = await Promise.all((await readdir(folder)).map((fd) => readFile(`${folder}/${fd}`, "utf8")));
  const numbers = files.flatMap((text) => [...text.matchAll(/^prog_id:\s*(\d+)$/gm)].map(([, id]) => Number(id)));
  return [...new Set(numbers)];
}
