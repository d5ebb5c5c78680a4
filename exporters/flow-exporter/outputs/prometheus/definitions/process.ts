import { collectDefaultMetrics, Registry } from "prom-client";
import { measureEventLoopLag } from "../event-loop-lag.ts";

/** Gauges that prom-client calls like counters, which Prometheus' own checker refuses. They are the sums of those with a type. */
const MISNAMED = ["nodejs_active_handles_total", "nodejs_active_requests_total", "nodejs_active_resources_total"];

/** prom-client's way to measure the event loop's delay cannot be left out, but be made to wait for 24 days. */
const NEVER_MS = 2 ** 31 - 1;
const EVENT_LOOP = ["", "min_", "max_", "mean_", "stddev_", "p50_", "p90_", "p99_"];

/** What every Node.js service with prom-client says about its process, under the usual names. Once for each process. */
export function processMetrics(): Registry {
  const register = new Registry();
  collectDefaultMetrics({ register, eventLoopMonitoringPrecision: NEVER_MS });
  const measuredBetter = EVENT_LOOP.map((figure) => `nodejs_eventloop_lag_${figure}seconds`);
  for (const name of [...MISNAMED, ...measuredBetter]) register.removeSingleMetric(name);
  measureEventLoopLag(register);
  return register;
}
