import { isIP } from "node:net";
import { isPrivate } from "../model/address.ts";
import type { Container } from "../model/container.ts";
import { createEndpoint, type Endpoint, WORLD } from "../model/endpoint.ts";
import { containerEndpoint, unambiguous } from "./endpoints.ts";

/** One end of a flow in the words of another observer: `namespace/pod`, one of Cilium's reserved identities, a domain, an address. */
export interface ToldEnd {
  name: string;
  /** Of a pod, or of what its pods are made by; "": not told. */
  namespace: string;
}

/** On no machine that is known: whoever tells of it need not be on this one. */
const NOWHERE = "";
const OUTSIDE = /^reserved:world(-ipv[46])?$/;

/**
 * Whom others mean. What runs here has the name that our own flows have; else the name is theirs, and is never one that
 * the naming of our own flows gives: a label can say anything.
 */
export function toldEndpoints(containers: Iterable<Container>): (end: ToldEnd) => Endpoint {
  const here = new Map<string, Endpoint>();
  for (const container of containers) {
    const endpoint = containerEndpoint(container);
    for (const name of [qualifiedName(container), ...container.addresses]) here.set(name, endpoint);
  }
  const made = new Map<string, Endpoint>();
  return (end) => {
    const known = here.get(end.name) ?? made.get(end.name);
    if (known) return known;
    const endpoint = elsewhere(end);
    made.set(end.name, endpoint);
    return endpoint;
  };
}

/** As Hubble writes a pod; a container of Compose is in its project as a pod is in its namespace. */
export function qualifiedName({ name, pod, namespace, composeProject }: Container): string {
  if (pod !== "") return `${namespace}/${pod}`;
  return composeProject === "" ? name : `${composeProject}/${name}`;
}

function elsewhere({ name, namespace }: ToldEnd): Endpoint {
  if (OUTSIDE.test(name) || (isIP(name) !== 0 && !isPrivate(name))) return WORLD;
  const label = unambiguous(name);
  if (namespace === "") return { ...createEndpoint(label, "unknown"), node: NOWHERE };
  const pod = name.slice(name.indexOf("/") + 1);
  return { ...createEndpoint(label, "container"), namespace, pod, node: NOWHERE };
}
