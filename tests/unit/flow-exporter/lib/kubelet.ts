import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { ServerCertificate } from "./certificates.ts";

/** A kubelet on this machine: what the exporter asks of one, and no more. */
export interface Kubelet {
  url: string;
  /** Tokens that it accepts, and whether each has the right to get pods. */
  tokens: Map<string, { mayGetPods: boolean }>;
  /** What it answers whoever may ask. */
  answer: (response: ServerResponse) => void;
  close(): Promise<void>;
}

export async function startKubelet(certificate: ServerCertificate, address = "127.0.0.1"): Promise<Kubelet> {
  const server = createServer(certificate, (request, response) => {
    const rights = kubelet.tokens.get(request.headers.authorization?.replace("Bearer ", "") ?? "");
    if (!rights) response.writeHead(401).end("Unauthorized");
    else if (!rights.mayGetPods) response.writeHead(403).end("Forbidden (user=x, verb=get, resource=nodes)");
    else if (request.method === "GET" && request.url === "/pods") kubelet.answer(response);
    else response.writeHead(404).end();
  });
  // A client that does not trust the certificate breaks off.
  server.on("tlsClientError", () => {});
  server.listen(0, address);
  await once(server, "listening");
  const kubelet: Kubelet = {
    url: `https://${address}:${(server.address() as AddressInfo).port}`,
    tokens: new Map(),
    answer: (response) => void response.writeHead(404).end(),
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
  return kubelet;
}
