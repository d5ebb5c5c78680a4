import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { Namespaces } from "../../../../exporters/flow-exporter/metadata/namespaces.ts";
import { NETNS_OWNER, ROLE } from "../../../../exporters/flow-exporter/model/socket.ts";
import { UdpRows } from "../../../../exporters/flow-exporter/sources/kernel/rows/udp-rows.ts";
import { drainDeltas } from "../../../../exporters/flow-exporter/sources/kernel/sockets/deltas.ts";
import { FlowTable } from "../../../../exporters/flow-exporter/sources/kernel/sockets/flow-table.ts";
import { EdgeTotals } from "../../../../exporters/flow-exporter/totals/edge-totals.ts";
import { type closedRow, type SocketValues, udpRow } from "../lib/rows.ts";
import { closed, edges, HOST_ADDRESS, joined, process, rows, world } from "../lib/world.ts";

const { client, server } = ROLE;
const WEB = "172.18.0.2";
const LAN = "10.203.0.113";

/** In a network namespace that a user has made, with any address that he likes. */
const users = (values: Partial<SocketValues>): SocketValues => ({
  cookie: 1,
  netns: 9,
  netnsOwner: NETNS_OWNER.user,
  comm: "user",
  source: `${LAN}:40000`,
  destination: `${WEB}:80`,
  role: client,
  sent: 7,
  ...values,
});

describe("whom a socket calls in a network namespace of a user's own", () => {
  const targets = {
    "a container's address": `${WEB}:80`,
    "the host's": `${HOST_ADDRESS}:22`,
    "the host's, at a published port": `${HOST_ADDRESS}:8080`,
    "Docker's resolver's": "127.0.0.11:53",
    "one of the internet": "203.0.113.7:443",
  };
  for (const [whose, destination] of Object.entries(targets)) {
    test(`is not told by its address: ${whose}`, () => {
      const port = destination.split(":")[1];
      const expected = whose === "Docker's resolver's" ? "host/~unknown" : "world";
      assert.deepEqual(joined(world(), users({ destination })), [`host/user > ${expected}:${port} 7/0`]);
    });
  }

  test("is not told of one that answers either", () => {
    assert.deepEqual(joined(world(), users({ role: server, source: `${LAN}:80`, destination: `${WEB}:40000` })), [
      "world > host/user:80 0/7",
    ]);
  });

  test("is told where the socket called is in that namespace too", () => {
    const called = users({ cookie: 2, comm: "called", source: `${WEB}:80`, destination: `${LAN}:40000`, role: server });
    assert.deepEqual(joined(world(), users({}), called), ["host/user > host/called:80 7/0"]);
  });

  test("is not so where that is in another user's", () => {
    const called = users({ cookie: 2, netns: 10, source: `${WEB}:80`, destination: `${LAN}:40000`, role: server });
    assert.deepEqual(joined(world(), users({}), called), ["host/user > world:80 7/0", "world > host/user:80 0/7"]);
  });
});

test("a process that is gone from a user's network namespace was no container's", () => {
  const table = new FlowTable();
  table.update(rows(users({ cgroup: 99, pid: 7 })), world());
  table.update(rows(users({ cgroup: 99, pid: 7 })), world({ nowNs: 60e9 }));
  assert.deepEqual(edges(table), ["host/user > world:80 7/0"]);
});

test("a container of an engine that runs them in user namespaces is one, as Docker tells", () => {
  const remapped = { netnsOwner: NETNS_OWNER.user } as const;
  const caller: SocketValues = {
    cookie: 1,
    netns: 2,
    cgroup: 20,
    source: `${WEB}:40000`,
    destination: "172.18.0.3:5432",
    role: client,
    sent: 7,
    ...remapped,
  };
  const called: SocketValues = {
    cookie: 2,
    netns: 3,
    cgroup: 30,
    source: "172.18.0.3:5432",
    destination: `${WEB}:40000`,
    role: server,
    received: 7,
    ...remapped,
  };
  assert.deepEqual(joined(world(), caller, called), ["web > db:5432 7/0"]);
});

test("a network namespace of which nobody knows who made it is as good as a user's", () => {
  const unknown = users({ netnsOwner: NETNS_OWNER.unknown });
  assert.deepEqual(joined(world(), unknown), ["host/user > world:80 7/0"]);
  assert.deepEqual(joined(world(), { ...unknown, netns: 1 }), ["host/user > web:80 7/0"]);
});

