import { once } from "node:events";
import { createServer } from "node:http";
import type { Logger } from "pino";
import { boundConnections } from "../http/connections.ts";
import { createSocketApp, type ServedState } from "./app.ts";
import { listenAt, type SocketFile } from "./socket-file.ts";

const BOUNDS = { headersTimeout: 10_000, requestTimeout: 15_000, connectionsCheckingInterval: 5_000 };
const MAX_CONNECTIONS = 32;
const FORGET_EVERY_MS = 10_000;

/** Serves the tracer socket until it is stopped, which removes it. @throws Error that says why it cannot. */
export async function serveTracerSocket(
  file: SocketFile,
  state: ServedState,
  log: Pick<Logger, "error" | "info">,
): Promise<{ stop(): Promise<void> }> {
  const server = createServer(BOUNDS, createSocketApp(state, log));
  boundConnections(server, MAX_CONNECTIONS);
  await listenAt(server, file);
  log.info({ path: file.path }, "serves the tracer socket");
  const forget = setInterval(() => state.clients.forget(performance.now()), FORGET_EVERY_MS);
  return {
    stop: async () => {
      clearInterval(forget);
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
