import { largest, RATE, WHOLE } from "../select.ts";
import { namespaces, withEnd } from "./ends.ts";

const FLOWS = 'hubble_flows_processed_total{verdict=~"$verdict",node=~"$node"}';
const DROPS = 'hubble_drop_total{node=~"$node"}';
const FLAGS = 'hubble_tcp_flags_total{node=~"$node"}';
const PORTS = 'hubble_port_distribution_total{node=~"$node"}';
const TO_WORLD = 'hubble_flows_to_world_total{verdict=~"$verdict",node=~"$node"}';
const ICMP = 'hubble_icmp_total{node=~"$node"}';
const SHOWN = 12;
const TABLE_ROWS = 50;

/** What is counted of the chosen namespaces, by labels of its own and by `from` and `to`. */
function chosen(counted: string, ...labels: string[]): string {
  return withEnd(namespaces(counted, labels), "$namespace");
}

function rate(counter: string, ...labels: string[]): string {
  return by(labels, chosen(`rate(${counter}${RATE})`, ...labels));
}

function by(labels: readonly string[], vector: string): string {
  return `sum by (${labels.join(", ")}) (${vector})`;
}

/** The series that count most over the whole time shown. @param labels `from` and `to`, and those of the counter's own */
function busiest(counter: string, own: readonly string[], labels: readonly string[]): string {
  const whole = `${by(labels, chosen(`increase(${counter}${WHOLE})`, ...own))} > 0`;
  return largest(SHOWN, labels.join(", "), by(labels, chosen(`rate(${counter}${RATE})`, ...own)), whole);
}

const all = `sum(${chosen(`rate(${FLOWS}${RATE})`)})`;
const droppedFlows = `sum(${chosen(`rate(hubble_flows_processed_total{verdict="DROPPED",node=~"$node"}${RATE})`)})`;
const everyFlow = `sum(${chosen(`rate(hubble_flows_processed_total{node=~"$node"}${RATE})`)})`;

export const flows = all;
/** Nothing was dropped where there are flows, and none with that verdict. */
export const dropped = `${droppedFlows} or 0 * ${everyFlow}`;
export const droppedShare = `(${dropped}) / (${everyFlow} > 0)`;
export const toWorld = `sum(${chosen(`rate(${TO_WORLD}${RATE})`)})`;
export const lost = 'sum(increase(hubble_lost_events_total{node=~"$node"}[$__range]))';
/** Of every hundred that ask for a connection; a negative one: more answers than were asked for have been seen. */
export const unanswered = `clamp_min(1 - ${flagged("SYN-ACK")} / (${flagged("SYN")} > 0), 0)`;

export const byVerdict = rate(FLOWS, "verdict");
export const byType = rate(FLOWS, "type", "subtype");
export const byProtocol = rate(FLOWS, "protocol");
export const byPair = busiest(FLOWS, [], ["from", "to"]);

export const dropsByReason = rate(DROPS, "reason", "protocol");
export const dropsByPair = busiest(DROPS, ["reason"], ["from", "to", "reason"]);
export const flags = rate(FLAGS, "flag");
export const ports = busiest(PORTS, ["protocol", "port"], ["protocol", "port"]);
export const toWorldBySource = busiest(TO_WORLD, ["verdict"], ["from", "verdict"]);
export const icmp = rate(ICMP, "type", "family");

/** One row for each pair and verdict, the busiest. */
const rows = ["from", "to", "protocol", "verdict"];
const flowsOf = (counted: string) => by(rows, chosen(counted, "protocol", "verdict"));
const most = `topk(${TABLE_ROWS}, ${flowsOf(`increase(${FLOWS}${WHOLE})`)} > 0)`;
export const pairs = {
  mean: `${flowsOf(`rate(${FLOWS}[$__range])`)} and on (${rows.join(", ")}) ${most}`,
  counted: `${flowsOf(`increase(${FLOWS}[$__range])`)} and on (${rows.join(", ")}) ${most}`,
};

function flagged(flag: string): string {
  return `sum(${chosen(`rate(hubble_tcp_flags_total{flag="${flag}",node=~"$node"}${RATE})`)})`;
}
