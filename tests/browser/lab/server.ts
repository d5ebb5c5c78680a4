import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import type {
  Container,
  ContainersPage,
  DashboardEntry,
  Flow,
  Graph,
  Health,
  Refusal,
  Scope,
} from "../../../exporters/console/api/types.ts";
import { SUBJECTS_QUERY } from "../../../exporters/console/lib/dashboard/offered.ts";
import { WORKING_SETS } from "../../../exporters/console/lib/working-sets.ts";
import { HEADERS } from "../../../exporters/flow-exporter/outputs/http/headers.ts";
import { containersOf } from "./containers.ts";
import { flowsPage } from "./flows.ts";
import { answer, type Said } from "./prometheus.ts";

/** What the laboratory serves; tests change it while it runs. */
export interface Lab {
  graph(monitoring: boolean, seconds: number, node?: string): Graph;
  flows: readonly Flow[];
  /** Whose they are. */
  scope: Scope;
  /** Sockets that there was no room for. */
  leftOut: number;
  dashboards: readonly DashboardEntry[];
  /** Names of the metrics of other programs, whose dashboards are offered then. */
  subjects: readonly string[];
  /** False: Prometheus cannot be reached. */
  prometheus: boolean;
  /** When the recording was made that is served; undefined: it is none. */
  recordedAt?: string | undefined;
  /** Why the store does not take flows; undefined: it does. */
  storeFault?: string | undefined;
  /** Likewise the API server of Kubernetes. */
  servicesFault?: string | undefined;
  /** Why translated addresses are not followed. */
  natFault?: string | undefined;
}

const TYPES: Readonly<Record<string, string>> = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css" };

/** The exporter's HTTP interface with made-up answers, and the built console from `folder`, on a port of its own. */
export class LabServer {
  readonly lab: Lab;
  readonly #folder: string;
  readonly #began = Date.now();
  #server: Server | undefined;
  port = 0;

  constructor(folder: string, lab: Lab) {
    this.#folder = folder;
    this.lab = lab;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Listens; after a stop, on the same port as before. */
  async start(): Promise<void> {
    this.#server = createServer((request, response) => void this.#handle(request, response));
    this.#server.listen(this.port, "127.0.0.1");
    await once(this.#server, "listening");
    this.port = (this.#server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    const server = this.#server;
    if (!server) return;
    const closed = once(server, "close");
    server.close();
    server.closeAllConnections();
    await closed;
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? "/", this.url);
    const { recordedAt } = this.lab;
    if (recordedAt !== undefined) response.setHeader("x-flowtally-recorded-at", recordedAt);
    if (pathname === "/healthz") return sendAnswer(response, ok(healthOf(this.lab)));
    if (pathname.startsWith("/api/")) return sendAnswer(response, this.#answer(pathname.slice(5), searchParams));
    const file = pathname === "/" ? "/index.html" : pathname;
    try {
      const body = await readFile(path.join(this.#folder, path.normalize(file)));
      const type = TYPES[path.extname(file)] ?? "text/plain";
      response.writeHead(200, { "content-type": type, ...HEADERS }).end(body);
    } catch {
      sendAnswer(response, refusal(404, "NOT_FOUND", `nothing is at ${pathname}`));
    }
  }

  #answer(name: string, query: URLSearchParams): Answer {
    const seconds = (Date.now() - this.#began) / 1000;
    const { lab } = this;
    if (name === "graph") return graphAnswer(lab, query, seconds);
    if (name === "containers")
      return ok(listOf(containersOf(lab.graph(true, seconds), seconds), lab.graph(true, seconds).scope));
    if (name === "flows") return flowsAnswer(lab, query);
    if (name === "dashboards") return ok({ dashboards: lab.dashboards.map(entryOf) });
    if (name.startsWith("prometheus/")) return this.#prometheus(name.slice("prometheus/".length), query);
    const dashboard = lab.dashboards.find(({ uid }) => name === `dashboards/${uid}`);
    return dashboard ? ok(dashboard) : refusal(404, "NOT_FOUND", `nothing is at /api/${name}`);
  }

  /** As cAdvisor tells them: by control group. */
  #workingSets(): Said {
    const containers = this.lab.graph(true, 0).nodes.filter(({ kind }) => kind === "container");
    const result = containers.map(({ id: name, container_id: id }, index) => ({
      metric: { name, id: `/docker/${id}` },
      value: [0, String((index + 1) * 8 * 1024 ** 2)],
    }));
    return { status: "success", data: { resultType: "vector", result } };
  }

  #subjects(): Said {
    const result = this.lab.subjects.map((name) => ({ metric: { __name__: name }, value: [0, "1"] }));
    return { status: "success", data: { resultType: "vector", result } };
  }

  #said(path: string, query: URLSearchParams): Said {
    const asked = query.get("query");
    if (asked === WORKING_SETS) return this.#workingSets();
    return asked === SUBJECTS_QUERY ? this.#subjects() : answer(path, query);
  }

  #prometheus(path: string, query: URLSearchParams): Answer {
    const said = this.#said(path, query);
    if (this.lab.prometheus) return { status: said.status === "error" ? 400 : 200, body: said };
    return refusal(502, "PROMETHEUS_DOWN", "Prometheus at http://prometheus:9090 does not answer: ECONNREFUSED");
  }
}

interface Answer {
  status: number;
  body: object;
}

function ok(body: object): Answer {
  return { status: 200, body };
}

function refusal(status: number, code: string, message: string): Answer {
  const body: Refusal = { error: { code, message } };
  return { status, body };
}

function healthOf({ storeFault, servicesFault, natFault }: Lab): Health {
  const stateOf = (fault: string | undefined) => ({ up: fault === undefined, reason: fault ?? "" });
  const off = { up: null, reason: "off: no KUBELET_URL" };
  const nat = natFault === undefined ? null : { followed: false, absent: true, reason: natFault };
  return {
    store: { nat },
    sources: { store: stateOf(storeFault), kubelet: off, "kubernetes-services": stateOf(servicesFault) },
  };
}

function entryOf({ uid, title, folder, description }: DashboardEntry): DashboardEntry {
  return { uid, title, folder, ...(description !== undefined && { description }) };
}

function listOf(containers: Container[], { node, nodes }: Scope): ContainersPage {
  return { node, nodes, total: containers.length, limit: 10_000, offset: 0, containers };
}

/** A node that nobody knows is refused, as by the exporter. */
function graphAnswer({ graph }: Lab, query: URLSearchParams, seconds: number): Answer {
  const node = query.get("node") ?? undefined;
  const made = graph(query.get("monitoring") === "1", seconds, node);
  const { nodes } = made.scope;
  if (node === undefined || nodes.includes(node)) return ok(made);
  const known = `node must be one that has had an end of a flow within the hour: ${nodes.join(", ")}`;
  return refusal(400, "BAD_QUERY", `${known} (given: ${JSON.stringify(node)}).`);
}

function flowsAnswer({ flows, scope, leftOut }: Lab, query: URLSearchParams): Answer {
  try {
    return ok({ ...flowsPage(flows, query), scope, left_out: leftOut });
  } catch (error) {
    return refusal(400, "BAD_QUERY", (error as Error).message);
  }
}

function sendAnswer(response: ServerResponse, { status, body }: Answer): void {
  response.writeHead(status, { "content-type": "application/json", ...HEADERS }).end(JSON.stringify(body));
}
