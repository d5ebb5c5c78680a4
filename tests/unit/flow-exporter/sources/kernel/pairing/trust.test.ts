import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Namespaces } from "../../../../../../exporters/flow-exporter/metadata/namespaces.ts";
import { NETNS_OWNER, PROTOCOL, ROLE } from "../../../../../../exporters/flow-exporter/model/socket.ts";
import { UdpRows } from "../../../../../../exporters/flow-exporter/sources/kernel/rows/udp-rows.ts";
import { takeCounts } from "../../../../../../exporters/flow-exporter/sources/kernel/sockets/flow.ts";
import { FlowTable } from "../../../../../../exporters/flow-exporter/sources/kernel/sockets/flow-table.ts";
import { type SocketValues, udpRow } from "../../../lib/rows.ts";
import { container, edges, type Given, HOST_ADDRESS, idOf, joined, process, rows, world } from "../../../lib/world.ts";

const WORLD = "203.0.113.7";
const LAN = "192.168.1.50";
const SYN_SENT = 2;

const web = (values: Partial<SocketValues>): SocketValues => ({
  cookie: 1,
  netns: 2,
  cgroup: 20,
  source: "172.18.0.2:40000",
  destination: `${WORLD}:443`,
  role: ROLE.client,
  sent: 100_000,
  received: 70,
  ...values,
});
/** Which poses as the other end of web's flow, from web's own network namespace unless given. */
const forged = (values: Partial<SocketValues> = {}): SocketValues => ({
  cookie: 2,
  netns: 2,
  cgroup: 20,
  source: `${WORLD}:443`,
  destination: "172.18.0.2:40000",
  role: ROLE.client,
  state: SYN_SENT,
  ...values,
});
/** In a network namespace that a user has made. */
const USERS = { netns: 9, netnsOwner: NETNS_OWNER.user, cgroup: 0, pid: 700, comm: "forger" };

/** What the kernel reports, by process: the addresses that its network namespace has. */
function reported(namespaces: Record<number, string[]>, more: Given = {}) {
  const read = (pid: number) => namespaces[pid] && new Set(namespaces[pid]);
  const processes = [
    process(1, { comm: "init" }),
    process(200, { netns: 2, cgroupId: 20, cgroupName: idOf("a") }),
    process(300, { netns: 3, cgroupId: 30, cgroupName: idOf("b") }),
    process(700, { netns: 9 }),
  ];
  return world({ processes, namespaces: new Namespaces(read), ...more });
}

const HONEST = reported({ 200: ["172.18.0.2"], 300: ["172.18.0.3"] });
const WEB_TO_WORLD = "web > world:443 100000/70";

describe("a socket that poses as the other end of a flow to the world", () => {
  test("from the same container, takes nothing of it, in whatever order they show", () => {
    const [real, pose] = [web({}), forged()];
    assert.deepEqual(joined(HONEST, real, pose), [WEB_TO_WORLD, "web > web:40000 0/0"]);
    assert.deepEqual(joined(HONEST, pose, real), ["web > web:40000 0/0", WEB_TO_WORLD]);
    const established = forged({ role: ROLE.server, state: 1, sent: 9, received: 9 });
    assert.ok(joined(HONEST, real, established).includes(WEB_TO_WORLD));
  });

  test("from the same container, which has made its network namespace believe that the address is its own", () => {
    const maker = reported({ 200: ["172.18.0.2", WORLD] });
    const pose = forged({ role: ROLE.server, state: 1, sent: 70, received: 100_000 });
    assert.ok(joined(maker, web({}), pose).includes(WEB_TO_WORLD));
  });

  test("to a machine of the same network, whose address is as private as a container's", () => {
    const real = web({ destination: `${LAN}:443` });
    const pose = forged({ source: `${LAN}:443` });
    assert.deepEqual(joined(HONEST, pose, real), ["web > web:40000 0/0", "web > world:443 100000/70"]);
  });

  test("from a network namespace of a user's own, which has the address", () => {
    const users = reported({ 700: [WORLD] });
    assert.deepEqual(joined(users, forged(USERS), web({})), ["host/forger > world:40000 0/0", WEB_TO_WORLD]);
  });

  test("from one in which no process is left", () => {
    const gone = reported({ 700: [WORLD] }, { nowNs: 1 });
    assert.ok(joined(gone, forged({ ...USERS, netns: 8 }), web({})).includes(WEB_TO_WORLD));
  });

  test("with datagrams, of which it has sent the first", () => {
    const [real, pose] = [web({ role: ROLE.server, received: 1 }), forged({ sent: 1 })];
    for (const entries of [
      [real, pose],
      [pose, real],
    ]) {
      const table = new FlowTable();
      const rows = () => new UdpRows(Buffer.concat(entries.map((one) => udpRow(one, one.cookie))));
      for (let reads = 0; reads < 2; reads++) table.update(rows(), HONEST);
      assert.ok(edges(table).includes("world > web:40000 1/100000"), edges(table).join());
    }
  });
});