test("a thousand network namespaces of users take none of the looks that there are in a read", () => {
  const looked: number[] = [];
  const namespaces = new Namespaces((pid) => {
    looked.push(pid);
    return new Set<string>();
  });
  const numbers = Array.from({ length: 1_000 }, (_, index) => index + 10);
  const processes = [process(1), ...numbers.map((netns) => process(1_000 + netns, { netns }))];
  const pairs = numbers.flatMap((netns) => {
    const pid = 1_000 + netns;
    const one = users({ cookie: netns, netns, pid });
    return [one, { ...one, cookie: 5_000 + netns, source: one.destination, destination: one.source }];
  });
  joined(world({ processes, namespaces }), ...pairs);
  assert.deepEqual(looked, []);
});

/** Few of each, so that sockets meet, are each other's ends, and have each other's numbers. */
const address = fc.constantFrom(WEB, "172.18.0.3", LAN, HOST_ADDRESS, "127.0.0.1", "127.0.0.11", "224.0.0.251");
const end = fc.tuple(address, fc.constantFrom(53, 80, 8080, 40_000)).map(([host, port]) => `${host}:${port}`);
const carried = {
  sent: fc.nat(5_000),
  received: fc.nat(5_000),
  retransmits: fc.nat(3),
  state: fc.constantFrom(1, 2, 8),
  role: fc.constantFrom(ROLE.unknown, client, server),
  start: fc.integer({ min: 1, max: 3 }),
  source: end,
  destination: end,
};
/** Sockets of the host and of containers, each in its own place. */
const othersSocket: fc.Arbitrary<SocketValues> = fc
  .record({
    ...carried,
    cookie: fc.integer({ min: 1, max: 9 }),
    at: fc.constantFrom([1, 0], [2, 20], [3, 30], [12, 0]),
  })
  .map(({ at: [netns = 0, cgroup = 0], ...values }) => ({ ...values, netns, cgroup, comm: "other" }));
const usersSocket: fc.Arbitrary<SocketValues> = fc
  .record({
    ...carried,
    cookie: fc.integer({ min: 101, max: 109 }),
    netns: fc.constantFrom(9, 10),
    cgroup: fc.constantFrom(0, 99),
  })
  .map((values) => users(values));
const several = (socket: fc.Arbitrary<SocketValues>) =>
  fc.uniqueArray(socket, { selector: ({ cookie }) => cookie, maxLength: 7 });
const read = fc.record({
  others: several(othersSocket),
  users: several(usersSocket),
  othersEnded: fc.array(othersSocket, { maxLength: 2 }),
  usersEnded: fc.array(usersSocket, { maxLength: 2 }),
  /** Whose rows come first. */
  usersFirst: fc.boolean(),
});
type Read = typeof read extends fc.Arbitrary<infer One> ? One : never;

describe("whatever sockets there are in the network namespaces of users", () => {
  for (const protocol of ["tcp", "udp"] as const) {
    test(`the edges and totals of all others are the same as without, of ${protocol}`, () => {
      fc.assert(
        fc.property(fc.array(read, { maxLength: 6 }), (reads) => {
          const without = totalsOf(
            reads.map((one) => ({ ...one, users: [], usersEnded: [] })),
            protocol,
          );
          assert.deepEqual(totalsOf(reads, protocol), without);
        }),
        { numRuns: 500, seed: 20_261_127 },
      );
    });
  }
});

/** The totals of all edges that no user's process has an end of. */
function totalsOf(reads: readonly Read[], protocol: "tcp" | "udp") {
  const table = new FlowTable();
  const totals = new EdgeTotals({ maxEdges: 1_000, maxPorts: 64 });
  for (const [index, { others, users, othersEnded, usersEnded, usersFirst }] of reads.entries()) {
    const seen = world({ nowNs: index * 5e9, metadataVersion: index + 1 });
    const all = usersFirst ? [...users, ...others] : [...others, ...users];
    if (protocol === "udp") {
      table.update(new UdpRows(Buffer.concat(all.map((one) => udpRow(one, one.cookie)))), seen);
    } else {
      const ended = [...numbered(othersEnded, index, 1), ...numbered(usersEnded, index, 6)];
      table.update(rows(...all), seen, closed(...(usersFirst ? ended.toReversed() : ended)), true);
    }
    totals.apply(drainDeltas(table.takeChanged()), index);
  }
  const kept = [...totals].filter(({ edge }) => ![edge.source.name, edge.destination.name].includes("host/user"));
  return Object.fromEntries(kept.map((total) => [total.edge.key, total]));
}

function numbered(sockets: readonly SocketValues[], index: number, first: number) {
  return sockets.map((one, at): Parameters<typeof closedRow> => [one, { sequence: 20 * index + first + at }]);
}
