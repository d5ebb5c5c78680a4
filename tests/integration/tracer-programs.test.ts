import assert from "node:assert/strict";
import { closeSync, openSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { execa } from "execa";
import { orSkip } from "../lib/or-skip.ts";
import { type ProgramRow, readPin, readPrograms } from "./lib/rows.ts";
import { buildTracer, startTracer, type Tracer, tracerLacks } from "./lib/tracer.ts";

/** enum bpf_prog_type, of the types met on any host. */
const TYPES: Record<number, string> = { 8: "cgroup_skb", 9: "cgroup_sock", 15: "cgroup_device", 26: "tracing" };

const lacks = await tracerLacks();

describe("BPF programs", { skip: orSkip(lacks) }, () => {
  let tracer: Tracer;
  before(async () => {
    await buildTracer();
    tracer = await startTracer("programs", "--udp", "cgroup");
  });
  after(() => tracer.stop());

  test("the rows are bpftool's list: ids, names, types, owners", async () => {
    const { rows, listed } = await bothLists();
    const known = listed.filter(({ id }) => rows.has(id));
    assert.ok(known.length >= 15, `${known.length} programs`);
    for (const { id, name = "", type, uid } of known) {
      const row = rows.get(id);
      assert.ok(row);
      // the kernel keeps 15 characters; bpftool takes the whole name from the types
      assert.deepEqual([row.name, TYPES[row.type] ?? type, row.uid], [name.slice(0, 15), type, uid]);
    }
  });

  test("no program is missing, none made up", async () => {
    const before = await listedByBpftool();
    const ids = [...readPrograms(tracer.pins).keys()];
    const after = await listedByBpftool();
    const always = before.filter(({ id }) => after.some((each) => each.id === id)).map(({ id }) => id);
    assert.deepEqual(
      always.filter((id) => !ids.includes(id)),
      [],
    );
    assert.deepEqual(
      ids.filter((id) => ![...before, ...after].some((each) => each.id === id)),
      [],
    );
  });

  test("own programs are held by the tracer, and say where they are attached", async () => {
    readPin(tracer.pins, "owners");
    const own = [...readPrograms(tracer.pins).values()].filter((row) => row.holderPid === tracer.pid);
    const follow = own.find((row) => row.name === "follow_state");
    assert.deepEqual([follow?.attachName, follow?.holderComm], ["inet_sock_set_state", "flow-tracer"]);
    assert.ok(own.some((row) => row.name === "udp_sent"));
  });

  test("a file that only bears a program's name makes nobody a holder", async (t) => {
    const folder = await mkdtemp(path.join(tmpdir(), "flowtally-programs-"));
    t.after(() => rm(folder, { recursive: true }));
    const names = ["bpf-prog", "bpf_link", "bpf-link"].map((name) => path.join(folder, name));
    await execa("mkfifo", names); // behind an open pipe is something of the kernel's, as behind a program
    const files = names.map((name) => openSync(name, "r+"));
    t.after(() => {
      for (const file of files) closeSync(file);
    });
    readPin(tracer.pins, "owners");
    const pids = await holders();
    assert.ok(pids.includes(tracer.pid), `${pids}`);
    assert.ok(!pids.includes(process.pid), `${pids}`);
  });

  test("a program's runs are those bpftool counts", async (t) => {
    const before = (await execa("sysctl", ["-n", "kernel.bpf_stats_enabled"])).stdout;
    await execa("sysctl", ["-qw", "kernel.bpf_stats_enabled=1"]);
    t.after(() => execa("sysctl", ["-qw", `kernel.bpf_stats_enabled=${before}`]));
    const status = [...readPrograms(tracer.pins).values()].find(
      (row) => row.name === "status" && row.holderPid === tracer.pid,
    );
    assert.ok(status);
    for (let i = 0; i < 10; i++) readPin(tracer.pins, "status");
    const runs = readPrograms(tracer.pins).get(status.id)?.runs ?? 0;
    assert.equal(runs, (await listedByBpftool()).find(({ id }) => id === status.id)?.run_cnt);
    assert.equal(runs - status.runs, 20); // for its element, and once at the end
  });

  /** The holders that the tracer knows of, programs' own or not. */
  async function holders(): Promise<number[]> {
    const reader = [...readPrograms(tracer.pins).values()].find(
      (row) => row.name === "programs" && row.holderPid === tracer.pid,
    );
    const { map_ids = [] } = await bpftool<{ map_ids?: number[] }>("prog", "show", "id", `${reader?.id}`);
    for (const id of map_ids.map(String)) {
      const { name } = await bpftool<{ name?: string }>("map", "show", "id", id);
      if (name !== "holders") continue;
      const entries = await bpftool<{ formatted: { value: { pid: number } } }[]>("map", "dump", "id", id);
      return entries.map(({ formatted }) => formatted.value.pid);
    }
    throw new Error("the tracer has no map of holders");
  }

  async function bothLists(): Promise<{ rows: Map<number, ProgramRow>; listed: Listed[] }> {
    return { rows: readPrograms(tracer.pins), listed: await listedByBpftool() };
  }
});

interface Listed {
  id: number;
  type: string;
  name?: string;
  uid: number;
  run_cnt?: number;
}

function listedByBpftool(): Promise<Listed[]> {
  return bpftool("prog", "show");
}

async function bpftool<T>(...args: string[]): Promise<T> {
  const { stdout } = await execa("bpftool", ["-j", ...args]);
  return JSON.parse(stdout) as T;
}
