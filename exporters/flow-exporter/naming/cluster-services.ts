import { podName } from "../metadata/collected.ts";
import type { Behind, CalledService } from "../metadata/kubernetes/api/cluster-services.ts";
import type { World } from "../metadata/world.ts";
import type { Endpoint } from "../model/endpoint.ts";
import type { FlowRow } from "../model/socket.ts";
import { isApart } from "./apart.ts";
import { podEndpoint, serviceEndpoint } from "./endpoints.ts";

interface Target {
  endpoint: Endpoint;
  port: number;
}

/**
 * What Kubernetes knows of whom a client's socket calls, where no other end is seen: the only pod behind the service that it
 * calls, or the service itself, or the pod that serves at that address. A machine's own addresses are those of its pods on its network too,
 * so that an address alone says nothing of who is there.
 */
export function clusterTarget(row: FlowRow, world: World): Target | undefined {
  const { protocol, destinationAddress: address, destinationPort: port } = row;
  const { cluster } = world;
  if (isApart(row, world)) return undefined;
  const called = calledClusterService(row, world);
  if (called) return calledTarget(called, port, world);
  if (world.hostAddresses.has(address) || world.tenures.isKnown(address)) return undefined;
  const pod = cluster.podAt(address, protocol, port);
  return pod && { endpoint: podEndpoint(pod), port };
}

/**
 * The service of a cluster that a client's socket calls: at one of its addresses, which IPVS makes this machine's own, or at a
 * port of every machine. What else is at a machine's address is none of it.
 */
export function calledClusterService(row: FlowRow, { cluster, hostAddresses }: World): CalledService | undefined {
  const { protocol, destinationAddress: address, destinationPort: port } = row;
  const called = cluster.at(address, protocol, port);
  if (called) return called;
  const atPort = cluster.atNodePort(protocol, port);
  return atPort && (hostAddresses.has(address) || cluster.nodeAt(address) !== undefined) ? atPort : undefined;
}

function calledTarget(called: CalledService, port: number, world: World): Target {
  const behind = world.cluster.behind(called);
  const only = behind.length === 1 ? behind[0] : undefined;
  const endpoint = only && endpointBehind(only, world);
  if (only && endpoint) return { endpoint, port: only.port };
  return { endpoint: serviceEndpoint(called.service), port: called.port?.port ?? port };
}

/** Of a pod on this machine the other end is a flow of its own where the two have not met: to name it here too would count it twice. */
function endpointBehind({ address, pod }: Behind, { containersByAddress, podNames }: World): Endpoint | undefined {
  if (pod === undefined || containersByAddress.has(address) || podNames.has(podName(pod))) return undefined;
  return podEndpoint(pod);
}
