import assert from "node:assert/strict";
import { test } from "node:test";
import type { FlowDelta } from "../../../../../exporters/flow-exporter/model/flow-delta.ts";
import {
  type Connection,
  readConnection,
} from "../../../../../exporters/flow-exporter/sources/tracer-socket/connection.ts";
import { KnownConnections } from "../../../../../exporters/flow-exporter/sources/tracer-socket/known-connections.ts";
import { type Told, ToldConnections } from "../../../../../exporters/flow-exporter/sources/tracer-socket/told.ts";
import { mirrored, told } from "../../lib/connections.ts";
import { type Given, world } from "../../lib/world.ts";

const LOCAL = told({ dest: "172.18.0.3", dport: 5432, direction: 3 });
const SERVERS = { ...mirrored(LOCAL), pid: 300, net_ns: 3 };

/** One tracer's answers, and what comes of each. */
class Tracer {
  known = new KnownConnections(100);
  #seconds = 0;

  tell(connections: Record<string, unknown>[], { isWhole = true, seconds = 1, given = {} as Given } = {}): string[] {
    this.#seconds += seconds;
    const nowNs = this.#seconds * 1e9;
    this.known.take(answerOf(connections), isWhole, nowNs);
    return this.known.drain(world({ nowNs, ...given })).map(shown);
  }

