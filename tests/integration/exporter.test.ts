import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { skip } from "./exporter/requirements.ts";
import { Rig } from "./exporter/rig.ts";
import { scrape, scrapeEdge } from "./exporter/scrape.ts";
import { BYTES, REQUEST, RESPONSE, talkOn } from "./exporter/talk.ts";
import { startExporter } from "./exporter/unprivileged.ts";
import { eventually } from "./lib/eventually.ts";

const SERVER = "flowtally-test-server";
const CLIENT = "flowtally-test-client";
const CONNECTIONS = 23;
const { sent, received, open } = talkOn(CONNECTIONS);
const EXPECTED = { sent, received, open };
/** Docker's default bridge: an address of the host that published ports are reached at. */
const BRIDGE = "172.17.0.1";

describe("flow-exporter, as a user without rights", { skip }, () => {
  const rig = new Rig("exporter");
  before(async () => {
    await rig.setUp();
    await rig.peers.container(SERVER, ["--publish", `${BRIDGE}:7400:7300`], "serve", "7300", ...BYTES);
  });
  after(() => rig.remove());

  const call = (address: string, port: string) => ["call", address, port, `${CONNECTIONS}`, ...BYTES];
  const serverCalled = async () => call(await rig.peers.addressOf(SERVER), "7300");

  test("two containers are one edge, exact to the byte", async () => {
    await rig.peers.container(CLIENT, [], ...(await serverCalled()));
    await eventually(15, async () => assert.deepEqual(await edge(CLIENT, SERVER), EXPECTED));
    assert.equal(await edge(SERVER, CLIENT), undefined);
  });

  test("/api/flows has each connection with its process", async () => {
    const { total, flows } = await askJson(`/api/flows?container=${CLIENT}&limit=1`);
    assert.equal(total, CONNECTIONS);
    const { source, destination, destination_port, sent_bytes, received_bytes, state, comm } = flows[0];
    assert.deepEqual(
      { source, destination, destination_port, sent_bytes, received_bytes, state, comm },
      {
        source: CLIENT,
        destination: SERVER,
        destination_port: 7300,
        sent_bytes: REQUEST,
        received_bytes: RESPONSE,
        state: "ESTABLISHED",
        comm: "peer",
      },
    );
  });

  test("a container on the host's network is named by itself, not by the host", async () => {
    const name = "flowtally-test-hostnet";
    await rig.peers.container(name, ["--network=host"], ...(await serverCalled()));
    await eventually(15, async () => assert.deepEqual(await edge(name, SERVER), EXPECTED));
  });

  test("containers that share a namespace are distinguished, on loopback too", async () => {
    const name = "flowtally-test-sidecar";
    await rig.peers.container(name, [`--network=container:${SERVER}`], ...call("127.0.0.1", "7300"));
    await eventually(15, async () => assert.deepEqual(await edge(name, SERVER), EXPECTED));
  });

  test("a host process at a published port reaches the container behind it, counted once", async () => {
    await rig.peers.process("caller", call(BRIDGE, "7400"));
    await eventually(15, async () => assert.deepEqual(await edge("host/caller", SERVER), EXPECTED));
    const text = await metrics();
    assert.doesNotMatch(text, /source="host\/caller",destination="(?!flowtally-test-server")/);
  });

  test("the total outlives its containers", async () => {
    await rig.peers.removeContainer(CLIENT);
    await rig.peers.removeContainer(SERVER);
    await eventually(15, async () => {
      for (const source of [CLIENT, "host/caller"]) {
        assert.deepEqual(await edge(source, SERVER), { ...EXPECTED, open: 0 });
      }
    });
  });

  test("a tracer that was killed shows as the reason, and the next one heals it, totals kept", async () => {
    const before = await edge("host/caller", SERVER);
    await rig.tracer.kill();
    await eventually(15, async () => {
      const response = await fetch(`${rig.exporter.url}/healthz`);
      assert.equal(response.status, 503);
      assert.match(((await response.json()) as { error: { message: string } }).error.message, /the tracer is gone/);
    });
    assert.match(await metrics(), /^flow_source_up\{flow_source="flow-tracer"\} 0$/m);
    await rig.startTracer();
    await eventually(15, async () => {
      assert.equal((await fetch(`${rig.exporter.url}/healthz`)).status, 200);
      assert.deepEqual(await edge("host/caller", SERVER), before);
    });
  });

  test("SIGTERM ends it within two seconds, exit code 0", async () => {
    const other = await startExporter(rig.tracer.pins);
    const { exitCode, seconds } = await other.stop();
    assert.equal(exitCode, 0);
    assert.ok(seconds < 2, `${seconds} s`);
  });

  const askJson = async (path: string) => {
    const response = await fetch(`${rig.exporter.url}${path}`);
    assert.equal(response.status, 200);
    return JSON.parse(await response.text());
  };
  const metrics = () => scrape(rig.exporter.url);

  /** The counters of one edge to the server's port; undefined where there is none. */
  async function edge(source: string, destination: string) {
    const counters = await scrapeEdge(rig.exporter.url, { source, destination, port: 7300 });
    if (!counters) return undefined;
    const { sent, received, open } = counters;
    return { sent, received, open };
  }
});
