import { createServer, type Server } from "node:http";
import type { Express } from "express";
import type { Logger } from "pino";
import { boundConnections } from "../http/connections.ts";
import { createSocketApp, type ServedState } from "./app.ts";
import { closeAt, identityOf, listenAt, type SocketFile } from "./socket-file.ts";

const BOUNDS = { headersTimeout: 10_000, requestTimeout: 15_000, connectionsCheckingInterval: 5_000 };
const MAX_CONNECTIONS = 32;
const LOOK_EVERY_MS = 10_000;

type Log = Pick<Logger, "error" | "info">;

/** Serves the tracer socket until it is stopped, which removes it. @throws Error that says why it cannot. */
export async function serveTracerSocket(
  file: SocketFile,
  state: ServedState,
  log: Log,
): Promise<{ stop(): Promise<void> }> {
  const app = createSocketApp(state, log);
  const create = () => boundServer(app);
  const socket = new KeptSocket(file, create, log);
  await socket.listen();
  let looking = Promise.resolve();
  const look = setInterval(() => {
    state.clients.forget(performance.now());
    looking = looking.then(() => socket.look());
  }, LOOK_EVERY_MS);
  return {
    stop: async () => {
      clearInterval(look);
      await looking;
      await socket.close();
    },
  };
}

function boundServer(app: Express): Server {
  const server = createServer(BOUNDS, app);
  boundConnections(server, MAX_CONNECTIONS);
  return server;
}

/** A socket that is made anew where somebody has removed its file: a server goes on listening, and nobody finds it. */
class KeptSocket {
  readonly #file: SocketFile;
  readonly #create: () => Server;
  readonly #log: Log;
  #served: { server: Server; identity: string } | undefined;
  /** Why it is not served, as it was told last. */
  #fault = "";

  constructor(file: SocketFile, create: () => Server, log: Log) {
    this.#file = file;
    this.#create = create;
    this.#log = log;
  }

  /** @throws Error that says why it cannot. */
  async listen(): Promise<void> {
    const server = this.#create();
    this.#served = { server, identity: await listenAt(server, this.#file) };
    this.#fault = "";
    this.#log.info({ path: this.#file.path }, "serves the tracer socket");
  }

  /** Listens anew where its file is gone, and no other is in its place. Never rejects. */
  async look(): Promise<void> {
    try {
      if (this.#served && identityOf(this.#file.path) === this.#served.identity) return;
      await this.close();
      await this.listen();
    } catch (error) {
      const { message } = error as Error;
      if (message !== this.#fault)
        this.#log.error({ path: this.#file.path }, `its file was removed or replaced: ${message}`);
      this.#fault = message;
    }
  }

  async close(): Promise<void> {
    const served = this.#served;
    if (!served) return;
    await closeAt(served.server, this.#file.path, served.identity);
    this.#served = undefined;
  }
}
