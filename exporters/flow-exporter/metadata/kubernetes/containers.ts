import type { Condition, PublishedPort } from "../../model/container.ts";
import { PROTOCOL } from "../../model/socket.ts";
import type { KubeletPod } from "./pods.ts";

/** A container of a pod: one that runs, or one that has ended and that the kubelet still knows. */
export interface PodContainer {
  id: string;
  pod: KubeletPod;
  /** As the pod asks for it. */
  image: string;
  isRunning: boolean;
  /** What the pod asks for it. */
  ports: Ports;
  /** Of those that had its place before, and of it; 0 for one of those. */
  restarts: number;
  /** ISO 8601; empty: not known. */
  startedAt: string;
}

type Spec = NonNullable<KubeletPod["spec"]["containers"]>[number];
type Status = NonNullable<KubeletPod["status"]["containerStatuses"]>[number];
type Ports = NonNullable<Spec["ports"]>;

const ANY_ADDRESS: ReadonlySet<string> = new Set(["0.0.0.0", "::"]);

/** All containers of a pod that there are or were: also those that prepare it, and those made to look into it. */
export function containersOf(pod: KubeletPod): PodContainer[] {
  const { spec, status } = pod;
  const kinds: [Spec[] | null | undefined, Status[] | null | undefined][] = [
    [spec.containers, status.containerStatuses],
    [spec.initContainers, status.initContainerStatuses],
    [spec.ephemeralContainers, status.ephemeralContainerStatuses],
  ];
  return kinds.flatMap(([specs, statuses]) =>
    (statuses ?? []).flatMap((one) =>
      ofStatus(
        one,
        specs?.find(({ name }) => name === one.name),
        pod,
      ),
    ),
  );
}

/** The container of a place in the pod, and the one that had it before. */
function ofStatus({ containerID, state, lastState, restartCount }: Status, spec: Spec | undefined, pod: KubeletPod) {
  const { running } = state ?? {};
  const ended = {
    pod,
    image: spec?.image ?? "",
    ports: spec?.ports ?? [],
    isRunning: false,
    restarts: 0,
    startedAt: "",
  };
  const before = lastState?.terminated?.containerID;
  const current = containerID ?? state?.terminated?.containerID;
  const found: PodContainer[] = before ? [{ ...ended, id: hexOf(before) }] : [];
  if (!current) return found;
  const now = { isRunning: Boolean(running), restarts: restartCount ?? 0, startedAt: running?.startedAt ?? "" };
  return [...found.filter(({ id }) => id !== hexOf(current)), { ...ended, ...now, id: hexOf(current) }];
}

/** Ports of the machine that lead to it. In the machine's own network namespace it is there itself. */
export function podPortsOf({ pod, ports }: PodContainer): PublishedPort[] {
  if (pod.spec.hostNetwork) return [];
  return ports.flatMap(({ containerPort, hostPort, hostIP, protocol }) => {
    if (!hostPort || protocol === "SCTP") return [];
    const host = !hostIP || ANY_ADDRESS.has(hostIP) ? {} : { hostAddress: hostIP };
    return [{ protocol: protocol === "UDP" ? PROTOCOL.udp : PROTOCOL.tcp, ...host, hostPort, containerPort }];
  });
}

/** The kubelet's checks are of another kind than a container's own health. */
export function podConditionOf({ isRunning, restarts, startedAt }: PodContainer): Condition {
  return { state: isRunning ? "running" : "exited", health: "", restarts, startedAt };
}

function hexOf(containerId: string): string {
  return containerId.slice(-64);
}
