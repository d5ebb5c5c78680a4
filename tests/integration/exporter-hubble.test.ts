import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { after, before, describe, test } from "node:test";
import { execa } from "execa";
import type { HubbleEvent } from "../../exporters/flow-exporter/hubble/event.ts";
import type { HubbleFlow } from "../../exporters/flow-exporter/model/hubble-flow.ts";
import { HubbleClient } from "../lib/hubble/client.ts";
import { skip } from "./exporter/requirements.ts";
import { Rig } from "./exporter/rig.ts";
import { BRIEF_BYTES, BRIEF_REQUEST, BRIEF_RESPONSE } from "./exporter/talk.ts";
import { eventually } from "./lib/eventually.ts";

const SERVER = "flowtally-test-hubble-server";
const CALLER = "flowtally-test-hubble-caller";
const SHOP = "hubble-test-shop";
const NODE = "hubble-test-node";
const PORT = 7321;

/** A client of Hubble's protocol, made with the library that others use, while containers talk. */
describe("flow-exporter as an observer of Hubble", { skip }, () => {
  const rig = new Rig("hubble", { tracerArgs: ["--udp=on"] });
  let client: HubbleClient;
  let target: string;
  let server: string;
  before(async () => {
    target = `127.0.0.1:${await freePort()}`;
    await rig.setUp({ env: { HUBBLE_LISTEN: target, FLOW_NODE: NODE, FLOW_UDP: "on" } });
    client = new HubbleClient(target);
    const compose = ["com.docker.compose.project", "com.docker.compose.service"];
    const labels = [`--label=${compose[0]}=${SHOP}`, `--label=${compose[1]}=web`];
    await rig.peers.container(SERVER, labels, "answer", `${PORT}`, ...BRIEF_BYTES);
    server = await rig.peers.addressOf(SERVER);
    await rig.peers.container(CALLER, [], "answer", "7329", ...BRIEF_BYTES);
  });
  after(async () => {
    client?.close();
    await rig.remove();
  });

  const talk = (count: number, port = PORT) =>
    execa("docker", ["exec", CALLER, "/peer", "brief", server, `${port}`, `${count}`, ...BRIEF_BYTES], {
      reject: false,
    });

  test("it tells what it is", async () => {
    await eventually(20, async () => {
      const { nodes } = await client.nodes();
      assert.deepEqual(
        nodes.map(({ name, state }) => [name, state]),
        [[NODE, "NODE_CONNECTED"]],
      );
      const status = await client.status();
      assert.ok(status.max_flows > 0 && status.uptime_ns > 0);
      const { namespaces } = await client.namespaces();
      assert.ok(namespaces.some(({ namespace }) => namespace === SHOP));
    });
  });

  test("a follower is told once of each connection that begins and of each that ends, by name", async () => {
    const allow = [{ source_pod: [CALLER], destination_pod: [`${SHOP}/${SERVER}`] }];
    const told = follow(client, { allow });
    await once(told.call, "metadata");
    await talk(50);
    await eventually(20, async () => assert.equal(told.flows.length, 100));
    const [first] = told.flows;
    assert.deepEqual(first?.destination?.namespace, SHOP);
    assert.deepEqual(
      [first?.nodeName, first?.verdict, first?.isReply, first?.direction, first?.l4?.destinationPort],
      [NODE, "FORWARDED", false, "INGRESS", PORT],
    );
    assert.equal(new Set(told.flows.map(({ uuid }) => uuid)).size, 100);
    const ended = told.flows.filter(({ l4 }) => l4?.flags.includes("FIN"));
    assert.equal(ended.length, 50);
    for (const { summary } of ended)
      assert.match(summary, new RegExp(`${BRIEF_REQUEST} B sent, ${BRIEF_RESPONSE} B received`));
    told.call.cancel();
  });

  test("what was is told as well, and what follows it comes once", async () => {
    const allow = [{ destination_port: [`${PORT}`] }];
    const all = await client.flows({ allow });
    assert.equal(all.length, 100);
    assert.deepEqual(
      all.map(({ timeMs }) => timeMs),
      all.map(({ timeMs }) => timeMs).toSorted((one, other) => one - other),
    );
    assert.deepEqual(await client.flows({ allow, number: 7 }), all.slice(-7));
    assert.deepEqual(await client.flows({ allow, number: 7, first: true }), all.slice(0, 7));
    const told = follow(client, { allow, number: 10 });
    await eventually(10, async () => assert.equal(told.flows.length, 10));
    await talk(5);
    await eventually(20, async () => assert.equal(told.flows.length, 20));
    assert.equal(new Set(told.flows.map(({ uuid }) => uuid)).size, 20);
    told.call.cancel();
  });

  test("a refused connect was forwarded, and answered with a reset", async () => {
    await talk(1, 7399);
    await eventually(20, async () => {
      const [syn, reset] = await client.flows({ allow: [{ destination_port: ["7399"] }, { source_port: ["7399"] }] });
      assert.deepEqual([syn?.verdict, syn?.isReply, syn?.l4?.flags], ["FORWARDED", false, ["SYN"]]);
      assert.deepEqual([reset?.verdict, reset?.isReply, reset?.l4?.flags], ["FORWARDED", true, ["RST", "ACK"]]);
      assert.equal(reset?.destination?.podName, CALLER);
    });
  });

  test("what cannot be asked for is refused by name", async () => {
    await assert.rejects(client.flows({ allow: [{ http_path: ["/x"] }] }), /UNIMPLEMENTED: http_path/);
    await assert.rejects(client.flows({ allow: [{ source_ip: ["nowhere"] }] }), /INVALID_ARGUMENT: ip: nowhere/);
    await assert.rejects(client.flows({ first: true, follow: true }), /INVALID_ARGUMENT: first/);
  });

  test("a relay is told of this node", async () => {
    const notified = client.peers();
    const [change] = (await once(notified, "data")) as [{ name: string; address: string; type: string }];
    assert.deepEqual(change, { name: NODE, address: target, type: "PEER_ADDED", tls: undefined });
    notified.on("error", () => {});
    notified.cancel();
  });
});

function follow(client: HubbleClient, asked: Parameters<HubbleClient["stream"]>[0]) {
  const call = client.stream({ ...asked, follow: true });
  const flows: HubbleFlow[] = [];
  call.on("data", (event: HubbleEvent) => {
    if (event.kind === "flow") flows.push(event.flow);
  });
  call.on("error", () => {});
  return { call, flows };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}
