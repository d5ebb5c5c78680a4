import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { provisioned } from "../../../start/dashboards/provisioned.ts";

const OURS = { type: "prometheus", uid: "prometheus" };
const INPUT = { name: "DS_PROMETHEUS", label: "Prometheus", type: "datasource", pluginId: "prometheus" };
/** What an import, or the reader, puts a data source in place of. */
const REFERENCE = `\${DS_PROMETHEUS}`;
const PANELS = [{ id: 1, type: "timeseries" }];

/** The references to data sources of panels, as they come out. */
function referencesOf(references: readonly unknown[], others: object = {}): unknown[] {
  const panels = references.map((datasource) => ({ datasource }));
  return (provisioned({ title: "A", panels, ...others }, "u").panels as { datasource: unknown }[]).map(
    ({ datasource }) => datasource,
  );
}

describe("a published dashboard", () => {
  it("has this stack's data source wherever an import would fill one in", () => {
    const references = [REFERENCE, { type: "prometheus", uid: REFERENCE }, { uid: REFERENCE }];
    assert.deepEqual(referencesOf(references, { __inputs: [INPUT] }), [OURS, OURS, OURS]);
    assert.deepEqual(referencesOf(references), [OURS, OURS, OURS], "also where the list of inputs was forgotten");
    const targets = [{ expr: "up", datasource: references[1] }];
    assert.deepEqual(provisioned({ title: "A", panels: [{ targets }] }, "u").panels, [
      { targets: [{ expr: "up", datasource: OURS }] },
    ]);
  });

  it("has it in place of the publisher's own, and keeps Grafana's, other kinds and the default", () => {
    assert.deepEqual(referencesOf(["Thanos", "prometheus", { type: "prometheus", uid: "P1809F7CD0C75ACF3" }]), [
      OURS,
      OURS,
      OURS,
    ]);
    const kept = [
      "-- Grafana --",
      "-- Mixed --",
      { type: "grafana", uid: "-- Grafana --" },
      { type: "loki", uid: "l" },
      null,
    ];
    assert.deepEqual(referencesOf(kept), kept);
  });

  it("keeps a variable by which the reader chooses one, with this stack's chosen", () => {
    const list = [{ name: "DS_PROMETHEUS", type: "datasource", query: "prometheus", current: {} }];
    const references = [REFERENCE, "$DS_PROMETHEUS", { type: "prometheus", uid: REFERENCE }];
    assert.deepEqual(referencesOf(references, { templating: { list } }), references);
    const { templating } = provisioned({ title: "A", panels: PANELS, templating: { list } }, "u");
    assert.deepEqual(templating, {
      list: [{ ...list[0], current: { selected: true, text: "Prometheus", value: "prometheus" } }],
    });
  });

  it("has constants filled in, a uid of its own, and nothing that only an import reads", () => {
    const published = {
      ...{ __inputs: [{ name: "VAR_JOB", type: "constant", value: "hubble" }], __requires: [{}], __elements: {} },
      ...{ id: 7, uid: "theirs", title: "A", panels: [{ title: `\${VAR_JOB} $1 \${job}` }] },
    };
    assert.deepEqual(provisioned(published, "cilium-7"), {
      ...{ panels: [{ title: `hubble $1 \${job}` }], uid: "cilium-7", title: "A" },
    });
  });

  it("may have rows of panels, as old ones do", () => {
    assert.deepEqual(provisioned({ title: "A", rows: [{ panels: PANELS }] }, "u").rows, [{ panels: PANELS }]);
  });

  it("is refused where it is none, or asks for what this stack does not have", () => {
    for (const none of [
      null,
      1,
      "A",
      [],
      {},
      { title: "A" },
      { title: " ", panels: PANELS },
      { title: "A", panels: [] },
    ]) {
      assert.throws(() => provisioned(none, "u"), /^Error: its answer is JSON, but no dashboard/);
    }
    const loki = { name: "DS_LOKI", type: "datasource", pluginId: "loki" };
    assert.throws(
      () => provisioned({ title: "A", panels: PANELS, __inputs: [INPUT, loki] }, "u"),
      /^Error: it asks for DS_LOKI, a loki, which this stack does not have$/,
    );
  });
});
