import { hashOf } from "../../lib/route.ts";

/** Grafana's node graph: here, the service map is a page of its own. */
export function MapPanel() {
  return (
    <p class="panel-note">
      <span>
        Who talks to whom is drawn live on the <a href={hashOf("map")}>service map</a>.
      </span>
    </p>
  );
}
