import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { renderSummary } from "../../../start/render/summary.ts";
import { readSettings } from "../../../start/settings/index.ts";
import { layoutOf } from "../../../start/stack/layout.ts";
import type { StackContext } from "../../../start/steps/step.ts";

function summary(leftOut: StackContext["leftOut"]): string {
  const context = { leftOut, settings: readSettings(""), layout: layoutOf("/project") };
  return renderSummary(context as unknown as StackContext, 12.34);
}

describe("the summary of a start", () => {
  it("begins with the console's url", () => {
    assert.equal(summary([]).trimStart().split("\n")[0], "Flowtally is up: http://127.0.0.1:9436  (12.3 s)");
  });

  it("advertises what is there, and names what is not with the reason", () => {
    const whole = summary([]);
    assert.match(whole, /^ {2}grafana +http:\/\/127\.0\.0\.1:3000/m);
    assert.match(whole, /^ {2}cadvisor +http:\/\/127\.0\.0\.1:8080\/metrics {2}/m);
    assert.match(whole, /^ {2}node-exporter +http:\/\/127\.0\.0\.1:9100\/metrics {2}/m);
    assert.match(whole, /^ {2}ebpf-exporter +http:\/\/127\.0\.0\.1:9435\/metrics {2}/m);
    assert.match(whole, /^ {2}hubble +127\.0\.0\.1:4245 {2}flows for the hubble CLI and relays$/m);
    assert.match(whole, /Grafana user admin, password in \.flowtally\/grafana-password/);
    const without = summary([{ part: "grafana", reason: "image not found, no registry reachable: no such host" }]);
    assert.match(without, /^ {2}Unavailable: grafana \(image not found, no registry reachable: no such host\)$/m);
    assert.doesNotMatch(without, /:3000|Grafana user/);
  });
});
