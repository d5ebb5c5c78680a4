import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ALERT_TEXT, asksForAlerts, withAlertTexts } from "../../../../../exporters/console/lib/dashboard/alerts.ts";

const alert = (labels: Record<string, string>, annotations: Record<string, string>) => ({ labels, annotations });
const down = alert(
  { alertname: "SourceDown", severity: "warning", flow_source: "docker" },
  { summary: "No docker", description: "It has failed." },
);
const state = alert({ alertname: "SourceDown", severity: "warning", flow_source: "state" }, { summary: "No state" });

describe("withAlertTexts", () => {
  const textsOf = (...metrics: Record<string, string>[]) => {
    const results = metrics.map((metric) => ({ metric, value: 1 }));
    return withAlertTexts({ refId: "A", results }, [down, state]).results.map(({ metric }) => metric[ALERT_TEXT]);
  };

  it("tells of each row what its alert says", () => {
    assert.deepEqual(textsOf({ alertname: "SourceDown", flow_source: "docker" }), ["No docker. It has failed."]);
  });
  it("tells of all alerts that a row stands for", () => {
    assert.deepEqual(textsOf({ alertname: "SourceDown" }), ["No docker. It has failed.\nNo state"]);
  });
  it("says nothing of a row without an alert", () => {
    assert.deepEqual(textsOf({ alertname: "none" }, { alertname: "SourceDown", severity: "critical" }), [
      undefined,
      undefined,
    ]);
  });
});

it("knows queries for alerts from others", () => {
  assert.ok(asksForAlerts('max by (alertname) (ALERTS{alertstate="firing"})'));
  assert.ok(!asksForAlerts("MY_ALERTS"));
});
