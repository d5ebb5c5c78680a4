import assert from "node:assert/strict";
import { test } from "node:test";
import { HubbleMetrics } from "../../../../../exporters/flow-exporter/outputs/hubble/metrics.ts";
import { hubbleFlow } from "../../../../lib/hubble/flow.ts";

const BEGUN = hubbleFlow();
const ENDED = hubbleFlow({ l4: { protocol: "TCP", sourcePort: 40_000, destinationPort: 5432, flags: ["FIN", "ACK"] } });
const WORLD = { ...hubbleFlow().destination, namespace: "", podName: "", labels: ["reserved:world"] };

function countsOf(...events: Parameters<HubbleMetrics["count"]>[0][]) {
  const metrics = new HubbleMetrics(3);
  for (const event of events) metrics.count(event);
  const lines = (samples: Iterable<readonly [number, Record<string, string>]>) =>
    [...samples].map(([count, labels]) => `${Object.values(labels).join(" ")} ${count}`);
  const { flows, flags, ports, world } = metrics;
  return { flows: lines(flows), flags: lines(flags), ports: lines(ports), world: lines(world) };
}

test("events are counted by pod, verdict and where they were seen, flags by kind", () => {
  assert.deepEqual(countsOf(BEGUN, BEGUN, ENDED), {
    flows: ["Trace to-endpoint FORWARDED TCP shop/web store/db 3"],
    flags: ["SYN IPv4 2", "FIN IPv4 1"],
    ports: ["TCP 5432 3"],
    world: [],
  });
});

test("the world is counted apart; an answer is neither of a port nor to the world", () => {
  const destination = WORLD as NonNullable<typeof BEGUN.destination>;
  const outward = hubbleFlow({ destination, eventType: { type: 4, subType: 11 }, sourceAddress: "fd00::1" });
  const answer = hubbleFlow({ isReply: true, source: destination });
  assert.deepEqual(countsOf(outward, answer), {
    flows: [
      "Trace to-network FORWARDED TCP shop/web reserved:world 1",
      "Trace to-endpoint FORWARDED TCP reserved:world store/db 1",
    ],
    flags: ["SYN IPv6 1", "SYN IPv4 1"],
    ports: ["TCP 5432 1"],
    world: ["TCP FORWARDED shop/web 1"],
  });
});

test("what was dropped has no flags that came through, and no port", () => {
  const dropped = hubbleFlow({ verdict: "DROPPED", isReply: undefined, eventType: { type: 1, subType: 133 } });
  assert.deepEqual(countsOf(dropped), {
    flows: ["Drop  DROPPED TCP shop/web store/db 1"],
    flags: [],
    ports: [],
    world: [],
  });
});

test("beyond a bound all are one series more, and none is left out", () => {
  const from = (podName: string) =>
    hubbleFlow({ source: { ...(BEGUN.source as NonNullable<typeof BEGUN.source>), podName } });
  const { flows } = countsOf(...["a", "b", "c", "d", "e", "a"].map(from));
  assert.deepEqual(flows, [
    "Trace to-endpoint FORWARDED TCP shop/a store/db 2",
    "Trace to-endpoint FORWARDED TCP shop/b store/db 1",
    "Trace to-endpoint FORWARDED TCP shop/c store/db 1",
    "Trace to-endpoint FORWARDED TCP ~other ~other 2",
  ]);
});
