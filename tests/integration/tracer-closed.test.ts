import assert from "node:assert/strict";
import { closeSync, openSync, readSync } from "node:fs";
import { after, before, describe, type TestContext, test } from "node:test";
import { execa } from "execa";
import { orSkip } from "../lib/or-skip.ts";
import { churnEnds, faults, runPolled, runUnread } from "./lib/churn.ts";
import { eventually } from "./lib/eventually.ts";
import { CONNECTIONS, MANY } from "./lib/load.ts";
import { refusedRuns } from "./lib/refused.ts";
import { type ClosedRow, closedRows, readClosed, readFlows, readPin, readStatus, takeClosed } from "./lib/rows.ts";
import { buildTracer, startTracer, type Tracer, tracerLacks } from "./lib/tracer.ts";
import { compileWorkload, talk } from "./lib/workload.ts";

const ROLES = { client: 1, server: 2 };
const CLOSE = 7;
/** A way of closing that tests/workloads/churn.c knows. */
const CLIENT_RESETS = "2";

/** follow_destroyed, as the kernel cuts its name. */
const SEES_ENDS = "follow_destroye";

const lacks = await tracerLacks();

describe("flows that ended", { skip: orSkip(lacks) }, () => {
  let tracer: Tracer;
  before(async () => {
    await buildTracer();
    tracer = await startTracer("closed", "--udp", "off");
  });
  after(() => tracer.stop());

  test(`${MANY} short connections while a reader polls: none missing, none twice, no byte off`, async (t) => {
    const account = await accountFor(t, tracer, `${CONNECTIONS}`, "4");
    assert.equal(account.lines, 2 * CONNECTIONS);
    assert.equal(readStatus(tracer.pins).tableFull, 0);
    // A flow can go by unseen only where the kernel did not enter the program that sees a socket's end.
    if (account.refused.has(SEES_ENDS)) return;
    assert.deepEqual({ missing: account.missing, counted: account.counted }, { missing: 0, counted: 0 });
  });

  test(`${MANY} short connections while others want the CPUs: rows and counted losses make up for all`, async (t) => {
    burnCpus(t, 2);
    const { lines } = await accountFor(t, tracer, `${CONNECTIONS}`, "4");
    assert.equal(lines, 2 * CONNECTIONS);
  });

  /**
   * A reset takes the socket through its states within one call, its address gone before the kernel gives it up. Where
   * programs can be preempted (Linux 7.0 and later), others do so while a worker's program is half through.
   */
  test(`${MANY} connections reset by eight workers: rows and counted losses make up for all`, async (t) => {
    const { lines } = await accountFor(t, tracer, `${CONNECTIONS}`, "8", CLIENT_RESETS);
    assert.equal(lines, 2 * CONNECTIONS);
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

  test("refused, timed out, abandoned, reset, half-closed, orphaned, never accepted, connected again", async () => {
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
    const { lines } = await runUnread(tracer.pins, 1000);
    const broken = firstBytes(tracer.pins, 32_000);
    readPin(tracer.pins, "closed_ack");
    const rows = takeClosed(tracer.pins);
    assert.deepEqual(faults(churnEnds(lines), rows), {});
    const sequences = new Set(rows.map((row) => row.sequence));
    assert.ok(broken.length > 0 && broken.every((row) => sequences.has(row.sequence)));
    assert.equal(takeClosed(tracer.pins).filter((row) => sequences.has(row.sequence)).length, 0);
  });

  test("a row read twice before it is acknowledged keeps its sequence", async () => {
    const { lines } = await runUnread(tracer.pins, 50);
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

interface Account {
  /** Lines of the workload: both ends of each connection. */
  lines: number;
  /** Ends without a row. */
  missing: number;
  /** Losses that the tracer counted meanwhile. */
  counted: number;
  /** Runs of its programs that the kernel refused, by name. */
  refused: ReadonlyMap<string, number>;
}

/** Runs a churn while a reader polls. The rows there are must be exact, and what there is not must have been counted. */
async function accountFor(t: TestContext, tracer: Tracer, ...args: string[]): Promise<Account> {
  const before = lossesOf(tracer);
  const { lines, rows } = await runPolled(tracer.pins, [await compileWorkload("churn"), ...args]);
  rows.push(...takeClosed(tracer.pins));
  const told = new Set(rows.map((row) => row.cookie));
  const [seen, unseen] = [
    lines.filter(([cookie = ""]) => told.has(cookie)),
    lines.filter(([cookie = ""]) => !told.has(cookie)),
  ];
  assert.deepEqual(faults(churnEnds(seen), rows), {});
  const counted = await eventually(5, () => {
    readPin(tracer.pins, "snapshot"); // counts ends that no program saw
    const losses = lossesOf(tracer) - before;
    assert.ok(unseen.length <= losses, `${unseen.length} missing, ${losses} counted: ${unseen.join("; ")}`);
    return losses;
  });
  const refused = refusedRuns(tracer);
  t.diagnostic(`${unseen.length} missing, ${counted} counted; the kernel refused ${JSON.stringify([...refused])}`);
  return { lines: lines.length, missing: unseen.length, counted, refused };
}

function lossesOf({ pins }: Tracer): number {
  const { missedEvents, closedLost } = readStatus(pins);
  return missedEvents + closedLost;
}

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
