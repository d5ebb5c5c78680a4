import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { ROLE } from "../../../../../../exporters/flow-exporter/model/socket.ts";
import { UdpRows } from "../../../../../../exporters/flow-exporter/sources/kernel/rows/udp-rows.ts";
import { takeCounts } from "../../../../../../exporters/flow-exporter/sources/kernel/sockets/flow.ts";
import { FlowTable } from "../../../../../../exporters/flow-exporter/sources/kernel/sockets/flow-table.ts";
import type { Memory } from "../../../../../../exporters/flow-exporter/sources/kernel/sockets/remembered.ts";
import { type SocketValues, udpRow } from "../../../lib/rows.ts";
import { world } from "../../../lib/world.ts";

/** An entry of the kernel's table: a socket and one peer of it. */
interface Entry extends SocketValues {
  entry: number;
}

const WEB = { netns: 2, cgroup: 20 };
const DB = { netns: 3, cgroup: 30 };
const SIDECAR = { netns: 2, cgroup: 40 };
const AT_DB = "172.18.0.3:5300";

/** A socket of web, or of another that shares its address, as it has sent to db. */
const client = (entry: number, sent: number, values: Partial<Entry> = {}): Entry => ({
  ...WEB,
  entry,
  cookie: entry,
  start: entry,
  source: "172.18.0.2:40000",
  destination: AT_DB,
  role: ROLE.client,
  sent,
  ...values,
});

const server = (entry: number, received: number, values: Partial<Entry> = {}): Entry => ({
  ...DB,
  entry,
  cookie: entry,
  start: entry,
  source: AT_DB,
  destination: "172.18.0.2:40000",
  role: ROLE.server,
  received,
  ...values,
});

const udp = (entries: readonly Entry[]) => new UdpRows(Buffer.concat(entries.map((one) => udpRow(one, one.entry))));

/** What is handed on over some reads: bytes sent and received by edge, and how many flows opened. */
class Handed {
  readonly edges = new Map<string, { sent: number; received: number; opened: number }>();

  read(table: FlowTable, ...entries: Entry[]): this {
    return this.readAll(table, entries);
  }

  readAll(table: FlowTable, entries: readonly Entry[]): this {
    table.update(udp(entries), world());
    for (const flow of table.takeChanged()) {
      const news = takeCounts(flow);
      const { edge } = flow;
      if (!news || !edge) continue;
      const name = `${edge.source.name} > ${edge.destination.name}:${edge.destinationPort}`;
      const sum = this.edges.get(name) ?? { sent: 0, received: 0, opened: 0 };
      sum.sent += news.sentBytes;
      sum.received += news.receivedBytes;
      sum.opened += news.opened ? 1 : 0;
      this.edges.set(name, sum);
    }
    return this;
  }

  get all() {
    return Object.fromEntries(this.edges);
  }
}

/** As they are on every read from now on; the second ends the wait for other ends. */
function handed(entries: readonly Entry[]) {
  const table = new FlowTable();
  return new Handed().readAll(table, entries).readAll(table, entries).all;
}

const TEN = Array.from({ length: 10 }, (_, index) => client(index + 1, 100));

describe("ten sockets that are bound to one port after each other, and one that hears them", () => {
  const expected = { "web > db:5300": { sent: 1_000, received: 0, opened: 10 } };

  test("count each byte once, in whatever order they show", () => {
    assert.deepEqual(handed([...TEN, server(20, 1_000)]), expected);
    assert.deepEqual(handed([server(20, 1_000), ...TEN]), expected);
    assert.deepEqual(handed([...TEN.slice(5), server(20, 1_000), ...TEN.slice(0, 5)]), expected);
  });

  test("count each byte once as they come from read to read, and the first ones go", () => {
    const table = new FlowTable();
    const all = new Handed();
    for (let number = 1; number <= 10; number++) {
      all.read(table, ...TEN.slice(Math.max(0, number - 3), number), server(20, number * 100));
    }
    for (let more = 0; more < 4; more++) all.read(table);
    assert.deepEqual(all.all, expected);
    assert.equal(table.flows.size, 0);
  });

  test("count what each is answered", () => {
    const answered = TEN.map((one) => ({ ...one, received: 7 }));
    const edges = handed([...answered, server(20, 1_000, { sent: 75 })]);
    assert.deepEqual(edges, { "web > db:5300": { sent: 1_000, received: 70, opened: 10 } });
  });

  test("count what has arrived from a socket whose own entry there was no room for", () => {
    assert.deepEqual(handed([...TEN.slice(0, 9), server(20, 1_000)])["web > db:5300"]?.sent, 1_000);
  });

  test("count nothing twice where one read has shown the hearing socket's bytes and not all that sent them", () => {
    const table = new FlowTable();
    const all = new Handed().read(table, TEN[0] as Entry, server(20, 1_000));
    for (let more = 0; more < 2; more++) all.read(table, ...TEN, server(20, 1_000));
    assert.deepEqual(all.all, expected);
  });

  test("count under each one's own name where two containers have one address", () => {
    const [one, other] = [client(1, 300), client(2, 500, SIDECAR)];
    assert.deepEqual(handed([one, other, server(20, 800)]), {
      "web > db:5300": { sent: 300, received: 0, opened: 1 },
      "sidecar > db:5300": { sent: 500, received: 0, opened: 1 },
    });
  });

  test("go on where they were under the next exporter", () => {
    const table = new FlowTable();
    new Handed().read(table, ...TEN, server(20, 1_000)).read(table, ...TEN, server(20, 1_000));
    const next = restarted(table);
    const late = client(11, 30);
    const all = new Handed().read(next, ...TEN, server(20, 1_000)).read(next, ...TEN, late, server(20, 1_030));
    assert.deepEqual(all.all, { "web > db:5300": { sent: 30, received: 0, opened: 1 } });
    // And where the senders' entries were idle meanwhile.
    const alone = new Handed().read(restarted(table), server(20, 1_000)).read(restarted(table), server(20, 1_000));
    assert.deepEqual(alone.all, {});
  });
});

