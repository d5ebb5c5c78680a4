import { dashboard } from "../../dashboard.ts";
import { chart, DASHED, stacked, stat, states, thresholds } from "../../panels.ts";
import { agent, agentsDown, operator, targets, version } from "../../queries/cilium.ts";
import { overCilium } from "../../targets.ts";
import { node } from "../../variables.ts";

const NO_AGENT = "Needs prometheus.enabled=true in Cilium's Helm values";
const NO_OPERATOR = "Needs operator.prometheus.enabled=true in Cilium's Helm values";
const NO_TARGETS = "Nothing of Cilium is scraped: set CILIUM_NODES, or apply deploy/kubernetes/cilium";
const CLOUD_ONLY = "Only with the IPAM of AWS, Azure or Alibaba Cloud";
const ALL_WELL = "None, or no agent is scraped";

const glance = [
  stat("Agents down", "Agents of Cilium that Prometheus cannot scrape. Should be 0.", "short")
    .thresholds(thresholds(undefined, 1))
    .noValue("not scraped")
    .withTarget(overCilium(agentsDown, "down")),
  stat("Unreachable", "Nodes that an agent cannot reach: the most that any of them misses. Should be 0.", "short")
    .thresholds(thresholds(undefined, 1))
    .noValue("no agent")
    .withTarget(overCilium(agent.unreachableNodes, "unreachable")),
  stat(
    "Controllers failing",
    "An agent's background jobs whose last run failed. Should be 0; `cilium-dbg status --all-controllers` names them.",
    "short",
  )
    .thresholds(thresholds(1, 5))
    .noValue("no agent")
    .withTarget(overCilium(agent.controllersFailing, "failing")),
  stat(
    "Not ready",
    "Endpoints in any other state than ready. Some are while pods start; should come back to 0.",
    "short",
  )
    .thresholds(thresholds(1, 10))
    .noValue("no agent")
    .withTarget(overCilium(agent.endpointsNotReady, "not ready")),
  stat(
    "Fullest map",
    "How full the fullest of Cilium's BPF maps is. At 100 % it takes no more entries: connections, or policies, fail.",
    "percentunit",
  )
    .thresholds(thresholds(0.8, 0.95))
    .noValue("no agent")
    .withTarget(overCilium(agent.mapPressure, "full")),
  stat("Drops", "Packets per second that the datapath dropped, for whatever reason.", "pps")
    .thresholds(thresholds(10, 1000))
    .noValue("no agent")
    .withTarget(overCilium(agent.dropsTotal, "dropped")),
].map((panel) => panel.min(0));

const health = [
  states(
    "Endpoints of Cilium",
    "Whether Prometheus can scrape agent, Envoy and Hubble of each node, and any operator and relay: those are not on all.",
  )
    .noValue(NO_TARGETS)
    .withTarget(overCilium(targets, "{{job}} {{node}}")),
  chart("Versions", "Agents by version: two, while an upgrade is under way.", "short")
    .noValue(NO_AGENT)
    .withTarget(overCilium(version, "{{version}}")),
  chart(
    "Unreachable by node",
    "Nodes and health endpoints that the agent of a node cannot reach. Should be 0.",
    "short",
  )
    .noValue(NO_AGENT)
    .withTarget(overCilium(agent.unreachable, "{{node}}")),
  chart("Controllers failing by node", "Background jobs of an agent whose last run failed. Should be 0.", "short")
    .noValue(NO_AGENT)
    .withTarget(overCilium(agent.controllersFailingByNode, "{{node}}")),
  chart("Controller runs", "Runs of the agents' background jobs per second.", "ops")
    .noValue(NO_AGENT)
    .withTarget(overCilium(agent.controllerRuns, "{{status}}")),
  chart("Errors and warnings", "What the agents log per second, by subsystem. Should be near 0.", "ops")
    .noValue(ALL_WELL)
    .withTarget(overCilium(agent.complaints, "{{level}} {{subsystem}}")),
];

