import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { HubbleFlow } from "../../../../../exporters/flow-exporter/model/hubble-flow.ts";
import { EventFold } from "../../../../../exporters/flow-exporter/sources/hubble/event-fold.ts";
import { RecentEvents } from "../../../../../exporters/flow-exporter/sources/hubble/recent-events.ts";
import { hubbleFlow } from "../../hubble/lib/samples.ts";
import { Reading } from "./lib/reading.ts";

const NOW_MS = 1_700_000_000_000;
const LONG = "x".repeat(100_000);
const PORTS = { protocol: "TCP", sourcePort: 41_000, destinationPort: 80, flags: [] } as const;

function batchOf(...flows: readonly HubbleFlow[]) {
  const fold = new EventFold({ maxEdges: 10, maxFlows: 10 });
  for (const flow of flows) fold.add(flow);
  const batch = fold.take();
  assert.ok(batch);
  return batch;
}

/** Who tells of flows may have made up what he tells. */
describe("what is kept of a flow of Hubble's", () => {
  it("has bounds: names, urls and answers", () => {
    const end = { id: 0, identity: 1, clusterName: "", namespace: LONG, podName: LONG, labels: [], workloads: [] };
    const http = { code: 200, method: LONG, url: LONG, protocol: LONG };
    const many = Array.from({ length: 1_000 }, () => LONG);
    const dns = {
      query: LONG,
      ips: many,
      ttl: 1,
      cnames: many,
      observationSource: LONG,
      rcode: 0,
      qtypes: many,
      rrtypes: many,
    };
    const flow = hubbleFlow({
      source: end,
      nodeName: `${LONG}/${LONG}`,
      destinationNames: [LONG],
      destinationService: { namespace: LONG, name: LONG },
      l4: PORTS,
      l7: { type: "REQUEST", latencyNs: 1, http, dns },
    });
    const { edges, flows } = batchOf(flow);
    assert.ok(JSON.stringify({ edges, flows }).length < 20_000);
    assert.equal(flows[0]?.l7?.http?.url.length, 2_048);
    assert.equal(edges[0]?.client.pod.length, 253);
    assert.equal(flows[0]?.l7?.dns?.cnames.length, 16);
  });

  it("is whole where it is as long as such things are", () => {
    const http = { code: 200, method: "GET", url: "http://shop/cart?id=7", protocol: "HTTP/1.1" };
    const l7 = { type: "RESPONSE", latencyNs: 1, http, dns: undefined } as const;
    assert.deepEqual(batchOf(hubbleFlow({ l4: PORTS, l7 })).flows[0]?.l7, l7);
  });

  it("is no list of places where events were lost that grows with each of them", () => {
    const reading = new Reading({ kind: "file", name: "hubble-file:/f", path: "/f" });
    for (let at = 0; at < 1_000; at++) {
      const fold = new EventFold({ maxEdges: 1, maxFlows: 1 });
      fold.lose(`LOST_EVENT_SOURCE_${at}`, 2);
      const batch = fold.take();
      if (batch) reading.source.take(batch, () => {});
    }
    assert.ok(reading.source.lost.size < 50);
    assert.equal(
      [...reading.source.lost.values()].reduce((sum, count) => sum + count),
      2_000,
    );
  });
});

describe("events that were told lately", () => {
  const told = (uuid: string, timeMs: number) => hubbleFlow({ uuid, timeMs });

  it("are told apart by ids of any length", () => {
    const recent = new RecentEvents();
    for (const last of "ab") assert.equal(recent.isNew(told(LONG + last, NOW_MS), NOW_MS), true);
    recent.begin();
    for (const last of "ab") assert.equal(recent.isNew(told(LONG + last, NOW_MS), NOW_MS), false);
    assert.equal(recent.isNew(told(`${LONG}c`, NOW_MS), NOW_MS), true);
  });

  it("are asked for from no later than now on, whatever a clock that is ahead says", () => {
    const recent = new RecentEvents();
    recent.isNew(told("ahead", NOW_MS + 3_600_000), NOW_MS);
    assert.equal(recent.sinceMs, NOW_MS - 1_000);
    recent.begin();
    assert.equal(recent.isNew(told("ahead", NOW_MS + 3_600_000), NOW_MS + 5_000), false);
  });
});
