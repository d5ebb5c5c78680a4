import type { Edge } from "../model/edge.ts";
import type { Endpoint } from "../model/endpoint.ts";
import { ownerNamespace } from "./store/halves.ts";
import type { View } from "./view.ts";

/** What tells the monitoring's own containers from all others. */
export interface Own {
  ids: ReadonlySet<string>;
  /**
   * Their namespaces, or Compose projects, by their pods or names: others who watch, such as Hubble, know no ids. The same
   * stack on another machine has the same.
   */
  pods: ReadonlyMap<string, string>;
}

export const NOBODY: Own = { ids: new Set(), pods: new Map() };

export function ownOf(view: Pick<View, "containers" | "ownContainers">): Own {
  const ids = view.ownContainers();
  const running = [...view.containers()].filter(({ container }) => ids.has(container.id));
  const pods = new Map(running.map(({ container: one }) => [one.pod || one.name, ownerNamespace(one)]));
  return { ids, pods };
}

/** Whether an endpoint is one of them. */
export function isOwn({ containerId, pod, namespace }: Endpoint, { ids, pods }: Own): boolean {
  if (containerId !== "") return ids.has(containerId);
  return pod !== "" && pods.get(pod) === namespace;
}

/** Whether an edge is the monitoring's own: one of its ends is. */
export function isMonitoring({ source, destination }: Pick<Edge, "source" | "destination">, own: Own): boolean {
  return isOwn(source, own) || isOwn(destination, own);
}
