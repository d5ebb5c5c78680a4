import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { execa } from "execa";
import { orSkip } from "../lib/or-skip.ts";
import { eventually } from "./lib/eventually.ts";
import {
  type ClosedRow,
  type FlowRow,
  readClosed,
  readFlows,
  readPin,
  readProcesses,
  readPrograms,
  takeClosed,
} from "./lib/rows.ts";
import {
  buildTracer,
  removePins,
  runTracer,
  runTracerBy,
  startTracer,
  type Tracer,
  tracerLacks,
} from "./lib/tracer.ts";
import { compileWorkload, type End, type TalkOptions, talk } from "./lib/workload.ts";

const NOBODY = 65_534;
/** A group that no distribution hands out. */
const READERS = 60_906;
const ROLES = { client: 1, server: 2 };
const LOOPBACK = { "4": `${"0".repeat(20)}ffff7f000001`, "6": `${"0".repeat(31)}1` };

const lacks = await tracerLacks();

describe("flow-tracer", { skip: orSkip(lacks) }, () => {
  let program: string;
  before(async () => {
    await buildTracer();
    program = await compileWorkload("talk");
  });

  describe("sockets opened while it runs", () => {
    let tracer: Tracer;
    before(async () => {
      tracer = await startTracer("new", "--group", `${READERS}`);
    });
    after(() => tracer.stop());

    for (const family of ["4", "6", "mapped"] as const) {
      test(`23 connections of 4,099 bytes over IPv${family} are exact on both sides`, async () => {
        await withTalk({ family, connections: 23, request: 4099, response: 7 }, (ends) => {
          readPin(tracer.pins, "owners");
          const flows = readFlows(tracer.pins);
          assert.equal(ends.length, 46);
          for (const end of ends) assertEnd(flowOf(flows, end), end, family === "6" ? "6" : "4");
        });
      });
    }

    test("a flow starts between the time before and the time after it, since boot", async () => {
      const earliest = bootTimeNs();
      await withTalk({ family: "4", connections: 1, request: 1, response: 1 }, (ends) => {
        const latest = bootTimeNs();
        for (const end of ends) {
          const { startNs } = flowOf(readFlows(tracer.pins), end);
          assert.ok(startNs >= earliest && startNs <= latest, `${earliest} ≤ ${startNs} ≤ ${latest}`);
        }
      });
    });

    test("ss reports the same bytes", async () => {
      await withTalk({ family: "4", connections: 3, request: 70_001, response: 9 }, async (ends) => {
        const { stdout } = await execa("ss", ["-tinHO", "state", "established", `dport = ${ends[0]?.port}`]);
        const clients = [...readFlows(tracer.pins).values()].filter((flow) => flow.destinationPort === ends[0]?.port);
        for (const client of clients) {
          const line = stdout.split("\n").find((text) => text.includes(`:${client.sourcePort} `)) ?? "";
          assert.equal(number(line, "bytes_sent"), client.sent, line);
          assert.equal(number(line, "bytes_received"), client.received, line);
        }
        assert.equal(clients.length, 3);
      });
    });

    test("closed sockets leave the rows", async () => {
      const ends = await withTalk({ family: "4", connections: 2, request: 1, response: 1 }, (open) => open);
      await eventually(5, () => {
        const flows = readFlows(tracer.pins);
        assert.deepEqual(
          ends.filter((end) => flows.has(end.cookie)),
          [],
        );
      });
    });

    test("the status row counts the rows and nothing is lost", async () => {
      await withTalk({ family: "4", connections: 5, request: 1, response: 1 }, () => {
        const flows = readFlows(tracer.pins);
        const status = readPin(tracer.pins, "status");
        assert.equal(status.length, 144);
        assert.equal(Number(status.readBigUInt64LE(16)), flows.size);
        assert.deepEqual([status.readBigUInt64LE(24), status.readBigUInt64LE(32)], [0n, 0n]);
      });
    });

    test("a process row has the CPU time, memory and threads that the kernel reports elsewhere", () => {
      const from = cpuNs();
      const row = readProcesses(tracer.pins).get(process.pid);
      const to = cpuNs();
      assert.ok(row);
      // a running thread's time is brought up to date at the scheduler's tick
      assert.ok(row.cpuNs >= from - 2e7 && row.cpuNs <= to + 2e7, `${from} ≤ ${row.cpuNs} ≤ ${to}`);
      assert.equal(row.parentPid, process.ppid);
      assert.equal(row.threads, readdirSync("/proc/self/task").length);
      assert.ok(Math.abs(row.residentBytes / process.memoryUsage.rss() - 1) < 0.05);
    });

    test("only the group it was given can read the pins", async () => {
      const files = readdirSync(tracer.pins, { withFileTypes: true }).filter((entry) => entry.isFile());
      const names = files.map(({ name }) => `${tracer.pins}/${name}`);
      const member = await execa("wc", ["-c", ...names], { uid: NOBODY, gid: READERS });
      assert.match(member.stdout, /^ *144 .*\/status$/m);
      assert.equal(names.length, 11);
      const stranger = await execa("wc", ["-c", ...names], { uid: NOBODY, gid: NOBODY, reject: false });
      assert.equal(stranger.stderr.match(/Permission denied/g)?.length, 11);
    });

    test("nobody but its own user changes a pin, or sees what is kept for the next tracer", async () => {
      for (const command of [
        ["rm", `${tracer.pins}/status`],
        ["ls", `${tracer.pins}/kept`],
        ["sh", "-c", `: > ${tracer.pins}/status`],
      ]) {
        const [file = "", ...args] = command;
        const member = await execa(file, args, { uid: NOBODY, gid: READERS, reject: false });
        assert.match(member.stderr, /Permission denied/, command.join(" "));
      }
    });

    test("a second tracer on the same folder refuses", async () => {
      const second = await runTracer("--pins", tracer.pins);
      assert.equal(second.exitCode, 1);
      assert.match(second.stderr, /"code":"TRACER_RUNNING"/);
    });
  });

  test("sockets older than the tracer get bytes, owner and the server's role", async (t) => {
    await withTalk({ family: "4", connections: 23, request: 4099, response: 7 }, async (ends) => {
      const tracer = await startTracer("old");
      t.after(() => tracer.stop());
      const flows = readFlows(tracer.pins);
      for (const end of ends) {
        const { sent, received, pid, startNs, role } = flowOf(flows, end);
        const expectedRole = end.role === "server" ? ROLES.server : 0;
        assert.deepEqual([sent, received, pid, startNs, role], [end.sent, end.received, end.pid, 0n, expectedRole]);
      }
    });
  });

  test("SIGTERM leaves no pin and no program", async (t) => {
    const tracer = await startTracer("term");
    t.after(() => tracer.kill());
    const programs = programsOf(tracer.pid);
    assert.ok(programs.length >= 6, `programs: ${programs}`);
    assert.equal(await tracer.stop(), 0);
    await assertGone(tracer.pins, programs);
  });

  test("after SIGKILL health turns bad, and good again with the next tracer", async (t) => {
    const killed = await startTracer("kill");
    t.after(() => removePins(killed.pins));
    assert.equal((await runTracer("--health", "--pins", killed.pins)).exitCode, 0);
    await killed.kill();
    await eventually(10, async () => {
      assert.equal((await runTracer("--health", "--pins", killed.pins)).exitCode, 1);
    });
    const next = await startTracer("kill");
    assert.equal((await runTracer("--health", "--pins", next.pins)).exitCode, 0);
    await next.stop();
  });

  test("after SIGKILL the programs go on, and the next tracer adopts them with all they have seen", async (t) => {
    const killed = await startTracer("adopt");
    t.after(() => removePins(killed.pins));
    const programs = programsOf(killed.pid);
    const ended = await withTalk({ family: "4", connections: 2, request: 4099, response: 7 }, (open) => open);
    const shown = await eventually(5, () => closedOf(readClosed(killed.pins), ended));
    const { next, meanwhile, open } = await withTalk(
      { family: "4", connections: 3, request: 11, response: 70_001 },
      async (open) => {
        await killed.kill();
        const meanwhile = await withTalk({ family: "6", connections: 5, request: 13, response: 17 }, (each) => each);
        const next = await startTracer("adopt");
        t.after(() => next.kill());
        readPin(next.pins, "owners");
        const flows = readFlows(next.pins);
        for (const end of open) assertEnd(flowOf(flows, end), end, "4");
        return { next, meanwhile, open };
      },
    );
    const all = [...ended, ...meanwhile, ...open];
    await eventually(5, () => closedOf(readClosed(next.pins), all));
    const rows = closedOf(takeClosed(next.pins), all);
    assert.deepEqual(
      rows.map(({ cookie, sent, received, pid }) => ({ cookie, sent, received, pid })),
      all.map(({ cookie, sent, received, pid }) => ({ cookie, sent, received, pid })),
    );
    assert.ok(rows.every(({ startNs }) => startNs > 0n));
    assert.deepEqual(sequencesOf(rows.slice(0, ended.length)), sequencesOf(shown), "the numbers of before");
    assert.equal(new Set(sequencesOf(rows)).size, all.length, "numbers that go on");
    const again = takeClosed(next.pins).filter(({ cookie }) => all.some((end) => end.cookie === cookie));
    assert.deepEqual(again, []);

    const adopted = programsOf(next.pid);
    assert.ok(adopted.length >= 14, `programs: ${adopted}`);
    assert.deepEqual(
      adopted.filter((id) => !programs.includes(id)),
      [],
    );
    readPin(next.pins, "owners");
    const follow = [...readPrograms(next.pins).values()].find(({ holderPid }) => holderPid === next.pid);
    assert.equal(follow?.holderComm, "flow-tracer");
    assert.equal(await next.stop(), 0);
    await assertGone(next.pins, programs);
  });

  test("with other options the next tracer loads anew, and nothing of the killed one stays", async (t) => {
    const killed = await startTracer("options");
    t.after(() => removePins(killed.pins));
    const programs = programsOf(killed.pid);
    await killed.kill();
    const next = await startTracer("options", "--max-flows", "1024");
    t.after(() => next.kill());
    await assertUnloaded(programs);
    assert.equal(await next.stop(), 0);
    assert.equal(existsSync(next.pins), false);
  });

  test("of a killed tracer nothing stays when its folder is removed", async () => {
    const killed = await startTracer("removed");
    const programs = programsOf(killed.pid);
    await killed.kill();
    await removePins(killed.pins);
    await assertGone(killed.pins, programs);
  });

  test("a folder that is on no BPF file system is named", async () => {
    const result = await runTracer("--pins", "/tmp/flowtally-pins");
    assert.equal(result.exitCode, 1);
    assert.match(result.stderr, /"code":"BPFFS_MISSING"/);
  });

  test("without the capabilities the reason is named", async () => {
    const bounds = ["--bounding-set=-all,+bpf", "--no-new-privs"];
    const { stdout } = await execa("sh", ["-c", "command -v setpriv"], { reject: false });
    assert.ok(stdout, "setpriv (util-linux) is missing");
    await buildTracer();
    const result = await runTracerBy(["setpriv", ...bounds], "--pins", "/sys/fs/bpf/flowtally-test-rights");
    assert.equal(result.exitCode, 1);
    assert.match(result.stderr, /"code":"RIGHTS_MISSING"/);
  });

  async function withTalk<T>(options: TalkOptions, look: (ends: End[]) => T | Promise<T>): Promise<T> {
    const running = await talk(program, options);
    try {
      return await look(running.ends);
    } finally {
      await running.end();
    }
  }
});

