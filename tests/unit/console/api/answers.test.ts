import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import type { Container } from "../../../../exporters/flow-exporter/model/container.ts";
import { MANY_PORTS } from "../../../../exporters/flow-exporter/model/edge.ts";
import type { ObservedFlow } from "../../../../exporters/flow-exporter/model/flow-record.ts";
import { PROTOCOL, ROLE } from "../../../../exporters/flow-exporter/model/socket.ts";
import { createApp } from "../../../../exporters/flow-exporter/outputs/http/app.ts";
import { createDashboardFolder } from "../../../../exporters/flow-exporter/outputs/pages/dashboards.ts";
import { createMetrics } from "../../../../exporters/flow-exporter/outputs/prometheus/metrics.ts";
import type { View } from "../../../../exporters/flow-exporter/outputs/view.ts";
import { createTotal } from "../../../../exporters/flow-exporter/totals/edge-total.ts";
import { provisionedDashboards } from "../../../browser/lab/dashboards.ts";
import { manyFlows, toldFlows } from "../../../browser/lab/flows.ts";
import { ALONE, observedShop, scan } from "../../../browser/lab/graph.ts";
import { LabServer } from "../../../browser/lab/server.ts";
import { silent } from "../../flow-exporter/lib/log.ts";
import { observedEdge } from "../../flow-exporter/lib/observed-edge.ts";
import type { End, SocketValues } from "../../flow-exporter/lib/rows.ts";
import { SOCKETS } from "../../flow-exporter/lib/sockets.ts";
import { viewOf } from "../../flow-exporter/lib/view.ts";
import { container, HOST_ADDRESS, idOf } from "../../flow-exporter/lib/world.ts";
import { type Shape, shapeOf } from "./shape.ts";

const DASHBOARDS = path.resolve(import.meta.dirname, "../../../../grafana/dashboards");
const AMOUNTS = { cpuSeconds: 1, readBytes: 2, writtenBytes: 3, minorFaults: 4, majorFaults: 5, residentBytes: 6 };
const WORK = { pid: 8, comm: "brief", before: AMOUNTS, during: AMOUNTS };

/** One that was refused: it has a start, an end and an error. */
const REFUSED: [SocketValues, End] = [
  {
    cookie: 91,
    source: `${HOST_ADDRESS}:50002`,
    destination: "203.0.113.5:8",
    role: ROLE.client,
    comm: "refused",
    start: 20e9,
  },
  { sequence: 2, endNs: 20e9, error: 111, lastState: 2 },
];

const COUNTS = new Map([["a", 1]]);
const REQUESTS = { requests: 1, responses: 1, methods: COUNTS, codes: COUNTS };
const OBSERVED = {
  dropReasons: COUNTS,
  perSecond: 1,
  http: { ...REQUESTS, latencySeconds: { sum: 1, count: 1 } },
  dns: { queries: 1, responses: 1, rcodes: COUNTS },
};

const L7 = { type: "RESPONSE", latencyNs: 1, http: undefined, dns: undefined } as const;
const HTTP = { code: 200, method: "GET", url: "/", protocol: "HTTP/1.1" };
const DNS = {
  query: "a.",
  rcode: 0,
  ips: ["10.0.0.1"],
  cnames: ["b."],
  qtypes: ["A"],
  rrtypes: ["A"],
  ttl: 1,
  observationSource: "",
};
const FLOW = {
  origin: "hubble:a:1",
  verdict: "FORWARDED",
  dropReason: "",
  node: "a",
  isReply: true,
  events: 1,
  replies: 1,
} as const;
const TOLD: ObservedFlow[] = [
  { ...FLOW, l7: { ...L7, http: HTTP } },
  { ...FLOW, l7: { ...L7, latencyNs: 0, dns: DNS } },
  { ...FLOW, isReply: undefined, l7: undefined },
];

/** Values at every place that an answer can have one, and none wherever it may have none. */
function fullView(): View {
  const view = viewOf(SOCKETS, {}, [REFUSED]);
  const flows = [...view.flows()].map((flow) => (flow.comm === "refused" ? { ...flow, work: WORK } : flow));
  const [one = assert.fail("no flow")] = flows;
  const told = TOLD.map((observed) => ({ ...one, observed }));
  const edges = [...view.edges()];
  const [first = assert.fail("no edge")] = edges;
  const containers: Container[] = [
    container("web", {
      id: idOf("a"),
      addresses: ["172.18.0.2"],
      publishedPorts: [{ protocol: PROTOCOL.tcp, hostPort: 8080, containerPort: 80 }],
      condition: { state: "running", health: "healthy", restarts: 3, startedAt: "2030-01-31T12:00:00Z" },
    }),
    container("db", { id: idOf("b") }),
  ];
  const ends = edges.map(({ edge: { source, destination } }) => [source, destination] as const);
  const toldEdges = ends.map((one) => [observedEdge(...one, OBSERVED), observedEdge(...one, { destinationPort: 9 })]);
  return {
    ...view,
    observed: () => toldEdges.flat(),
    flows: () => [...flows, ...told],
    edges: () => [...edges, createTotal({ ...first.edge, key: "many", destinationPort: MANY_PORTS })],
    containers: () => containers.map((container) => ({ container, endpoint: container.name, services: ["web"] })),
  };
}

const QUESTIONS = [
  "graph?monitoring=1",
  "flows",
  "containers",
  "dashboards",
  "dashboards/flowtally-nowhere",
  "flows?port=0",
];

/** The console's browser tests run on made-up answers: they prove nothing where the exporter answers otherwise. */
describe("what the console's tests are fed has the shape of what the exporter answers", () => {
  const { nodes, links, ...about } = observedShop(true, 1);
  const { nodes: scanned, links: scans } = scan();
  const graph = () => ({ ...about, nodes: [...nodes, ...scanned], links: [...links, ...scans] });
  let exporter: Server;
  let lab: LabServer;
  before(async () => {
    const view = fullView();
    const options = { pages: { dashboards: createDashboardFolder(DASHBOARDS) }, allowedHosts: [], log: silent };
    exporter = createServer(createApp(view, createMetrics(view), options)).listen(0, "127.0.0.1");
    await once(exporter, "listening");
    const dashboards = await provisionedDashboards();
    const flows = [...toldFlows(), ...manyFlows(1000)];
    const full = { graph, flows, scope: ALONE, leftOut: 0, dashboards };
    lab = new LabServer("", { ...full, subjects: [], prometheus: true });
    await lab.start();
  });
  after(async () => {
    exporter.close();
    await lab.stop();
  });

  for (const question of QUESTIONS) {
    it(`/api/${question}`, async () => {
      const { port } = exporter.address() as AddressInfo;
      const real = await ask(`http://127.0.0.1:${port}/api/${question}`);
      const fed = await ask(`${lab.url}/api/${question}`);
      assert.equal(fed.status, real.status);
      assert.deepEqual([...fed.shape.keys()].sort(), [...real.shape.keys()].sort());
      for (const [place, types] of fed.shape) {
        const unknown = [...types].filter((type) => !real.shape.get(place)?.has(type));
        assert.deepEqual(unknown, [], `${place} is never that in the exporter's answer`);
      }
    });
  }
});

async function ask(url: string): Promise<{ status: number; shape: Shape }> {
  const response = await fetch(url);
  return { status: response.status, shape: shapeOf(await response.json()) };
}
