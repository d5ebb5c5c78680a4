import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";

/** What serves metrics on a node of Cilium, and where it does by default. */
const CILIUM_PORTS = { agent: 9962, operator: 9963, envoy: 9964, hubble: 9965, relay: 9966 } as const;

export type CiliumPart = keyof typeof CILIUM_PORTS;

export const CILIUM_PARTS = Object.keys(CILIUM_PORTS) as CiliumPart[];

const FOLDER = path.resolve(import.meta.dirname, "../fixtures/cilium-scrape");

/** How long what is in the files had been counting, so that a counter of 600 moves by one a second. */
const COUNTED_SECONDS = 600;

/**
 * A scrape written by hand: names and labels are those that Cilium 1.18 documents, values are made up, and agree with each
 * other. Hubble's are those of `sourceContext=pod;destinationContext=pod` with namespaces and workloads in `labelsContext`,
 * of `httpV2` and of `dns:query`. `hubble-http` has what `http` gives in place of `httpV2`: responses are counted apart.
 */
export function recordedScrape(name: CiliumPart | "hubble-http"): string {
  return readFileSync(path.join(FOLDER, `${name}.prom`), "utf8");
}

/** The scrape as it would be some seconds later: what counts has gone on at the rate it had, gauges are as they were. */
export function scrapeAfter(text: string, seconds: number): string {
  const growth = (COUNTED_SECONDS + seconds) / COUNTED_SECONDS;
  let counts = false;
  const lines = text.split("\n").map((line) => {
    if (line.startsWith("# TYPE ")) counts = /(counter|histogram)$/.test(line);
    if (!counts || line === "" || line.startsWith("#")) return line;
    const space = line.lastIndexOf(" ");
    return `${line.slice(0, space)} ${grown(line.slice(space + 1), growth)}`;
  });
  return lines.join("\n");
}

function grown(value: string, growth: number): string {
  const later = Number(value) * growth;
  return value.includes(".") ? later.toFixed(3) : String(Math.floor(later));
}

/** The endpoints of one node, each on a port of its own. */
export interface CiliumNode extends AsyncDisposable {
  ports: Readonly<Record<CiliumPart, number>>;
  /** Takes one of them away, as on a node where no operator or relay runs. */
  stop(part: CiliumPart): Promise<void>;
}

/**
 * Serves /metrics for each part as the node of a cluster would.
 * @param address to listen at
 * @param ports the default ones, or 0 for any that is free
 */
export async function startCiliumNode(
  address: string,
  ports: Readonly<Record<CiliumPart, number>> | 0 = CILIUM_PORTS,
): Promise<CiliumNode> {
  const start = performance.now();
  const servers = new Map<CiliumPart, Server>();
  const stop = async (part: CiliumPart) => {
    const server = servers.get(part);
    server?.closeAllConnections();
    if (server?.listening) await once(server.close(), "close");
  };
  const stopAll = async () => {
    await Promise.all(CILIUM_PARTS.map(stop));
  };
  try {
    for (const part of CILIUM_PARTS) {
      const text = recordedScrape(part);
      const server = createServer(({ url }, response) => {
        if (url !== "/metrics") return response.writeHead(404).end();
        response.writeHead(200, { "content-type": "text/plain; version=0.0.4" });
        return response.end(scrapeAfter(text, (performance.now() - start) / 1000));
      });
      servers.set(part, server);
      await once(server.listen(ports === 0 ? 0 : ports[part], address), "listening");
    }
  } catch (error) {
    await stopAll();
    throw error;
  }
  const taken = [...servers].map(([part, server]) => [part, (server.address() as AddressInfo).port]);
  return { ports: Object.fromEntries(taken), stop, [Symbol.asyncDispose]: stopAll };
}