describe("a socket that hears, made anew under a client that goes on", () => {
  test("counts each byte once, both ways", () => {
    const table = new FlowTable();
    const all = new Handed().read(table, client(1, 500, { received: 50 }), server(20, 450, { sent: 50 }));
    const now = [client(1, 800, { received: 80 }), server(20, 450, { sent: 50 }), server(21, 300, { sent: 30 })];
    all.read(table, ...now).read(table, ...now);
    assert.deepEqual(all.all, { "web > db:5300": { sent: 800, received: 80, opened: 2 } });
  });

  test("counts for the container it is in", () => {
    const table = new FlowTable();
    const sidecars = { ...SIDECAR, source: "172.18.0.2:5300", destination: "172.18.0.3:40000" };
    const asking = (sent: number) =>
      client(1, sent, { ...DB, source: "172.18.0.3:40000", destination: "172.18.0.2:5300" });
    const all = new Handed().read(table, asking(500), server(20, 500, { ...sidecars, ...WEB }));
    const now = [asking(800), server(20, 500, { ...sidecars, ...WEB }), server(21, 300, sidecars)];
    all.read(table, ...now).read(table, ...now);
    assert.deepEqual(all.all, {
      "db > web:5300": { sent: 500, received: 0, opened: 1 },
      "db > sidecar:5300": { sent: 300, received: 0, opened: 1 },
    });
  });
});

test("30,000 sockets over all ports of the kernel's range, one of which hears, count each byte once", () => {
  const ports = 28_232;
  const senders = Array.from({ length: 30_000 }, (_, index) => index);
  const source = (index: number) => `172.18.0.2:${32_768 + (index % ports)}`;
  const sent = senders.map((index) => client(index + 1, 100, { source: source(index) }));
  const heard = senders.slice(0, ports).map((index) => {
    const again = index + ports < senders.length;
    return server(40_000 + index, again ? 200 : 100, { destination: source(index) });
  });
  assert.deepEqual(handed([...sent, ...heard]), {
    "web > db:5300": { sent: 3_000_000, received: 0, opened: 30_000 },
  });
});

/** One end does something: 0 to 2 the clients, 3 and 4 the servers. */
const step = fc.record({
  client: fc.nat(2),
  server: fc.nat(1),
  sent: fc.nat(900),
  answered: fc.nat(900),
  does: fc.constantFrom("talk", "talk", "talk", "rebind", "restart", "read", "read", "take over"),
});

test("whatever sockets come, go and talk over one port, and exporters with them: each byte counts once", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      let table = new FlowTable();
      let entries = 0;
      const all = new Handed();
      const clients = [0, 1, 2].map(() => client(++entries, 0, { received: 0 }));
      const servers = [3, 4].map(() => server(++entries, 0, { sent: 0 }));
      const idle: Entry[] = [];
      const truth = { sent: 0, received: 0 };
      const read = () => all.read(table, ...idle, ...clients.filter(hasTalked), ...servers.filter(hasTalked));
      for (const { client: c, server: s, sent, answered, does } of steps) {
        const [one, other] = [clients[c] as Entry, servers[s] as Entry];
        if (does === "talk") {
          one.sent = (one.sent ?? 0) + sent;
          other.received = (other.received ?? 0) + sent;
          other.sent = (other.sent ?? 0) + answered;
          one.received = (one.received ?? 0) + answered;
          truth.sent += sent;
          truth.received += answered;
        } else if (does === "rebind" && hasTalked(one)) {
          idle.push(one);
          clients[c] = client(++entries, 0, { received: 0 });
        } else if (does === "restart" && hasTalked(other)) {
          idle.push(other);
          servers[s] = server(++entries, 0, { sent: 0 });
        } else if (does === "read") read();
        else if (does === "take over") {
          read();
          table = restarted(table);
        }
      }
      for (let more = 0; more < 3; more++) read();
      const { sent = 0, received = 0 } = all.all["web > db:5300"] ?? {};
      assert.deepEqual({ sent, received }, truth);
      assert.ok(all.edges.size <= 1, [...all.edges.keys()].join());
    }),
    { numRuns: 500 },
  );
});

function hasTalked({ sent = 0, received = 0 }: Entry): boolean {
  return sent + received > 0;
}

/** The table of the exporter that comes after this one. */
function restarted(table: FlowTable): FlowTable {
  const next = new FlowTable();
  const memories: Memory[] = [...table.memories()].map((one) => ({ ...one, counted: { ...one.counted } }));
  next.remember(memories, 0);
  return next;
}
