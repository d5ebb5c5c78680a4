import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { execa } from "execa";
import { IMAGE, NETWORK } from "../../integration/exporter/peers.ts";
import { BRIEF_BYTES, BYTES } from "../../integration/exporter/talk.ts";

/** Names of two Compose projects: to Hubble, namespaces. */
export const SHOP = "flowtally-test-shop";
export const STORE = "flowtally-test-store";

export const PORT = { web: 8080, published: 27_080, database: 5432, refused: 5433, cache: 5353 } as const;

/** Services by project; each hears or answers at one port. `till` only calls: it hears what nobody sends. */
const SERVICES = {
  [SHOP]: {
    web: { command: ["answer6", PORT.web, ...BRIEF_BYTES], ports: [`127.0.0.1:${PORT.published}:${PORT.web}`] },
    till: { command: ["hear", 9] },
  },
  [STORE]: {
    database: { command: ["serve", PORT.database, ...BYTES] },
    cache: { command: ["hear", PORT.cache] },
  },
} as const;

/** Names of the containers. */
export const WEB = `${SHOP}-web-1`;
export const TILL = `${SHOP}-till-1`;
export const DATABASE = `${STORE}-database-1`;
export const CACHE = `${STORE}-cache-1`;

export interface Shops extends AsyncDisposable {
  /** Runs the peer in a container up to its "done"; what stays of it ends with the container. */
  run(container: string, ...command: readonly string[]): Promise<void>;
}

/** Two Compose projects on the network that the peers have made, of the peers' image. */
export async function openShops(): Promise<Shops> {
  const folder = await mkdtemp(path.join(tmpdir(), "flowtally-shops-"));
  await using made = new AsyncDisposableStack();
  made.defer(() => rm(folder, { recursive: true }));
  for (const [project, services] of Object.entries(SERVICES)) {
    const file = path.join(folder, `${project}.json`);
    await writeFile(file, JSON.stringify(composeFile(services)));
    const compose = ["compose", "--project-name", project, "--file", file];
    made.defer(async () => void (await execa("docker", [...compose, "down", "--timeout", "0"], { reject: false })));
    await execa("docker", [...compose, "up", "--detach"]);
  }
  const removals = made.move();
  return { run: runIn, [Symbol.asyncDispose]: () => removals.disposeAsync() };
}

function composeFile(services: Readonly<Record<string, { command: readonly unknown[]; ports?: readonly string[] }>>) {
  const withImage = ([name, { command, ports = [] }]: [
    string,
    { command: readonly unknown[]; ports?: readonly string[] },
  ]) => [name, { image: IMAGE, command: ["/peer", ...command.map(String)], ports, networks: ["both"] }];
  return {
    services: Object.fromEntries(Object.entries(services).map(withImage)),
    networks: { both: { external: true, name: NETWORK } },
  };
}

async function runIn(container: string, ...command: readonly string[]): Promise<void> {
  const child = execa("docker", ["exec", container, "/peer", ...command], { reject: false, buffer: { stdout: false } });
  for await (const line of createInterface(child.stdout)) if (line === "done") return;
  const { exitCode, stderr } = await child;
  if (exitCode !== 0) throw new Error(`/peer ${command.join(" ")} in ${container}: ${stderr}`);
}
