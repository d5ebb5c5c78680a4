import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { createHost } from "../../start/lib/host.ts";
import { cacheFolder } from "../guests/context.ts";
import { kernelsNamed, SHORT_LIST } from "../guests/kernels.ts";
import { MUST_RUN, whyNoGuests } from "../guests/requirement.ts";
import { tracerLacks } from "../integration/lib/tracer.ts";
import { buildForGuests, removeBuild } from "./build.ts";
import { obtain } from "./obtain.ts";
import { countOf, faultsOf } from "./outcome.ts";
import { runKernel, SHORT } from "./run.ts";

const host = createHost();
const report = (line: string) => void process.stderr.write(`${line}\n`);
const common = { host, cache: cacheFolder(host.env), report, signal: new AbortController().signal };
const lack = (await tracerLacks()) ?? (await whyNoGuests(common));

// Two at a time: most of a test is one process after the other, which leaves a second CPU idle.
describe("the tracer's tests", { skip: !MUST_RUN && lack, concurrency: 2 }, () => {
  let built = "";
  before(async () => {
    assert.equal(lack, undefined);
    built = await buildForGuests(common);
  });
  after(() => removeBuild(built));

  for (const pinned of kernelsNamed(SHORT_LIST)) {
    test(`pass in a machine with kernel ${pinned.name}`, async (t) => {
      const context = { ...common, signal: t.signal };
      const kernel = await obtain(context, pinned, t);
      if (!kernel) return;
      const outcome = await runKernel(context, { kernel, built, scale: SHORT });
      t.diagnostic(`${kernel.release}: ${countOf(outcome, "passed")} passed, ${countOf(outcome, "skipped")} skipped`);
      assert.deepEqual(faultsOf(outcome), []);
    });
  }
});