test("a socket that poses as the other end of a flow between two containers does not part them", () => {
  const real = web({ destination: "172.18.0.3:5432" });
  const server: SocketValues = {
    cookie: 3,
    netns: 3,
    cgroup: 30,
    source: "172.18.0.3:5432",
    destination: "172.18.0.2:40000",
    role: ROLE.server,
    sent: 70,
    received: 100_000,
  };
  const poses = [
    forged({ cookie: 4, source: "172.18.0.3:5432" }),
    forged({ ...USERS, cookie: 5, source: "172.18.0.3:5432" }),
    web({ ...USERS, cookie: 6, destination: "172.18.0.3:5432", sent: 0, received: 0 }),
  ];
  for (const pose of poses) {
    for (const ends of [
      [real, pose, server],
      [server, pose, real],
    ]) {
      const carrying = joined(HONEST, ...ends).filter((edge) => !edge.endsWith(" 0/0"));
      assert.deepEqual(carrying, ["web > db:5432 100000/70"]);
    }
  }
});

test("a datagram in another container's name is its sender's, and counts once", () => {
  const bystander = container("bystander", { id: idOf("e"), pid: 700, addresses: ["172.18.0.9"] });
  const containers = [
    container("web", { id: idOf("a"), pid: 200, addresses: ["172.18.0.2"] }),
    container("db", { id: idOf("b"), pid: 300, addresses: ["172.18.0.3"] }),
    bystander,
  ];
  const seen = reported({ 200: ["172.18.0.2"] }, { containers });
  const sender = web({ source: "172.18.0.9:5000", destination: "172.18.0.3:53", sent: 60, received: 0 });
  const hearer: SocketValues = {
    cookie: 2,
    netns: 3,
    cgroup: 30,
    source: "172.18.0.3:53",
    destination: "172.18.0.9:5000",
    role: ROLE.server,
    sent: 25,
    received: 60,
  };
  for (const entries of [
    [sender, hearer],
    [hearer, sender],
  ]) {
    const table = new FlowTable();
    const rows = () => new UdpRows(Buffer.concat(entries.map((one) => udpRow(one, one.cookie))));
    for (let reads = 0; reads < 2; reads++) table.update(rows(), seen);
    assert.deepEqual(edges(table), ["web > db:53 60/25"]);
  }
});

