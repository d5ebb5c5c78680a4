import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { lastRun, noteInputs } from "../../../../experiments/flow-size/record/done.ts";

let out: string;

beforeEach(async () => {
  out = await mkdtemp(path.join(tmpdir(), "flow-size-"));
});
afterEach(() => rm(out, { recursive: true }));

async function put(name: string): Promise<void> {
  const file = path.join(out, name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, "");
}

describe("what is recorded already", () => {
  it("is nothing in a new folder", async () => {
    assert.equal(await lastRun(out, "kmeans"), 0);
  });

  it("goes by the highest number of the job's three folders", async () => {
    for (const name of ["training/d_2", "validation/d_4", "test/d_10"]) await put(`kmeans/${name}.json`);
    await put("web/training/d_11.json");
    await put("kmeans/training/.d_12.csv");
    assert.equal(await lastRun(out, "kmeans"), 10);
  });

  it("has its inputs beside the runs, a line for each", async () => {
    await put("kmeans/training/d_1.json");
    await noteInputs(out, "kmeans", { run: 1, inputs: { seed: 5 } }, 6.1);
    await noteInputs(out, "kmeans", { run: 2, inputs: { seed: 7 } }, 5.2);
    assert.equal(
      await readFile(path.join(out, "kmeans/inputs.jsonl"), "utf8"),
      '{"run":1,"inputs":{"seed":5},"seconds":6.1}\n{"run":2,"inputs":{"seed":7},"seconds":5.2}\n',
    );
  });
});
