import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { closest } from "../../../start/settings/nearest.ts";

const KEYS = ["FLOW_UDP", "FLOW_EXPORTER_PORT", "GRAFANA_PORT", "GRAFANA_MEMORY", "CADVISOR_CPUS"];

describe("the name that was meant", () => {
  it("is the only one that is begun, has all its parts, or is nearest", () => {
    assert.equal(closest("CADV", KEYS), "CADVISOR_CPUS");
    assert.equal(closest("FLOW_PORT", KEYS), "FLOW_EXPORTER_PORT");
    assert.equal(closest("MEMORY_GRAFANA", KEYS), "GRAFANA_MEMORY");
    assert.equal(closest("GRAFNA_PORT", KEYS), "GRAFANA_PORT");
  });

  it("is none where none is near, and where two are as near", () => {
    for (const word of ["FOO", "FLOW", "PORT", "", "_", "X".repeat(100_000)])
      assert.equal(closest(word, KEYS), undefined);
    assert.equal(closest("cat", ["bat", "rat"]), undefined);
  });
});
