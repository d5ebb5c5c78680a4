import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { networkInterfaces, tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { createDocker } from "../../start/lib/docker.ts";
import { createHost } from "../../start/lib/host.ts";
import { listContainers } from "../../start/stack/containers.ts";
import { CILIUM_PARTS, type CiliumNode, startCiliumNode } from "../lib/cilium-scrape.ts";
import { startVictoriaMetrics, type VictoriaMetrics } from "../lib/victoria-metrics.ts";
import { skipWithoutVictoriaMetrics } from "../lib/victoria-metrics-programs.ts";
import { addressesOf, answersUnderForeignName } from "./lib/addresses.ts";
import { eventually } from "./lib/eventually.ts";
import { containerOf, LAYOUT, NAMES, prometheus, removeStack, testLauncher, writeSettings } from "./lib/test-stack.ts";

const ALICE = { user: "alice", password: "hidden-from-all" };
const docker = createDocker(createHost());
/** Of Cilium, not of the stack. */
const CILIUM = 'job=~"cilium-.+|hubble.*"';
const OWN = 'job!~"cilium-.+|hubble.*"';
/** This machine as a node of a cluster, once by name and, where it has such an address, by IPv6. */
const NODES = ["host.docker.internal", ...addressesOutside("IPv6").slice(0, 1)];

/** By which this machine is reached from elsewhere. */
function addressesOutside(family: "IPv4" | "IPv6"): string[] {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const outside = all.filter((one) => one.family === family && !one.internal && !one.address.startsWith("fe80"));
  return outside.map(({ address }) => address);
}

/** The stack that sends to a storage on this machine, and asks a node with Cilium there. */
describe("a stack with remote write", { skip: skipWithoutVictoriaMetrics() }, () => {
  let folder = "";
  let config = "";
  let victoria: VictoriaMetrics;
  let cilium: CiliumNode;
  const remoteWrite = () => ({
    NODE_NAME: "rack-1",
    REMOTE_WRITE_URL: `http://host.docker.internal:${victoria.port}/api/v1/write`,
    REMOTE_WRITE_USER: ALICE.user,
    REMOTE_WRITE_PASSWORD: ALICE.password,
  });

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
    cilium = await startCiliumNode("::");
    await testLauncher("stop");
    await startWith({ ...remoteWrite(), CILIUM_NODES: NODES.join() });
  });
  after(async () => {
    await removeStack();
    await victoria?.[Symbol.asyncDispose]();
    await cilium?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  it("stores flows and whether each service is up under the node's name", async () => {
    const jobs = (await prometheus.query(`up{${OWN}} == 1`)).map(({ labels }) => labels.job).sort();
    assert.ok(jobs.includes("flow-exporter") && jobs.includes("prometheus"), jobs.join());
    await eventually(60, async () => {
      const there = await victoria.series('up{node="rack-1"}');
      assert.deepEqual(there.map(({ job }) => job).sort(), jobs);
      assert.notEqual((await victoria.series('flow_sent_bytes_total{node="rack-1"}')).length, 0);
    });
  });

  it("leaves Prometheus' own series as they are without it", async () => {
    const found = await prometheus.query(`{__name__=~"up|flow_collect_age_seconds", ${OWN}}`);
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

  it("has all five parts of each node of Cilium, under its name, and their labels as they are", async () => {
    await eventually(40, async () => {
      const up = await prometheus.query(`up{${CILIUM}} == 1`);
      const found = Object.groupBy(up, ({ labels }) => labels.node ?? "");
      assert.deepEqual(Object.keys(found).sort(), [...NODES].sort());
      for (const node of NODES) assert.equal(found[node]?.length, CILIUM_PARTS.length, node);
    });
    const [flows] = await prometheus.query(
      'hubble_flows_processed_total{source="shop/frontend-6d4cf56db6-x2x9k", subtype="to-overlay"}',
    );
    assert.deepEqual([flows?.labels.job, flows?.labels.destination], ["hubble", "shop/cart-7c9f8d5b64-lq2wz"]);
    await eventually(40, async () => {
      const rate = await prometheus.query('sum by (node) (rate(cilium_forward_bytes_total{direction="EGRESS"}[1m]))');
      assert.ok(rate.length === NODES.length && rate.every(({ value }) => value > 0), JSON.stringify(rate));
    });
    const { stdout } = await testLauncher("status", "--config", config);
    assert.match(stdout, /^cilium: of \d nodes? answer cilium-agent \d, .* hubble-relay \d$/m);
  });

  it("takes another node in, and Prometheus is not started anew for it", async () => {
    const startedAt = async () => (await docker.getContainer(containerOf("prometheus")).inspect()).State.StartedAt;
    const before = await startedAt();
    const another = addressesOutside("IPv4")[0] ?? assert.fail("this machine has no address but loopback's");
    await startWith({ ...remoteWrite(), CILIUM_NODES: [...NODES, another].join() });
    assert.equal(await startedAt(), before);
    await eventually(40, async () =>
      assert.equal((await prometheus.query(`up{${CILIUM}, node="${another}"} == 1`)).length, CILIUM_PARTS.length),
    );
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
