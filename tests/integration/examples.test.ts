import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { execa } from "execa";
import { EXAMPLES } from "../../start/examples/catalogue.ts";
import { compileExamples } from "../../start/examples/compile.ts";
import { createHost } from "../../start/lib/host.ts";
import { orSkip } from "../lib/or-skip.ts";
import { ROOT } from "./lib/launcher.ts";
import { tracerLacks } from "./lib/tracer.ts";

/** How libbpf, without ebpf_exporter's handler, is told the type of a section it does not know. */
const PROGRAM_TYPE: Partial<Record<string, string>> = { llc_misses: "perf_event" };

const lacks = await tracerLacks();

describe("the BPF examples", { skip: orSkip(lacks) }, () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "flowtally-examples-"));
    await compileExamples({
      host: createHost(),
      sources: path.join(ROOT, "ebpf-examples"),
      types: path.join(ROOT, "exporters/flow-tracer/bpf"),
      names: EXAMPLES.map(({ name }) => name),
      outDir: path.join(folder, "out"),
      onProgress: () => {},
      signal: AbortSignal.timeout(60_000),
    });
  });
  after(() => rm(folder, { recursive: true }));

  // Attaching llc_misses needs a PMU; that the kernel's verifier accepts it can be shown anywhere.
  for (const { name } of EXAMPLES) {
    test(`this kernel accepts ${name}`, async (t) => {
      const pins = `/sys/fs/bpf/flowtally-test-${name}`;
      t.after(() => rm(pins, { recursive: true, force: true }));
      const type = PROGRAM_TYPE[name];
      const object = path.join(folder, "out", `${name}.bpf.o`);
      const loaded = await execa("bpftool", ["prog", "loadall", object, pins, ...(type ? ["type", type] : [])], {
        reject: false,
        all: true,
      });
      assert.equal(loaded.exitCode, 0, loaded.all);
    });
  }
});
