import assert from "node:assert/strict";
import { readFile, rm, writeFile } from "node:fs/promises";
import { after, before, describe, it } from "node:test";
import type Docker from "dockerode";
import { execa } from "execa";
import { createDocker } from "../../start/lib/docker.ts";
import { createHost } from "../../start/lib/host.ts";
import { eventually } from "./lib/eventually.ts";
import { ROOT } from "./lib/launcher.ts";
import { createSandbox, type Sandbox } from "./lib/sandbox.ts";
import { named } from "./lib/talkers.ts";
import { containerOf, LAYOUT, NAMES, prometheus, removeStack, testLauncher } from "./lib/test-stack.ts";

const MEBIBYTE = 2 ** 20;
const WINDOW = ["--window", "30s"];

/** Holds as many MiB as it is asked to. */
const STEADY = `
const { hold } = JSON.parse(process.env.SETTINGS);
globalThis.held = Buffer.alloc(hold * 2 ** 20, 1);
setInterval(() => {}, 1000);
console.log("held");`;

/** Holds them until it is told to let go. */
const SPIKE = `${STEADY}
process.on("SIGUSR2", () => {
  globalThis.held = undefined;
  require("node:v8").setFlagsFromString("--expose-gc");
  require("node:vm").runInNewContext("gc")();
});`;

/** A peak seen by one scrape stays in it for fifteen seconds after the tuner has enough data. */
const SPIKE_WINDOW = "45s";

const HOLD = 80;
const STEADY_NAME = named("tune-steady");
const SPIKE_NAME = named("tune-spike");

const docker = createDocker(createHost());
let sandbox: Sandbox;
let nodeImage = "";
let keptBefore: string | undefined;

async function limitOf(container: string): Promise<number> {
  const { HostConfig, State } = await docker.getContainer(container).inspect();
  assert.ok(State.Running, `${container} no longer runs`);
  return (HostConfig.Memory ?? 0) / MEBIBYTE;
}

/** Prometheus' own arithmetic, in MiB, over the samples the tuner saw as well. */
async function workingSet(aggregate: "avg" | "max", container: string, window = "30s"): Promise<number> {
  const selector = `container_memory_working_set_bytes{name="${container}"}`;
  const [sample] = await prometheus.query(`${aggregate}_over_time(${selector}[${window}])`);
  assert.ok(sample, `Prometheus knows no memory of ${container}`);
  return sample.value / MEBIBYTE;
}

function assertNear(actual: number, expected: number, share: number): void {
  assert.ok(Math.abs(actual - expected) <= expected * share + 1, `${actual} MiB, expected about ${expected}`);
}

