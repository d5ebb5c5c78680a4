import assert from "node:assert/strict";
import { closeSync, openSync, readSync } from "node:fs";
import { after, before, describe, type TestContext, test } from "node:test";
import { execa } from "execa";
import { churnEnds, faults, runPolled } from "./lib/churn.ts";
import { eventually } from "./lib/eventually.ts";
import { CONNECTIONS, MANY } from "./lib/load.ts";
import { type ClosedRow, closedRows, readClosed, readFlows, readPin, readStatus, takeClosed } from "./lib/rows.ts";
import { buildTracer, startTracer, type Tracer, tracerLacks } from "./lib/tracer.ts";
import { compileWorkload, talk } from "./lib/workload.ts";

const ROLES = { client: 1, server: 2 };
const CLOSE = 7;

const lacks = await tracerLacks();

describe("flows that ended", { skip: lacks ?? false }, () => {
  let tracer: Tracer;
  before(async () => {
    await buildTracer();
    tracer = await startTracer("closed", "--udp", "off");
  });
  after(() => tracer.stop());

  test(`${MANY} short connections while a reader polls: none missing, none twice, no byte off`, async () => {
    const { lines, rows } = await runPolled(tracer.pins, [await compileWorkload("churn"), `${CONNECTIONS}`, "4"]);
    rows.push(...takeClosed(tracer.pins));
    assert.equal(lines.length, 2 * CONNECTIONS);
    assert.deepEqual(faults(churnEnds(lines), rows), {});
    const { closedLost, missedEvents, storageLost } = readStatus(tracer.pins);
    assert.deepEqual({ closedLost, missedEvents, storageLost }, { closedLost: 0, missedEvents: 0, storageLost: 0 });
  });

  test(`${MANY} short connections while others want the CPUs: rows and counted losses make up for all`, async (t) => {
    const before = readStatus(tracer.pins);
    burnCpus(t, 2);
    const { lines, rows } = await runPolled(tracer.pins, [await compileWorkload("churn"), `${CONNECTIONS}`, "4"]);
    rows.push(...takeClosed(tracer.pins));
    readPin(tracer.pins, "snapshot");
    const after = readStatus(tracer.pins);
    const told = new Set(rows.map((row) => row.cookie));
    const ends = churnEnds(lines.filter(([, role]) => role === "client"));
    const missing = ends.filter((end) => !told.has(end.cookie)).length;
    const counted = after.missedEvents - before.missedEvents + after.closedLost - before.closedLost;
    assert.equal(ends.length, CONNECTIONS);
    assert.ok(missing <= counted, `${missing} missing, ${counted} counted`);
    assert.deepEqual(
      faults(
        ends.filter((end) => told.has(end.cookie)),
        rows,
      ),
      {},
    );
  });

  test("sequences have no gap, ends lie after starts, and acknowledged rows are gone", async () => {
    const { rows } = await runPolled(tracer.pins, [await compileWorkload("churn"), "100", "1"]);
    const sequences = rows.map((row) => row.sequence).sort((a, b) => Number(a - b));
    assert.deepEqual(
      sequences,
      sequences.map((_, i) => (sequences[0] ?? 0n) + BigInt(i)),
    );
    assert.ok(rows.every((row) => row.endNs > row.startNs && row.startNs > 0n && row.state === CLOSE));
    const seen = new Set(sequences);
    assert.ok(!readClosed(tracer.pins).some((row) => seen.has(row.sequence)));
  });

  for (const family of ["4", "6", "mapped"] as const) {
    test(`owner, role and bytes of both ends over IPv${family}`, async () => {
      const running = await talk(await compileWorkload("talk"), {
        family,
        connections: 23,
        request: 4099,
        response: 7,
      });
      takeClosed(tracer.pins);
      await running.end();
      const rows = await eventually(5, () => {
        const all = readClosed(tracer.pins);
        assert.ok(running.ends.every((end) => all.some((row) => row.cookie === end.cookie)));
        return new Map(all.map((row) => [row.cookie, row]));
      });
      for (const end of running.ends) {
        const row = rows.get(end.cookie);
        assert.ok(row);
        const { sent, received, pid, comm, role } = row;
        assert.deepEqual(
          { sent, received, pid, comm, role },
          { sent: end.sent, received: end.received, pid: end.pid, comm: "talk", role: ROLES[end.role] },
        );
      }
    });
  }

  test("refused, timed out, given up, reset, half-closed, orphaned, never accepted, connected again", async () => {
    takeClosed(tracer.pins);
    const { stdout } = await execa(await compileWorkload("endings"));
    const expected = stdout.split("\n").map((line) => line.split(" "));
    assert.equal(expected.length, 13);
    const rows = Map.groupBy(bySequence(takeClosed(tracer.pins)), (row) => row.cookie);
    const found = expected.map(([name = "", cookie = ""]) => {
      const row = rows.get(cookie)?.shift();
      return [name, cookie, ...(row ? [row.sent, row.received, row.error, row.lastState].map(String) : [])];
    });
    assert.deepEqual(found, expected);
  });

  test("a reader killed in the middle loses nothing: the next one is shown the same rows", async () => {
    const { lines } = await runUnread(tracer, 1000);
    const broken = firstBytes(tracer.pins, 32_000);
    readPin(tracer.pins, "closed_ack");
    const rows = takeClosed(tracer.pins);
    assert.deepEqual(faults(churnEnds(lines), rows), {});
    const sequences = new Set(rows.map((row) => row.sequence));
    assert.ok(broken.length > 0 && broken.every((row) => sequences.has(row.sequence)));
    assert.equal(takeClosed(tracer.pins).filter((row) => sequences.has(row.sequence)).length, 0);
  });

  test("a row read twice before it is acknowledged keeps its sequence", async () => {
    const { lines } = await runUnread(tracer, 50);
    const first = readClosed(tracer.pins);
    const second = takeClosed(tracer.pins);
    const cookies = new Set(lines.map(([cookie]) => cookie));
    const ofRun = (rows: ClosedRow[]) => rows.filter((row) => cookies.has(row.cookie)).map((row) => row.sequence);
    assert.equal(ofRun(first).length, 100);
    assert.deepEqual(ofRun(second), ofRun(first));
  });

  test("a flow is in the live rows or has ended, never both", async () => {
    const running = await talk(await compileWorkload("talk"), { family: "4", connections: 5, request: 9, response: 9 });
    const ended = new Set(readClosed(tracer.pins).map((row) => row.cookie));
    const live = readFlows(tracer.pins);
    await running.end();
    assert.ok(running.ends.every((end) => live.has(end.cookie) && !ended.has(end.cookie)));
    assert.ok(![...readFlows(tracer.pins).keys()].some((cookie) => ended.has(cookie)));
  });
});

