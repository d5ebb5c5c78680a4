import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, it } from "node:test";
import { OTHER_NAMES } from "../../../../../exporters/flow-exporter/model/counts.ts";
import type { ObservedEdge } from "../../../../../exporters/flow-exporter/model/observed-edge.ts";
import { SourceHealth } from "../../../../../exporters/flow-exporter/model/source-health.ts";
import { HubbleMetricsSource } from "../../../../../exporters/flow-exporter/sources/hubble-metrics/hubble-metrics-source.ts";
import { METRICS } from "../../../../../exporters/flow-exporter/sources/hubble-metrics/query.ts";
import { createMetricsReader } from "../../../../../exporters/flow-exporter/sources/hubble-metrics/reader.ts";
import { recordedScrape } from "../../../../lib/cilium-scrape.ts";
import { silent } from "../../lib/log.ts";
import { container } from "../../lib/world.ts";

const WALL_MS = Date.UTC(2030, 0, 31, 12);
const WEB = "shop/web-0";
const DB = "shop/db-0";

interface Series {
  labels: Record<string, string>;
  value: number;
}

const series = (name: string, source: string, destination: string, value: number, labels = {}): Series => ({
  labels: { __name__: `hubble_${name}`, job: "hubble", instance: "a:9965", source, destination, ...labels },
  value,
});
const flows = (source: string, destination: string, value: number, labels = {}) =>
  series("flows_processed_total", source, destination, value, {
    ...{ protocol: "TCP", type: "Trace", subtype: "to-endpoint", verdict: "FORWARDED" },
    ...labels,
  });

