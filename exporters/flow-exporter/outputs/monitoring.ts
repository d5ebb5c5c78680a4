import type { Endpoint } from "../join/endpoint.ts";
import type { Edge } from "../join/flow.ts";

/** Whether an edge is the monitoring stack's own: one of its ends belongs to the stack's Compose project. */
export function isMonitoring({ source, destination }: Edge, project: string): boolean {
  const ours = ({ composeProject }: Endpoint) => project !== "" && composeProject === project;
  return ours(source) || ours(destination);
}
