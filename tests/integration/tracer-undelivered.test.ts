import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { execa } from "execa";
import { orSkip } from "../lib/or-skip.ts";
import { eventually } from "./lib/eventually.ts";
import { takeClosed } from "./lib/rows.ts";
import { buildTracer, startTracer, type Tracer, tracerLacks } from "./lib/tracer.ts";
import { compileWorkload } from "./lib/workload.ts";

const lacks = await tracerLacks();

describe("packets that this host itself refuses", { skip: orSkip(lacks) }, () => {
  let tracer: Tracer;
  before(async () => {
    await buildTracer();
    tracer = await startTracer("undelivered", "--udp", "off");
  });
  after(() => tracer.stop());

  test("are counted once, when they are sent again", async () => {
    const { stdout } = await execa(await compileWorkload("undelivered"), { timeout: 60_000 });
    const expected = stdout.split("\n").sort();
    const seen = new Map<string, string>();
    await eventually(10, () => {
      for (const { cookie, sent, received } of takeClosed(tracer.pins))
        seen.set(cookie, `${cookie} ${sent} ${received}`);
      assert.deepEqual(expected.map((line) => seen.get(line.split(" ")[0] ?? "")).sort(), expected);
    });
  });
});
