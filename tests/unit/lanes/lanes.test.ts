import assert from "node:assert/strict";
import { globSync } from "node:fs";
import { describe, it } from "node:test";
import { ROOT } from "../../integration/lib/launcher.ts";
import { lanesNamed, lanesOf } from "../../lanes/lanes.ts";
import { inTurn, renderEnds } from "../../lanes/run.ts";

const lanes = lanesOf();
const filesOf = (lane: string) => lanes.find(({ name }) => name === lane)?.files ?? [];

describe("the lanes of npm test", () => {
  it("have every integration, browser and kernel test, each in one of them", () => {
    const all = ["browser", "integration", "kernels"].flatMap((kind) =>
      globSync(`tests/${kind}/**/*.test.ts`, { cwd: ROOT }),
    );
    assert.deepEqual(lanes.flatMap(({ files }) => files).sort(), all.sort());
  });

  it("have all that start the stack in one, whichever kind they are, and those that record data sets", () => {
    for (const file of ["integration/stack", "integration/receiver", "browser/live", "integration/dataset-tracer"]) {
      assert.ok(filesOf("stack").includes(`tests/${file}.test.ts`), file);
    }
    assert.ok(filesOf("stack").includes("tests/integration/dataset-experiment.test.ts"));
    for (const file of ["integration/exporter", "integration/guard", "browser/map"]) {
      assert.ok(filesOf("others").includes(`tests/${file}.test.ts`), file);
    }
  });

  it("begin with what others would disturb only when those have ended", () => {
    assert.deepEqual(filesOf("alone"), ["tests/integration/stress.test.ts"]);
    assert.ok(filesOf("quiet").includes("tests/integration/exporter-ring.test.ts"));
    const before: string[] = [];
    for (const { name, after } of lanes) {
      assert.deepEqual(
        after.filter((other) => !before.includes(other)),
        [],
        name,
      );
      before.push(name);
    }
    assert.deepEqual(lanes.at(-1), { ...lanes.at(-1), name: "alone", after: before.slice(0, -1) });
  });

  it("run one after the other where they must", () => {
    assert.deepEqual(
      inTurn(lanes.slice(0, 3)).map(({ after }) => after),
      [[], ["stack"], ["stack", "others"]],
    );
  });

  it("have the guests in one of their own", () => {
    assert.deepEqual(
      filesOf("guests"),
      ["instructions", "kernels"].map((name) => `tests/kernels/${name}.test.ts`),
    );
  });

  it("can be named, and no others", () => {
    assert.deepEqual(
      lanesNamed(["stack"]).map(({ name }) => name),
      ["stack"],
    );
    assert.throws(() => lanesNamed(["stack", "stak"]), /There is no lane "stak"\. The lanes are .*stack/);
  });

  it("each say how they ended", () => {
    const ends = [
      { name: "stack", hasPassed: true, seconds: 61.9 },
      { name: "others", hasPassed: false, seconds: 3_599.5 },
    ];
    assert.equal(renderEnds(ends), "lane stack: passed after 1 min 1 s\nlane others: FAILED after 59 min 59 s");
  });
});
