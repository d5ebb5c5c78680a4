import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { ServerCertificate } from "./certificates.ts";

type Metadata = { name: string; namespace: string };
export type ApiObject = { metadata: Metadata & Record<string, unknown> } & Record<string, unknown>;

interface Change {
  version: number;
  type: string;
  object: unknown;
}

const PATHS: Readonly<Record<string, string>> = {
  "/api/v1/services": "services",
  "/apis/discovery.k8s.io/v1/endpointslices": "endpointslices",
};

/** An API server on 127.0.0.1, with lists, pages, watches and versions as Kubernetes has them, and no more. */
export class ApiServer {
  /** Tokens that it accepts. */
  readonly tokens = new Set(["good"]);
  /** Resources that nobody has a right to. */
  readonly forbidden = new Set<string>();
  /** Called with each question that may be asked; true: it is answered. */
  answer: (resource: string, query: URLSearchParams, response: ServerResponse) => boolean = () => false;
  /** Each question: `list services`, `watch services`. */
  readonly asked: string[] = [];
  url = "";
  readonly #server;
  readonly #objects = new Map<string, Map<string, unknown>>();
  readonly #watches = new Map<ServerResponse, string>();
  #changes: (Change & { resource: string })[] = [];
  #version = 100;
  /** The oldest version that changes since are known of. */
  #oldest = 100;

  constructor(certificate: ServerCertificate) {
    this.#server = createServer(certificate, (request, response) => this.#onRequest(request, response));
    // A client that does not trust the certificate breaks off.
    this.#server.on("tlsClientError", () => {});
  }

  /** @param port the one it had before; left out: any */
  async start(port = 0): Promise<this> {
    this.#server.listen(port, "127.0.0.1");
    await once(this.#server, "listening");
    this.url = `https://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    return this;
  }

  async close(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, "close");
  }

  get watches(): number {
    return this.#watches.size;
  }

  put(resource: string, ...objects: ApiObject[]): void {
    for (const object of objects) {
      const all = this.#of(resource);
      const key = keyOf(object.metadata);
      const type = all.has(key) ? "MODIFIED" : "ADDED";
      this.#version += 1;
      const versioned = { ...object, metadata: { ...object.metadata, resourceVersion: `${this.#version}` } };
      all.set(key, versioned);
      this.#tell({ resource, version: this.#version, type, object: versioned });
    }
  }

  remove(resource: string, metadata: Metadata): void {
    const object = this.#of(resource).get(keyOf(metadata));
    this.#of(resource).delete(keyOf(metadata));
    this.#version += 1;
    const last = { ...(object as ApiObject), metadata: { ...metadata, resourceVersion: `${this.#version}` } };
    this.#tell({ resource, version: this.#version, type: "DELETED", object: last });
  }

  /** Forgets all changes so far: who watches from an older version must ask for the list. */
  compact(): void {
    this.#changes = [];
    this.#version += 1;
    this.#oldest = this.#version;
  }

  /** Says a line to all who watch. */
  say(resource: string, line: string): void {
    for (const [response, watched] of this.#watches) if (watched === resource) response.write(`${line}\n`);
  }

  /** Ends all watches: as servers do now and then, or as a network does. */
  drop(how: "end" | "destroy"): void {
    for (const response of this.#watches.keys()) response[how]();
    this.#watches.clear();
  }

  #onRequest(request: IncomingMessage, response: ServerResponse): void {
    const { pathname, searchParams } = new URL(request.url ?? "", this.url);
    const resource = PATHS[pathname];
    if (!this.tokens.has(request.headers.authorization?.replace("Bearer ", "") ?? ""))
      return void refuse(response, 401);
    if (resource === undefined || request.method !== "GET") return void refuse(response, 404);
    if (this.forbidden.has(resource)) return void refuse(response, 403);
    const isWatch = searchParams.get("watch") === "true";
    this.asked.push(`${isWatch ? "watch" : "list"} ${resource}`);
    if (this.answer(resource, searchParams, response)) return;
    if (isWatch) this.#watch(resource, Number(searchParams.get("resourceVersion")), response);
    else this.#list(resource, searchParams, response);
  }

  #list(resource: string, query: URLSearchParams, response: ServerResponse): void {
    const from = Number(query.get("continue") ?? 0);
    const all = [...this.#of(resource).values()];
    const items = all.slice(from, from + Number(query.get("limit")));
    const rest = from + items.length < all.length ? { continue: `${from + items.length}` } : {};
    response.end(JSON.stringify({ kind: "List", metadata: { resourceVersion: `${this.#version}`, ...rest }, items }));
  }

  #watch(resource: string, version: number, response: ServerResponse): void {
    if (version < this.#oldest) {
      const status = { kind: "Status", code: 410, message: "too old resource version" };
      return void response.end(`${JSON.stringify({ type: "ERROR", object: status })}\n`);
    }
    response.writeHead(200).flushHeaders();
    this.#watches.set(response, resource);
    response.on("close", () => this.#watches.delete(response));
    for (const change of this.#changes) {
      if (change.resource === resource && change.version > version) write(response, change);
    }
  }

  #tell(change: Change & { resource: string }): void {
    this.#changes.push(change);
    for (const [response, resource] of this.#watches) if (resource === change.resource) write(response, change);
  }

  #of(resource: string): Map<string, unknown> {
    const all = this.#objects.get(resource) ?? new Map<string, unknown>();
    this.#objects.set(resource, all);
    return all;
  }
}

function write(response: ServerResponse, { type, object }: Change): void {
  response.write(`${JSON.stringify({ type, object })}\n`);
}

function refuse(response: ServerResponse, status: number): void {
  response.writeHead(status).end(JSON.stringify({ kind: "Status", status: "Failure", code: status }));
}

function keyOf({ namespace, name }: Metadata): string {
  return `${namespace}/${name}`;
}

/** As the API server has it, managed fields and all that is not looked at included. */
export function serviceObject(name: string, clusterIP: string, more: Record<string, unknown> = {}): ApiObject {
  return {
    metadata: {
      name,
      namespace: "shop",
      uid: "b9f2b8de-0000-4000-8000-000000000001",
      labels: { app: name },
      managedFields: [{ manager: "kubectl", operation: "Update", fieldsV1: { "f:spec": { "f:ports": {} } } }],
    },
    spec: {
      clusterIP,
      clusterIPs: [clusterIP],
      type: "ClusterIP",
      selector: { app: name },
      ports: [{ name: "http", protocol: "TCP", port: 80, targetPort: 8080 }],
      ...more,
    },
    status: { loadBalancer: {} },
  };
}

/** `pods`: the address of each. */
export function sliceObject(name: string, service: string, pods: Record<string, string>, port = 8080): ApiObject {
  return {
    metadata: { name, namespace: "shop", labels: { "kubernetes.io/service-name": service } },
    addressType: "IPv4",
    endpoints: Object.entries(pods).map(([pod, address]) => ({
      addresses: [address],
      conditions: { ready: true, serving: true, terminating: false },
      nodeName: "node-2",
      targetRef: { kind: "Pod", namespace: "shop", name: pod, uid: `uid-${pod}` },
    })),
    ports: [{ name: "http", protocol: "TCP", port }],
  };
}
