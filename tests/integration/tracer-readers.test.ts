import assert from "node:assert/strict";
import { after, before, describe, type TestContext, test } from "node:test";
import { execa } from "execa";
import { ClosedFlows } from "../../exporters/flow-exporter/sources/kernel/pins/closed-flows.ts";
import { readLiveFlows } from "../../exporters/flow-exporter/sources/kernel/pins/live-flows.ts";
import { createTracer } from "../../exporters/flow-exporter/sources/kernel/pins/tracer.ts";
import { decodeStatus } from "../../exporters/flow-exporter/sources/kernel/rows/status-row.ts";
import { orSkip } from "../lib/or-skip.ts";
import { takeClosed } from "./lib/rows.ts";
import { buildTracer, startTracer, type Tracer, tracerLacks } from "./lib/tracer.ts";
import { compileWorkload, talk } from "./lib/workload.ts";

const OTHERS_READ = /others? read.*the tracer's pins at the same time/;
const CONNECTIONS = 1_000;

const lacks = await tracerLacks();

/** Only root and the exporter's group get at the pins; whoever is in there besides is noticed. */
describe("another reader of the pins", { skip: orSkip(lacks) }, () => {
  let tracer: Tracer;
  before(async () => {
    await buildTracer();
    tracer = await startTracer("readers", "--udp", "off");
  });
  after(() => tracer.stop());

  test("that takes snapshots all the time neither doubles an open socket nor hides one", async (t) => {
    const running = await talk(await compileWorkload("talk"), {
      family: "4",
      connections: 300,
      request: 9,
      response: 9,
    });
    t.after(() => running.end());
    const expected = new Set(running.ends.map(({ cookie }) => Number(cookie)));
    const loops = [1, 2].map(() => loop(t, `cat ${tracer.pins}/snapshot`));
    const reads = { whole: 0, torn: 0 };
    for (let read = 0; read < 200; read++) {
      const seen = cookiesNow(tracer);
      if (seen === undefined) reads.torn += 1;
      else {
        reads.whole += 1;
        assert.equal(new Set(seen).size, seen.length, "a socket twice");
        assert.equal(seen.filter((cookie) => expected.has(cookie)).length, expected.size);
      }
    }
    t.diagnostic(`${JSON.stringify(reads)}`);
    await Promise.all(loops.map((stop) => stop()));
    assert.equal(cookiesNow(tracer)?.filter((cookie) => expected.has(cookie)).length, expected.size);
  });

  test("that acknowledges ended flows before we saw them has them counted as lost", async () => {
    const pins = createTracer(tracer.pins);
    const closed = new ClosedFlows(pins);
    const taken = () => {
      closed.read(decodeStatus(pins.status()));
      const rows = closed.take().reduce((sum, { indexes }) => sum + indexes.length, 0);
      closed.acknowledge();
      return rows;
    };
    takeClosed(tracer.pins);
    taken();
    await churn();
    const theirs = takeClosed(tracer.pins).length;
    await churn();
    assert.ok(theirs >= 2 * CONNECTIONS, `${theirs}`);
    assert.ok(taken() >= 2 * CONNECTIONS);
    taken(); // a row that two reads in a row have missed is no longer being written
    assert.equal(closed.erased, theirs);
  });

  test("that reads ended flows while we do is noticed, and nothing is acknowledged", async () => {
    const pins = createTracer(tracer.pins);
    const closed = new ClosedFlows({
      ...pins,
      closed: () => {
        takeClosed(tracer.pins);
        return pins.closed();
      },
    });
    assert.throws(() => closed.read(decodeStatus(pins.status())), OTHERS_READ);
    assert.equal(closed.complete, false);
  });
});

/** The cookies of all open sockets; undefined where another reader tore the snapshot apart each time. */
function cookiesNow({ pins }: Tracer): number[] | undefined {
  try {
    const rows = readLiveFlows(createTracer(pins));
    return Array.from({ length: rows.length }, (_, row) => rows.key(row));
  } catch (error) {
    assert.match(String(error), OTHERS_READ);
    return undefined;
  }
}

async function churn(): Promise<void> {
  await execa(await compileWorkload("churn"), [`${CONNECTIONS}`, "2"]);
}

/** Runs a command again and again, for a minute at most; the function ends it. */
function loop(t: TestContext, command: string): () => Promise<unknown> {
  const looped = `while ${command} > /dev/null; do :; done`;
  const child = execa("timeout", ["60", "sh", "-c", looped], { reject: false, stdio: "ignore" });
  const stop = () => {
    child.kill();
    return child;
  };
  t.after(stop);
  return stop;
}
