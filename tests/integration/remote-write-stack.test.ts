import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { createDocker } from "../../start/lib/docker.ts";
import { createHost } from "../../start/lib/host.ts";
import { listContainers } from "../../start/stack/containers.ts";
import { startVictoriaMetrics, type VictoriaMetrics } from "../lib/victoria-metrics.ts";
import { skipWithoutVictoriaMetrics } from "../lib/victoria-metrics-programs.ts";
import { addressesOf, answersUnderForeignName } from "./lib/addresses.ts";
import { eventually } from "./lib/eventually.ts";
import { containerOf, LAYOUT, NAMES, prometheus, removeStack, testLauncher, writeSettings } from "./lib/test-stack.ts";

const ALICE = { user: "alice", password: "hidden-from-all" };
const docker = createDocker(createHost());

/** The stack that sends to a storage on this machine. */
describe("a stack with remote write", { skip: skipWithoutVictoriaMetrics() }, () => {
  let folder = "";
  let config = "";
  let victoria: VictoriaMetrics;

  async function startWith(changes: Record<string, string>): Promise<void> {
    await writeSettings(config, changes);
    const { exitCode, text } = await testLauncher("--config", config);
    assert.equal(exitCode, 0, text);
    assert.doesNotMatch(text, new RegExp(ALICE.password));
  }

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "flowtally-remote-write-"));
    config = path.join(folder, "remote-write.monitoring");
    victoria = await startVictoriaMetrics([ALICE]);
    await testLauncher("stop");
    await startWith({
      NODE_NAME: "rack-1",
      REMOTE_WRITE_URL: `http://host.docker.internal:${victoria.port}/api/v1/write`,
      REMOTE_WRITE_USER: ALICE.user,
      REMOTE_WRITE_PASSWORD: ALICE.password,
    });
  });
  after(async () => {
    await removeStack();
    await victoria?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  it("stores flows and whether each service is up under the node's name", async () => {
    const jobs = (await prometheus.query("up == 1")).map(({ labels }) => labels.job).sort();
    assert.ok(jobs.includes("flow-exporter") && jobs.includes("prometheus"), jobs.join());
    await eventually(60, async () => {
      const there = await victoria.series('up{node="rack-1"}');
      assert.deepEqual(there.map(({ job }) => job).sort(), jobs);
      assert.notEqual((await victoria.series('flow_sent_bytes_total{node="rack-1"}')).length, 0);
    });
  });

  it("leaves Prometheus' own series as they are without it", async () => {
    const found = await prometheus.query('{__name__=~"up|flow_collect_age_seconds"}');
    assert.deepEqual(new Set(found.map(({ labels }) => labels.node)), new Set([undefined]));
    assert.equal((await prometheus.query('up{job="prometheus", instance="localhost:9090"}'))[0]?.value, 1);
  });

  it("has a way out for Prometheus, and none to it for pages of this machine", async () => {
    const addresses = await addressesOf([docker.getContainer(containerOf("prometheus"))]);
    assert.ok(addresses.length >= 3, addresses.join(" "));
    assert.deepEqual(await answersUnderForeignName(addresses, [9090]), []);
  });

  it("has the password in one file that only the launcher's user and Prometheus can read", async () => {
    assert.equal(await readFile(LAYOUT.remoteWriteSecret, "utf8"), ALICE.password);
    for (const file of [LAYOUT.env, LAYOUT.state, LAYOUT.startLog, path.join(LAYOUT.targets, "main/prometheus.yml")]) {
      assert.doesNotMatch(await readFile(file, "utf8"), new RegExp(ALICE.password), file);
    }
    for (const { id } of await listContainers(docker, NAMES.project)) {
      assert.doesNotMatch(JSON.stringify(await docker.getContainer(id).inspect()), new RegExp(ALICE.password));
    }
  });

  it("tells in the status how it goes", async () => {
    await eventually(60, async () => {
      const { stdout } = await testLauncher("status", "--config", config);
      assert.match(stdout, /^remote write: to http:\/\/host\.docker\.internal:\d+, up to date$/m);
    });
  });

  it("is over, and so is the way out, once the setting is empty", async () => {
    await startWith({});
    const { NetworkSettings } = await docker.getContainer(containerOf("prometheus")).inspect();
    assert.deepEqual(Object.keys(NetworkSettings.Networks), [`${NAMES.project}_backend`]);
    const { stdout } = await testLauncher("status", "--config", config);
    assert.doesNotMatch(stdout, /remote write/);
  });
});
