import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Registry } from "prom-client";
import { measureEventLoopLag } from "../../../../exporters/flow-exporter/outputs/prometheus/event-loop-lag.ts";

/** Longer than twice the time between two looks, so that one is late by half of it at least. */
const BLOCKED_MS = 1_200;

test("a loop that was blocked has been late by so much, and without another look nothing new is said", async () => {
  const register = new Registry();
  measureEventLoopLag(register);
  const endMs = performance.now() + BLOCKED_MS;
  while (performance.now() < endMs);
  // The look that is due by now comes before a timer that is set only now.
  await sleep(1);
  const most = figureIn(await register.metrics(), "max");
  assert.ok(most > BLOCKED_MS / 2_000, `late by ${most} s`);
  assert.equal(figureIn(await register.metrics(), "max"), most);
});

test("each figure is a number before the first look, too", async () => {
  const register = new Registry();
  measureEventLoopLag(register);
  const text = await register.metrics();
  for (const figure of ["min", "max", "mean", "stddev", "p50", "p90", "p99"])
    assert.equal(figureIn(text, figure), 0, figure);
});

function figureIn(text: string, figure: string): number {
  return Number(new RegExp(`^nodejs_eventloop_lag_${figure}_seconds (\\S+)$`, "m").exec(text)?.[1]);
}
