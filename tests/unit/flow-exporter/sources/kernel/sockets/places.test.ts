import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ROLE } from "../../../../../../exporters/flow-exporter/model/socket.ts";
import { takeCounts } from "../../../../../../exporters/flow-exporter/sources/kernel/sockets/flow.ts";
import { FlowTable } from "../../../../../../exporters/flow-exporter/sources/kernel/sockets/flow-table.ts";
import type { End, SocketValues } from "../../../lib/rows.ts";
import { closed, rows, world } from "../../../lib/world.ts";

const PLACES = 100;

describe("a table without a place for every socket", () => {
  test("says how many it leaves out, and takes them once there is one", () => {
    const { table, sent } = crowded();
    table.update(rows(...sockets(150)), world());
    assert.deepEqual([table.size, table.leftOut], [100, 50]);
    table.update(rows(...sockets(150)), world());
    assert.deepEqual([table.size, table.leftOut, sent()], [100, 50, 100 * 7], "those that rest are counted as well");
    const [gone, left] = [sockets(150).slice(0, 60), sockets(150).slice(60)];
    for (let read = 0; read < 4; read++) table.update(rows(...left), world(), read === 0 ? endOf(gone) : []);
    assert.deepEqual([table.size, table.leftOut, sent()], [90, 0, 150 * 7]);
  });

  test("counts what it left out as it ends, once", () => {
    const { table, sent } = crowded();
    const all = sockets(150);
    for (let read = 0; read < 2; read++) table.update(rows(...all), world());
    for (let read = 0; read < 3; read++) table.update(rows(), world(), read === 0 ? endOf(all) : []);
    assert.deepEqual([sent(), table.leftOut], [150 * 7, 0]);
  });

  test("takes those whose other end it has, and those an exporter before it had", () => {
    const { table, sent } = crowded();
    const all = sockets(99);
    const [client, server] = [pairOf(ROLE.client), pairOf(ROLE.server)];
    for (let read = 0; read < 2; read++) table.update(rows(...all, client, lone(500), server), world());
    assert.deepEqual([table.size, table.leftOut, sent()], [101, 1, 100 * 7]);
    const next = crowded().table;
    next.remember(table.memories(), 0);
    next.update(rows(lone(500), ...all), world());
    assert.equal(next.leftOut, 1, "the one that was left out before");
  });
});

/** A table with so many places, and what it has handed on. */
function crowded() {
  const table: FlowTable = new FlowTable(undefined, () => PLACES - table.size);
  let total = 0;
  const sent = () => {
    for (const flow of table.takeChanged()) total += takeCounts(flow)?.sentBytes ?? 0;
    return total;
  };
  return { table, sent };
}

function endOf(sockets: SocketValues[]) {
  return closed(...sockets.map((one): [SocketValues, End] => [one, { sequence: one.cookie }]));
}

function sockets(count: number): SocketValues[] {
  return Array.from({ length: count }, (_, number) => lone(number));
}

function lone(number: number): SocketValues {
  return {
    cookie: number + 1,
    netns: 2,
    cgroup: 20,
    source: `172.18.0.2:${10_000 + number}`,
    destination: "93.184.216.34:443",
    role: ROLE.client,
    sent: 7,
    start: 1_000 + number,
  };
}

function pairOf(role: number): SocketValues {
  const [client, server] = ["172.18.0.2:40000", "172.18.0.3:5432"];
  const asks = role === ROLE.client;
  const ends = asks ? { source: client, destination: server } : { source: server, destination: client };
  const owner = asks ? { netns: 2, cgroup: 20 } : { netns: 3, cgroup: 30 };
  return { cookie: 900 + role, ...owner, ...ends, role, sent: 7, start: 5_000 };
}
