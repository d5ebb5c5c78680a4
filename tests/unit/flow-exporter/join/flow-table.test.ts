import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ROLE } from "../../../../exporters/flow-exporter/decode/layout.ts";
import { takeNews } from "../../../../exporters/flow-exporter/join/flow.ts";
import { FlowTable } from "../../../../exporters/flow-exporter/join/flow-table.ts";
import type { SocketValues } from "../lib/rows.ts";
import { container, edges, idOf, process, rows, world } from "../lib/world.ts";

const CLIENT: SocketValues = {
  cookie: 1,
  netns: 2,
  cgroup: 20,
  source: "172.18.0.2:40000",
  destination: "172.18.0.3:5432",
  role: ROLE.client,
};
const SERVER: SocketValues = {
  cookie: 2,
  netns: 3,
  cgroup: 30,
  source: "172.18.0.3:5432",
  destination: "172.18.0.2:40000",
  role: ROLE.server,
};

const LONE: SocketValues = { ...CLIENT, destination: "93.184.216.34:443" };

describe("from read to read", () => {
  test("only what is new is handed on", () => {
    const table = new FlowTable();
    assert.deepEqual(newBytes(table, { ...LONE, sent: 100, received: 10 }), [[100, 10]]);
    assert.deepEqual(newBytes(table, { ...LONE, sent: 130, received: 10 }), [[30, 0]]);
    assert.deepEqual(newBytes(table, { ...LONE, sent: 130, received: 10 }), [[0, 0]]);
  });

  test("a counter that goes down hands on nothing", () => {
    const table = new FlowTable();
    newBytes(table, { ...LONE, sent: 100 });
    assert.deepEqual(newBytes(table, { ...LONE, sent: 40 }), [[0, 0]]);
    assert.deepEqual(newBytes(table, { ...LONE, sent: 101 }), [[1, 0]]);
  });

  test("a closed flow leaves, with nothing more to hand on", () => {
    const table = new FlowTable();
    newBytes(table, { ...CLIENT, sent: 100 }, SERVER);
    assert.deepEqual(newBytes(table), [[0, 0]]);
    assert.deepEqual(newBytes(table), [[0, 0]]);
    assert.deepEqual(newBytes(table), []);
  });

  test("a server that outlives its client completes what the client sent, and keeps its name", () => {
    const table = new FlowTable();
    table.update(rows({ ...CLIENT, sent: 100 }, { ...SERVER, received: 100 }), world());
    table.update(rows({ ...SERVER, received: 140, pid: 300 }), world());
    assert.deepEqual(edges(table), ["web > db:5432 140/0"]);
  });

  test("the same addresses again, on new sockets, are a new flow", () => {
    const table = new FlowTable();
    newBytes(table, { ...CLIENT, sent: 100 }, SERVER);
    const again = newBytes(table, { ...CLIENT, cookie: 11, sent: 30 }, { ...SERVER, cookie: 12 });
    assert.deepEqual(again, [
      [0, 0],
      [30, 0],
    ]);
  });

  test("a socket that was connected again starts anew", () => {
    const table = new FlowTable();
    newBytes(table, { ...LONE, sent: 100 });
    assert.deepEqual(newBytes(table, { ...LONE, source: "172.18.0.2:40009", sent: 30 }), [
      [0, 0],
      [30, 0],
    ]);
    newBytes(table, { ...LONE, source: "172.18.0.2:40009", sent: 30 });
    assert.equal(newBytes(table, { ...LONE, source: "172.18.0.2:40009", sent: 30 }).length, 1);
  });

  test("an owner found later names the flow", () => {
    const table = new FlowTable();
    const unowned = { ...LONE, netns: 1, cgroup: 0 };
    table.update(rows(unowned), world());
    table.update(rows({ ...unowned, pid: 7, comm: "curl" }), world());
    assert.deepEqual(edges(table), ["host/curl > world:443 0/0"]);
  });
});

