import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { machinesNamed } from "../../machines/machines.ts";
import { isPassed, type Outcome, tableOf } from "../../machines/report.ts";
import { parseStep, printStep, STEPS } from "../../machines/steps.ts";

const DETAILS: Record<string, string> = {
  boot: "Debian 13.8, 6.12.117, node v20, npm 9",
  engine: "26.1.5, cgroup v2, systemd",
};
const steps = STEPS.map((name) => ({ name, ok: true, detail: DETAILS[name] ?? "", seconds: 12.4 }));
const well: Outcome = { name: "debian-13", steps, seconds: 600 };

describe("a machine's steps", () => {
  test("are read from the lines they are printed as, whatever the detail has in it", () => {
    const step = { name: "flow", ok: false, detail: "not so after 90 s\nbut otherwise" } as const;
    assert.deepEqual(parseStep(printStep(step)), { ...step, detail: "not so after 90 s | but otherwise" });
    assert.deepEqual(parseStep("@@ stop ok"), { name: "stop", ok: true, detail: "" });
  });

  test("are not seen in other lines", () => {
    for (const line of ["", "stop ok", "@@ lunch ok", "@@ stop maybe", " @@ stop ok"])
      assert.equal(parseStep(line), undefined, line);
  });
});

describe("a machine", () => {
  test("has passed when every step was done and went well, and not otherwise", () => {
    assert.ok(isPassed(well));
    assert.ok(!isPassed({ ...well, error: "it was not done after 3600 s" }));
    for (const name of STEPS) {
      assert.ok(!isPassed({ ...well, steps: steps.filter((step) => step.name !== name) }), `without ${name}`);
      const failed = steps.map((step) => (step.name === name ? { ...step, ok: false } : step));
      assert.ok(!isPassed({ ...well, steps: failed }), `${name} failed`);
    }
  });

  test("is a row with what it is made of and the seconds of each step", () => {
    const [heading, row] = tableOf([well]);
    assert.deepEqual(heading?.slice(0, 5), ["machine", "kernel", "engine", "boot", "engine"]);
    assert.deepEqual(row?.slice(0, 5), ["debian-13", "6.12.117", "26.1.5", "12 s", "12 s"]);
    assert.deepEqual(row?.slice(-2), ["600", "passed"]);
  });

  test("that ended early says how far it came", () => {
    const [, row] = tableOf([{ ...well, steps: steps.slice(0, 2), error: "died" }]);
    assert.deepEqual(row?.slice(3), ["12 s", "12 s", "-", "-", "-", "-", "-", "-", "600", "failed"]);
  });

  test("is found by its name; an unknown name is told with those there are", () => {
    assert.deepEqual(
      machinesNamed(["debian-13", "debian-12"]).map(({ suite }) => suite),
      ["trixie", "bookworm"],
    );
    assert.throws(() => machinesNamed(["debian-7"]), /debian-7/);
  });
});