function flowOf(flows: Map<string, FlowRow>, end: End): FlowRow {
  const flow = flows.get(end.cookie);
  assert.ok(flow, `no row for ${JSON.stringify(end)}`);
  return flow;
}

function assertEnd(flow: FlowRow, end: End, family: keyof typeof LOOPBACK): void {
  const port = end.role === "client" ? flow.destinationPort : flow.sourcePort;
  assert.deepEqual(
    { ...flow, port, sent: flow.sent, received: flow.received },
    {
      ...flow,
      port: end.port,
      sent: end.sent,
      received: end.received,
      pid: end.pid,
      comm: "talk",
      role: ROLES[end.role],
      state: 1,
      source: LOOPBACK[family],
      destination: LOOPBACK[family],
    },
  );
}

/** The rows of these ends, in their order, once each. */
function closedOf(rows: ClosedRow[], ends: End[]): ClosedRow[] {
  const found = ends.map(({ cookie }) => rows.filter((row) => row.cookie === cookie));
  assert.deepEqual(
    found.map(({ length }) => length),
    ends.map(() => 1),
  );
  return found.flat();
}

function sequencesOf(rows: ClosedRow[]): bigint[] {
  return rows.map(({ sequence }) => sequence);
}

async function assertGone(pins: string, programs: number[]): Promise<void> {
  assert.equal(existsSync(pins), false);
  await assertUnloaded(programs);
}

async function assertUnloaded(programs: number[]): Promise<void> {
  await eventually(5, async () => {
    const left = await programIds();
    assert.deepEqual(
      programs.filter((id) => left.includes(id)),
      [],
    );
  });
}

function number(text: string, name: string): number {
  return Number(text.match(new RegExp(`\\b${name}:(\\d+)`))?.[1] ?? 0);
}

function cpuNs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) * 1000;
}

/** Same clock as the rows while the machine is not suspended. */
function bootTimeNs(): bigint {
  return process.hrtime.bigint();
}

async function programIds(): Promise<number[]> {
  const { stdout } = await execa("bpftool", ["-j", "prog", "list"]);
  return (JSON.parse(stdout) as { id: number }[]).map(({ id }) => id);
}

/** What the process itself holds open: bpftool's own list of holders is not in every build of it. */
function programsOf(pid: number): number[] {
  const folder = `/proc/${pid}/fdinfo`;
  const texts = readdirSync(folder).map((file) => readFileSync(`${folder}/${file}`, "utf8"));
  return [...new Set(texts.flatMap((text) => text.match(/^prog_id:\s*(\d+)$/m)?.[1] ?? []).map(Number))];
}
