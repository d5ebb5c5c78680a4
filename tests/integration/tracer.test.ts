import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { execa } from "execa";
import { eventually } from "./lib/eventually.ts";
import { type FlowRow, readFlows, readPin, readProcesses } from "./lib/rows.ts";
import { buildTracer, runTracer, startTracer, type Tracer, tracerLacks } from "./lib/tracer.ts";
import { compileWorkload, type End, type TalkOptions, talk } from "./lib/workload.ts";

const ROLES = { client: 1, server: 2 };
const LOOPBACK = { "4": `${"0".repeat(20)}ffff7f000001`, "6": `${"0".repeat(31)}1` };

const lacks = await tracerLacks();

describe("flow-tracer", { skip: lacks ?? false }, () => {
  let program: string;
  before(async () => {
    await buildTracer();
    program = await compileWorkload("talk");
  });

  describe("sockets opened while it runs", () => {
    let tracer: Tracer;
    before(async () => {
      tracer = await startTracer("new");
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
        assert.equal(status.length, 72);
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

    test("a user without rights can read the pins", async () => {
      const names = readdirSync(tracer.pins).map((name) => `${tracer.pins}/${name}`);
      const nobody = await execa("wc", ["-c", ...names], { uid: 65534, gid: 65534 });
      assert.match(nobody.stdout, /^ *72 .*\/status$/m);
      assert.equal(names.length, 9);
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
    assert.equal(existsSync(tracer.pins), false);
    await eventually(5, async () => {
      const left = await programIds();
      assert.deepEqual(
        programs.filter((id) => left.includes(id)),
        [],
      );
    });
  });

  test("after SIGKILL health turns bad, and the next tracer takes the folder over", async (t) => {
    const killed = await startTracer("kill");
    t.after(() => killed.kill());
    assert.equal((await runTracer("--health", "--pins", killed.pins)).exitCode, 0);
    await killed.kill();
    await eventually(10, async () => {
      assert.equal((await runTracer("--health", "--pins", killed.pins)).exitCode, 1);
    });
    const next = await startTracer("kill");
    t.after(() => next.kill());
    assert.equal((await runTracer("--health", "--pins", next.pins)).exitCode, 0);
    await next.stop();
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
    const tracer = `${await buildTracer()}/flow-tracer`;
    const result = await execa("setpriv", [...bounds, tracer, "--pins", "/sys/fs/bpf/flowtally-test-rights"], {
      reject: false,
    });
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
  return texts.flatMap((text) => text.match(/^prog_id:\s*(\d+)$/m)?.[1] ?? []).map(Number);
}