describe("two ends that are to be one flow", () => {
  type Place = Pick<SocketValues, "netns" | "cgroup">;
  const AT_DB: Place = { netns: 3, cgroup: 30 };
  const HAND_MADE: Place = { netns: 9, cgroup: 0 };
  /** A caller and who it calls, each at an address and a place. */
  const ends = ([from, at]: [string, Place], [to, there]: [string, Place]): SocketValues[] => {
    const [source, destination] = [`${from}:40000`, `${to}:80`];
    return [
      web({ ...at, comm: "caller", source, destination }),
      web({ ...there, cookie: 2, comm: "server", source: destination, destination: source, role: ROLE.server }),
    ];
  };
  const DB = "172.18.0.3";
  const OTHER = "203.0.113.8";

  test("are so in namespaces made by hand, whatever addresses they have", () => {
    const hand = reported({ 700: [WORLD], 300: [OTHER] }, { containers: [] });
    const there = { netns: 3, cgroup: 0 };
    assert.deepEqual(joined(hand, ...ends([WORLD, HAND_MADE], [OTHER, there])), [
      "host/caller > host/server:80 100000/70",
    ]);
  });

  test("are so where a proxy of root's calls in its caller's name", () => {
    const proxy = reported({ 700: ["10.9.0.1", WORLD] });
    const both = ends([WORLD, HAND_MADE], [DB, AT_DB]);
    assert.deepEqual(joined(proxy, ...both), ["host/caller > db:80 100000/70"]);
  });

  test("are two where a container has made up an address of the internet, or another's", () => {
    const maker = reported({ 200: [WORLD, HOST_ADDRESS] });
    for (const made of [WORLD, HOST_ADDRESS]) {
      const both = ends([made, { netns: 2, cgroup: 20 }], [DB, AT_DB]);
      assert.equal(joined(maker, ...both).length, 2);
    }
  });

  test("are so where root's brief command has gone, and its network namespace with it", () => {
    const both = ends(["10.9.0.2", { netns: 12, cgroup: 0 }], [DB, AT_DB]);
    // Nothing shows any more that the address was there, so that the word of db counts.
    assert.deepEqual(joined(HONEST, ...both), ["host/caller > db:80 70/100000"]);
    assert.deepEqual(joined(HONEST, ...both.slice(0, 1)), ["host/caller > db:80 100000/70"]);
  });

  test("are two where a container is gone that Docker has reported, at another address than that", () => {
    const cgroups = new Map([
      [30, idOf("b")],
      [60, idOf("e")],
    ]);
    const gone = container("gone", { id: idOf("e"), addresses: ["172.18.0.9"] });
    const after = reported({}, { goneContainers: [gone], cgroups });
    assert.equal(joined(after, ...ends(["10.9.0.2", { netns: 12, cgroup: 60 }], [DB, AT_DB])).length, 2);
  });

  test("are so in a container that is gone, and of which only Docker's events have reported", () => {
    const gone = container("gone", { id: idOf("e") });
    const cgroups = new Map([...reported({}).cgroups, [80, idOf("e")]]);
    const after = reported({}, { goneContainers: [gone], cgroups });
    const both = [
      web({ netns: 8, cgroup: 80, source: "172.18.0.9:40000", destination: "172.18.0.3:80" }),
      web({
        cookie: 2,
        netns: 3,
        cgroup: 30,
        source: "172.18.0.3:80",
        destination: "172.18.0.9:40000",
        role: ROLE.server,
        sent: 70,
        received: 100_000,
      }),
    ];
    assert.deepEqual(joined(after, ...both), ["gone > db:80 100000/70"]);
  });

  test("are so where one is in a container that Docker has not reported yet, with an address of the internet", () => {
    const early = reported({ 700: [WORLD] });
    assert.deepEqual(joined(early, ...ends([WORLD, HAND_MADE], [DB, AT_DB])), ["host/caller > db:80 100000/70"]);
  });

  test("are so in a container that is gone, and which Docker has reported", () => {
    const gone = container("gone", { id: idOf("e"), addresses: [WORLD] });
    const cgroups = new Map([
      [30, idOf("b")],
      [60, idOf("e")],
    ]);
    const after = reported({}, { goneContainers: [gone], cgroups });
    const both = ends([WORLD, { netns: 12, cgroup: 60 }], [DB, AT_DB]);
    assert.deepEqual(joined(after, ...both), ["gone > db:80 100000/70"]);
  });
});

