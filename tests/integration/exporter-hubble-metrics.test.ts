import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, test } from "node:test";
import type { Graph } from "../../exporters/flow-exporter/outputs/http/answers.ts";
import { skip } from "./exporter/requirements.ts";
import { Rig } from "./exporter/rig.ts";
import { BRIEF_BYTES } from "./exporter/talk.ts";
import { eventually } from "./lib/eventually.ts";

const SERVER = "flowtally-test-told-server";
const CLIENT = "flowtally-test-told-client";
const ABROAD = "prod/api-0";
const PORT = 7431;

/** Containers that really talk, and a Prometheus that says of them what Hubble would. */
describe("flow-exporter beside Hubble's metrics", { skip }, () => {
  const rig = new Rig("hubble-metrics");
  let prometheus: Server;
  before(async () => {
    prometheus = createServer((_request, response) => {
      response.writeHead(200, { "content-type": "application/json" }).end(ANSWER);
    }).listen(0, "127.0.0.1");
    await once(prometheus, "listening");
    const { port } = prometheus.address() as AddressInfo;
    const sources = { FLOW_SOURCES: "kernel,hubble-metrics", FLOW_PROMETHEUS: `http://127.0.0.1:${port}` };
    await rig.setUp({ env: sources });
    await rig.peers.container(SERVER, [], "answer", `${PORT}`, ...BRIEF_BYTES);
    await rig.peers.container(CLIENT, [], "call", await rig.peers.addressOf(SERVER), `${PORT}`, "1", ...BRIEF_BYTES);
  });
  after(async () => {
    prometheus.close();
    await rig.remove();
  });

  const graph = async (query = "") => (await (await fetch(`${rig.exporter.url}/api/graph${query}`)).json()) as Graph;
  const linkTo = ({ links }: Graph, source: string) =>
    links.find((link) => link.source === source && link.destination === SERVER) ?? assert.fail(source);

  test("a link that both see has the kernel's bytes and Hubble's verdicts, answers turned round", async () => {
    // It may have asked before the containers were there, and asks every 15 seconds.
    await eventually(40, async () => assert.equal(linkTo(await graph(), CLIENT).origins.length, 2));
    const link = linkTo(await graph(), CLIENT);
    assert.deepEqual([link.origins, link.destination_port], [["kernel", "hubble-metrics"], PORT]);
    assert.ok(link.sent_bytes > 0 && link.opened === 1);
    const [told] = link.observed;
    assert.deepEqual([told?.events, told?.replies, told?.verdicts], [9, 4, [{ name: "FORWARDED", count: 9 }]]);
  });

  test("a link that Hubble alone sees has no bytes", async () => {
    const shown = await graph("?origin=hubble-metrics&verdict=DROPPED");
    const link = linkTo(shown, ABROAD);
    assert.deepEqual([link.origins, link.destination_port, link.sent_bytes], [["hubble-metrics"], 0, 0]);
    assert.equal(shown.links.length, 1);
    assert.deepEqual(shown.nodes.find(({ id }) => id === ABROAD)?.origins, ["hubble-metrics"]);
  });

  test("its health is told", async () => {
    const response = await fetch(`${rig.exporter.url}/healthz`);
    const { sources } = (await response.json()) as { sources: Record<string, { up: boolean }> };
    assert.equal(sources["hubble-metrics"]?.up, true);
  });
});

const flows = (source: string, destination: string, verdict: string, count: number) => ({
  metric: {
    __name__: "hubble_flows_processed_total",
    ...{ job: "hubble", instance: "a:9965", protocol: "TCP", type: "Trace", subtype: "to-endpoint" },
    ...{ source, destination, verdict },
  },
  value: [1_900_000_000, String(count)],
});

const ANSWER = JSON.stringify({
  status: "success",
  data: {
    resultType: "vector",
    result: [
      flows(CLIENT, SERVER, "FORWARDED", 5),
      flows(SERVER, CLIENT, "FORWARDED", 4),
      flows(ABROAD, SERVER, "DROPPED", 3),
    ],
  },
});
