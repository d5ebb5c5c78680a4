import assert from "node:assert/strict";
import { cp, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { StartError } from "../../../start/errors.ts";
import { EXAMPLES } from "../../../start/examples/catalogue.ts";
import { compileExamples } from "../../../start/examples/compile.ts";
import { createHost } from "../../../start/lib/host.ts";
import { orSkip } from "../../lib/or-skip.ts";

const SOURCES = path.join(import.meta.dirname, "../../../ebpf-examples");
const host = createHost();
const TYPES = path.join(import.meta.dirname, "../../../exporters/flow-tracer/bpf");
const missing = (await host.which("clang")) === undefined;
let folder = "";

function options(names: readonly string[]) {
  return {
    host,
    sources: path.join(folder, "sources"),
    types: TYPES,
    names,
    outDir: path.join(folder, "out"),
    onProgress: () => {},
    signal: new AbortController().signal,
  };
}

describe("compiling the BPF examples", { skip: orSkip(missing && "needs clang") }, () => {
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "flowtally-examples-"));
    await cp(SOURCES, path.join(folder, "sources"), { recursive: true });
  });
  afterEach(() => rm(folder, { recursive: true }));

  it("gives an object and a description of each, once", async () => {
    const names = EXAMPLES.map(({ name }) => name);
    assert.equal(await compileExamples(options(names)), true);
    const files = await readdir(path.join(folder, "out"));
    for (const name of names) assert.ok(files.includes(`${name}.bpf.o`) && files.includes(`${name}.yaml`), name);
    assert.equal(await compileExamples(options(names)), false, "nothing has changed");
    assert.equal(await compileExamples(options(["syscalls"])), true, "another choice");
    assert.ok(!(await readdir(path.join(folder, "out"))).includes("bio_latency.bpf.o"), "what is left out is gone");
  });

  it("shows what the compiler says", async () => {
    await writeFile(path.join(folder, "sources/syscalls.bpf.c"), "int broken(");
    await assert.rejects(compileExamples(options(["syscalls"])), (error) => {
      assert.ok(error instanceof StartError);
      assert.equal(error.code, "BPF_COMPILE_FAILED");
      assert.match(error.explanation.why, /syscalls\.bpf\.c:1:/);
      return true;
    });
  });
});
