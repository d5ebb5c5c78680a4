import type { HubbleFlow } from "../../../../../exporters/flow-exporter/model/hubble-flow.ts";
import type { Credentials, GrpcBounds } from "../../../../../exporters/flow-exporter/outputs/hubble/grpc/server.ts";
import type { FromThread } from "../../../../../exporters/flow-exporter/outputs/hubble/messages.ts";
import { Peers } from "../../../../../exporters/flow-exporter/outputs/hubble/peers/peers.ts";
import { HubbleServer } from "../../../../../exporters/flow-exporter/outputs/hubble/server/serve.ts";

interface Options {
  history?: readonly HubbleFlow[];
  bounds?: Partial<GrpcBounds>;
  credentials?: Credentials;
  /** Events that are kept for followers. */
  ring?: number;
}

/** A server at a port of its own, and an exporter behind it that has nothing but `history`. */
export async function serve({ history = [], bounds = {}, credentials, ring }: Options = {}) {
  const posted: FromThread[] = [];
  const own = { name: "alpha", address: "127.0.0.1:1", isSettled: true };
  const nobody = () => Promise.reject(new Error("nobody"));
  const peers = new Peers({ own, hosts: [], resolve: nobody, nameAt: nobody });
  const facts = { seen: 7, rate: 2.5, uptimeMs: 3_000, namespaces: ["shop", "store"] };
  const post = (message: FromThread) => {
    posted.push(message);
    if (message.kind === "facts") setImmediate(() => server.take({ kind: "facts", id: message.id, facts }));
    if (message.kind === "history")
      setImmediate(() => server.take({ kind: "history", id: message.id, flows: history, isLast: true }));
  };
  const parts = { node: "alpha", version: "1", peers, credentials, serverName: undefined, post };
  const server: HubbleServer = new HubbleServer(parts, bounds, ring);
  const port = await server.listen("127.0.0.1", 0);
  return { server, posted, port, target: `127.0.0.1:${port}`, [Symbol.dispose]: () => server.close() };
}
