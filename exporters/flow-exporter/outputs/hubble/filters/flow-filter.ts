import type { FlowFilter } from "../../../hubble/requests.ts";
import { ipTest, versionTest } from "./addresses.ts";
import { type Build, DESTINATION, FilterFault, type Side, SOURCE, type Test } from "./filter.ts";
import { methodTest, statusTest } from "./http.ts";
import { labelTest } from "./labels.ts";
import { fqdnTest, nodeTest, podTest, serviceTest, workloadTest } from "./names.ts";
import { flagsTest, portTest, protocolTest, replyTest, typeTest } from "./packets.ts";

/** More than any command line has; each costs every follower's every event. */
const MAX_FILTERS = 64;
const MAX_VALUES = 1_024;

type Builds = { readonly [Name in keyof FlowFilter]-?: Build<Name> };

const BUILD: Builds = {
  source_ip: (values) => ipTest(values, SOURCE),
  source_pod: (values) => podTest(values, SOURCE),
  source_fqdn: (values) => fqdnTest(values, SOURCE),
  source_label: (values) => labelTest(values, SOURCE),
  source_service: (values) => serviceTest(values, SOURCE),
  source_workload: (values) => workloadTest(values, SOURCE),
  source_identity: (values) => identityTest(values, SOURCE),
  source_port: (values) => portTest(values, SOURCE),
  source_cluster_name: (values) => clusterTest(values, SOURCE),
  destination_ip: (values) => ipTest(values, DESTINATION),
  destination_pod: (values) => podTest(values, DESTINATION),
  destination_fqdn: (values) => fqdnTest(values, DESTINATION),
  destination_label: (values) => labelTest(values, DESTINATION),
  destination_service: (values) => serviceTest(values, DESTINATION),
  destination_workload: (values) => workloadTest(values, DESTINATION),
  destination_identity: (values) => identityTest(values, DESTINATION),
  destination_port: (values) => portTest(values, DESTINATION),
  destination_cluster_name: (values) => clusterTest(values, DESTINATION),
  uuid: (values) => oneOf(values, ({ uuid }) => uuid),
  verdict: (values) => oneOf(values, ({ verdict }) => verdict),
  drop_reason_desc: (values) => oneOf(values, ({ dropReason }) => dropReason || "DROP_REASON_UNKNOWN"),
  traffic_direction: (values) => oneOf(values, ({ direction }) => direction),
  event_type: typeTest,
  protocol: protocolTest,
  tcp_flags: flagsTest,
  reply: replyTest,
  node_name: nodeTest,
  ip_version: versionTest,
  http_status_code: statusTest,
  http_method: methodTest,
  http_path: notHere("http_path", "a regular expression of a client's is not run here"),
  http_url: notHere("http_url", "a regular expression of a client's is not run here"),
  http_header: notHere("http_header", "headers are not known"),
  dns_query: notHere("dns_query", "a regular expression of a client's is not run here"),
  source_ip_xlated: notHere("source_ip_xlated", "translated addresses are not told"),
  trace_id: notHere("trace_id", "traces are not known"),
  interface: notHere("interface", "interfaces are not known"),
  node_labels: notHere("node_labels", "labels of nodes are not known"),
  experimental: notHere("experimental.cel_expression", "expressions are not evaluated"),
};

/** One of `whitelist` must match, if there are any, and none of `blacklist`. @throws FilterFault */
export function flowTest(whitelist: readonly FlowFilter[], blacklist: readonly FlowFilter[]): Test {
  const allow = testsOf(whitelist, "whitelist");
  const deny = testsOf(blacklist, "blacklist");
  if (allow.length + deny.length === 0) return () => true;
  return (flow) => (allow.length === 0 || allow.some((test) => test(flow))) && !deny.some((test) => test(flow));
}

function testsOf(filters: readonly FlowFilter[], list: string): Test[] {
  if (filters.length > MAX_FILTERS) throw new FilterFault(`${list}: there may be ${MAX_FILTERS} filters`);
  return filters.map(testOf);
}

/** All that is set must match. */
function testOf(filter: FlowFilter): Test {
  const tests: Test[] = [];
  for (const name of Object.keys(BUILD) as (keyof FlowFilter)[]) {
    const values = filter[name];
    if (values === undefined || (Array.isArray(values) && values.length === 0)) continue;
    if (Array.isArray(values) && values.length > MAX_VALUES) {
      throw new FilterFault(`${name}: there may be ${MAX_VALUES} values`);
    }
    tests.push((BUILD[name] as (values: unknown) => Test)(values));
  }
  return (flow) => tests.every((test) => test(flow));
}

function oneOf(values: readonly string[], of: (flow: Parameters<Test>[0]) => string): Test {
  const wanted = new Set(values);
  return (flow) => wanted.has(of(flow));
}

function identityTest(values: readonly number[], { endpoint }: Side): Test {
  const wanted = new Set(values);
  return (flow) => wanted.has(endpoint(flow)?.identity ?? 0);
}

function clusterTest(values: readonly string[], { endpoint }: Side): Test {
  const wanted = new Set(values);
  return (flow) => wanted.has(endpoint(flow)?.clusterName ?? "");
}

function notHere(name: string, why: string): () => Test {
  return () => {
    throw new FilterFault(`${name} cannot be asked for here: ${why}`, true);
  };
}
