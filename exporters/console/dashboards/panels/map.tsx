import { hashOf } from "../../lib/route.ts";

/** Grafana's node graph: here, the service map is a page of its own. */
export function MapPanel() {
  return (
    <p>
      <a href={hashOf("map")}>Open the service map →</a>
    </p>
  );
}
