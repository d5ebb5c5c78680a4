import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { test } from "node:test";
import { orSkip } from "../lib/or-skip.ts";
import { churnEnds, faults, runUnread } from "./lib/churn.ts";
import { eventually } from "./lib/eventually.ts";
import { readClosed, readStatus, takeClosed } from "./lib/rows.ts";
import { buildTracer, startTracer, tracerLacks } from "./lib/tracer.ts";

// Tables so small that the flows of others would fill them as well.

const SERVER = 2;

const lacks = await tracerLacks();

test("a full ring counts what it had no room for, and fills again once it is read", {
  skip: orSkip(lacks),
}, async (t) => {
  await buildTracer();
  const tracer = await startTracer("ring", "--udp", "off", "--max-closed", "256");
  t.after(() => tracer.stop());
  await runUnread(tracer.pins, 500);
  const first = takeClosed(tracer.pins);
  const { closedLost } = readStatus(tracer.pins);
  assert.equal(first.length, 256);
  assert.ok(closedLost >= 1000 - 256, `${closedLost} lost`);
  const { lines } = await runUnread(tracer.pins, 50);
  assert.deepEqual(faults(churnEnds(lines), takeClosed(tracer.pins)), {});
  assert.equal(readStatus(tracer.pins).closedLost, closedLost);
});

/** Without a slot no program sees a flow's abort before the kernel wipes its addresses and gives it up. */
test("connections aborted while the table is full have a row, or are counted as missed", {
  skip: orSkip(lacks),
}, async (t) => {
  await buildTracer();
  const tracer = await startTracer("full", "--udp", "off", "--max-flows", "256");
  t.after(() => tracer.stop());
  takeClosed(tracer.pins);
  const { ports, abort } = await openMany(1_000);
  await abort();
  const rows = await eventually(5, () => {
    const all = readClosed(tracer.pins);
    const { missedEvents, tableFull } = readStatus(tracer.pins);
    const told = new Set(all.filter((row) => row.role !== SERVER).map((row) => row.sourcePort));
    const missing = ports.filter((port) => !told.has(port)).length;
    assert.ok(tableFull >= 1_000, `${tableFull} without room: the test proves nothing`);
    assert.ok(missing <= missedEvents, `${missing} missing, ${missedEvents} counted`);
    return all;
  });
  assert.ok(rows.length > 0);
});

/** Connections to a server of its own; `abort` has each client reset its own. */
async function openMany(count: number): Promise<{ ports: number[]; abort(): Promise<void> }> {
  const server = createServer((socket) => void socket.on("error", () => {}).resume());
  await once(server.listen(0, "127.0.0.1", 4096), "listening");
  const { port } = server.address() as AddressInfo;
  const clients = Array.from({ length: count }, () => connect(port, "127.0.0.1"));
  await Promise.all(clients.map((client) => once(client, "connect")));
  const ports = clients.map(({ localPort }) => localPort ?? 0);
  return {
    ports,
    abort: async () => {
      const closed = clients.map((client) => once(client.resetAndDestroy(), "close"));
      await Promise.all(closed);
      server.close();
      await once(server, "close");
    },
  };
}
