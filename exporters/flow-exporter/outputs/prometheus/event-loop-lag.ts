import { createHistogram } from "node:perf_hooks";
import { Gauge, type Registry } from "prom-client";

/** A delay as long as this is always seen, a shorter one by chance. */
const EVERY_MS = 500;

const PERCENTILES = [50, 90, 99] as const;

/**
 * How late the event loop comes to what is due, under prom-client's own names. What prom-client measures with wakes the
 * process every few milliseconds, for nothing but that: 0.3 % of a CPU, a tenth of what an exporter at rest took. A timer twice a second
 * says as much of a loop that works once a second, and its lateness is the delay itself, without the timer's interval.
 */
export function measureEventLoopLag(register: Registry): void {
  const late = createHistogram();
  let dueMs = performance.now() + EVERY_MS;
  const timer = setInterval(() => {
    const nowMs = performance.now();
    late.record(nanoseconds(nowMs - dueMs));
    dueMs = nowMs + EVERY_MS;
  }, EVERY_MS);
  timer.unref();
  const gauge = (name: string, help: string) =>
    new Gauge({ name: `nodejs_eventloop_lag_${name}`, help, registers: [register] });
  // Asked first, as it is registered first: it gives the others their values.
  new Gauge({
    name: "nodejs_eventloop_lag_seconds",
    help: "Lag of event loop in seconds.",
    registers: [register],
    async collect() {
      const askedMs = performance.now();
      show();
      await new Promise((resolve) => setImmediate(resolve));
      this.set((performance.now() - askedMs) / 1e3);
    },
  });
  const least = gauge("min_seconds", "The minimum recorded event loop delay.");
  const most = gauge("max_seconds", "The maximum recorded event loop delay.");
  const mean = gauge("mean_seconds", "The mean of the recorded event loop delays.");
  const deviation = gauge("stddev_seconds", "The standard deviation of the recorded event loop delays.");
  const percentiles = PERCENTILES.map((rank) => ({
    rank,
    gauge: gauge(`p${rank}_seconds`, `The ${rank}th percentile of the recorded event loop delays.`),
  }));
  const show = () => {
    if (late.count === 0) return;
    least.set(late.min / 1e9);
    most.set(late.max / 1e9);
    mean.set(late.mean / 1e9);
    deviation.set(late.stddev / 1e9);
    for (const { rank, gauge } of percentiles) gauge.set(late.percentile(rank) / 1e9);
    late.reset();
  };
}

/** A histogram takes whole numbers from 1 on; a timer can be early by less than a millisecond. */
function nanoseconds(milliseconds: number): number {
  return Math.max(1, Math.round(milliseconds * 1e6));
}
