import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { orSkip } from "../lib/or-skip.ts";
import { type Line, onlyLine } from "./lib/only-line.ts";
import { KERNEL_TYPES, kernelTypesWithout, withInPlace } from "./lib/other-machine.ts";
import { readFlows, readPin, readStatus } from "./lib/rows.ts";
import {
  buildTracer,
  removePins,
  runTracer,
  startTracer,
  startTracerBy,
  type Tracer,
  tracerLacks,
} from "./lib/tracer.ts";
import { compileWorkload, talk } from "./lib/workload.ts";

const PINS = "/sys/fs/bpf/flowtally-test-refused";
const FLAGS = { udp: 1, processes: 2, owners: 4, programs: 8, cgroups: 16 };

const lacks = await tracerLacks();

/** On a machine made by a command. */
const refusal = (command: readonly string[], ...args: string[]) => onlyLine(command, "--pins", PINS, ...args);

describe("a tracer on a machine that", { skip: orSkip(lacks) }, () => {
  let folder: string;
  before(async () => {
    await buildTracer();
    folder = await mkdtemp(path.join(tmpdir(), "flowtally-refusals-"));
  });
  after(() => rm(folder, { recursive: true }));

  test("has no types of its kernel says so in one line", async () => {
    const line = await refusal(withInPlace({ "/sys/kernel/btf": folder }));
    assert.equal(line.code, "BTF_MISSING");
    assert.match(line.message, /^Linux \S+ on \S+ does not describe its types: .*; boot a kernel built with/);
  });

  test("is locked down says so in one line", async () => {
    const security = path.join(folder, "security");
    await mkdir(security);
    await writeFile(path.join(security, "lockdown"), "none integrity [confidentiality]\n");
    const line = await refusal(withInPlace({ "/sys/kernel/security": security }));
    assert.equal(line.code, "LOCKED_DOWN");
    await writeFile(path.join(security, "lockdown"), "none [integrity] confidentiality\n");
    const tracer = await startTracerBy(withInPlace({ "/sys/kernel/security": security }), "refused");
    assert.equal(await tracer.stop(), 0);
  });

  for (const [bounds, message] of [
    ["-all,+bpf", /^capability PERFMON is missing: .*run as root, or grant BPF, PERFMON/],
    ["-all,+perfmon", /^capability BPF is missing: /],
    ["-all", /^capabilities BPF and PERFMON are missing: /],
  ] as const) {
    test(`gives it the capabilities ${bounds} names those that are missing`, async () => {
      const line = await refusal(["setpriv", `--bounding-set=${bounds}`, "--no-new-privs"]);
      assert.equal(line.code, "RIGHTS_MISSING");
      assert.match(line.message, message);
    });
  }

  test("has it in a user namespace names that", async () => {
    const line = await refusal(["unshare", "--user", "--map-root-user"]);
    assert.equal(line.code, "RIGHTS_MISSING");
    assert.match(line.message, /in a user namespace/);
  });

  for (const [name, message] of [
    ["bpf_iter_bpf_map_elem", /has no iterators over tables: /],
    ["btf_trace_tcp_destroy_sock", /has no tracepoint tcp_destroy_sock: /],
  ] as const) {
    test(`lacks ${name} says so in one line`, async () => {
      const line = await refusal(withInPlace({ [KERNEL_TYPES]: await kernelTypesWithout(folder, name) }));
      assert.equal(line.code, "HOOKS_MISSING");
      assert.match(line.message, message);
    });
  }

  test("refuses what nothing works without: one line, the verifier's whole log in a file, nothing left", async () => {
    const types = await kernelTypesWithout(folder, "bytes_retrans");
    const line = await refusal(withInPlace({ [KERNEL_TYPES]: types }), "--logs", folder);
    const file = path.join(folder, "flow-tracer-follow_state.log");
    assert.equal(line.code, "LOAD_FAILED");
    assert.match(line.message, /^nothing works without follow_state: Linux \S+ on \S+ refuses it: .*bytes_retrans/);
    assert.ok(line.message.endsWith(`${file} has the verifier's log`), line.message);
    assert.match(await readFile(file, "utf8"), /prog 'follow_state'[\s\S]*\n\d+: \(79\)[\s\S]*\nprocessed \d+ insns/);
    assert.equal(existsSync(PINS), false);
  });

  test("cannot take the verifier's log says that in the same line", async () => {
    const types = await kernelTypesWithout(folder, "bytes_retrans");
    const line = await refusal(withInPlace({ [KERNEL_TYPES]: types }), "--logs", "/nonexistent");
    assert.match(line.message, /\(\/nonexistent\/flow-tracer-follow_state\.log could not be written: No such file/);
  });

  describe("refuses what the flows can do without", () => {
    const names = ["bpf_iter_task", "bpf_iter_task_file", "bpf_iter_bpf_prog", "btf_trace_cgroup_mkdir"];
    const parts = ["processes", "owners", "programs", "cgroups"];
    let tracer: Tracer;
    before(async () => {
      const types = await kernelTypesWithout(folder, ...names);
      tracer = await startTracerBy(withInPlace({ [KERNEL_TYPES]: types }), "refused", "--logs", folder, "--udp", "off");
    });
    after(() => removePins(tracer.pins));

    test("is logged in one line for each part", () => {
      const lines = tracer.said.map((line) => JSON.parse(line) as Line);
      assert.deepEqual(
        lines.map(({ code }) => code),
        [...parts.map(() => "PART_LEFT_OUT"), "READY"],
      );
      for (const part of parts) {
        const said = lines.filter(({ message }) => message.startsWith(`${part} is left out, all else works: Linux `));
        assert.equal(said.length, 1, part);
      }
    });

    test("has no pins for them, and says so in its status", () => {
      assert.deepEqual(
        parts.map((part) => existsSync(path.join(tracer.pins, part))),
        [false, false, false, false],
      );
      const left = FLAGS.processes | FLAGS.owners | FLAGS.programs | FLAGS.cgroups;
      assert.equal(readStatus(tracer.pins).flags & left, 0);
    });

    test("counts flows, and is adopted by the next tracer as it is", async () => {
      await assertCounts(tracer);
      await tracer.kill();
      const next = await startTracer("refused", "--udp", "off");
      assert.match(next.said[0] ?? "", /"code":"ADOPTED"/);
      await assertCounts(next);
      assert.equal(await next.stop(), 0);
      assert.equal(existsSync(next.pins), false);
    });
  });

  for (const [bar, command, reason] of [
    [
      "gave it no right to count UDP",
      ["setpriv", "--bounding-set=-all,+bpf,+perfmon,+dac_override", "--no-new-privs"],
      /NET_ADMIN is missing/,
    ],
    [
      "showed it no control groups",
      ["unshare", "--mount", "sh", "-c", `umount --lazy --recursive /sys/fs/cgroup && exec "$@"`, "sh"],
      /no root of a cgroup v2 hierarchy is mounted here; mount it/,
    ],
  ] as const) {
    test(`${bar} is not adopted once it does`, async (t) => {
      const without = await startTracerBy(command, "refused", "--udp", "cgroup");
      t.after(() => removePins(without.pins));
      assert.match(without.said[0] ?? "", /"code":"UDP_LEFT_OUT"/);
      assert.match(without.said[0] ?? "", reason);
      await without.kill();
      const same = await startTracerBy(command, "refused", "--udp", "cgroup");
      t.after(() => same.kill());
      assert.match(same.said.join("\n"), /"code":"UDP_LEFT_OUT".*\n.*"code":"ADOPTED"/);
      await same.kill();
      const next = await startTracer("refused", "--udp", "cgroup");
      t.after(() => next.kill());
      assert.match(next.said[0] ?? "", /"code":"READY".*UDP: at the root cgroup/);
      assert.equal(readStatus(next.pins).flags & FLAGS.udp, FLAGS.udp);
      assert.equal(await next.stop(), 0);
    });
  }
});

test("--udp takes four words and no other", { skip: orSkip(lacks) }, async () => {
  const { exitCode, stderr } = await runTracer("--udp", "maybe");
  assert.equal(exitCode, 1);
  assert.match(stderr, /--udp takes on, off, functions or cgroup, not \\"maybe\\"/);
});

async function assertCounts(tracer: Tracer): Promise<void> {
  const running = await talk(await compileWorkload("talk"), {
    family: "4",
    connections: 3,
    request: 4099,
    response: 7,
  });
  try {
    const flows = readFlows(tracer.pins);
    for (const end of running.ends) assert.equal(flows.get(end.cookie)?.sent, end.sent);
    assert.ok(readPin(tracer.pins, "status").length > 0);
  } finally {
    await running.end();
  }
}
