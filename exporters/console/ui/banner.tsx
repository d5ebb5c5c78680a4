import { exporterDown, prometheusDown, recordedAt, storeDown } from "../api/health.ts";
import type { Health } from "../api/types.ts";
import { usePoll } from "../api/use-poll.ts";
import { formatDateTime } from "../lib/time.ts";

const HEALTH_EVERY_MS = 10_000;
/** Who names pods and services. */
const NAMING = ["kubelet", "kubernetes-services", "kubernetes-endpointslices"];

/** Says once, for the whole page, what does not answer. */
export function Banner() {
  const health = usePoll<Health>("/healthz", HEALTH_EVERY_MS).data;
  const sources = health?.sources ?? {};
  const { store } = sources;
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
      {exporterDown.value === undefined && <StoreDown reason={store?.up === false ? store.reason : undefined} />}
      {exporterDown.value === undefined && <NamesMissing sources={sources} />}
      {exporterDown.value === undefined && <NatUnknown reason={notFollowed(health)} />}
    </div>
  );
}

/** @param reason why flows are not stored; undefined: they are */
function StoreDown({ reason }: { reason: string | undefined }) {
  const why = storeDown.value ?? reason;
  if (why === undefined) return null;
  return (
    <p class="banner" data-testid="store-down">
      {storeDown.value === undefined ? (
        <>
          <strong>Flows are not stored</strong> for later: the database of <code>FLOW_STORE</code> does not take them.
          They wait on disk as long as there is room, and go in once it does; what is shown here is not affected.
        </>
      ) : (
        <>
          <strong>Only this node is shown</strong>: the database of <code>FLOW_STORE</code>, which has the others’
          flows, does not answer. They come back as soon as it does.
        </>
      )}{" "}
      <small>{why}</small>
    </p>
  );
}

function NamesMissing({ sources }: Pick<Health, "sources">) {
  const silent = NAMING.flatMap((name) => (sources[name]?.up === false ? [{ name, ...sources[name] }] : []));
  if (silent.length === 0) return null;
  return (
    <p class="banner" data-testid="names-down">
      <strong>Names of Kubernetes are old, or missing</strong>: flows are counted all the same, and those that begin now
      may be named by process or address only.{" "}
      {silent.map(({ name, reason }) => (
        <small key={name}>
          {name}: {reason}.{" "}
        </small>
      ))}
    </p>
  );
}

/** Why translations are not followed; undefined: they are, or nobody has asked for any. */
function notFollowed(health: Health | undefined): string | undefined {
  const nat = health?.store?.nat;
  return nat?.followed === false ? nat.reason : undefined;
}

function NatUnknown({ reason }: { reason: string | undefined }) {
  if (reason === undefined) return null;
  return (
    <p class="banner" data-testid="nat-unknown">
      <strong>Translated addresses are not followed</strong>: a flow to another machine through a published port, a
      service’s address or a masquerade stays two in the store, one of each end. Bytes are counted all the same.{" "}
      <small>{reason}</small>
    </p>
  );
}
