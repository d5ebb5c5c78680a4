import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import path from "node:path";

interface EngineContainer {
  id: string;
  name: string;
  pid: number;
  more?: object;
}

/** A Docker engine on a unix socket in `folder`: what the exporter asks of one, and no more. */
export interface Engine {
  socketPath: string;
  containers: EngineContainer[];
  /** Overlay networks; undefined: it refuses to list networks. */
  overlays: { Id: string }[] | undefined;
  /** While set, nothing is answered. */
  hangs: boolean;
  /** While set, every answer's body is this. */
  garbage: string | undefined;
  inspections: number;
  /** How many follow its events. */
  followers(): number;
  /** Sends those who follow its events one about a container. */
  emit(event: string, id: string, attributes?: Record<string, string>): void;
  /** Breaks the streams of events off. */
  breakOff(): void;
  close(): Promise<void>;
}

export async function startEngine(folder: string): Promise<Engine> {
  const streams = new Set<ServerResponse>();
  const server = createServer((request, response) => {
    if (engine.hangs) return;
    if (engine.garbage !== undefined) return void response.writeHead(200).end(engine.garbage);
    if (request.url?.startsWith("/networks")) return json(response, ...networks(engine, request.url));
    const [, route = "", id = ""] = request.url?.match(/^\/(events|containers\/json|containers\/(\w+)\/json)/) ?? [];
    if (route === "events") return follow(response);
    if (route === "containers/json") return json(response, 200, engine.containers.map(listed));
    engine.inspections += 1;
    const found = engine.containers.find((one) => one.id === id);
    if (found)
      json(response, 200, { Id: id, State: { Pid: found.pid, StartedAt: "2030-01-31T12:00:00Z" }, RestartCount: 3 });
    else json(response, 404, { message: `No such container: ${id}` });
  });
  const follow = (response: ServerResponse) => {
    streams.add(response.writeHead(200, { "content-type": "application/json" }));
    response.flushHeaders();
    response.on("close", () => streams.delete(response));
  };
  const engine: Engine = {
    socketPath: path.join(folder, "docker.sock"),
    containers: [],
    overlays: [],
    hangs: false,
    garbage: undefined,
    inspections: 0,
    followers: () => streams.size,
    emit: (event, id, attributes = {}) => {
      const actor = { ID: id, Attributes: attributes };
      const text = `${JSON.stringify({ status: event, id, Type: "container", Action: event, Actor: actor })}\n`;
      for (const stream of streams) stream.write(text);
    },
    breakOff: () => {
      for (const stream of streams) stream.end();
    },
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
  server.listen(engine.socketPath);
  await once(server, "listening");
  return engine;
}

/** Their list, without what is on them; or one of them, with its services if they are asked for. */
function networks({ overlays }: Engine, url: string): [number, unknown] {
  if (!overlays) return [403, { message: "forbidden" }];
  const { pathname, searchParams } = new URL(url, "http://engine");
  const [, , id] = pathname.split("/");
  if (id === undefined) return [200, overlays.map(({ Id }) => ({ Id }))];
  const found = overlays.find(({ Id }) => Id === id);
  if (!found) return [404, { message: `network ${id} not found` }];
  return [200, searchParams.get("verbose") === "true" ? found : { Id: id }];
}

function listed({ id, name, more }: EngineContainer) {
  return { Id: id, Names: [`/${name}`], Image: "image:1", Labels: {}, Ports: [], ...more };
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}
