import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { jsonPieces } from "../../../../exporters/flow-exporter/checkpoint/json-pieces.ts";
import { createEdge, MANY_PORTS } from "../../../../exporters/flow-exporter/model/edge.ts";
import { WORLD } from "../../../../exporters/flow-exporter/model/endpoint.ts";
import {
  containerEndpoint,
  processEndpoint,
  unnamedContainer,
} from "../../../../exporters/flow-exporter/naming/endpoints.ts";
import { drainDeltas } from "../../../../exporters/flow-exporter/sources/kernel/sockets/deltas.ts";
import { createFlow } from "../../../../exporters/flow-exporter/sources/kernel/sockets/flow.ts";
import type { Flow, FlowSocket } from "../../../../exporters/flow-exporter/sources/kernel/sockets/shapes.ts";
import type { EdgeTotal } from "../../../../exporters/flow-exporter/totals/edge-total.ts";
import { type EdgeLimits, EdgeTotals } from "../../../../exporters/flow-exporter/totals/edge-totals.ts";
import { edgesParticipant } from "../../../../exporters/flow-exporter/totals/edges-checkpoint.ts";
import { allCounted, isUsed } from "../lib/totals.ts";
import { container } from "../lib/world.ts";

const SHIPPED = { maxEdges: 2_000, maxPorts: 64 };
const [SECOND, MINUTE, HOUR] = [1e3, 60e3, 3600e3];
/** The ports of the scan that was seen. */
const SCANNED = 2_101;
const ATTACKER = containerEndpoint(container("attacker"));
const VICTIM = containerEndpoint(container("victim"));

describe("ports of two endpoints", () => {
  test("beyond the limit are one edge, exact, and nothing is dropped", () => {
    const { totals, read, edges } = started();
    read(scan());
    read([call(ATTACKER, VICTIM, 40_000, 500)]);
    read([call(containerEndpoint(container("honest")), VICTIM, 80, 77)]);
    read([], 10 * SECOND);
    assert.equal(edges().length, 64 + 2);
    assert.deepEqual(counted(totals, "attacker", MANY_PORTS), { failed: SCANNED - 64, opened: 0, sentBytes: 0 });
    assert.deepEqual(counted(totals, "honest", 80), { failed: 0, opened: 1, sentBytes: 77 });
    assert.equal(totals.droppedEdges, 0);
  });

  test("beyond the limit keep their series over a restart of the exporter", () => {
    const before = started();
    const over = Array.from({ length: 65 }, (_, port) => call(ATTACKER, VICTIM, 40_000 + port, 5));
    for (const flow of over) before.read([flow]);
    const after = started(SHIPPED, stored(before.totals), before.nowMs());
    assert.deepEqual(counted(after.totals, "attacker", MANY_PORTS), { failed: 0, opened: 1, sentBytes: 5 });
  });

  test("that work take the place of those that only failed, and keep it", () => {
    const { totals, read, edges } = started();
    read(scan());
    for (let port = 40_000; port < 40_064; port++) read([call(ATTACKER, VICTIM, port, 5)]);
    read([call(ATTACKER, VICTIM, 50_000, 9)]);
    read([], 20 * SECOND);
    assert.deepEqual(counted(totals, "attacker", 40_063), { failed: 0, opened: 1, sentBytes: 5 });
    assert.deepEqual(counted(totals, "attacker", MANY_PORTS), { failed: SCANNED - 64, opened: 1, sentBytes: 9 });
    assert.equal(edges().length, 65);
    assert.deepEqual(sums(totals), { failed: SCANNED, opened: 65, sentBytes: 64 * 5 + 9 });
  });

  test("are counted for each pair and each protocol", () => {
    const { totals, read } = started({ maxEdges: 100, maxPorts: 1 });
    const other = containerEndpoint(container("other"));
    read([call(ATTACKER, VICTIM, 1, 5), call(ATTACKER, other, 2, 5), call(other, VICTIM, 3, 5)]);
    read([call(ATTACKER, VICTIM, 4, 5, "udp"), call(ATTACKER, VICTIM, 5, 7, "udp")]);
    const ports = [...totals].filter(isUsed).map(({ edge }) => edge.destinationPort);
    assert.deepEqual(ports, [1, 2, 3, 4, MANY_PORTS]);
  });
});

