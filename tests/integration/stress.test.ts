import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { createDocker } from "../../start/lib/docker.ts";
import { createHost } from "../../start/lib/host.ts";
import { eventually } from "./lib/eventually.ts";
import { containerOf, NAMES, prometheus, removeStack, testLauncher, testLaunching } from "./lib/test-stack.ts";

const docker = createDocker(createHost());
const LABEL = { filters: { label: ["flowtally.stress", `flowtally.project=${NAMES.project}`] } };

/** What must be in the table of each load, as moved. */
const MOVES = {
  disk: ["write system calls", "disk writes"],
  cpu: ["CPU of the container"],
  memory: ["memory of the container"],
  network: ["payload between the two", "sent by the container"],
  flows: ["connections opened", "connections closed", "payload sent", "payload received"],
};

async function traces(): Promise<string[]> {
  const [containers, networks] = await Promise.all([
    docker.listContainers({ all: true, ...LABEL }),
    docker.listNetworks(LABEL),
  ]);
  return [...containers.flatMap(({ Names }) => Names), ...networks.map(({ Name }) => Name)];
}

/** Resolves once the load's containers run. */
async function loaded(): Promise<void> {
  await eventually(40, async () => assert.equal((await docker.listContainers(LABEL)).length, 2));
}

/** Other work on the machine can hide a short load; the launcher's own advice is to try again with a longer one. */
const SECONDS = ["5", "15", "30"];

/** @returns what the launcher printed of the first run that was seen. */
async function seenLoad(name: string): Promise<string> {
  const unseen: string[] = [];
  for (const seconds of SECONDS) {
    const { exitCode, text } = await testLauncher("stress", name, "--seconds", seconds);
    console.log(text);
    if (exitCode === 0) return text;
    unseen.push(text);
    if (!/^LOAD_NOT_SEEN: /m.test(text)) break;
  }
  return assert.fail(unseen.join("\n"));
}

describe("the stress lab", () => {
  before(async () => {
    await testLauncher("stop");
    const started = await testLauncher();
    assert.equal(started.exitCode, 0, started.text);
  });
  after(removeStack);

  for (const [name, metrics] of Object.entries(MOVES)) {
    it(`moves with ${name}: ${metrics.join(", ")}; and leaves nothing`, async () => {
      const text = await seenLoad(name);
      for (const metric of metrics) assert.match(text, new RegExp(`^${metric} .* moved$`, "m"));
      assert.deepEqual(await traces(), []);
    });
  }

  it("counts every connection and byte that the load made", async () => {
    const { text } = await testLauncher("stress", "flows", "--seconds", "5");
    const [, made, counted] = /^made: +(.+)\ncounted: +(.+)$/m.exec(text) ?? [];
    assert.match(made ?? "", /^[\d,]{3,} connections, [\d,]{6,} bytes sent$/);
    assert.equal(counted, made);
  });

  it("is cancelled by Ctrl-C, and leaves nothing; a second load is refused meanwhile", async () => {
    const { start: load } = await testLaunching("stress", "network", "--seconds", "60");
    await loaded();
    const second = await testLauncher("stress", "flows");
    assert.equal(second.exitCode, 1, second.text);
    assert.match(second.text, new RegExp(`STRESS_RUNNING: .*\\n +why: process ${load.pid} `));
    load.kill("SIGINT");
    assert.equal((await load).exitCode, 130);
    assert.deepEqual(await traces(), []);
  });

  it("fails by name when the load does not show", async () => {
    const { start: load } = await testLaunching("stress", "flows", "--seconds", "5");
    await loaded();
    const exporter = docker.getContainer(containerOf("flow-exporter"));
    await exporter.pause();
    try {
      const { exitCode, all } = await load;
      assert.equal(exitCode, 1, all);
      assert.match(all ?? "", /LOAD_NOT_SEEN: .*connections opened/);
    } finally {
      await exporter.unpause();
    }
    assert.deepEqual(await traces(), []);
  });

  it("is not begun when it would not be seen", async () => {
    await docker.getContainer(containerOf("ebpf-exporter")).stop();
    await eventually(20, async () =>
      assert.equal(
        (await prometheus.query('up{job="ebpf-exporter"}'))[0]?.value,
        0,
        "Prometheus has not missed it yet",
      ),
    );
    const down = await testLauncher("stress", "disk", "--seconds", "5");
    assert.equal(down.exitCode, 1);
    assert.match(down.text, /TARGET_DOWN: .*ebpf-exporter/);
    await testLauncher("stop");
    const stopped = await testLauncher("stress", "disk");
    assert.equal(stopped.exitCode, 1);
    assert.match(stopped.text, /STACK_NOT_RUNNING/);
  });

  it("refuses loads it does not know", async () => {
    const { exitCode, text } = await testLauncher("stress", "gpu");
    assert.equal(exitCode, 2);
    assert.match(text, /^Unknown load "gpu"\. Did you mean cpu\? The loads are disk, cpu, memory, network, flows\.$/);
  });
});
