import assert from "node:assert/strict";
import { test } from "node:test";
import { type Change, Peers } from "../../../../../exporters/flow-exporter/outputs/hubble/peers/peers.ts";

/** Nodes by their address; a host's addresses by its name. What is not there does not answer. */
function network() {
  const hosts = new Map<string, string[]>();
  const names = new Map<string, string>();
  const told: Change[] = [];
  const find = <Value>(map: ReadonlyMap<string, Value>, key: string) => {
    const value = map.get(key);
    return value === undefined ? Promise.reject(new Error("nobody")) : Promise.resolve(value);
  };
  const create = (own: { address: string; isSettled: boolean }) => {
    const peers = new Peers({
      own: { name: "a", ...own },
      hosts: [{ host: "tasks.flowtally", port: 4245 }],
      resolve: (host) => find(hosts, host),
      nameAt: (address) => find(names, address),
    });
    peers.listen((changes) => told.push(...changes));
    return peers;
  };
  return {
    hosts,
    names,
    create,
    take: () => told.splice(0).map(({ name, address, type }) => `${type} ${name} ${address}`),
  };
}

test("all addresses of a host are peers, each by what it calls itself; this node by where others find it", async () => {
  const { hosts, names, create, take } = network();
  const peers = create({ address: "127.0.0.1:4245", isSettled: false });
  assert.deepEqual(take(), ["PEER_ADDED a 127.0.0.1:4245"]);
  hosts.set("tasks.flowtally", ["10.0.0.1", "10.0.0.2", "fd00::3"]);
  names.set("10.0.0.1:4245", "a").set("10.0.0.2:4245", "b");
  await peers.look();
  assert.deepEqual(take(), ["PEER_UPDATED a 10.0.0.1:4245", "PEER_ADDED b 10.0.0.2:4245"]);
  assert.equal(peers.ownAddress, "10.0.0.1:4245");
  names.set("[fd00::3]:4245", "c");
  await peers.look();
  assert.deepEqual(take(), ["PEER_ADDED c [fd00::3]:4245"]);
});

test("one that does not answer keeps its name, one that moves is told, one that is gone is too", async () => {
  const { hosts, names, create, take } = network();
  const peers = create({ address: "10.0.0.1:4245", isSettled: true });
  hosts.set("tasks.flowtally", ["10.0.0.1", "10.0.0.2"]);
  names.set("10.0.0.1:4245", "a").set("10.0.0.2:4245", "b");
  await peers.look();
  take();
  names.delete("10.0.0.2:4245");
  await peers.look();
  assert.deepEqual(take(), []);
  hosts.delete("tasks.flowtally");
  await peers.look();
  assert.deepEqual(take(), [], "a host that cannot be found is where it was");
  hosts.set("tasks.flowtally", ["10.0.0.9"]);
  names.set("10.0.0.9:4245", "b");
  await peers.look();
  assert.deepEqual(take(), ["PEER_UPDATED b 10.0.0.9:4245"]);
  hosts.set("tasks.flowtally", []);
  await peers.look();
  assert.deepEqual(take(), ["PEER_DELETED b 10.0.0.9:4245"]);
});

test("it is to be looked again soon while somebody has not said its name", async () => {
  const { hosts, names, create } = network();
  const peers = create({ address: "10.0.0.1:4245", isSettled: true });
  assert.equal(await peers.look(), false, "the host is not known");
  hosts.set("tasks.flowtally", ["10.0.0.1", "10.0.0.2"]);
  names.set("10.0.0.1:4245", "a");
  assert.equal(await peers.look(), false, "the second address does not answer");
  names.set("10.0.0.2:4245", "b");
  assert.equal(await peers.look(), true);
  names.delete("10.0.0.2:4245");
  assert.equal(await peers.look(), true, "it is known by its name");
});

test("what is no name of a machine is none", async () => {
  const { hosts, names, create, take } = network();
  const peers = create({ address: "10.0.0.1:4245", isSettled: true });
  take();
  hosts.set("tasks.flowtally", ["10.0.0.2", "10.0.0.3", "10.0.0.4"]);
  names.set("10.0.0.2:4245", "x".repeat(60_000)).set("10.0.0.3:4245", "b\nc").set("10.0.0.4:4245", "\u202eb");
  await peers.look();
  assert.deepEqual(take(), []);
});

test("who comes later is told all that are there", async () => {
  const { hosts, names, create } = network();
  const peers = create({ address: "10.0.0.1:4245", isSettled: true });
  hosts.set("tasks.flowtally", ["10.0.0.2"]);
  names.set("10.0.0.2:4245", "b");
  await peers.look();
  const told: Change[] = [];
  peers.listen((changes) => told.push(...changes))();
  assert.deepEqual(
    told.map(({ name, type }) => [name, type]),
    [
      ["a", "PEER_ADDED"],
      ["b", "PEER_ADDED"],
    ],
  );
});
