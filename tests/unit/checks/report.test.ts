import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { renderReport } from "../../../start/checks/report.ts";
import type { CheckResult } from "../../../start/checks/types.ts";

const RESULTS: CheckResult[] = [
  { title: "Kernel", status: "ok", detail: "6.12.38" },
  { title: "PMU", status: "warning", detail: "none", why: "a virtual machine", fix: "pass it through" },
  {
    title: "Ports",
    status: "failed",
    code: "PORT_BUSY",
    detail: "2 in use",
    why: "a holds 1\nb holds 2",
    fix: "end them",
  },
];

describe("the doctor's report", () => {
  it("shows reason and remedy under what is not well, and nothing under what is", () => {
    assert.equal(
      renderReport(RESULTS, { colour: false }),
      [
        "✔ Kernel  6.12.38",
        "⚠ PMU     none",
        "          why: a virtual machine",
        "          fix: pass it through",
        "✘ Ports   2 in use",
        "          why: a holds 1",
        "               b holds 2",
        "          fix: end them",
        "",
      ].join("\n"),
    );
  });

  it("is coloured only when asked", () => {
    const control = String.fromCharCode(27);
    assert(renderReport(RESULTS, { colour: true }).includes(control));
    assert(!renderReport(RESULTS, { colour: false }).includes(control));
  });
});