/** Of db, which has made up a private address: as well the address of a network that Docker is yet to report. */
describe("an end that may be one, or may lie", () => {
  const MADE_UP = "10.77.0.9";
  const maker = reported({ 300: ["172.18.0.3", MADE_UP, "10.77.0.8"] });
  const server = (values: Partial<SocketValues> = {}) =>
    web({ source: "172.18.0.2:80", destination: `${MADE_UP}:40000`, role: ROLE.server, ...values });
  const client = (values: Partial<SocketValues> = {}) =>
    forged({ netns: 3, cgroup: 30, source: `${MADE_UP}:40000`, destination: "172.18.0.2:80", ...values });
  const MUCH = { sent: 5_000_000, received: 5_000_000, retransmits: 9 };
  const datagrams = (...sockets: SocketValues[]) =>
    new UdpRows(Buffer.concat(sockets.map((one) => udpRow(one, one.cookie))));

  for (const [claim, values] of Object.entries({ less: {}, more: MUCH })) {
    test(`claims ${claim} than the other: that alone counts`, () => {
      for (const both of [
        [server(), client(values)],
        [client(values), server()],
      ]) {
        assert.deepEqual(joined(maker, ...both), ["db > web:80 70/100000"]);
        const table = new FlowTable();
        for (let reads = 0; reads < 2; reads++) table.update(datagrams(...both), maker);
        assert.deepEqual(edges(table), ["db > web:80 70/100000"]);
      }
    });

    test(`claims ${claim} than the other, whose server it poses as: that alone counts`, () => {
      const caller = web({ destination: `${MADE_UP}:443` });
      const pose = client({ source: `${MADE_UP}:443`, destination: "172.18.0.2:40000", role: ROLE.server, ...values });
      for (const both of [
        [caller, pose],
        [pose, caller],
      ]) {
        assert.deepEqual(joined(maker, ...both), ["web > db:443 100000/70"]);
        const table = new FlowTable();
        for (let reads = 0; reads < 2; reads++) table.update(datagrams(...both), maker);
        assert.deepEqual(edges(table), ["web > db:443 100000/70"]);
      }
    });
  }

  test("is no credit to hide behind, whatever it has counted before the other came", () => {
    const [early, late] = [client({ ...MUCH, state: 1 }), server({ sent: 0, received: 0 })];
    const carried = server({ sent: 40, received: 30 });
    const table = new FlowTable();
    for (const read of [[early], [early], [early, late], [early, carried]]) {
      table.update(rows(...read), maker);
      edges(table);
    }
    assert.deepEqual(edges(table), ["db > web:80 30/40"]);
    const exchange = new FlowTable();
    const sums = { sent: 0, received: 0 };
    for (const read of [[early], [early], [early, late], [early, carried]]) {
      exchange.update(datagrams(...read), maker);
      for (const flow of exchange.flows) {
        const counts = takeCounts(flow);
        sums.sent += counts?.sentBytes ?? 0;
        sums.received += counts?.receivedBytes ?? 0;
      }
    }
    assert.deepEqual(sums, { sent: MUCH.sent + 30, received: MUCH.received + 40 });
  });

  test("is no credit for the next exporter either", () => {
    const [early, late] = [client({ ...MUCH, state: 1 }), server({ sent: 40, received: 30 })];
    for (const [first, then] of [
      [[early], [early, late]],
      [[early], [late, early]],
      [[late], [late, early]],
    ] as const) {
      const before = new FlowTable();
      for (let reads = 0; reads < 2; reads++) before.update(rows(...first), maker);
      edges(before);
      const after = new FlowTable();
      after.remember(before.memories(), maker.nowNs);
      for (let reads = 0; reads < 2; reads++) after.update(rows(...then), maker);
      assert.deepEqual(edges(after), ["db > web:80 30/40"]);
    }
  });

  test("is no credit for the next exporter with datagrams either", () => {
    const [early, late] = [client({ ...MUCH, start: 1 }), server({ sent: 40, received: 30, start: 2 })];
    const before = new FlowTable();
    for (let reads = 0; reads < 2; reads++) before.update(datagrams(early), maker);
    edges(before);
    const after = new FlowTable();
    after.remember(before.memories(), maker.nowNs);
    for (let reads = 0; reads < 2; reads++) after.update(datagrams(late, early), maker);
    assert.deepEqual(edges(after), ["db > web:80 30/40"]);
  });

  test("counts as any other where the other may lie too", () => {
    const one = client({ source: "10.77.0.8:40000", destination: `${MADE_UP}:80`, sent: 50, received: 6, state: 1 });
    const other = client({ cookie: 1, source: `${MADE_UP}:80`, destination: "10.77.0.8:40000", sent: 7, received: 60 });
    const both = [one, { ...other, role: ROLE.server, state: 1 }];
    assert.deepEqual(joined(maker, ...both), ["db > db:80 50/6"]);
  });

  test("gets nothing of what one at the same address has sent that is certain", () => {
    const bystander = container("bystander", { id: idOf("e"), pid: 700, addresses: ["172.18.0.9"] });
    const [cgroups, containers] = [
      new Map([
        [20, idOf("a")],
        [30, idOf("b")],
        [70, idOf("e")],
      ]),
      [
        container("web", { id: idOf("a"), pid: 200, addresses: ["172.18.0.2"] }),
        container("db", { id: idOf("b"), pid: 300, addresses: ["172.18.0.3"] }),
        bystander,
      ],
    ];
    const seen = reported({ 300: ["172.18.0.3"] }, { containers, cgroups });
    const hearer = server({ destination: "172.18.0.9:5000", received: 1_000, sent: 0 });
    const honest = client({ cookie: 5, netns: 9, cgroup: 70, source: "172.18.0.9:5000", sent: 1_000, received: 0 });
    const thief = client({ cookie: 6, source: "172.18.0.9:5000", sent: 5_000_000, received: 5_000_000 });
    for (const order of [
      [thief, honest, hearer],
      [hearer, thief, honest],
      [honest, hearer, thief],
    ]) {
      const table = new FlowTable();
      for (let reads = 0; reads < 2; reads++) table.update(datagrams(...order), seen);
      assert.deepEqual(edges(table).sort(), ["bystander > web:80 1000/0", "db > web:80 0/0"]);
      const lost = new FlowTable();
      const unheard = order.map((one) => (one === hearer ? { ...hearer, received: 0 } : one));
      for (let reads = 0; reads < 2; reads++) lost.update(datagrams(...unheard), seen);
      assert.deepEqual(edges(lost).sort(), ["bystander > web:80 1000/0", "db > web:80 0/0"]);
    }
  });

  test("does not take the place of one that waits and is certain", () => {
    const made = reported({ 700: [MADE_UP], 300: ["172.18.0.3", MADE_UP] });
    const roots = client({ cookie: 5, netns: 9, cgroup: 0, comm: "roots", state: 1, sent: 70, received: 100_000 });
    const carrying = joined(made, roots, client(MUCH), server()).filter((edge) => edge.startsWith("host/roots"));
    assert.deepEqual(carrying, ["host/roots > web:80 70/100000"]);
  });
});