describe("tuning a memory limit", () => {
  before(async () => {
    await testLauncher("stop");
    keptBefore = await readFile(LAYOUT.memoryLimits, "utf8").catch(() => undefined);
    await rm(LAYOUT.memoryLimits, { force: true });
    const started = await testLauncher();
    assert.equal(started.exitCode, 0, started.text);
    nodeImage = (await docker.getContainer(containerOf("flow-exporter")).inspect()).Config.Image;
    sandbox = await createSandbox(docker, nodeImage, named("flowtally-test-tune"));
    await Promise.all([
      sandbox.run(STEADY_NAME, STEADY, { hold: HOLD }, "held"),
      sandbox.run(SPIKE_NAME, SPIKE, { hold: 3 * HOLD }, "held"),
    ]);
  });

  after(async () => {
    await sandbox?.remove();
    await removeStack();
    await rm(LAYOUT.memoryLimits, { force: true });
    if (keptBefore !== undefined) await writeFile(LAYOUT.memoryLimits, keptBefore);
  });

  it("says that it is too early, and when it will not be", async () => {
    const { exitCode, text } = await testLauncher("tune", "--container", STEADY_NAME, "--window", "15m");
    assert.equal(exitCode, 1);
    assert.match(text, /TOO_LITTLE_DATA: .*\n +why: Prometheus has \d+ samples.*\n +fix: try again in \d+/);
  });

  it("waits until there is enough data", async () => {
    const { exitCode, text } = await testLauncher("tune", "--when-ready", "--container", STEADY_NAME, ...WINDOW);
    assert.equal(exitCode, 0, text);
    assert.match(text, /^waiting: .*samples/m);
    assert.ok((await limitOf(STEADY_NAME)) > HOLD);
  });

  it("keeps a peak that average + 20 % would not hold as the floor, unless --exact", async () => {
    const inWindow = (aggregate: "avg" | "max") => workingSet(aggregate, SPIKE_NAME, SPIKE_WINDOW);
    await eventually(30, async () => assert.ok((await inWindow("max")) > 3 * HOLD));
    await docker.getContainer(SPIKE_NAME).kill({ signal: "SIGUSR2" });
    await eventually(30, async () => assert.ok((await inWindow("avg")) * 1.2 < (await inWindow("max"))));
    const floor = await testLauncher("tune", "--when-ready", "--container", SPIKE_NAME, "--window", SPIKE_WINDOW);
    assert.equal(floor.exitCode, 0, floor.text);
    assert.match(floor.text, /The peak, because average \+ 20 % would be below it/);
    assertNear(await limitOf(SPIKE_NAME), await inWindow("max"), 0.001);
    const exact = await testLauncher("tune", "--exact", "--container", SPIKE_NAME, "--window", SPIKE_WINDOW);
    assert.equal(exact.exitCode, 0, exact.text);
    assert.match(exact.text, /the peak was higher/);
    // Samples leave the window between this reading and the tuner's.
    assertNear(await limitOf(SPIKE_NAME), (await inWindow("avg")) * 1.2, 0.25);
    assert.ok((await limitOf(SPIKE_NAME)) < (await inWindow("max")));
  });

  it("sets average + 20 % while the container runs, once its start is out of the window", async () => {
    await eventually(40, async () => {
      const { text } = await testLauncher("tune", "--container", STEADY_NAME, ...WINDOW);
      assert.match(text, /Average \+ 20 %\./);
    });
    const average = await workingSet("avg", STEADY_NAME);
    assert.ok(average > HOLD, `${average} MiB`);
    assertNear(await limitOf(STEADY_NAME), average * 1.2, 0.03);
    const { HostConfig } = await docker.getContainer(STEADY_NAME).inspect();
    assert.equal(HostConfig.MemorySwap, 2 * (HostConfig.Memory ?? 0), "as at a start with that limit");
  });

  it("keeps a service's limit where Compose reads it at the next start", async () => {
    await eventually(30, async () => {
      const { exitCode, text } = await testLauncher("tune", "--container", containerOf("prometheus"), ...WINDOW);
      assert.equal(exitCode, 0, text);
    });
    const limit = await limitOf(containerOf("prometheus"));
    const { stdout } = await execa("docker", ["compose", "--env-file", LAYOUT.env, "config", "--format", "json"], {
      cwd: ROOT,
    });
    const { name, services } = JSON.parse(stdout) as { name: string; services: Record<string, { mem_limit?: string }> };
    assert.equal(name, NAMES.project);
    assert.equal(services.prometheus?.mem_limit, String(limit * MEBIBYTE));
    const kept = JSON.parse(await readFile(LAYOUT.memoryLimits, "utf8"));
    assert.deepEqual(kept, { prometheus: { limit: `${limit}m`, insteadOf: "1g" } });
    assert.match((await testLauncher("status")).stdout, new RegExp(`prometheus .* of ${limit} MiB`));
  });

  it("changes nothing in a dry run, and goes back to the setting with --reset", async () => {
    const container = containerOf("prometheus");
    const before = await limitOf(container);
    await eventually(30, async () => {
      const dry = await testLauncher("tune", "--dry-run", "--container", container, ...WINDOW);
      assert.match(dry.text, /would be .*\n.*\nDry run: nothing was changed\./);
    });
    assert.equal(await limitOf(container), before);
    const reset = await testLauncher("tune", "--reset", "--container", container);
    assert.match(reset.text, /reset to 1024 MiB, as PROMETHEUS_MEMORY says/);
    assert.equal(await limitOf(container), 1024);
    assert.deepEqual(JSON.parse(await readFile(LAYOUT.memoryLimits, "utf8")), {});
    const stranger = await testLauncher("tune", "--reset", "--container", STEADY_NAME);
    assert.match(stranger.text, /NO_SETTING: /);
  });

  it("lists the containers there are when it is given a name it does not know", async () => {
    const { exitCode, text } = await testLauncher("tune", "--container", "promtheus");
    assert.equal(exitCode, 1);
    assert.match(
      text,
      new RegExp(`NO_CONTAINER: .*\n.*\n +fix: name one that is running: .*${containerOf("prometheus")}`),
    );
  });

  it("names a Grafana that does not run, with the reason", async (t) => {
    if (await isThere(docker, containerOf("grafana"))) return t.skip("Grafana runs here");
    const { exitCode, text } = await testLauncher("tune");
    assert.equal(exitCode, 1);
    assert.match(text, /NO_GRAFANA: .*\n +why: image not found/);
  });

  it("names a Prometheus that does not answer", async () => {
    await testLauncher("stop");
    const { exitCode, text } = await testLauncher("tune", "--container", STEADY_NAME, ...WINDOW);
    assert.equal(exitCode, 1);
    assert.match(text, /NO_PROMETHEUS: .*\n +why: .*ECONNREFUSED/);
  });
});

async function isThere(client: Docker, container: string): Promise<boolean> {
  return client
    .getContainer(container)
    .inspect()
    .then(
      () => true,
      () => false,
    );
}