const endpoints = [
  stacked("Endpoints by state", "A pod's endpoint carries traffic by its policies once it is ready.", "short")
    .noValue(NO_AGENT)
    .withTarget(overCilium(agent.endpointsByState, "{{endpoint_state}}")),
  stacked("Endpoints by enforcement", "In which direction a policy applies to an endpoint, if in any.", "short")
    .noValue(NO_AGENT)
    .withTarget(overCilium(agent.endpointsByEnforcement, "{{enforcement}}")),
  chart("Regenerations", "How often per second an endpoint's programs and policies were built anew.", "ops")
    .noValue(NO_AGENT)
    .withTarget(overCilium(agent.regenerations, "{{outcome}}")),
  chart(
    "Regeneration time",
    "Mean time of a part of it; `total` has waiting in it. A line has gaps while there was none.",
    "s",
  )
    .noValue(NO_AGENT)
    .withTarget(overCilium(agent.regenerationTime, "{{scope}}")),
];

const policies = [
  stat(
    "Errors in this range",
    "Changes of policies that failed in the time range shown: the cluster runs by other policies than were written. Should be 0.",
    "short",
  )
    .min(0)
    .thresholds(thresholds(undefined, 1))
    .noValue("no agent")
    .span(4)
    .height(9)
    .withTarget(overCilium(agent.policyErrors, "errors")),
  chart("Policies", "Loaded by the agent of each node; all of them should have the same ones soon.", "short")
    .noValue(NO_AGENT)
    .span(10)
    .withTarget(overCilium(agent.policies, "{{node}}")),
  chart("Policy revision", "By node. It grows with each change; an agent that stays behind does not follow.", "short")
    .noValue(NO_AGENT)
    .span(10)
    .withTarget(overCilium(agent.policyRevision, "{{node}}")),
  chart("Policy changes", "Per second, by outcome.", "ops")
    .description("Changes of policies per second, by how they ended; one that failed is not enforced.")
    .noValue(NO_AGENT)
    .withTarget(overCilium(agent.policyChanges, "{{outcome}}")),
  chart("Policy delay", "Mean time from a policy's change until the datapath enforces it. Gaps: nothing changed.", "s")
    .noValue(NO_AGENT)
    .withTarget(overCilium(agent.policyDelay, "{{source}}")),
];

const datapath = [
  stacked("Drops by reason", "Packets per second that the datapath dropped, and in which direction they went.", "pps")
    .noValue(ALL_WELL)
    .withTarget(overCilium(agent.drops, "{{reason}} {{direction}}")),
  chart(
    "BPF map pressure",
    "How full the fullest twelve maps are. Maps of policies show up from 10 % on. At 100 % a map takes nothing more.",
    "percentunit",
  )
    .thresholds(thresholds(0.8, 0.95))
    .thresholdsStyle(DASHED)
    .noValue(NO_AGENT)
    .withTarget(overCilium(agent.mapPressureByMap, "{{map_name}}")),
  chart("Forwarded packets", "Packets per second, by direction as seen from the pods.", "pps")
    .noValue(NO_AGENT)
    .withTarget(overCilium(agent.forwardedPackets, "{{direction}}")),
  chart("Forwarded bytes", "Bytes per second with headers, by direction as seen from the pods.", "Bps")
    .noValue(NO_AGENT)
    .withTarget(overCilium(agent.forwardedBytes, "{{direction}}")),
  chart("Tracked connections", "Entries alive at the end of the last collection of the connection tables.", "short")
    .noValue(NO_AGENT)
    .withTarget(overCilium(agent.connections, "{{family}} {{protocol}}")),
  chart("Failed map operations", "Writes to BPF maps per second that failed. Should be 0.", "ops")
    .noValue(ALL_WELL)
    .withTarget(overCilium(agent.failedMapOperations, "{{operation}} {{map_name}}")),
];

