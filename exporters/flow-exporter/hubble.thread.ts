import { lookup } from "node:dns/promises";
import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { networkInterfaces } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";
import { OBSERVER } from "./hubble/services.ts";
import { askOnce } from "./outputs/hubble/grpc/client.ts";
import type { FromThread, ServeSettings, ToThread } from "./outputs/hubble/messages.ts";
import { Peers } from "./outputs/hubble/peers/peers.ts";
import { TELLER } from "./outputs/hubble/peers/server-name.ts";
import { HubbleServer } from "./outputs/hubble/server/serve.ts";

/** From one look who is there to the next; the first while somebody has not answered yet: nodes come up together. */
const FIRST_LOOK_MS = 2_000;
const LOOK_MS = 30_000;
const ASK_BOUNDS = { messageBytes: 64 * 1024, requestMs: 3_000 };

/** Runs in a thread of its own, so that those who follow never delay a cycle, and what they make it hold has a bound. */
const { host, port, tls, node, version, peers: hosts, advertise } = workerData as ServeSettings;
const files = tls && {
  cert: readFileSync(tls.certFile),
  key: readFileSync(tls.keyFile),
  clientCa: tls.clientCaFile === undefined ? undefined : readFileSync(tls.clientCaFile),
};

const peers = new Peers({
  own: { name: node, address: advertise ?? `${ownAddress()}:${port}`, isSettled: advertise !== undefined },
  hosts,
  resolve: async (name) => (isIP(name) ? [name] : (await lookup(name, { all: true })).map(({ address }) => address)),
  nameAt,
});
const post = (message: FromThread) => parentPort?.postMessage(message);
const server = new HubbleServer({ node, version, peers, credentials: files, serverName: tls?.serverName, post });
parentPort?.on("message", (message: ToThread) => server.take(message));
post({ kind: "listening", port: await server.listen(host, port) });
if (hosts.length > 0) void watchPeers();

async function watchPeers(): Promise<never> {
  let pauseMs = FIRST_LOOK_MS;
  for (;;) {
    const isWhole = await peers.look();
    await sleep(isWhole ? LOOK_MS : pauseMs);
    pauseMs = isWhole ? FIRST_LOOK_MS : Math.min(2 * pauseMs, LOOK_MS);
  }
}

/** What a node calls itself. */
async function nameAt(address: string): Promise<string> {
  const { path, requestSerialize, responseDeserialize } = OBSERVER.GetNodes;
  const servername = tls?.serverName ?? TELLER;
  const secured = files && { ca: files.clientCa, cert: files.cert, key: files.key, servername };
  const answer = await askOnce(address, path, requestSerialize({}), ASK_BOUNDS, secured);
  return responseDeserialize(answer).nodes[0]?.name ?? "";
}

/** Where others find this machine, or container: there where it listens, else at its first address that is no loopback. */
function ownAddress(): string {
  const given = ["", "0.0.0.0", "::"].includes(host) ? undefined : host;
  const all = Object.values(networkInterfaces()).flatMap((one) => one ?? []);
  const address = given ?? all.find(({ internal }) => !internal)?.address ?? "127.0.0.1";
  return address.includes(":") ? `[${address}]` : address;
}