describe("edges that only ever failed", () => {
  test("leave after a minute, go on where they were when they come back, and their sum stays", () => {
    const { totals, read, edges } = started();
    read([failed(ATTACKER, VICTIM, 81), call(ATTACKER, VICTIM, 80, 5)]);
    read([], MINUTE);
    assert.equal(edges().length, 2);
    read([], SECOND);
    assert.deepEqual(edges(), ["attacker > victim:80"]);
    assert.equal(totals.departed.tcp.failed, 1);
    read([failed(ATTACKER, VICTIM, 81)], MINUTE);
    assert.deepEqual(counted(totals, "attacker", 81), { failed: 2, opened: 0, sentBytes: 0 });
    assert.equal(totals.departed.tcp.failed, 0);
  });

  test("keep their place among the ports for an hour: a scan that goes on makes no new edges", () => {
    const { totals, read, edges } = started();
    const seen = new Set<string>();
    for (let minute = 0; minute < 50; minute++) {
      read(scan(1 + minute * SCANNED), MINUTE + SECOND);
      for (const edge of edges()) seen.add(edge);
    }
    assert.equal(seen.size, 65);
    assert.equal(sums(totals).failed, 50 * SCANNED);
    read([], HOUR);
    read([failed(ATTACKER, VICTIM, 1)], SECOND);
    assert.ok(edges().includes("attacker > victim:1"));
  });
});

