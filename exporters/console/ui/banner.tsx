import { exporterDown, prometheusDown, recordedAt } from "../api/health.ts";
import { formatDateTime } from "../lib/time.ts";

/** Says once, for the whole page, what does not answer. */
export function Banner() {
  return (
    <div role="status" class="banners">
      {recordedAt.value !== undefined && (
        <p class="banner" data-testid="recording">
          <strong>This is a recording</strong>, replayed as if it were live. It ended at{" "}
          {formatDateTime(Date.parse(recordedAt.value))}; once the replay gets there, totals stop.
        </p>
      )}
      {exporterDown.value !== undefined && (
        <p class="banner" data-testid="reconnecting">
          <strong>Reconnecting.</strong> The exporter does not answer: you are looking at earlier data. Retrying every
          two seconds. If this persists: <code>npm run status</code>, <code>docker logs flow-exporter</code>.
        </p>
      )}
      {exporterDown.value === undefined && prometheusDown.value !== undefined && (
        <p class="banner" data-testid="prometheus-down">
          <strong>Prometheus cannot be reached</strong>, so dashboards are not updated; the map, flows and containers
          are. See <code>docker logs prometheus</code>; <code>npm start</code> starts it again.{" "}
          <small>{prometheusDown}</small>
        </p>
      )}
    </div>
  );
}
