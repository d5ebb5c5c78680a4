import { readFile } from "node:fs/promises";
import path from "node:path";
import type Docker from "dockerode";
import { waitFor } from "../lib/wait.ts";
import { createNetwork, LIFE_SECONDS, PREFIX, runIn, startContainer } from "./containers.ts";
import type { Bench, Loaded, Made } from "./lab.ts";

const CLIENT = `${PREFIX}-client`;
const SERVER = `${PREFIX}-server`;
const PORT = 7400;

/** Half a core each: enough for a gigabyte a second, and the machine stays usable. */
const CORES = 0.5;
const MEMORY_BYTES = 192 * 2 ** 20;

/** The edge between the two, as flow-exporter's metrics name it. */
export const EDGE = `{source="${CLIENT}",destination="${SERVER}",protocol="tcp"}`;

/** As cAdvisor's metrics name the client. */
export const CLIENT_CONTAINER = `{name="${CLIENT}"}`;

/** How the two talk: as many bytes as go through, or many short connections. */
export type Talk = "bulk" | "brief";

/** Lets a container talk to another one, on a network of their own. */
export async function runPeers(bench: Bench, talk: Talk, seconds: number): Promise<Loaded> {
  const { docker, project, signal } = bench;
  await createNetwork(docker, PREFIX, project);
  const server = await startPeer(bench, SERVER, await node("server", talk, PORT, LIFE_SECONDS));
  const client = await startPeer(bench, CLIENT, ["/bin/node", "-e", `setTimeout(() => {}, ${LIFE_SECONDS * 1000})`]);
  await listening(server, signal);
  const { text, span } = await runIn(client, await node("client", talk, SERVER, PORT, seconds), signal);
  return { span, made: JSON.parse(text) as Made };
}

function startPeer({ docker, project, image }: Bench, name: string, command: readonly string[]) {
  return startContainer(docker, {
    name,
    project,
    image,
    command,
    memoryBytes: MEMORY_BYTES,
    cores: CORES,
    network: PREFIX,
  });
}

/** A command that runs one of peers/: its source is handed over, so that no folder need be mounted. */
async function node(peer: "client" | "server", ...words: (string | number)[]): Promise<string[]> {
  const source = await readFile(path.join(import.meta.dirname, "peers", `${peer}.ts`), "utf8");
  return ["/bin/node", "--input-type=module-typescript", "--eval", source, "--", ...words.map(String)];
}

async function listening(server: Docker.Container, signal: AbortSignal): Promise<void> {
  const fix = `look at \`docker logs ${SERVER}\``;
  const wait = { name: "the load's server", deadlineMs: 15_000, everyMs: 100, code: "LOAD_FAILED", fix, signal };
  await waitFor(wait, async () => {
    const log = String(await server.logs({ stdout: true, stderr: true }));
    if (!log.includes("listening")) throw new Error(log === "" ? "it has printed nothing yet" : log);
  });
}
