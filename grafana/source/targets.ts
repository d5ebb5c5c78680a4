import { DataqueryBuilder, PromQueryFormat } from "@grafana/grafana-foundation-sdk/prometheus";

/** cAdvisor looks at a quiet container every 15 s only: a rate needs a window of four such looks. */
const CADVISOR_INTERVAL = "15s";

/** Series over time. @param legend one name, or a pattern with {{label}} */
export function over(expr: string, legend: string): DataqueryBuilder {
  return new DataqueryBuilder().expr(expr).legendFormat(legend).range();
}

/** The same for rates of cAdvisor's metrics, and for those that stand beside them: they are to cover the same time. */
export function overContainers(expr: string, legend: string): DataqueryBuilder {
  return over(expr, legend).interval(CADVISOR_INTERVAL);
}

/** Cilium's endpoints are scraped every 10 s, here and by Cilium's chart; on Kubernetes whoever runs Prometheus may say more. */
const CILIUM_INTERVAL = "15s";

/** Series over time of what Cilium counts: a rate has a minute, and with it four scrapes. */
export function overCilium(expr: string, legend: string): DataqueryBuilder {
  return over(expr, legend).interval(CILIUM_INTERVAL);
}

/** Cumulative buckets, `sum by (le)`, as a heatmap reads them. */
export function buckets(expr: string): DataqueryBuilder {
  return over(expr, "{{le}}").format(PromQueryFormat.Heatmap);
}

/** A table's column, as of the end of the time shown. @param refId names the column `Value #refId` */
export function column(refId: string, expr: string): DataqueryBuilder {
  return new DataqueryBuilder().refId(refId).expr(expr).format(PromQueryFormat.Table).instant();
}
