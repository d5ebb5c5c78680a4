/**
 * What dashboards of another program's metrics are about, by their uid: one of these metrics must be there. A host without
 * that program would else have five empty dashboards beside its own. All others are always offered.
 */
export const SUBJECTS: ReadonlyMap<string, readonly string[]> = new Map([
  ["flowtally-cilium", ["cilium_version", "cilium_operator_process_cpu_seconds_total"]],
  ["flowtally-envoy", ["envoy_server_live"]],
  ["flowtally-hubble-network", ["hubble_flows_processed_total"]],
  ["flowtally-hubble-l7", ["hubble_http_requests_total"]],
  ["flowtally-hubble-dns", ["hubble_dns_queries_total"]],
]);

/** Finds which of these metrics there are, as the label `__name__`. */
export const SUBJECTS_QUERY = `count by (__name__) ({__name__=~"${[...SUBJECTS.values()].flat().join("|")}"})`;

/** @param found names of metrics that there are */
export function isOffered(uid: string, found: ReadonlySet<string>): boolean {
  const subject = SUBJECTS.get(uid);
  return subject === undefined || subject.some((metric) => found.has(metric));
}
