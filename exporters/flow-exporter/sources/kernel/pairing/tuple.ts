import { podName } from "../../../metadata/collected.ts";
import type { Behind, CalledService } from "../../../metadata/kubernetes/api/cluster-services.ts";
import type { World } from "../../../metadata/world.ts";
import { isLoopback } from "../../../model/address.ts";
import { netnsKey } from "../../../model/netns.ts";
import type { FlowRow } from "../../../model/socket.ts";
import { isApart } from "../../../naming/apart.ts";
import { calledClusterService } from "../../../naming/cluster-services.ts";
import { DNS_PORT, isDockerDns, publishedTarget } from "../../../naming/remote.ts";
import { calledService } from "../../../naming/services.ts";
import type { Tuple } from "../sockets/shapes.ts";

const HOST = "host";

/**
 * A socket's own tuple, and those it has where the kernel rewrites addresses on the way. In a network namespace that is
 * apart from others, addresses are what they are there, and mirror none outside.
 */
export function tuplesOf(row: FlowRow, world: World): Tuple[] {
  const { sourceAddress, destinationAddress, destinationPort } = row;
  if (isApart(row, world)) return [tuple(row, sourceAddress, destinationAddress, destinationPort, true)];
  const resolving = ofResolver(row, world);
  if (resolving) return [resolving];
  const source = nameOf(sourceAddress, world);
  const own = tuple(row, source, nameOf(destinationAddress, world), destinationPort);
  return [
    own,
    ...behindPort(row, source, world),
    ...behindBalancer(row, world),
    ...behindClusterService(row, source, world),
  ];
}

/**
 * Docker's resolver listens at another port than it is asked at. Where datagrams are counted as they are built and as
 * they arrive, its socket shows that port, and the asking one shows 53. Where they are counted at the cgroup, both
 * sockets show the resolver's port for a question, and 53 for its answer. They all meet at 53.
 */
function ofResolver(row: FlowRow, world: World): Tuple | undefined {
  const [asked, asks] = [row.sourceAddress, row.destinationAddress].map(isDockerDns);
  if (!asked && !asks) return undefined;
  const sourcePort = asked ? DNS_PORT : row.sourcePort;
  const destinationPort = asks ? DNS_PORT : row.destinationPort;
  return tuple(
    { ...row, sourcePort },
    nameOf(row.sourceAddress, world),
    nameOf(row.destinationAddress, world),
    destinationPort,
  );
}

/**
 * Behind a published port the destination is another, and the source may be one of the host's addresses. That may be
 * any of them, so they all count as one.
 */
function behindPort(row: FlowRow, source: string, world: World): Tuple[] {
  const target = publishedTarget(row, world);
  if (!target) return [];
  return target.container.addresses.flatMap((address) => [
    tuple(row, source, address, target.port),
    tuple(row, HOST, address, target.port),
  ]);
}

/** Behind a service's virtual address the destination is one of its tasks, and the source the load balancer. */
function behindBalancer(row: FlowRow, world: World): Tuple[] {
  const called = calledService(row, world);
  if (!called) return [];
  const { service, taskPort } = called;
  return service.taskAddresses.flatMap((task) =>
    service.balancerAddresses.map((balancer) => tuple(row, balancer, task, taskPort)),
  );
}

/**
 * Behind a cluster's service the destination is one of its pods. The source stays what it is between pods; where a
 * machine's own address stands in its place, that may be any of them.
 */
function behindClusterService(row: FlowRow, source: string, world: World): Tuple[] {
  const called = calledClusterService(row, world);
  if (!called) return [];
  return behindHere(called, world).flatMap(({ address, port }) => {
    const pod = nameOf(address, world);
    return [tuple(row, source, pod, port), tuple(row, HOST, pod, port)];
  });
}

const kept = new WeakMap<World, Map<readonly Behind[], readonly Behind[]>>();

/** Of thousands of pods behind a service those on this machine alone have sockets here; looked for once for all flows. */
function behindHere(called: CalledService, world: World): readonly Behind[] {
  const behind = world.cluster.behind(called);
  const known = kept.get(world) ?? new Map<readonly Behind[], readonly Behind[]>();
  kept.set(world, known);
  const here = known.get(behind) ?? behind.filter((one) => isHere(one, world));
  known.set(behind, here);
  return here;
}

function isHere({ address, pod }: Behind, { hostAddresses, podNames }: World): boolean {
  return pod === undefined ? hostAddresses.has(address) : podNames.has(podName(pod));
}

function nameOf(address: string, world: World): string {
  return world.hostAddresses.has(address) ? HOST : address;
}

/**
 * `within`: it means something in its network namespace only. A connection with one end at loopback never leaves it,
 * and both ends must say so: the one has loopback as its source, the other as its destination.
 */
function tuple(
  row: FlowRow,
  source: string,
  destination: string,
  destinationPort: number,
  within = isLoopback(source) || isLoopback(destination),
): Tuple {
  const { sourcePort } = row;
  const scope = within ? `${netnsKey(row)} ` : "";
  const reversed = source === destination ? sourcePort > destinationPort : source > destination;
  const name = reversed
    ? `${scope}${destination} ${destinationPort} ${source} ${sourcePort}`
    : `${scope}${source} ${sourcePort} ${destination} ${destinationPort}`;
  return { name, reversed };
}