describe("a full table", () => {
  const names = (count: number) => Array.from({ length: count }, (_, number) => `peer-${number}`);
  const peers = (count: number) => names(count).map((name) => containerEndpoint(container(name)));
  const honest = containerEndpoint(container("honest"));

  test("of one source that scans many destinations has room for another source, at once", () => {
    const { totals, read, edges } = started();
    read(peers(60).flatMap((peer) => scan(1, 64, peer)));
    assert.equal(edges().length, 2_000);
    const before = sums(totals).failed;
    read([call(honest, WORLD, 443, 4_099)]);
    assert.deepEqual(counted(totals, "honest", 443), { failed: 0, opened: 1, sentBytes: 4_099 });
    assert.ok(edges().length <= 2_200);
    assert.deepEqual([before, sums(totals).failed], [60 * 64, 60 * 64]);
    read([], 10 * SECOND);
    assert.equal(edges().length, 2_000);
  });

  test("whose edges are all in use has room as well: connections go on under ~other", () => {
    const { totals, read } = started({ maxEdges: 10, maxPorts: 64 });
    const held = peers(12).map((peer) => open(ATTACKER, peer, 80, 5));
    read(held);
    read([open(honest, WORLD, 443, 7)]);
    assert.deepEqual(counted(totals, "honest", 443), { failed: 0, opened: 1, sentBytes: 7 });
    assert.equal(of(totals, "~other", 0)?.connections, 3);
    for (const flow of held) carry(flow, 100);
    read(held);
    assert.equal(of(totals, "~other", 0)?.connections, 3);
    assert.equal(sums(totals).sentBytes, 12 * 105 + 7);
    for (const flow of held) end(flow);
    read(held);
    assert.equal(of(totals, "~other", 0)?.connections, 0);
  });

  test("of many sources has room for one that has none", () => {
    const { totals, read } = started({ maxEdges: 50, maxPorts: 64 });
    read(peers(70).map((peer) => call(peer, VICTIM, 80, 5)));
    read([call(honest, WORLD, 443, 7)]);
    assert.deepEqual(counted(totals, "honest", 443), { failed: 0, opened: 1, sentBytes: 7 });
    assert.equal(sums(totals).sentBytes, 70 * 5 + 7);
  });

  test("of process names, which anybody can make up: no endless new series, and room for a container", () => {
    const { totals, read, edges } = started({ maxEdges: 50, maxPorts: 64 });
    const seen = new Set<string>();
    for (let number = 0; number < 1_000; number++) {
      read([call(processEndpoint(`fake-${number}`), VICTIM, 80, 5)], 10);
      for (const edge of edges()) seen.add(edge);
    }
    assert.equal(seen.size, 100);
    read([call(honest, WORLD, 443, 7)]);
    assert.deepEqual(counted(totals, "honest", 443), { failed: 0, opened: 1, sentBytes: 7 });
    assert.equal(sums(totals).sentBytes, 1_000 * 5 + 7);
  });

  test("of containers that nobody names, which anybody can make up: they take no place from one that Docker names", () => {
    const { totals, read, edges } = started({ maxEdges: 50, maxPorts: 64 });
    read(peers(20).map((peer) => call(honest, peer, 80, 5)));
    const seen = new Set<string>();
    for (let number = 0; number < 400; number++) {
      read([call(unnamedContainer(`${number}`.padStart(64, "0").slice(52).padEnd(64, "0")), VICTIM, 80, 5)], 10);
      for (const edge of edges()) seen.add(edge);
    }
    assert.equal([...totals].filter(({ edge }) => edge.source === honest).length, 20);
    assert.ok(seen.size <= 20 + 100, `${seen.size} edges in all`);
  });

  test("of process names takes no place from a container, however many edges that has", () => {
    const { totals, read } = started({ maxEdges: 50, maxPorts: 64 });
    read(peers(20).map((peer) => call(honest, peer, 80, 5)));
    for (let number = 0; number < 200; number++) read([call(processEndpoint(`fake-${number}`), VICTIM, 80, 5)]);
    const ofHonest = [...totals].filter(({ edge }) => edge.source === honest);
    assert.equal(ofHonest.length, 20);
  });

  test("of edges that fail one minute after the other: no endless new series", () => {
    const { totals, read, edges } = started({ maxEdges: 50, maxPorts: 64 });
    const seen = new Set<string>();
    for (let number = 0; number < 50; number++) {
      read(
        peers(100).map((peer) => failed(ATTACKER, peer, 1 + number)),
        MINUTE + SECOND,
      );
      for (const edge of edges()) seen.add(edge);
    }
    assert.ok(seen.size <= 50 * 3, `${seen.size} edges in an hour`);
    assert.equal(sums(totals).failed, 50 * 100);
  });

  test("takes the least recently used edge of the source that has most", () => {
    const { totals, read } = started({ maxEdges: 4, maxPorts: 64 });
    const [first, second, third] = peers(3);
    assert.ok(first && second && third);
    read([call(ATTACKER, first, 80, 1)]);
    read([call(ATTACKER, second, 80, 1)]);
    read([call(ATTACKER, third, 80, 1), call(honest, WORLD, 443, 1)]);
    read([call(ATTACKER, first, 80, 1)]);
    read([call(honest, WORLD, 80, 1)]);
    read([], 10 * SECOND);
    const left = [...totals].filter(isUsed).map(({ edge }) => `${edge.source.name} ${edge.destination.name}`);
    assert.deepEqual(left.sort(), ["attacker peer-0", "attacker peer-2", "honest world", "honest world"]);
    assert.equal(totals.departed.tcp.opened, 1);
    assert.equal(totals.droppedEdges, 1);
  });
});

test("an edge that makes way is shown two scrapes longer, and what comes after is under ~other: increases add up", () => {
  const { totals, read } = started({ maxEdges: 2, maxPorts: 64 });
  const [one, other] = [open(ATTACKER, VICTIM, 1, 10), open(ATTACKER, WORLD, 2, 20)];
  const honest = containerEndpoint(container("honest"));
  const series = new Map<string, number>();
  let [increases, fresh] = [0, 0];
  const scrape = () => {
    for (const { edge, sentBytes } of totals) {
      const before = series.get(edge.key);
      if (before === undefined) fresh += sentBytes;
      else increases += sentBytes < before ? sentBytes : sentBytes - before;
      series.set(edge.key, sentBytes);
    }
  };
  scrape();
  read([one, other]);
  scrape();
  carry(one, 1_000);
  carry(other, 1_000);
  read([one, other, call(honest, WORLD, 443, 7)]);
  for (let again = 0; again < 40; again++) {
    if (again % 5 === 0) scrape();
    carry(one, 3);
    carry(other, 4);
    read([one, other]);
  }
  scrape();
  const sent = 30 + 2_000 + 7 + 40 * 7;
  assert.equal(sums(totals).sentBytes, sent);
  assert.equal(increases + fresh, sent, "by increase() over all series, and their first values");
  assert.equal(fresh, 30 + 7, "only named edges begin with something");
});

