import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { PROTOCOL, ROLE } from "../../../../exporters/flow-exporter/decode/layout.ts";
import { UdpRows } from "../../../../exporters/flow-exporter/decode/udp-rows.ts";
import { FlowTable } from "../../../../exporters/flow-exporter/join/flow-table.ts";
import { type Namespace, Namespaces } from "../../../../exporters/flow-exporter/join/namespaces.ts";
import { type SocketValues, udpRow } from "../lib/rows.ts";
import { container, edges, HOST_ADDRESS, idOf, joined, process, type Told, world } from "../lib/world.ts";

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
/** Which poses as the other end of web's flow, from web's own network namespace unless told. */
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
const USERS = { netns: 9, cgroup: 0, pid: 700, comm: "forger" };

/** What the kernel tells, by process: the addresses that its network namespace has, and whether its users are the host's. */
function told(namespaces: Record<number, [addresses: string[], isOfHostUsers: boolean]>, more: Told = {}) {
  const read = (pid: number): Namespace | undefined => {
    const [addresses, isOfHostUsers] = namespaces[pid] ?? [];
    return addresses && { local: new Set(addresses), isOfHostUsers: isOfHostUsers === true };
  };
  const processes = [
    process(1, { comm: "init" }),
    process(200, { netns: 2, cgroupId: 20, cgroupName: idOf("a") }),
    process(300, { netns: 3, cgroupId: 30, cgroupName: idOf("b") }),
    process(700, { netns: 9 }),
  ];
  return world({ processes, namespaces: new Namespaces(read), ...more });
}

const HONEST = told({ 200: [["172.18.0.2"], true], 300: [["172.18.0.3"], true] });
const WEB_TO_WORLD = "web > world:443 100000/70";

describe("a socket that poses as the other end of a flow to the world", () => {
  test("from the same container, takes nothing of it, in whatever order they show", () => {
    const [real, pose] = [web({}), forged()];
    assert.deepEqual(joined(HONEST, real, pose), [WEB_TO_WORLD, "web > web:40000 0/0"]);
    assert.deepEqual(joined(HONEST, pose, real), ["web > web:40000 0/0", WEB_TO_WORLD]);
    const established = forged({ role: ROLE.server, state: 1, sent: 9, received: 9 });
    assert.ok(joined(HONEST, real, established).includes(WEB_TO_WORLD));
  });

  test("to a machine of the same network, whose address is as private as a container's", () => {
    const real = web({ destination: `${LAN}:443` });
    const pose = forged({ source: `${LAN}:443` });
    assert.deepEqual(joined(HONEST, pose, real), ["web > web:40000 0/0", "web > world:443 100000/70"]);
  });

  test("from a network namespace of a user's own, which has the address", () => {
    const users = told({ 700: [[WORLD], false] });
    assert.deepEqual(joined(users, forged(USERS), web({})), ["host/forger > web:40000 0/0", WEB_TO_WORLD]);
  });

  test("from one in which no process is left", () => {
    const gone = told({ 700: [[WORLD], false] }, { nowNs: 1 });
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
  const seen = told({ 200: [["172.18.0.2"], true] }, { containers });
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
    const hand = told({ 700: [[WORLD], true], 300: [[OTHER], true] }, { containers: [] });
    const there = { netns: 3, cgroup: 0 };
    assert.deepEqual(joined(hand, ...ends([WORLD, HAND_MADE], [OTHER, there])), [
      "host/caller > host/server:80 100000/70",
    ]);
  });

  test("are so within a user's own namespace", () => {
    const own = told({ 700: [[WORLD, HOST_ADDRESS], false] });
    const both = ends([WORLD, HAND_MADE], [HOST_ADDRESS, HAND_MADE]);
    assert.deepEqual(joined(own, ...both), ["host/caller > host/server:80 100000/100000"]);
  });

  test("are so where a transparent proxy calls in its caller's name: root has routed all addresses to it", () => {
    const proxy = told({ 200: [["172.18.0.2", WORLD], true] });
    const both = ends([WORLD, { netns: 2, cgroup: 20 }], [DB, AT_DB]);
    assert.deepEqual(joined(proxy, ...both), ["web > db:80 100000/100000"]);
  });

  test("are so where one is in a container that Docker has not told of yet, with an address of the internet", () => {
    const early = told({ 700: [[WORLD], true] });
    assert.deepEqual(joined(early, ...ends([WORLD, HAND_MADE], [DB, AT_DB])), ["host/caller > db:80 100000/70"]);
  });

  test("are so in a container that is gone, and of which Docker has told", () => {
    const gone = container("gone", { id: idOf("e"), addresses: [WORLD] });
    const cgroups = new Map([
      [30, idOf("b")],
      [60, idOf("e")],
    ]);
    const after = told({}, { goneContainers: [gone], cgroups });
    const both = ends([WORLD, { netns: 12, cgroup: 60 }], [DB, AT_DB]);
    assert.deepEqual(joined(after, ...both), ["gone > db:80 100000/70"]);
  });
});

describe("an end that may be one, or may lie", () => {
  /** Private, in a user's namespace: as well a container of another engine. */
  const users = told({ 700: [["10.77.0.9"], false] });
  const server = (values: Partial<SocketValues> = {}) =>
    web({ source: "172.18.0.2:80", destination: "10.77.0.9:40000", role: ROLE.server, ...values });
  const client = (values: Partial<SocketValues> = {}) =>
    forged({ ...USERS, source: "10.77.0.9:40000", destination: "172.18.0.2:80", ...values });

  test("does not lower what the other has sent", () => {
    assert.deepEqual(joined(users, server(), client()), ["host/forger > web:80 70/100000"]);
    assert.deepEqual(joined(users, client(), server()), ["host/forger > web:80 70/100000"]);
  });

  test("nor with datagrams", () => {
    const table = new FlowTable();
    const rows = () =>
      new UdpRows(Buffer.concat([client({ sent: 1 }), server()].map((one) => udpRow(one, one.cookie))));
    for (let reads = 0; reads < 2; reads++) table.update(rows(), users);
    assert.deepEqual(edges(table), ["host/forger > web:80 70/100000"]);
  });
});

test("a network namespace is looked at once in a read, and again in a later one where an address may be new", () => {
  let looks = 0;
  const addresses: string[] = [];
  const namespaces = new Namespaces(() => {
    looks += 1;
    return { local: new Set(addresses), isOfHostUsers: true };
  });
  const row = { protocol: PROTOCOL.tcp, pid: 700, netns: 9, netnsCookie: 0, sourceAddress: WORLD };
  const processes = new Map([[700, process(700, { netns: 9 })]]);
  const ask = (nowNs: number) => namespaces.of(row as never, { processes, nowNs })?.local.has(WORLD);
  assert.deepEqual([ask(1), ask(1), looks], [false, false, 1]);
  addresses.push(WORLD);
  assert.deepEqual([ask(2), ask(3), looks], [true, true, 2]);
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
