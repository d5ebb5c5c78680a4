import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { renderRestored, renderTuned } from "../../../start/render/tune.ts";
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
  return {
    container: "grafana",
    windowSeconds: 900,
    use,
    limit,
    previousBytes: 512 * MEBIBYTE,
    kept: true,
    applied: true,
  };
}

describe("what tuning prints", () => {
  it("says average, peak and new limit", () => {
    assert.equal(
      renderTuned(tuned(81.25, 84)),
      [
        "Memory of grafana over the last 15 min (120 samples in 15 min):",
        "  average    81.3 MiB",
        "  peak       84.0 MiB",
        "  new limit  98 MiB (was 512 MiB)",
        "  Average + 20 %.",
        "Applied now, and kept for the next start.",
        "",
      ].join("\n"),
    );
  });

  it("says that the peak decided, and how to have it otherwise", () => {
    assert.match(renderTuned(tuned(100, 180)), /new limit {2}180 MiB.*The peak, .*--exact/s);
  });

  it("says that the peak does not fit where the exact figure was asked for", () => {
    assert.match(renderTuned(tuned(100, 180, true)), /new limit {2}120 MiB.*the peak was higher/s);
  });

  it("says of a dry run what the limit would be, and that it changed nothing", () => {
    const text = renderTuned({ ...tuned(81.25, 84), kept: false, applied: false });
    assert.match(text, /would be {3}98 MiB \(was 512 MiB\)\n.*\nDry run: nothing was changed\.\n$/);
  });

  it("says which setting counts again", () => {
    const restored = {
      container: "grafana",
      setting: "GRAFANA_MEMORY",
      bytes: 512 * MEBIBYTE,
      previousBytes: 98 * MEBIBYTE,
    };
    assert.equal(
      renderRestored(restored),
      "Memory limit of grafana reset to 512 MiB, as GRAFANA_MEMORY says (was 98 MiB).\nApplied now, and at the next start.\n",
    );
  });

  it("does not claim to have kept the limit of a container that is not the stack's", () => {
    assert.match(renderTuned({ ...tuned(100, 110), kept: false }), /not kept/);
  });
});
