const LABELS: Readonly<Record<string, readonly string[]>> = {
  source: ["shop-web-1", "shop-api-1", "etl-worker-1"],
  destination: ["shop-db-1", "shop-cache-1", "etl-queue-1"],
  destination_port: ["5432", "6379"],
  name: ["prometheus", "shop-web-1", "shop-db-1"],
  endpoint: ["shop-web-1", "shop-db-1", "shop-api-1", "etl-worker-1", "prometheus"],
  compose_project: ["shop", "etl"],
  le: ["0.001", "0.004", "0.016", "0.064", "0.256", "1", "+Inf"],
  job: ["prometheus", "cadvisor", "flow-exporter"],
  device: ["vda"],
  operation: ["read", "write"],
  syscall: ["read", "readv", "pread64"],
  mode: ["user", "system", "iowait"],
  cpu: ["0", "1"],
  id: ["17", "21"],
  loaded_by: ["flow-tracer", "ebpf-exporter"],
  source_project: ["shop", "etl"],
  destination_project: ["shop", "etl"],
  peer: ["shop-api-1", "world"],
  protocol: ["tcp", "udp"],
  alertname: ["TargetDown"],
  severity: ["warning"],
  part: ["llc_misses"],
  reason: ["no performance counters"],
};

const ALERTS = [
  {
    labels: { alertname: "TargetDown", severity: "warning", job: "cadvisor", instance: "cadvisor:8080" },
    annotations: {
      summary: "cadvisor cannot be scraped",
      description:
        "Prometheus has had no response from cadvisor (cadvisor:8080) for a minute: its metrics are missing, and alerts " +
        "based on them are silent. `npm run status` shows its state, `docker logs cadvisor` its last messages; `npm start` " +
        "brings it back.",
    },
    state: "firing",
    activeAt: "2030-01-31T12:00:00Z",
    value: "0e+00",
  },
];

export interface Said {
  status: "success" | "error";
  data?: unknown;
  errorType?: string;
  error?: string;
}

type Metric = Record<string, string>;

/** Answers any question the way Prometheus would: series by the labels that the query keeps, all of them made up. */
export function answer(path: string, query: URLSearchParams): Said {
  const label = /^label\/(\w+)\/values$/.exec(path)?.[1];
  if (label !== undefined) return success(LABELS[label] ?? ["one", "two"]);
  if (path === "alerts") return success({ alerts: ALERTS });
  if (path === "series") return success([{ __name__: "made_up", name: "shop-web-1" }]);
  const expr = query.get("query") ?? "";
  if (expr.startsWith("broken"))
    return { status: "error", errorType: "bad_data", error: "parse error: unclosed bracket" };
  const metrics = expr === "nothing" ? [] : metricsOf(expr);
  if (path === "query") {
    const at = Number(query.get("time") ?? Date.now() / 1000);
    const result = metrics.map((metric, index) => ({ metric, value: [at, sampleAt(metric, index, at)] }));
    return success({ resultType: "vector", result });
  }
  const times = timesOf(query);
  const result = metrics.map((metric, index) => ({
    metric,
    values: times.map((at) => [at, answerTo(expr, metric, index, at)]),
  }));
  return success({ resultType: "matrix", result });
}

/** A query that begins as `only_read` finds zeros, but for the series with that label. */
function answerTo(expr: string, metric: Metric, index: number, at: number): string {
  if (isState(expr)) return String(Number(index !== 1));
  const only = /^only_(\w+)/.exec(expr)?.[1];
  return only === undefined || Object.values(metric).includes(only) ? sampleAt(metric, index, at) : "0";
}

/** Whether a query asks for what is either 1 or 0. */
function isState(expr: string): boolean {
  return /\bup[){]|flow_source_up/.test(expr);
}

function success(data: unknown): Said {
  return { status: "success", data };
}

/** One metric for each combination of up to three labels; one in all where the query keeps none. */
function metricsOf(expr: string): Metric[] {
  const names = keptBy(expr).slice(0, 3);
  return names.reduce<Metric[]>(
    (metrics, name) => metrics.flatMap((metric) => valuesOf(name, expr).map((value) => ({ ...metric, [name]: value }))),
    [{}],
  );
}

/** The labels that the outermost aggregation leaves; `topk` leaves those that there are, a quantile takes its buckets. */
function keptBy(expr: string): string[] {
  const outermost = /\b(?:sum|count|max|min|avg)\s*\(|\bby\s*\(([^)]*)\)/.exec(expr);
  const names = (outermost?.[1] ?? "").split(",").map((name) => name.trim());
  return names.filter((name) => name !== "" && !(name === "le" && expr.includes("histogram_quantile")));
}

/** The values of a label that the query's selectors let through; the one it asks for if none is known. */
function valuesOf(name: string, expr: string): readonly string[] {
  const known = LABELS[name] ?? ["one", "two"];
  const wanted = new RegExp(`\\b${name}=~?"([^"]+)"`).exec(expr)?.[1];
  if (wanted === undefined) return known;
  const found = known.filter((value) => new RegExp(`^(?:${wanted})$`).test(value));
  return found.length > 0 ? found : [wanted];
}

function timesOf(query: URLSearchParams): number[] {
  const [start, end, step] = ["start", "end", "step"].map((key) => Number.parseFloat(query.get(key) ?? "1"));
  const times: number[] = [];
  for (let at = start ?? 0; at <= (end ?? 0); at += step ?? 15) times.push(at);
  return times;
}

function sampleAt({ le }: Metric, index: number, at: number): string {
  const wave = 1 + 0.4 * Math.sin(at / 97 + index) + 0.15 * Math.sin(at / 13 + index * 3);
  if (le === undefined) return String(wave * 10 ** (index % 3));
  const bound = LABELS.le?.indexOf(le) ?? 0;
  return String((1 / (1 + Math.exp(3 - bound))) * 100 * wave);
}