test("whatever comes and goes, nothing is lost or counted twice, and no limit is passed", () => {
  const act = fc.record({
    source: fc.nat(4),
    destination: fc.nat(3),
    port: fc.nat(5),
    kind: fc.constantFrom("open", "call", "fail", "end", "restart", "send"),
    passes: fc.constantFrom(0, 1, SECOND, 20 * SECOND, MINUTE + 1, HOUR),
  });
  const ends = Array.from({ length: 5 }, (_, number) => containerEndpoint(container(`c${number}`)));
  const limits = { maxEdges: 6, maxPorts: 2 };
  fc.assert(
    fc.property(fc.array(act, { maxLength: 80 }), (script) => {
      let { totals, read, nowMs } = started(limits);
      let held: Flow[] = [];
      const truth = { failed: 0, opened: 0, sentBytes: 0 };
      for (const { source, destination, port, kind, passes } of script) {
        const [from, to] = [ends[source] ?? WORLD, ends[destination] ?? WORLD];
        const flows: Flow[] = [];
        if (kind === "fail") flows.push(failed(from, to, port));
        else if (kind === "call") flows.push(call(from, to, port, 11));
        else if (kind === "open") held.push(open(from, to, port, 11));
        else if (kind === "end") for (const flow of held) end(flow);
        else if (kind === "send") for (const flow of held) carry(flow, 13);
        else if (kind === "restart") ({ totals, read, nowMs } = started(limits, stored(totals), nowMs()));
        if (kind === "restart") held = [];
        if (kind === "send") truth.sentBytes += 13 * held.length;
        if (kind === "call" || kind === "open") truth.sentBytes += 11;
        if (kind === "call" || kind === "open") truth.opened += 1;
        if (kind === "fail") truth.failed += 1;
        read([...held, ...flows], passes);
        if (kind === "end") held = [];
        const shown = [...totals];
        const openNow = shown.reduce((sum, { connections }) => sum + connections, 0);
        assert.equal(openNow, held.length, "connections");
        assert.ok(shown.length <= 6 + 1 + 2, `${shown.length} edges`);
        assert.deepEqual(sums(totals), truth);
      }
    }),
    { numRuns: 300 },
  );
});

test("an exporter that goes on has the limits too: an older state, or a wider one", () => {
  const wide = started({ maxEdges: 5_000, maxPorts: 65_535 });
  wide.read(scan());
  wide.read([call(ATTACKER, VICTIM, 40_000, 5), call(containerEndpoint(container("honest")), VICTIM, 80, 7)], SECOND);
  const { totals, edges, read } = started(SHIPPED, stored(wide.totals), wide.nowMs());
  assert.equal(edges().length, 65);
  assert.ok(edges().includes("attacker > victim:40000"), "one that works stays");
  assert.deepEqual(sums(totals), sums(wide.totals));
  read(scan(1, 64));
  assert.ok(edges().length <= 66);
  assert.equal(sums(totals).failed, SCANNED + 64);
  const again = started({ maxEdges: 10, maxPorts: 64 }, stored(totals), wide.nowMs());
  assert.equal(again.edges().length, 10);
  assert.deepEqual(sums(again.totals), sums(totals));
});

