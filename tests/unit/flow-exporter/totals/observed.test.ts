import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createEdge } from "../../../../exporters/flow-exporter/model/edge.ts";
import { createEndpoint } from "../../../../exporters/flow-exporter/model/endpoint.ts";
import type { ObservedFlow } from "../../../../exporters/flow-exporter/model/flow-record.ts";
import type { ObservedCounts } from "../../../../exporters/flow-exporter/model/observed-edge.ts";
import type { ToldFlow } from "../../../../exporters/flow-exporter/model/observed-flow.ts";
import type { Work } from "../../../../exporters/flow-exporter/model/work.ts";
import { ObservedEdges } from "../../../../exporters/flow-exporter/totals/observed-edges.ts";
import { ObservedFlows } from "../../../../exporters/flow-exporter/totals/observed-flows.ts";

const counts = (flows: number, seenMs = 0): ObservedCounts => ({
  flows,
  replies: 0,
  verdicts: new Map([["FORWARDED", flows]]),
  dropReasons: new Map(),
  types: new Map(),
  http: undefined,
  dns: undefined,
  seenMs,
});

const ends = (source: string, port = 80, origin = "hubble:a:1") => ({
  origin,
  source: createEndpoint(source, "container"),
  destination: createEndpoint("db", "container"),
  destinationPort: port,
  protocol: "tcp",
});

const shown = (edges: ObservedEdges) =>
  [...edges].map(({ source, destinationPort, flows }) => `${source.name}:${destinationPort} ${flows}`);

describe("edges that others tell of", () => {
  it("are added up by who tells, and who talks to whom", () => {
    const edges = new ObservedEdges({ maxEdges: 10, maxPorts: 10 });
    edges.add(ends("a"), counts(2));
    edges.add(ends("a"), counts(3));
    edges.add(ends("a", 80, "hubble:b:1"), counts(4));
    assert.deepEqual(shown(edges), ["a:80 5", "a:80 4"]);
    assert.deepEqual([...([...edges][0]?.verdicts ?? [])], [["FORWARDED", 5]]);
  });

  it("have so many ports between two endpoints, and the rest in one", () => {
    const edges = new ObservedEdges({ maxEdges: 10, maxPorts: 2 });
    for (let port = 1; port <= 5; port++) edges.add(ends("a", port), counts(1));
    edges.add(ends("a", 1), counts(1));
    assert.deepEqual(shown(edges), ["a:2 1", "a:~many 3", "a:1 2"]);
  });

  it("are so many, and the rest is another, whatever comes; what is idle makes way", () => {
    const edges = new ObservedEdges({ maxEdges: 2, maxPorts: 10 });
    for (const name of ["a", "b", "c", "d"]) edges.add(ends(name), counts(1, 1_000));
    edges.addOther("hubble:a:1", "tcp", counts(5, 1_000));
    assert.deepEqual(shown(edges), ["a:80 1", "b:80 1", "~other:0 7"]);
    edges.add(ends("b"), counts(1, 700_000));
    edges.add(ends("e"), counts(1, 700_000));
    assert.deepEqual(shown(edges), ["b:80 2", "e:80 1", "~other:0 7"]);
  });

  it("say how fast they grow once it is known in how much time", () => {
    const edges = new ObservedEdges({ maxEdges: 10, maxPorts: 10 });
    edges.endReading(0);
    edges.add(ends("a"), counts(30));
    assert.equal([...edges][0]?.perSecond, undefined);
    edges.endReading(3_000);
    assert.equal([...edges][0]?.perSecond, 10);
  });
});

describe("flows that others tell of", () => {
  const observed: ObservedFlow = {
    origin: "hubble:a:1",
    verdict: "FORWARDED",
    dropReason: "",
    node: "n",
    isReply: false,
    events: 1,
    replies: 0,
    l7: undefined,
  };
  const edge = createEdge(createEndpoint("a", "container"), createEndpoint("db", "container"), 80, "tcp");
  const told = (set: Partial<ToldFlow> = {}): ToldFlow => ({
    edge,
    sourceAddress: "10.0.0.1",
    sourcePort: 40_000,
    destinationAddress: "10.0.0.2",
    destinationAddressPort: 80,
    firstMs: 11_000,
    lastMs: 11_000,
    isNew: false,
    isOver: false,
    observed,
    local: undefined,
    ...set,
  });
  const flowsOf = (maxFlows = 10, workOf: (endpoint: string) => Work | undefined = () => undefined) =>
    new ObservedFlows({ maxFlows, workOf });
  const records = (flows: ObservedFlows, nowMs = 12_000) => [...flows.records(10_000, nowMs)];

  it("are one from its first event to its last, in the time since boot", () => {
    const flows = flowsOf();
    flows.add(told());
    const drop = { ...observed, verdict: "DROPPED", dropReason: "POLICY_DENIED", events: 2 } as const;
    flows.add(told({ lastMs: 11_500, observed: drop }));
    const [record] = records(flows);
    assert.deepEqual(
      [record?.startNs, record?.endNs, record?.open, record?.failed, record?.observed?.events],
      [1e9, 0, true, true, 3],
    );
    assert.deepEqual(records(flows).length, 1);
  });

  it("end as TCP says, or when nothing is told any more; another begins with a SYN", () => {
    const flows = flowsOf();
    flows.add(told());
    assert.deepEqual(
      records(flows, 80_000).map(({ open, endNs }) => [open, endNs]),
      [[false, 1e9]],
    );
    flows.add(told({ isOver: true, lastMs: 11_200 }));
    flows.add(told({ lastMs: 11_300 }));
    assert.deepEqual(
      records(flows).map(({ state, observed: last }) => [state, last?.events]),
      [["CLOSED", 3]],
    );
    flows.add(told({ isNew: true, firstMs: 11_900, lastMs: 11_900 }));
    assert.deepEqual(
      records(flows).map(({ state, observed: last }) => [state, last?.events]),
      [["OPEN", 1]],
    );
  });

  it("are so many, the last told of", () => {
    const flows = flowsOf(2);
    for (const sourcePort of [1, 2, 1, 3]) flows.add(told({ sourcePort }));
    assert.deepEqual(
      records(flows).map(({ sourcePort }) => sourcePort),
      [1, 3],
    );
  });

  it("have beside them what the container here has done before and since", () => {
    const work = { cpuSeconds: 5, readBytes: 10, writtenBytes: 0, minorFaults: 1, majorFaults: 0, residentBytes: 100 };
    const flows = flowsOf(10, (name) => (name === "a" ? work : undefined));
    flows.add(told({ local: { name: "a", pid: 7 } }));
    Object.assign(work, { cpuSeconds: 6.5, readBytes: 30, residentBytes: 200 });
    flows.add(told({ local: { name: "a", pid: 7 }, lastMs: 11_100 }));
    const [record] = records(flows);
    assert.deepEqual(record?.work, {
      pid: 7,
      comm: "",
      before: { cpuSeconds: 5, readBytes: 10, writtenBytes: 0, minorFaults: 1, majorFaults: 0, residentBytes: 100 },
      during: { cpuSeconds: 1.5, readBytes: 20, writtenBytes: 0, minorFaults: 0, majorFaults: 0, residentBytes: 200 },
    });
  });
});