test("a full ring counts what it had no room for, and fills again once it is read", {
  skip: lacks ?? false,
}, async (t) => {
  await buildTracer();
  const tracer = await startTracer("ring", "--udp", "off", "--max-closed", "256");
  t.after(() => tracer.stop());
  await runUnread(tracer, 500);
  const first = takeClosed(tracer.pins);
  const { closedLost } = readStatus(tracer.pins);
  assert.equal(first.length, 256);
  assert.ok(closedLost >= 1000 - 256, `${closedLost} lost`);
  const { lines } = await runUnread(tracer, 50);
  assert.deepEqual(faults(churnEnds(lines), takeClosed(tracer.pins)), {});
  assert.equal(readStatus(tracer.pins).closedLost, closedLost);
});

/** Keeps CPUs busy until the test ends, and for a minute at most. */
function burnCpus(t: TestContext, count: number): void {
  for (let i = 0; i < count; i++) {
    const burner = execa("timeout", ["60", "sh", "-c", "while :; do :; done"], { reject: false, stdio: "ignore" });
    t.after(() => {
      burner.kill();
      return burner;
    });
  }
}

/** Runs a churn that no one reads meanwhile. */
async function runUnread(tracer: Tracer, connections: number): Promise<{ lines: string[][] }> {
  takeClosed(tracer.pins);
  const { stdout } = await execa(await compileWorkload("churn"), [`${connections}`, "2"]);
  return { lines: stdout.split("\n").map((line) => line.split(" ")) };
}

/** What a reader has seen that ends after one read(). */
function firstBytes(pins: string, size: number): ClosedRow[] {
  const file = openSync(`${pins}/closed`, "r");
  const bytes = Buffer.alloc(size);
  const got = readSync(file, bytes);
  closeSync(file);
  return closedRows(bytes.subarray(0, got - (got % 160)));
}

function bySequence(rows: ClosedRow[]): ClosedRow[] {
  return rows.toSorted((a, b) => Number(a.sequence - b.sequence));
}
