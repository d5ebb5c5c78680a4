import { EDGE_AND_PROTOCOL, largest, RATE, WHOLE, withoutOwn } from "./select.ts";

const EVENTS = "flow_hubble_flows_total";
const LABELS = `origin, ${EDGE_AND_PROTOCOL}`;
const TABLE_ROWS = 50;

const rate = (counter: string) => `sum by (${LABELS}) (rate(${counter}${RATE}))`;
const cpu = `rate(flow_endpoint_cpu_seconds_total${RATE})`;
const disk = `(rate(flow_endpoint_read_bytes_total${RATE}) + rate(flow_endpoint_written_bytes_total${RATE}))`;

/** One row for each edge that Hubble tells of, one query for each column. */
export const told = {
  events: ofEdges(rate(EVENTS)),
  forwarded: ofEdges(rate(`${EVENTS}{verdict="FORWARDED"}`)),
  dropped: ofEdges(rate(`${EVENTS}{verdict=~"DROPPED|ERROR"}`)),
  sourceCpu: ofEdges(beside(cpu, "source")),
  sourceDisk: ofEdges(beside(disk, "source")),
  sourceMemory: ofEdges(beside("flow_endpoint_resident_bytes", "source")),
  destinationCpu: ofEdges(beside(cpu, "destination")),
  destinationDisk: ofEdges(beside(disk, "destination")),
  destinationMemory: ofEdges(beside("flow_endpoint_resident_bytes", "destination")),
};

/** Of the edges that most is told of in the time shown. */
function ofEdges(shown: string): string {
  const whole = withoutOwn(`sum by (${LABELS}) (increase(${EVENTS}${WHOLE}))`);
  return largest(TABLE_ROWS, LABELS, shown, whole);
}

/** What the endpoint at an end does, for each edge that it is an end of; nothing where it is not on this host. */
function beside(work: string, end: "source" | "destination"): string {
  const named = `label_join(${work}, "${end}", "", "endpoint")`;
  return `sum by (${LABELS}) (${EVENTS}) * 0 + on (${end}) group_left () sum by (${end}) (${named})`;
}