const control = [
  stacked(
    "Identities",
    "Sets of labels that policies tell apart, as the agent that knows most of them has it.",
    "short",
  )
    .noValue(NO_AGENT)
    .withTarget(overCilium(agent.identities, "{{type}}")),
  chart(
    "Address pool",
    "Addresses of pods that the agents have given out, as a share of those they have.",
    "percentunit",
  )
    .thresholds(thresholds(0.8, 0.95))
    .thresholdsStyle(DASHED)
    .noValue(NO_AGENT)
    .withTarget(overCilium(agent.addressShare, "{{family}}")),
  chart("Latency of the API server", "Mean time of the agents' requests to Kubernetes, by method.", "s")
    .noValue(NO_AGENT)
    .withTarget(overCilium(agent.apiLatency, "{{method}}")),
  chart("Requests to the API server", "The agents' requests to Kubernetes per second, by method and answer.", "ops")
    .noValue(NO_AGENT)
    .withTarget(overCilium(agent.apiCalls, "{{method}} {{return_code}}")),
  chart("Latency of the agents", "Mean time of requests to the agents' own API: creating a pod waits for one.", "s")
    .noValue(NO_AGENT)
    .withTarget(overCilium(agent.ownApiLatency, "{{method}} {{path}}")),
  chart("CPU of the agents", "CPU time of the agent of each node; 100 % is one core.", "percentunit")
    .noValue(NO_AGENT)
    .withTarget(overCilium(agent.cpu, "{{node}}")),
  chart("Memory of the agents", "Resident memory of the agent of each node.", "bytes")
    .noValue(NO_AGENT)
    .withTarget(overCilium(agent.memory, "{{node}}")),
  chart(
    "Judged by L7 policies",
    "Requests and answers per second that a proxy judged by an L7 policy: Envoy's, or fqdn of DNS; forwarded, denied or not understood.",
    "ops",
  )
    .noValue("No L7 policy sends anything to a proxy")
    .withTarget(overCilium(agent.judged, "{{proxy_type}} {{rule}}")),
];

const operators = [
  chart(
    "Collections by operator",
    "Runs of the collection of unused identities within the hour before. Only the operator that leads runs them, and no " +
      "metric of Cilium's says which that is.",
    "short",
  )
    .noValue(NO_OPERATOR)
    .withTarget(overCilium(operator.collections, "{{node}} {{outcome}}")),
  chart("Collected identities", "Identities in use and removed, at the end of the last collection.", "short")
    .noValue(NO_OPERATOR)
    .withTarget(overCilium(operator.identities, "{{status}}")),
  chart("Collected endpoints", "Objects of endpoints removed per second whose pods are gone.", "ops")
    .noValue(NO_OPERATOR)
    .withTarget(overCilium(operator.endpoints, "{{outcome}}")),
  chart(
    "Unmanaged pods",
    "Pods that were there before Cilium: no policy applies to them until they start anew.",
    "short",
  )
    .noValue(NO_OPERATOR)
    .withTarget(overCilium(operator.unmanagedPods, "unmanaged")),
  stacked("IPAM addresses", "Addresses that the operator got from the cloud, by whether they are in use.", "short")
    .noValue(CLOUD_ONLY)
    .withTarget(overCilium(operator.addresses, "{{type}}")),
  chart("IPAM nodes", "Nodes that have too few addresses, or can have no more.", "short")
    .noValue(CLOUD_ONLY)
    .withTarget(overCilium(operator.nodes, "{{category}}")),
  chart("Latency of the cloud's API", "Mean time of the operator's requests to the cloud, by operation.", "s")
    .noValue(CLOUD_ONLY)
    .withTarget(overCilium(operator.allocationLatency, "{{operation}}")),
  chart("CPU of the operators", "CPU time of each operator; 100 % is one core.", "percentunit")
    .noValue(NO_OPERATOR)
    .withTarget(overCilium(operator.cpu, "{{node}}")),
  chart("Memory of the operators", "Resident memory of each operator.", "bytes")
    .noValue(NO_OPERATOR)
    .withTarget(overCilium(operator.memory, "{{node}}")),
  chart("Errors of the operators", "What the operators log per second, by subsystem. Should be near 0.", "ops")
    .noValue("None, or no operator is scraped")
    .withTarget(overCilium(operator.complaints, "{{level}} {{subsystem}}")),
];

export const ciliumDashboard = dashboard({
  tag: "cilium",
  name: "cilium",
  title: "Cilium agent and operator",
  description: "Whether Cilium's agents and operators work, what they drop, and what they are short of.",
  variables: [node],
  rows: [
    { title: "At a glance", panels: glance },
    { title: "Health", panels: health },
    { title: "Datapath", panels: datapath },
    { title: "Endpoints", panels: endpoints },
    { title: "Policies", panels: policies },
    { title: "Control plane", panels: control },
    { title: "Operators", panels: operators },
  ],
});