  /** The next exporter, which has what this one has written down. */
  restart(): void {
    const memories = JSON.parse(JSON.stringify([...this.known.memories()]));
    this.known = new KnownConnections(100);
    this.known.restore(memories, this.#seconds * 1e9);
  }
}

function answerOf(connections: readonly unknown[]): readonly Told[] {
  const answer = new ToldConnections();
  for (const one of connections) answer.add(read(one));
  for (const one of answer.all) answer.pair(one);
  return answer.all;
}

function read(value: unknown): Connection {
  const one = readConnection(value);
  assert.ok(typeof one === "object", `${one}`);
  return one;
}

function shown({ edge, sentBytes, receivedBytes, opened, closed, established }: FlowDelta): string {
  const change = `${"o".repeat(opened)}${"c".repeat(closed)}${established > 0 ? "+" : ""}${established < 0 ? "-" : ""}`;
  return `${edge.source.name} > ${edge.destination.name}:${edge.destinationPort} ${sentBytes}/${receivedBytes} ${change}`;
}

test("a connection counts from its totals, whatever is said to be new, and ends as it is told no more", () => {
  const tracer = new Tracer();
  assert.deepEqual(tracer.tell([told()]), ["web > world:443 100/10 o+"]);
  assert.deepEqual(tracer.tell([told({ monotonic_sent_bytes: 130, last_sent_bytes: 999 })]), ["web > world:443 30/0 "]);
  assert.deepEqual(tracer.tell([told({ monotonic_sent_bytes: 130 })]), []);
  assert.deepEqual(
    [...tracer.known.records()].map(({ state, sentBytes }) => [state, sentBytes]),
    [["ESTABLISHED", 130]],
  );
  assert.deepEqual(tracer.tell([]), ["web > world:443 0/0 c-"]);
  assert.deepEqual(
    [...tracer.known.records()].map(({ state, open }) => [state, open]),
    [["CLOSE", false]],
  );
});

test("counters that fall are a new beginning", () => {
  const tracer = new Tracer();
  tracer.tell([told()]);
  assert.deepEqual(tracer.tell([told({ monotonic_sent_bytes: 7, monotonic_recv_bytes: 0 })]), ["web > world:443 7/0 "]);
  assert.deepEqual(tracer.tell([told({ monotonic_sent_bytes: 9, monotonic_recv_bytes: 1 })]), ["web > world:443 2/1 "]);
});

test("one that was accepted is seen from its client's side", () => {
  const tracer = new Tracer();
  const accepted = told({ source: "172.18.0.2", sport: 80, dest: "93.184.216.34", dport: 999, direction: "in" });
  assert.deepEqual(tracer.tell([accepted]), ["world > web:80 10/100 o+"]);
});

test("one that is told from both ends counts once, in either order, and by its client", () => {
  for (const order of [
    [LOCAL, SERVERS],
    [SERVERS, LOCAL],
  ]) {
    assert.deepEqual(new Tracer().tell(order), ["web > db:5432 100/10 o+"]);
  }
  const later = new Tracer();
  assert.deepEqual(later.tell([{ ...SERVERS, direction: 1 }]), ["web > db:5432 100/10 o+"]);
  assert.deepEqual(
    later
      .tell([
        { ...SERVERS, direction: 1 },
        { ...LOCAL, monotonic_sent_bytes: 150 },
      ])
      .toSorted(),
    ["web > db:5432 0/0 -", "web > db:5432 50/0 +"],
  );
  assert.deepEqual(later.tell([]).toSorted(), ["web > db:5432 0/0 c-"]);
});

test("one that is local and told once is its client's", () => {
  assert.deepEqual(new Tracer().tell([{ ...LOCAL, sport: 80, dport: 999 }]), ["web > db:999 100/10 o+"]);
});

test("a port of the host leads to the container behind it; an address of nobody's is the world", () => {
  const published = told({ pid: 1, net_ns: 1, source: "192.168.1.10", dest: "192.168.1.10", dport: 8080 });
  assert.deepEqual(new Tracer().tell([published]), ["host/init > web:80 100/10 o+"]);
});

test("a process that has gone is named by its address, and by none of the world's before Docker has had time to report it", () => {
  const gone = told({ pid: 9_999, net_ns: 99, source: "172.18.0.3" });
  assert.deepEqual(new Tracer().tell([gone]), ["db > world:443 100/10 o+"]);
  const tracer = new Tracer();
  const stranger = { ...gone, source: "172.18.0.99" };
  assert.deepEqual(tracer.tell([stranger]), []);
  assert.deepEqual(tracer.tell([stranger], { seconds: 3 }), ["world > world:443 100/10 o+"]);
});

test("what an answer that is not whole leaves out goes on, and ends after a minute without a word", () => {
  const tracer = new Tracer();
  const other = told({ sport: 2 });
  tracer.tell([told(), other]);
  assert.deepEqual(tracer.tell([other], { isWhole: false }), []);
  assert.deepEqual(tracer.tell([told({ monotonic_sent_bytes: 101 }), other]), ["web > world:443 1/0 "]);
  assert.deepEqual(tracer.tell([other], { isWhole: false, seconds: 61 }), ["web > world:443 0/0 c-"]);
});

test("a tracer that marks its flows and restarts, and knows none at first, lets none count twice", () => {
  const tracer = new Tracer();
  const marked = told({ cookie: "7.0" });
  tracer.tell([marked]);
  tracer.tell([]);
  assert.deepEqual(tracer.tell([{ ...marked, monotonic_sent_bytes: 120 }]), ["web > world:443 20/0 o+"]);
});

test("two connections with the same ends in one answer add up", () => {
  const tracer = new Tracer();
  tracer.tell([told()]);
  const [ended, next] = [told({ monotonic_sent_bytes: 105 }), told({ monotonic_sent_bytes: 110 })];
  assert.deepEqual(tracer.tell([ended, next]), ["web > world:443 115/10 "]);
  assert.deepEqual(tracer.tell([told({ monotonic_sent_bytes: 111 })]), ["web > world:443 1/0 "]);
});

test("the next exporter goes on where this one was", () => {
  const tracer = new Tracer();
  tracer.tell([told()]);
  tracer.tell([told({ monotonic_sent_bytes: 7 })]);
  tracer.restart();
  assert.deepEqual(tracer.tell([told({ monotonic_sent_bytes: 9 })]), ["web > world:443 2/0 +"]);
  tracer.restart();
  assert.deepEqual(tracer.tell([told({ monotonic_sent_bytes: 5 })]), ["web > world:443 5/10 +"]);
});

test("a container that Docker has not reported yet is waited for", () => {
  const tracer = new Tracer();
  const connection = told({ net_ns: 9, pid: 0, dest: "172.18.0.2", dport: 80, source: "172.18.0.9" });
  const unnamed: Given = { containers: [], cgroups: new Map([[20, "e".repeat(64)]]) };
  const inside = { ...connection, pid: 200 };
  assert.deepEqual(tracer.tell([inside], { given: unnamed }), []);
  assert.deepEqual(tracer.tell([], {}), ["web > web:80 100/10 oc"]);
});

test("connections beyond the room for them are said to be left out", () => {
  const known = new KnownConnections(2);
  const three = answerOf([1, 2, 3].map((sport) => told({ sport })));
  assert.equal(known.take(three, true, 1), 1);
  assert.equal([...known.processes()].length, 2);
});
