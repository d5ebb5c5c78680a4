import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { renderTuned } from "../../../start/render/tune.ts";
import { limitFor } from "../../../start/tune/rule.ts";

const MEBIBYTE = 2 ** 20;

function tuned(average: number, peak: number, exact = false) {
  const use = {
    averageBytes: average * MEBIBYTE,
    peakBytes: peak * MEBIBYTE,
    samples: 120,
    coveredSeconds: 890,
  };
  const limit = limitFor(use, exact);
  return { container: "grafana", windowSeconds: 900, use, limit, previousBytes: 512 * MEBIBYTE, kept: true };
}

describe("what tuning prints", () => {
  it("says average, peak and new limit", () => {
    assert.equal(
      renderTuned(tuned(81.25, 84)),
      [
        "Memory of grafana, last 15 min (120 samples over 15 min):",
        "  average    81.3 MiB",
        "  peak       84.0 MiB",
        "  new limit  98 MiB, before: 512 MiB",
        "  Average + 20 %.",
        "Set while it runs, and kept for the next start.",
        "",
      ].join("\n"),
    );
  });

  it("says that the peak decided, and how to have it otherwise", () => {
    assert.match(renderTuned(tuned(100, 180)), /new limit {2}180 MiB.*The peak, .*--exact/s);
  });

  it("says that the peak does not fit where the exact figure was asked for", () => {
    assert.match(renderTuned(tuned(100, 180, true)), /new limit {2}120 MiB.*the peak would not have fitted/s);
  });

  it("does not claim to have kept the limit of a container that is not the stack's", () => {
    assert.match(renderTuned({ ...tuned(100, 110), kept: false }), /not kept/);
  });
});
