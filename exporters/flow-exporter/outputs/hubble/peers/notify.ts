import { PEER } from "../../../hubble/services.ts";
import { frame } from "../grpc/frames.ts";
import type { Method } from "../grpc/server.ts";
import { gone } from "../server/observer.ts";
import type { Change, Peers } from "./peers.ts";
import { serverNameOf } from "./server-name.ts";

const PATIENCE_MS = 60_000;

/** peer.Peer/Notify: all nodes, this one among them, and then each change for as long as the relay listens. */
export function notifyMethod(peers: Peers, tls: { serverName: string | undefined } | undefined): [string, Method] {
  const encode = ({ name, ...change }: Change) =>
    frame(
      PEER.Notify.responseSerialize({
        ...change,
        name,
        tls: tls && { server_name: tls.serverName ?? serverNameOf(name) },
      }),
    );
  return [
    PEER.Notify.path,
    async (_request, call) => {
      let writing = Promise.resolve();
      const stop = peers.listen((changes) => {
        writing = writing.then(() => call.write(Buffer.concat(changes.map(encode)), PATIENCE_MS));
        // It is waited for below; until then it may have failed already.
        writing.catch(() => {});
      });
      try {
        await gone(call);
        await writing;
      } finally {
        stop();
      }
    },
  ];
}
