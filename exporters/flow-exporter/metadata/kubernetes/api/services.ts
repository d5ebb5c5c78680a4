import { z } from "zod";
import { PROTOCOL } from "../../../model/socket.ts";
import { address, label, name, unset } from "../words.ts";

/** Names the service that a slice is of. */
export const SERVICE_LABEL = "kubernetes.io/service-name";

const protocol = z.enum(["TCP", "UDP", "SCTP"]).or(unset).nullish();
const port = z.int().min(0).max(65_535).nullish();

const servicePort = z.object({
  name: label.or(unset).nullish(),
  protocol,
  port: z.int().min(1).max(65_535),
  nodePort: port,
});

/** Of a Service of Kubernetes' API what is looked at. */
export const serviceSchema = z.object({
  metadata: z.object({ name, namespace: name }),
  spec: z.object({
    clusterIP: address.or(z.enum(["", "None"])).nullish(),
    clusterIPs: z.array(address.or(z.literal("None"))).nullish(),
    externalIPs: z.array(address).nullish(),
    ports: z.array(servicePort).nullish(),
  }),
  status: z
    .object({
      loadBalancer: z.object({ ingress: z.array(z.object({ ip: address.or(unset).nullish() })).nullish() }).nullish(),
    })
    .nullish(),
});

/** What the API server lets anybody write who may make a slice: what makes no sense of it costs the name, not the slice. */
const loose = name.or(unset).nullish().catch(undefined);

/** Of an EndpointSlice of discovery.k8s.io what is looked at. */
export const sliceSchema = z.object({
  metadata: z.object({ name, namespace: name, labels: z.object({ [SERVICE_LABEL]: loose }).nullish() }),
  addressType: z.string(),
  endpoints: z
    .array(
      z.object({
        // Of a slice of names they are none.
        addresses: z.array(address.or(z.string().max(253))),
        nodeName: loose,
        targetRef: z.object({ kind: z.string().nullish(), name: loose }).nullish(),
      }),
    )
    .nullish(),
  ports: z.array(z.object({ name: label.or(unset).nullish(), protocol, port })).nullish(),
});

export type ApiService = z.infer<typeof serviceSchema>;
export type ApiSlice = z.infer<typeof sliceSchema>;

/** A service without a virtual address has none, or "None". */
export function serviceAddressesOf({ spec }: ApiService): string[] {
  const virtual = [spec.clusterIP ?? "", ...(spec.clusterIPs ?? [])].filter((one) => one !== "" && one !== "None");
  return [...new Set(virtual)];
}

export function externalAddressesOf({ spec, status }: ApiService): string[] {
  const ingress = (status?.loadBalancer?.ingress ?? []).flatMap(({ ip }) => ip ?? []);
  return [...new Set([...(spec.externalIPs ?? []), ...ingress])];
}

export function servicePortsOf({ spec: { ports } }: ApiService) {
  return (ports ?? []).flatMap(({ name, protocol, port, nodePort }) =>
    numbersOf(protocol).map((number) => ({ name: name ?? "", protocol: number, port, nodePort: nodePort ?? 0 })),
  );
}

export function slicePortsOf({ ports }: ApiSlice) {
  return (ports ?? []).flatMap(({ name, protocol, port }) =>
    numbersOf(protocol).map((number) => ({ name: name ?? "", protocol: number, port: port ?? 0 })),
  );
}

/** Those that are known by name only are nobody's here. */
export function sliceEndpointsOf({ addressType, endpoints }: ApiSlice) {
  if (addressType !== "IPv4" && addressType !== "IPv6") return [];
  return (endpoints ?? []).map(({ addresses, nodeName, targetRef }) => {
    // Who watches kubelets has them written down as machines.
    if (targetRef?.kind === "Node") return { addresses, pod: "", node: targetRef.name ?? "", isNode: true as const };
    return { addresses, pod: targetRef?.kind === "Pod" ? (targetRef.name ?? "") : "", node: nodeName ?? "" };
  });
}

/** None where it is a protocol that no flow has here. */
function numbersOf(protocol: ApiSlice["addressType"] | null | undefined): number[] {
  if (protocol === "SCTP") return [];
  return [protocol === "UDP" ? PROTOCOL.udp : PROTOCOL.tcp];
}
