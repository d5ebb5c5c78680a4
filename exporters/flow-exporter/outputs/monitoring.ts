import type { Edge } from "../model/edge.ts";
import type { Endpoint } from "../model/endpoint.ts";

/** Whether an endpoint is one of the monitoring's own containers; `own`: their ids. */
export function isOwn({ containerId }: Endpoint, own: ReadonlySet<string>): boolean {
  return containerId !== "" && own.has(containerId);
}

/** Whether an edge is the monitoring's own: one of its ends is. */
export function isMonitoring(
  { source, destination }: Pick<Edge, "source" | "destination">,
  own: ReadonlySet<string>,
): boolean {
  return isOwn(source, own) || isOwn(destination, own);
}
