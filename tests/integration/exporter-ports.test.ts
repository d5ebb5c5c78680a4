import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { createNamespace, type Namespace } from "./exporter/namespace.ts";
import { skip } from "./exporter/requirements.ts";
import { Rig } from "./exporter/rig.ts";
import { type EdgeCounters, keyOf, scrapeEdges } from "./exporter/scrape.ts";
import { BYTES, talkOn } from "./exporter/talk.ts";
import { eventually } from "./lib/eventually.ts";

const SERVER = "flowtally-test-behind";
const OTHER = "flowtally-test-other";
const [PORT, OTHER_PORT] = [7300, 7301];
/** One port of the host, published for both at different addresses. */
const PUBLISHED = 7410;
/** Docker's default bridge: an address of the host. */
const BRIDGE = "172.17.0.1";
const CONNECTIONS = 7;
const EXPECTED = talkOn(CONNECTIONS);
/** What `peer mirror` sends each way at once. */
const ROUND_BYTES = 1000;
const ROUNDS = 7;

/** Other engines on this machine have proxies too. */
const isProxys = (key: string) => key.includes("docker-proxy") && /_port="7[34][01][01]"/.test(key);

/** Every flow at a published port, whichever way it takes, is one edge to the container and the port behind it. */
describe("flow-exporter and published ports", { skip }, () => {
  const rig = new Rig("ports");
  let namespace: Namespace;
  before(async () => {
    namespace = await createNamespace();
    await rig.setUp();
    const published = [`127.0.0.1:${PUBLISHED}`, `${BRIDGE}:${PUBLISHED}`, "7411"].map(
      (at) => `--publish=${at}:${PORT}`,
    );
    await rig.peers.container(SERVER, published, "serve", `${PORT}`, ...BYTES);
    const other = [`--publish=${namespace.hostAddress}:${PUBLISHED}:${OTHER_PORT}`];
    await rig.peers.container(OTHER, other, "serve", `${OTHER_PORT}`, ...BYTES);
  });
  after(async () => {
    await rig.remove();
    await namespace?.remove();
  });

  const called = (address: string, port = PUBLISHED) => ["call", address, `${port}`, `${CONNECTIONS}`, ...BYTES];

  /** All that is known of `source`, and of Docker's proxy at these ports, is this one edge. */
  const isOneEdge = async (source: string, destination: string, port: number, counters: EdgeCounters = EXPECTED) => {
    const edge = keyOf({ source, destination, port });
    await eventually(15, async () => {
      const edges = [...(await scrapeEdges(rig.exporter.url))];
      const found = edges.filter(([key]) => key.startsWith(`source="${source}"`) || isProxys(key));
      assert.deepEqual(Object.fromEntries(found), { [edge]: counters });
    });
  };

  test("from the host at its loopback, through Docker's proxy", async () => {
    await rig.peers.process("loopback", called("127.0.0.1"));
    await isOneEdge("host/loopback", SERVER, PORT);
  });

  test("from the host at its bridge, where the kernel rewrites the address", async () => {
    await rig.peers.process("bridge", called(BRIDGE));
    await isOneEdge("host/bridge", SERVER, PORT);
  });

  for (const [name, address] of [
    ["all-loopback", "127.0.0.1"],
    ["all-bridge", BRIDGE],
  ] as const) {
    test(`from the host at ${address}, where the port is published for all addresses`, async () => {
      await rig.peers.process(name, called(address, 7411));
      await isOneEdge(`host/${name}`, SERVER, PORT);
    });
  }

  test("no published port: from the host's loopback to another address of the host, both ends are one flow", async () => {
    const bytes = `${ROUNDS * ROUND_BYTES}`;
    await rig.peers.process("two-addresses", ["mirror", "tcp", BRIDGE, "7302", "127.0.0.1", "0", bytes]);
    const carried = ROUNDS * ROUND_BYTES;
    const counters = { ...talkOn(1), sent: carried, received: carried };
    await isOneEdge("host/two-addresses", "host/two-addresses", 7302, counters);
  });

  test("from the host, at another address where another container has the same port", async () => {
    await rig.peers.process("another", called(namespace.hostAddress));
    await isOneEdge("host/another", OTHER, OTHER_PORT);
  });

  test("from a network namespace that is no container's, at the bridge's address", async () => {
    await rig.peers.process("netns", called(BRIDGE), namespace.within);
    await isOneEdge("host/netns", SERVER, PORT);
  });

  test("from a network namespace, at a port published for all addresses", async () => {
    await rig.peers.process("netns-all", called(namespace.hostAddress, 7411), namespace.within);
    await isOneEdge("host/netns-all", SERVER, PORT);
  });

  test("from a container beside it on the same network, out to the host and back", async () => {
    const name = "flowtally-test-hairpin";
    await rig.peers.container(name, [], ...called(BRIDGE));
    await isOneEdge(name, SERVER, PORT);
  });

  test("from that container at the gateway of their network, an address the host has had for seconds", async () => {
    const name = "flowtally-test-gateway";
    await rig.peers.container(name, [], ...called(await rig.peers.gateway(), 7411));
    await isOneEdge(name, SERVER, PORT);
  });

  test("connections that close, through Docker's proxy, count once each", async () => {
    await rig.peers.process("closing", ["reset", "127.0.0.1", `${PUBLISHED}`, `${CONNECTIONS}`, ...BYTES]);
    await isOneEdge("host/closing", SERVER, PORT, { ...EXPECTED, open: 0, closed: CONNECTIONS });
  });

  test("what the container leaves half-closed stays with it", async () => {
    await rig.peers.process("bereft", called("127.0.0.1"));
    await isOneEdge("host/bereft", SERVER, PORT);
    await rig.peers.removeContainer(SERVER);
    await isOneEdge("host/bereft", SERVER, PORT, { ...EXPECTED, open: 0 });
  });
});