describe("Hubble's metrics as edges", () => {
  let served: readonly Series[] | { status: number; body: string } = [];
  let asked: URLSearchParams[] = [];
  let server: Server;
  let source: HubbleMetricsSource;
  let nowMs = 0;

  beforeEach(async () => {
    [served, asked, nowMs] = [[], [], 1_000];
    server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      asked.push(new URLSearchParams(Buffer.concat(chunks).toString()));
      const said = Array.isArray(served)
        ? { status: 200, body: JSON.stringify({ status: "success", data: vectorOf(served) }) }
        : (served as { status: number; body: string });
      response.writeHead(said.status, { "content-type": "application/json" }).end(said.body);
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    source = create();
  });
  afterEach(() => server.close());

  function create(values: { maxEdges?: number; maxCounters?: number; maxBytes?: number } = {}): HubbleMetricsSource {
    const { maxEdges = 100, maxBytes = 1_000_000, maxCounters = 1_000 } = values;
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return new HubbleMetricsSource({
      reader: createMetricsReader(url, { timeoutMs: 5_000, maxBytes }),
      health: new SourceHealth("hubble-metrics", silent),
      containers: () => [container("shop/web-0", { pod: "web-0", namespace: "shop", podUid: "uid" })],
      maxEdges,
      maxCounters,
      now: () => nowMs,
      wallMs: () => WALL_MS + nowMs,
    });
  }

  const ask = async (answer: typeof served, from = source): Promise<ObservedEdge[]> => {
    served = answer;
    await from.ask(new AbortController().signal);
    return [...from.observed()];
  };
  const names = (edges: ObservedEdge[]) => edges.map((edge) => `${edge.source.name} > ${edge.destination.name}`);

  it("keeps verdict, protocol, type and subtype", async () => {
    const [edge = assert.fail(), ...others] = await ask([
      flows(WEB, DB, 40),
      flows(WEB, DB, 7, { subtype: "to-overlay" }),
      flows(WEB, DB, 3, { type: "Drop", subtype: "", verdict: "DROPPED" }),
      series("drop_total", WEB, DB, 3, { protocol: "TCP", reason: "POLICY_DENIED" }),
    ]);
    assert.deepEqual(others, []);
    assert.deepEqual(
      [edge.origin, edge.protocol, edge.destinationPort, edge.flows, edge.replies, edge.perSecond],
      ["hubble-metrics", "tcp", 0, 50, 0, undefined],
    );
    assert.deepEqual(
      [...edge.verdicts],
      [
        ["FORWARDED", 47],
        ["DROPPED", 3],
      ],
    );
    assert.deepEqual([...edge.dropReasons], [["POLICY_DENIED", 3]]);
    assert.deepEqual(
      [...edge.types],
      [
        ["Trace/to-endpoint", 40],
        ["Trace/to-overlay", 7],
        ["Drop", 3],
      ],
    );
    assert.equal(edge.seenMs, WALL_MS + 1_000);
    assert.equal(source.health.up, true);
  });

  it("calls what runs here as our own flows do, and the rest as it is told", async () => {
    const edges = await ask([
      flows(WEB, "reserved:world", 1),
      flows("reserved:host", WEB, 1),
      flows("prod/api-7d", "8.8.8.8", 1),
      flows("host/sshd", "world", 1),
      flows("", "", 1, {
        source_namespace: "a",
        source_workload: "b",
        destination_namespace: "c",
        destination_pod: "d",
      }),
    ]);
    assert.deepEqual(names(edges), [
      "shop/web-0 > world",
      "reserved:host > shop/web-0",
      "prod/api-7d > world",
      "container/host/sshd > container/world",
      "a/b > c/d",
    ]);
    const [first, second, third] = edges;
    assert.deepEqual(
      [first?.source.kind, first?.source.node, first?.destination.kind],
      ["container", undefined, "world"],
    );
    assert.deepEqual([second?.source.kind, second?.source.node], ["unknown", ""]);
    const { kind, namespace, pod, node } = third?.source ?? assert.fail();
    assert.deepEqual([kind, namespace, pod, node], ["container", "prod", "api-7d", ""]);
  });

  it("turns answers round, and counts what the client's and the server's proxy both tell once", async () => {
    const told = (reporter: string) => [
      series("http_requests_total", WEB, DB, 10, { method: "GET", reporter }),
      series("http_responses_total", DB, WEB, 8, { method: "GET", status: "200", reporter }),
      series("http_responses_total", DB, WEB, 1, { method: "GET", status: "503", reporter }),
      series("http_request_duration_seconds_sum", DB, WEB, 4.5, { method: "GET", reporter }),
      series("http_request_duration_seconds_count", DB, WEB, 9, { method: "GET", reporter }),
    ];
    const [edge = assert.fail(), ...others] = await ask([...told("client"), ...told("server")]);
    assert.deepEqual([names([edge]), others, edge.protocol], [["shop/web-0 > shop/db-0"], [], "tcp"]);
    const { requests, responses, methods, codes, latencySeconds } = edge.http ?? assert.fail();
    assert.deepEqual([requests, responses, latencySeconds], [10, 9, { sum: 4.5, count: 9 }]);
    assert.deepEqual(
      [[...methods], [...codes]],
      [
        [["GET", 10]],
        [
          ["200", 8],
          ["503", 1],
        ],
      ],
    );
  });

  it("knows requests that are counted with their status, and durations beside them (httpV2)", async () => {
    const labels = { method: "POST", protocol: "HTTP/1.1", reporter: "server" };
    const edges = await ask([
      series("http_requests_total", WEB, DB, 5, { ...labels, status: "201" }),
      series("http_request_duration_seconds_sum", WEB, DB, 1, { ...labels }),
      series("http_request_duration_seconds_count", WEB, DB, 5, { ...labels }),
      // An agent without it beside one that has it.
      series("http_request_duration_seconds_count", DB, WEB, 2, { ...labels, instance: "b:9965" }),
    ]);
    assert.deepEqual(names(edges), ["shop/web-0 > shop/db-0"]);
    const { requests, responses, codes, latencySeconds } = edges[0]?.http ?? assert.fail();
    assert.deepEqual([requests, responses, [...codes], latencySeconds.count], [5, 5, [["201", 5]], 7]);
  });

  it("has queries of names and their answers", async () => {
    const [edge = assert.fail()] = await ask([
      series("dns_queries_total", WEB, "kube-system/coredns", 6, { rcode: "" }),
      series("dns_responses_total", "kube-system/coredns", WEB, 4, { rcode: "No Error" }),
      series("dns_responses_total", "kube-system/coredns", WEB, 2, { rcode: "Non-Existent Domain" }),
    ]);
    const { queries, responses, rcodes } = edge.dns ?? assert.fail();
    assert.deepEqual([edge.protocol, queries, responses], ["udp", 6, 6]);
    assert.deepEqual(
      [...rcodes],
      [
        ["No Error", 4],
        ["Non-Existent Domain", 2],
      ],
    );
  });

  it("goes on where an agent starts anew, and knows how fast an edge grows", async () => {
    await ask([flows(WEB, DB, 1_000)]);
    nowMs += 10_000;
    const [grown = assert.fail()] = await ask([flows(WEB, DB, 1_050)]);
    assert.deepEqual([grown.flows, grown.perSecond], [1_050, 5]);
    nowMs += 10_000;
    const [anew = assert.fail()] = await ask([flows(WEB, DB, 20)]);
    assert.deepEqual([anew.flows, anew.perSecond, anew.seenMs], [1_070, 2, WALL_MS + 21_000]);
    nowMs += 10_000;
    const [quiet = assert.fail()] = await ask([flows(WEB, DB, 20)]);
    assert.deepEqual([quiet.flows, quiet.perSecond, quiet.seenMs], [1_070, 0, WALL_MS + 21_000]);
    // A scrape that failed: the counter is not new when it comes back.
    nowMs += 10_000;
    await ask([flows(DB, WEB, 1)]);
    nowMs += 10_000;
    const [back = assert.fail()] = await ask([flows(WEB, DB, 25)]);
    assert.equal(back.flows, 1_075);
  });

  it("keeps what it knows while Prometheus is away, and says why", async () => {
    await ask([flows(WEB, DB, 7)]);
    nowMs += 15_000;
    assert.equal((await ask([flows(WEB, DB, 7)]))[0]?.perSecond, 0);
    const [kept] = await ask({ status: 503, body: '{"status":"error","error":"storage is not ready"}' });
    assert.deepEqual([kept?.flows, kept?.perSecond, source.health.up], [7, undefined, false]);
    assert.match(source.health.reason, /storage is not ready/);
    const closed = once(server, "close");
    server.close();
    server.closeAllConnections();
    await closed;
    assert.equal((await ask([]))[0]?.flows, 7);
    assert.match(source.health.reason, /^Prometheus at http:\S+: it does not answer: (ECONNREFUSED|UND_ERR_SOCKET)$/);
  });

  it("gives an answer up that is too large", async () => {
    const small = create({ maxBytes: 1_048_576 });
    assert.deepEqual(await ask({ status: 200, body: `{"status":"${"x".repeat(2_000_000)}"}` }, small), []);
    assert.match(small.health.reason, /its answer is larger than 1 MiB$/);
  });

  it("has room for so many edges and counters, and says what it leaves out", async () => {
    const many = Array.from({ length: 30 }, (_, number) => flows(`a/${number}`, WEB, 1));
    const few = create({ maxEdges: 10 });
    assert.equal((await ask(many, few)).length, 10);
    assert.match(few.health.reason, /edges are left out: there is room for FLOW_MAX_EDGES/);
    const narrow = create({ maxCounters: 20 });
    assert.equal((await ask(many, narrow)).length, 20);
    assert.match(narrow.health.reason, /series are left out/);
  });

  it("keeps few of many names", async () => {
    const many = Array.from({ length: 500 }, (_, n) => flows(WEB, DB, 1, { verdict: `V${n}`, subtype: `s${n}` }));
    const [edge = assert.fail()] = await ask(many);
    assert.ok(edge.verdicts.size <= 33 && edge.types.size <= 33, String(edge.verdicts.size));
    assert.equal(edge.verdicts.get(OTHER_NAMES), 500 - 32);
    assert.equal(
      [...edge.verdicts.values()].reduce((a, b) => a + b),
      500,
    );
  });

  it("makes the graph of a recorded scrape of a node of Cilium", async () => {
    const told = (name: "hubble" | "hubble-http") => seriesOf(recordedScrape(name));
    for (const all of [told("hubble"), [...told("hubble").filter(isNoHttp), ...told("hubble-http")]]) {
      const edges = await ask(all, create());
      const [http] = edges.filter((edge) => names([edge])[0] === `${FRONTEND} > ${CART}`);
      const { requests, responses, codes, latencySeconds } = http?.http ?? assert.fail("no HTTP");
      assert.ok(requests > 0 && responses > 0 && latencySeconds.count > 0 && codes.has("200"));
      assert.equal(edges.filter((edge) => edge.http && names([edge])[0]?.startsWith("shop/cart")).length, 0);
      assert.ok(edges.some(({ dns }) => dns?.queries) && edges.some(({ dropReasons }) => dropReasons.size > 0));
      assert.ok(edges.some(({ destination }) => destination.name === "world"));
    }
  });

  it("says what is missing", async () => {
    await ask([]);
    assert.match(source.health.reason, /has no metrics of Hubble/);
    await ask([flows("", "", 5)]);
    assert.match(source.health.reason, /switch on sourceContext and destinationContext/);
  });

  it("asks for Hubble's counters once, and not for those that our own exporters serve", async () => {
    await ask([flows(WEB, DB, 1)]);
    const [question = "", ...more] = asked.map((one) => one.get("query") ?? "");
    assert.deepEqual(more, []);
    assert.match(question, /hubble_\(flows_processed_total\|.*\|http_requests_total\|http_responses_total\|/);
    assert.match(question, /unless on \(job, instance\) flow_build_info\)$/);
  });
});

const FRONTEND = "shop/frontend-6d4cf56db6-x2x9k";
const CART = "shop/cart-7c9f8d5b64-lq2wz";

function isNoHttp({ labels }: Series): boolean {
  return !labels.__name__?.startsWith("hubble_http_");
}

/** As Prometheus has them after a scrape, of what is asked for. */
function seriesOf(text: string): Series[] {
  return text.split("\n").flatMap((line): Series[] => {
    const [, name = "", braces = "", value = ""] = /^(\w+)\{(.*)\} (\S+)$/.exec(line) ?? [];
    if (!METRICS.some((metric) => name === `hubble_${metric}`)) return [];
    const labels = [...braces.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, key = "", text = ""]) => [key, text]);
    const target = { __name__: name, job: "hubble", instance: "a:9965" };
    return [{ labels: { ...target, ...Object.fromEntries(labels) }, value: Number(value) }];
  });
}

function vectorOf(all: readonly Series[]) {
  return {
    resultType: "vector",
    result: all.map(({ labels, value }) => ({ metric: labels, value: [1_900_000_000, String(value)] })),
  };
}