test("an exporter that goes on with a full table leaves those in it who have connections, and takes in a new one", () => {
  const held = [1, 2, 3, 4].map((number) => open(containerEndpoint(container(`c${number}`)), VICTIM, 80, 5));
  const unused = call(containerEndpoint(container("unused")), VICTIM, 80, 5);
  const before = started({ maxEdges: 3, maxPorts: 64 });
  before.read(held);
  const after = started({ maxEdges: 3, maxPorts: 64 }, stored(before.totals), before.nowMs());
  after.read(held.toReversed().map(seenAnew));
  assert.deepEqual(after.edges().sort(), before.edges().sort());
  const roomy = started({ maxEdges: 4, maxPorts: 64 });
  roomy.read([unused, ...held.slice(0, 3)]);
  const next = started({ maxEdges: 4, maxPorts: 64 }, stored(roomy.totals), roomy.nowMs());
  next.totals.add(drainDeltas([call(containerEndpoint(container("new")), VICTIM, 80, 5)]), next.nowMs());
  next.read(held.map(seenAnew), 11 * SECOND);
  assert.deepEqual(
    next.edges().sort(),
    ["c1", "c2", "c3", "new"].map((name) => `${name} > victim:80`),
  );
});

/** Totals with a clock; a second passes with each read, unless told. `before`: of an earlier exporter. */
function started(limits: EdgeLimits = SHIPPED, before?: string, startMs = 1e6) {
  const totals = new EdgeTotals(limits);
  let nowMs = startMs;
  if (before) edgesParticipant(totals).prepare(JSON.parse(before))({ sameBoot: true, nowNs: nowMs * 1e6 });
  return {
    totals,
    nowMs: () => nowMs,
    read: (flows: Flow[], passes = SECOND) => {
      nowMs += passes;
      totals.apply(drainDeltas(flows), nowMs);
    },
    /** Those in use, without `~other`. */
    edges: () => {
      const named = [...totals].filter(({ edge }) => edge.source.kind !== "other");
      return named.map(({ edge }) => `${edge.source.name} > ${edge.destination.name}:${edge.destinationPort}`);
    },
  };
}

/** Through the file, as the next exporter reads it. */
function stored(totals: EdgeTotals): string {
  return [...jsonPieces(edgesParticipant(totals).save())].join("");
}

function scan(first = 1, ports = SCANNED, victim = VICTIM): Flow[] {
  return Array.from({ length: ports }, (_, number) => failed(ATTACKER, victim, first + number));
}

type Endpoint = typeof WORLD;

const NOTHING = { sentBytes: 0, receivedBytes: 0 };

/** A connection that is open. */
function open(from: Endpoint, to: Endpoint, port: number, sentBytes: number, protocol: "tcp" | "udp" = "tcp"): Flow {
  const flow = createFlow(1, 0);
  flow.edge = createEdge(from, to, port, protocol);
  const side = { flow, open: true, state: 1, established: true, sequence: 1, startNs: 0, endNs: 0, handedOn: NOTHING };
  flow.client = { ...side, sentBytes, receivedBytes: 0, retransmits: 0, rttMicroseconds: 0 } as unknown as FlowSocket;
  return flow;
}

/** The same, as an exporter that starts anew finds it. */
function seenAnew(flow: Flow): Flow {
  const copy = { ...flow, counted: { ...flow.counted }, establishedOn: undefined };
  copy.client = flow.client && { ...flow.client, flow: copy };
  return copy;
}

function carry({ client }: Flow, bytes: number): void {
  if (client) client.sentBytes += bytes;
}

function end(flow: Flow): Flow {
  Object.assign(flow.client ?? {}, { open: false, state: 7 });
  return flow;
}

/** A connection that came and went. */
function call(...args: Parameters<typeof open>): Flow {
  return end(open(...args));
}

/** A connect that failed. */
function failed(from: Endpoint, to: Endpoint, port: number): Flow {
  const flow = end(open(from, to, port, 0));
  Object.assign(flow.client ?? {}, { established: false });
  return flow;
}

function of(totals: EdgeTotals, source: string, port: number | typeof MANY_PORTS): EdgeTotal | undefined {
  return [...totals].find(({ edge }) => edge.source.name === source && edge.destinationPort === port);
}

function counted(totals: EdgeTotals, source: string, port: number | typeof MANY_PORTS) {
  const found = of(totals, source, port);
  return found && { failed: found.failed, opened: found.opened, sentBytes: found.sentBytes };
}

function sums(totals: EdgeTotals) {
  const { failed, opened, sentBytes } = allCounted(totals);
  return { failed, opened, sentBytes };
}
