import type { EdgeCounters, EdgeTotal } from "../../../../exporters/flow-exporter/totals/edge-total.ts";
import type { EdgeTotals } from "../../../../exporters/flow-exporter/totals/edge-totals.ts";

/** `~other` is there before anything is in it. */
export function isUsed({ opened, failed, sentBytes }: EdgeTotal): boolean {
  return opened + failed + sentBytes > 0;
}

/** Everything that was ever counted: by the edges that are shown, and by those that have left. */
export function allCounted(totals: EdgeTotals): EdgeCounters {
  const sum = { sentBytes: 0, receivedBytes: 0, retransmits: 0, opened: 0, closed: 0, failed: 0 };
  for (const one of [...totals, ...Object.values(totals.departed)]) {
    for (const counter of Object.keys(sum) as (keyof EdgeCounters)[]) sum[counter] += one[counter];
  }
  return sum;
}
