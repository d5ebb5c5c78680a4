import type { StoredEnd } from "../../model/stored-edge.ts";
import { ownerNamespace } from "../store/halves.ts";
import type { View } from "../view.ts";

/** What tells the monitoring's own containers on any node: the same stack has the same images in the same project everywhere. */
export interface OwnImage {
  image: string;
  namespace: string;
}

/** Of those that run here. */
export function ownImages(view: Pick<View, "containers" | "ownContainers">): OwnImage[] {
  const own = view.ownContainers();
  const images = new Map<string, OwnImage>();
  for (const { container } of view.containers()) {
    if (!own.has(container.id)) continue;
    const one = { image: container.image, namespace: ownerNamespace(container) };
    images.set(`${one.namespace}\n${one.image}`, one);
  }
  return [...images.values()];
}

export function isOwnEnd({ image, namespace }: StoredEnd, own: readonly OwnImage[]): boolean {
  return own.some((one) => one.image === image && one.namespace === namespace);
}
