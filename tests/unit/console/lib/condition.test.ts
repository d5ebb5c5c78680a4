import assert from "node:assert/strict";
import { it } from "node:test";
import type { Condition } from "../../../../exporters/console/api/types.ts";
import { conditionOf, portsText, rankOfCondition } from "../../../../exporters/console/lib/condition.ts";
import { COURSES, trendPath, trendsOf } from "../../../../exporters/console/lib/trends.ts";

it("says a container's health before its state, and what is worst first", () => {
  const textOf = (state: string, health = "") =>
    Object.values(conditionOf({ state, health, restarts: 0, uptime_seconds: 5 })).join(" ");
  assert.equal(textOf("running", "healthy"), "healthy open");
  assert.equal(textOf("running", "starting"), "starting closed");
  assert.equal(textOf("running"), "running open");
  assert.equal(textOf("paused", "healthy"), "paused closed");
  assert.equal(textOf("running", "unhealthy"), "unhealthy failed");
  assert.equal(textOf("restarting"), "restarting failed");
  assert.equal(textOf(""), "– closed");
});

it("does not call well what its restart policy has just started again, until it has run for ten minutes", () => {
  const textOf = (values: Partial<Condition>) =>
    Object.values(conditionOf({ state: "running", health: "", restarts: 9, uptime_seconds: 12, ...values })).join(" ");
  assert.equal(textOf({}), "restarted 12 s ago unstable");
  assert.equal(textOf({ health: "healthy" }), "restarted 12 s ago unstable");
  assert.equal(textOf({ health: "unhealthy" }), "unhealthy failed");
  assert.equal(textOf({ uptime_seconds: 599 }), "restarted 9 min ago unstable");
  assert.equal(textOf({ uptime_seconds: 600 }), "running open");
  assert.equal(textOf({ uptime_seconds: null }), "running open");
  assert.equal(textOf({ restarts: 0 }), "running open");
});

it("sorts by what needs a look first", () => {
  const condition = { state: "running", health: "", restarts: 0, uptime_seconds: 12 };
  const all = [
    condition,
    { ...condition, state: "paused" },
    { ...condition, restarts: 1 },
    { ...condition, health: "unhealthy" },
  ];
  assert.deepEqual(
    all
      .map(rankOfCondition)
      .sort()
      .map((rank) => rank.slice(2)),
    ["unhealthy", "restarted 12 s ago", "paused", "running"],
  );
});

it("names each published port once, with the container's where it is another", () => {
  const port = (protocol: string, host_port: number, container_port: number) => ({
    protocol,
    host_port,
    container_port,
  });
  const ports = [port("tcp", 8080, 80), port("tcp", 8080, 80), port("udp", 53, 53)];
  assert.equal(portsText(ports), "8080 → 80, 53 udp");
});

it("adds up what an endpoint did at both ends of its flows, in the last quarter of an hour", () => {
  const now = 100_010;
  const at = (seconds: number, value: string): [number, string] => [seconds, value];
  const series = [
    { metric: { endpoint: "web" }, values: [at(99_990, "1"), at(99_960, "2")].reverse() },
    { metric: { endpoint: "web" }, values: [at(99_990, "10")] },
  ];
  assert.deepEqual(trendsOf(series, now).get("web")?.slice(-2), [2, 11]);
  assert.equal(trendsOf(series, now).get("web")?.length, 31);
  assert.match(trendPath(COURSES.cpu[0], now), /start=99090&end=99990&step=30$/);
});
