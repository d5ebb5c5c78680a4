import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isOffered, SUBJECTS, SUBJECTS_QUERY } from "../../../../../exporters/console/lib/dashboard/offered.ts";
import { DASHBOARDS, textOf } from "../../../../../grafana/source/files.ts";

describe("dashboards of another program's metrics", () => {
  it("are all those of another folder than the host's own", () => {
    const others = Object.entries(DASHBOARDS).filter(([file]) => !file.startsWith("flowtally/"));
    assert.deepEqual(others.map(([, { uid }]) => uid).sort(), [...SUBJECTS.keys()].sort());
  });

  it("ask for the metrics that they are offered for", () => {
    for (const [uid, metrics] of SUBJECTS) {
      const dashboard = Object.values(DASHBOARDS).find((one) => one.uid === uid);
      const text = dashboard ? textOf(dashboard) : "";
      for (const metric of metrics) assert.ok(text.includes(metric), `${uid}: ${metric}`);
      assert.ok(metrics.every((metric) => SUBJECTS_QUERY.includes(metric)));
    }
  });

  it("are offered where one of their metrics is there, all others always", () => {
    const found = new Set(["hubble_flows_processed_total"]);
    assert.equal(isOffered("flowtally-hubble-network", found), true);
    assert.equal(isOffered("flowtally-hubble-l7", found), false);
    assert.equal(isOffered("flowtally-lab", new Set()), true);
  });
});
