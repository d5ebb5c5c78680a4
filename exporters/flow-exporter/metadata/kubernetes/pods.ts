import { z } from "zod";
import type { Pod } from "../../model/pod.ts";
import { address, name, unset } from "./words.ts";

/** More than twice what registries take. */
const MAX_IMAGE_LENGTH = 512;

const port = z.object({
  containerPort: z.int().min(1).max(65_535),
  hostPort: z.int().min(0).max(65_535).nullish(),
  hostIP: address.or(unset).nullish(),
  protocol: z.enum(["TCP", "UDP", "SCTP"]).or(unset).nullish(),
});

const container = z.object({
  name,
  // A registry may have any length of name, and it becomes a label.
  image: z
    .string()
    .transform((text) => text.slice(0, MAX_IMAGE_LENGTH))
    .nullish(),
  ports: z.array(port).nullish(),
});

/** Runtimes name a container by 64 hexadecimal digits: containerd://…, cri-o://…, docker://…; empty: there is none yet. */
const containerId = z
  .string()
  .regex(/^[a-z][a-z0-9.+-]*:\/\/[0-9a-f]{64}$/)
  .or(unset)
  .nullish();
const terminated = z.object({ containerID: containerId }).nullish();

const status = z.object({
  name,
  containerID: containerId,
  restartCount: z.int().min(0).nullish(),
  state: z
    .object({
      running: z.object({ startedAt: z.iso.datetime({ offset: true }).nullish() }).nullish(),
      terminated,
    })
    .nullish(),
  lastState: z.object({ terminated }).nullish(),
});

/** Its kind can be anybody's, with rules of its own for names. */
const printable = z
  .string()
  .max(253)
  .regex(/^[\x20-\x7e]+$/);
/** Whoever makes a pod can write down what they like: what makes no sense is no owner, and costs the pod nothing else. */
const owner = z.object({ kind: printable, name: printable, controller: z.boolean().nullish() }).nullable().catch(null);

/** Of a Pod of Kubernetes' API what is looked at. */
export const podSchema = z.object({
  metadata: z.object({
    // A UUID, or the hash of a static pod's manifest, whose author can choose it.
    uid: z.string().regex(/^[\w-]{1,128}$/),
    name,
    namespace: name,
    ownerReferences: z.array(owner).nullish(),
  }),
  spec: z.object({
    nodeName: name.or(unset).nullish(),
    hostNetwork: z.boolean().nullish(),
    containers: z.array(container).nullish(),
    initContainers: z.array(container).nullish(),
    ephemeralContainers: z.array(container).nullish(),
  }),
  status: z.object({
    hostIP: address.or(unset).nullish(),
    podIP: address.or(unset).nullish(),
    podIPs: z.array(z.object({ ip: address })).nullish(),
    containerStatuses: z.array(status).nullish(),
    initContainerStatuses: z.array(status).nullish(),
    ephemeralContainerStatuses: z.array(status).nullish(),
  }),
});

export type KubeletPod = z.infer<typeof podSchema>;

/** Those of a pod in the machine's own network namespace are the machine's. */
export function podAddressesOf({ spec, status: { podIP, podIPs } }: KubeletPod): string[] {
  if (spec.hostNetwork) return [];
  return [...new Set([...(podIP ? [podIP] : []), ...(podIPs ?? []).map(({ ip }) => ip)])];
}

/** Several can have a part in it; the one that made it is marked. */
export function ownerOf({ metadata: { ownerReferences } }: KubeletPod): Pod["owner"] {
  const owner = (ownerReferences ?? []).find((one) => one?.controller);
  return owner ? { kind: owner.kind, name: owner.name } : undefined;
}