describe("an end on this host that one read missed", () => {
  test("is waited for until the next read, then counted once", () => {
    const table = new FlowTable();
    table.update(rows({ ...CLIENT, sent: 60 }), world());
    assert.deepEqual(edges(table), ["waits"]);
    table.update(rows({ ...SERVER, received: 60, sent: 5 }, { ...CLIENT, sent: 70, received: 5 }), world());
    assert.deepEqual(edges(table), ["web > db:5432 70/5"]);
  });

  test("that shows when the other has closed is still the same flow", () => {
    const table = new FlowTable();
    table.update(rows({ ...CLIENT, sent: 60 }), world());
    table.update(rows({ ...SERVER, received: 64 }), world());
    assert.deepEqual(edges(table), ["web > db:5432 64/0"]);
  });

  test("and that never shows leaves a flow that counts in full, even when it has ended by then", () => {
    const table = new FlowTable();
    assert.deepEqual(newBytes(table, { ...CLIENT, sent: 60 }), [[0, 0]]);
    assert.deepEqual(newBytes(table), [[60, 0]]);
    assert.deepEqual(newBytes(table), [[0, 0]]);
    assert.deepEqual(newBytes(table), []);
  });

  test("the server counts until the client shows, and the client from then on", () => {
    const table = new FlowTable();
    const server = { ...SERVER, received: 60, sent: 5 };
    newBytes(table, server);
    assert.deepEqual(newBytes(table, server), [[60, 5]]);
    assert.deepEqual(newBytes(table, server, { ...CLIENT, sent: 70, received: 5 }), [[10, 0]]);
  });
});

describe("a container Docker has not told about yet", () => {
  const fresh = process(900, { netns: 9, cgroupId: 90, cgroupName: idOf("e") });
  const before = () => world({ processes: [process(1), fresh] });
  const after = (name?: string) =>
    world({
      processes: [process(1), fresh],
      containers: name ? [container(name, { id: idOf("e"), pid: 900 })] : [],
      metadataVersion: 2,
    });
  const socket = { ...CLIENT, netns: 9, cgroup: 90, destination: "93.184.216.34:443", sent: 100 };

  test("waits for Docker's next answer, then counts in full under its name", () => {
    const table = new FlowTable();
    table.update(rows(socket), before());
    assert.deepEqual(edges(table), ["waits"]);
    assert.deepEqual([...table.awaitedContainers], [idOf("e")]);
    table.update(rows({ ...socket, sent: 120 }), after("new"));
    assert.deepEqual(edges(table), ["new > world:443 120/0"]);
    assert.equal(table.awaitedContainers.size, 0);
  });

  test("that Docker does not know either is counted under its short id, and not asked for again", () => {
    const table = new FlowTable();
    table.update(rows(socket), before());
    table.update(rows(socket), after());
    assert.deepEqual(edges(table), ["container/eeeeeeeeeeee > world:443 100/0"]);
    assert.equal(table.awaitedContainers.size, 0);
  });

  test("is counted although its flow ended before Docker's answer", () => {
    const table = new FlowTable();
    table.update(rows(socket), before());
    table.update(rows(), before());
    assert.deepEqual(edges(table), ["waits"]);
    assert.deepEqual(newBytes(table, after("new")), [[100, 0]]);
    assert.deepEqual(edges(table), ["new > world:443 100/0"]);
    assert.deepEqual(newBytes(table, after("new")), []);
  });

  test("does not wait for a Docker that is out of reach, and gets its name when it is back", () => {
    const table = new FlowTable();
    table.update(rows(socket), { ...before(), metadataUp: false });
    assert.deepEqual(edges(table), ["container/eeeeeeeeeeee > world:443 100/0"]);
    assert.deepEqual(newBytes(table, { ...socket, sent: 105 }, after("new")), [[5, 0]]);
    assert.deepEqual(edges(table), ["new > world:443 105/0"]);
  });
});

type World = ReturnType<typeof world>;

/** What one read hands on, per flow: bytes sent and received. */
function newBytes(table: FlowTable, ...arguments_: (SocketValues | World)[]): number[][] {
  const sockets = arguments_.filter((one): one is SocketValues => "cookie" in one);
  const seen = arguments_.find((one): one is World => "containers" in one) ?? world();
  table.update(rows(...sockets), seen);
  return [...table.flows].map((flow) => {
    const { sentBytes = 0, receivedBytes = 0 } = takeNews(flow) ?? {};
    return [sentBytes, receivedBytes];
  });
}
