import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { createHost } from "../../start/lib/host.ts";
import { added } from "../bench/instructions/console.ts";
import { keptFigures, regressions } from "../bench/instructions/figures.ts";
import { type Files, program } from "../bench/instructions/libraries.ts";
import { countIn } from "../bench/instructions/measure.ts";
import { briefly, LOOPBACK, nameOf, OFF, TRACER } from "../bench/instructions/script.ts";
import { cacheFolder } from "../guests/context.ts";
import { kernelsNamed } from "../guests/kernels.ts";
import { MUST_RUN, whyNoGuests } from "../guests/requirement.ts";
import { ROOT } from "../integration/lib/launcher.ts";
import { dockerAnswers, shippedTracer } from "../lib/shipped-tracer.ts";
import { obtain } from "./obtain.ts";

/** The oldest and the newest of those whose figures are kept. */
const KERNELS = ["6.1", "7.3"];
/** For a machine that hangs: it takes a quarter of a minute. */
const DEADLINE_MS = 600_000;

const host = createHost();
const report = (line: string) => void process.stderr.write(`${line}\n`);
const common = { host, cache: cacheFolder(host.env), report, signal: new AbortController().signal };
/** Another compiler's program takes other instructions. */
const noDocker = (await dockerAnswers(host)) ? undefined : "needs Docker, for the program that is shipped";
const lack = (await whyNoGuests(common)) ?? noDocker;

describe("the instructions that flow-tracer adds", { skip: !MUST_RUN && lack }, () => {
  let folder = "";
  let files: Files = {};

  before(async () => {
    assert.equal(lack, undefined);
    folder = await mkdtemp(path.join(tmpdir(), "flowtally-instructions-"));
    files = await program("flow-tracer", (await shippedTracer(common, ROOT, folder)) ?? "");
  });
  after(() => rm(folder, { recursive: true, force: true }));

  for (const pinned of kernelsNamed(KERNELS)) {
    test(`are no more than are kept, with kernel ${pinned.name}`, async (t) => {
      const context = { ...common, signal: t.signal };
      const kernel = await obtain(context, pinned, t);
      if (!kernel) return;
      const kept = (await keptFigures())[pinned.name];
      assert.ok(kept, "no figures are kept of this kernel");
      const script = briefly(LOOPBACK, [TRACER]);
      const measurement = { kernel, script, files, memoryMb: 1_024, deadlineMs: DEADLINE_MS };
      const console = await countIn(context, folder, measurement);
      const costs = (name: string) => console.costs(nameOf(LOOPBACK, name));
      const more = added(costs(TRACER.name), costs(OFF));
      t.diagnostic(
        `${kernel.release}: ${JSON.stringify(more)}; kept of ${kept.release}: ${JSON.stringify(kept.added)}`,
      );
      assert.deepEqual(regressions(more, kept.added), [], "where it is worth that: npm run bench -- instructions");
    });
  }
});
