import { OBSERVER } from "../../../hubble/services.ts";
import type { GrpcCall } from "../grpc/call.ts";
import { frame } from "../grpc/frames.ts";
import type { Method } from "../grpc/server.ts";
import { GrpcError } from "../grpc/status.ts";
import { MAX_HISTORY } from "../messages.ts";
import { type FlowsParts, getFlows } from "./get-flows.ts";

export interface ObserverParts extends FlowsParts {
  version: string;
  /** Where this node is found, as `host:port`. */
  address(): string;
  tls: { enabled: boolean; serverName: string } | undefined;
}

const PATIENCE_MS = 10_000;

/** The methods of observer.Observer by their paths. */
export function observerMethods(parts: ObserverParts): [string, Method][] {
  const { GetFlows, GetNodes, GetNamespaces, ServerStatus, GetAgentEvents, GetDebugEvents } = OBSERVER;
  const { exporter } = parts;
  return [
    [GetFlows.path, (request, call) => getFlows(request, call, parts)],
    [ServerStatus.path, single(async () => ServerStatus.responseSerialize(await statusOf(parts)))],
    [GetNodes.path, single(async () => GetNodes.responseSerialize({ nodes: [await nodeOf(parts)] }))],
    [
      GetNamespaces.path,
      single(async () => {
        const { namespaces } = await exporter.facts();
        return GetNamespaces.responseSerialize({
          namespaces: namespaces.map((namespace) => ({ namespace, cluster: "" })),
        });
      }),
    ],
    [GetAgentEvents.path, noEvents(GetAgentEvents.requestDeserialize)],
    [GetDebugEvents.path, noEvents(GetDebugEvents.requestDeserialize)],
  ];
}

/** A method with one answer, whatever it is asked. */
export function single(answer: () => Promise<Buffer> | Buffer): Method {
  return async (_request, call) => call.write(frame(await answer()), PATIENCE_MS);
}

async function statusOf({ exporter, version }: ObserverParts) {
  const [{ seen, rate, uptimeMs }, history] = await Promise.all([exporter.facts(), exporter.history()]);
  return {
    num_flows: history.length,
    max_flows: MAX_HISTORY,
    seen_flows: Math.max(seen, history.length),
    uptime_ns: Math.round(uptimeMs * 1e6),
    // As of a server: it is a relay that has nodes.
    num_connected_nodes: undefined,
    num_unavailable_nodes: undefined,
    unavailable_nodes: [],
    version,
    flows_rate: rate,
  };
}

/** Itself alone, by the name that its flows have: who wants all nodes asks a relay. */
async function nodeOf(parts: ObserverParts) {
  const { num_flows, max_flows, seen_flows, uptime_ns } = await statusOf(parts);
  const { node, version, address, tls } = parts;
  return {
    name: node,
    version,
    address: address(),
    state: "NODE_CONNECTED",
    tls: { enabled: tls?.enabled ?? false, server_name: tls?.serverName ?? "" },
    uptime_ns,
    num_flows,
    max_flows,
    seen_flows,
  };
}

/** There are none, and none will come. */
function noEvents(read: (bytes: Buffer) => { follow: boolean }): Method {
  return async (request, call) => {
    let follow: boolean;
    try {
      ({ follow } = read(request));
    } catch (error) {
      throw new GrpcError("INVALID_ARGUMENT", `it is no request for events: ${(error as Error).message.slice(0, 200)}`);
    }
    call.begin();
    if (follow) await gone(call);
  };
}

/** When the client has had enough. */
export function gone({ signal }: GrpcCall): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
