import assert from "node:assert/strict";
import { cpus } from "node:os";
import { after, before, describe, test } from "node:test";
import { orSkip } from "../lib/or-skip.ts";
import { runPolled } from "./lib/churn.ts";
import { eventually } from "./lib/eventually.ts";
import { CONNECTIONS, MANY } from "./lib/load.ts";
import { refusedRuns } from "./lib/refused.ts";
import { type ClosedRow, readPin, readStatus, takeClosed } from "./lib/rows.ts";
import { buildTracer, startTracer, type Tracer, tracerLacks } from "./lib/tracer.ts";
import { compileWorkload } from "./lib/workload.ts";

const lacks = (await tracerLacks()) ?? (cpus().length < 2 ? "needs two CPUs" : undefined);
const MAX_RUNS = 5;
/** For all that ends at once here, which is more than the tables of a small machine hold. */
const ROOM = ["--max-flows", "65536", "--max-closed", "65536"];

/**
 * Packets that one CPU steers to the other (RPS) arrive while a program works for a process; the kernel does not enter
 * it a second time. Of 20,000 clients whose servers are killed, one program alone misses up to one in eight.
 */
describe("state changes that interrupt the program", { skip: orSkip(lacks) }, () => {
  let tracer: Tracer;
  before(async () => {
    await buildTracer();
    tracer = await startTracer("nested", "--udp", "off", ...ROOM);
  });
  after(() => tracer.stop());

  test(`servers killed with ${MANY} clients: every client has its row, or is counted as missed`, async () => {
    const before = misses();
    const [lines, rows]: [string[][], ClosedRow[]] = [[], []];
    let runs = 0;
    // a few connections may all be let be
    for (; runs < MAX_RUNS && misses() === before; runs++) {
      const abandon = steered(await compileWorkload("abandon"), `${CONNECTIONS} 4`);
      const run = await runPolled(tracer.pins, abandon);
      lines.push(...run.lines);
      rows.push(...run.rows, ...takeClosed(tracer.pins));
    }
    readPin(tracer.pins, "snapshot");
    const sent = new Map(rows.map((row) => [row.cookie, row.sent]));
    const missing = lines.filter(([cookie = ""]) => !sent.has(cookie));
    const wrong = lines.filter(([cookie = "", bytes]) => sent.has(cookie) && sent.get(cookie) !== Number(bytes));
    const { missedEvents, closedLost } = readStatus(tracer.pins);
    assert.deepEqual([lines.length, wrong, closedLost], [runs * CONNECTIONS, [], 0]);
    assert.ok(missing.length <= missedEvents, `${missing.length} missing, ${missedEvents} told`);
    assert.ok(misses() > before, `nothing interrupted the program in ${runs} runs: the test proves nothing`);
    // summed up with the next heartbeat
    await eventually(5, () => assert.ok(readStatus(tracer.pins).refusedRuns >= misses()));
  });

  function misses(): number {
    return refusedRuns(tracer).get("follow_state") ?? 0;
  }
});

/** The program in a network namespace whose loopback steers packets to any CPU. */
function steered(program: string, args: string): string[] {
  const everyCpu = (2 ** Math.min(cpus().length, 16) - 1).toString(16);
  const set = `mount -t sysfs sysfs /sys && ip link set lo up && echo ${everyCpu} > /sys/class/net/lo/queues/rx-0/rps_cpus`;
  return ["unshare", "--net", "--mount", "sh", "-c", `${set} && exec ${program} ${args}`];
}