test("a network namespace is looked at once in a read, and again in a later one where an address may be new", () => {
  let looks = 0;
  const addresses: string[] = [];
  const namespaces = new Namespaces(() => {
    looks += 1;
    return new Set(addresses);
  });
  const row = { protocol: PROTOCOL.tcp, pid: 700, netns: 9, netnsCookie: 0, sourceAddress: WORLD };
  const processes = new Map([[700, process(700, { netns: 9 })]]);
  const ask = (nowNs: number) => namespaces.of(row as never, { processes, nowNs })?.has(WORLD);
  assert.deepEqual([ask(1), ask(1), looks], [false, false, 1]);
  addresses.push(WORLD);
  assert.deepEqual([ask(2), ask(3), looks], [true, true, 2]);
});

test("for a process in each of many network namespaces all are gone through once", () => {
  let walks = 0;
  class Walked extends Map<number, ReturnType<typeof process>> {
    override values() {
      walks += 1;
      return super.values();
    }
  }
  const numbers = [10, 11, 12];
  const namespaces = new Namespaces((pid) => new Set([`${pid}`]));
  const processes = new Walked(numbers.map((netns) => [netns + 100, process(netns + 100, { netns })]));
  const found = numbers.map((netns) => {
    const row = { protocol: PROTOCOL.tcp, pid: 0, netns, netnsCookie: 0, sourceAddress: WORLD };
    return namespaces.of(row as never, { processes, nowNs: 1 })?.has(`${netns + 100}`);
  });
  assert.deepEqual([found, walks], [[true, true, true], 1]);
});

test("of a thousand network namespaces no more than a few are looked at in one read", () => {
  let looks = 0;
  const namespaces = new Namespaces(() => {
    looks += 1;
    return undefined;
  });
  const numbers = Array.from({ length: 1_000 }, (_, index) => index + 10);
  const processes = new Map(numbers.map((netns) => [netns, process(netns, { netns })]));
  const row = { protocol: PROTOCOL.tcp, netnsCookie: 0, sourceAddress: WORLD };
  for (const netns of numbers) namespaces.of({ ...row, pid: netns, netns } as never, { processes, nowNs: 1 });
  assert.equal(looks, 32);
});
