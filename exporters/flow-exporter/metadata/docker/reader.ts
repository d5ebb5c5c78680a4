import { createInterface } from "node:readline";
import Docker, { type GetEventsOptions } from "dockerode";
import type { Inspected, ListedContainer } from "./containers.ts";

/** An overlay network of a swarm with the services on it, as far as an inspection shows them. */
export interface OverlayNetwork {
  /** By container id; the load balancer of this machine is there too, under another name. */
  Containers?: Record<string, { IPv4Address?: string }> | null;
  Services?: Record<string, { VIP?: string; Ports?: string[] | null; Tasks?: { EndpointIP?: string }[] | null }> | null;
}

const FILTERS: NonNullable<GetEventsOptions["filters"]> = {
  type: ["container", "network"],
  event: ["create", "connect", "start", "die", "rename", "disconnect"],
};

/** How far back to ask for events that happened while nobody followed them. */
const MISSED_SECONDS = 60;

export interface DockerReader {
  /** Every running container. Rejects within the time-out, with the reason. */
  list(): Promise<ListedContainer[]>;
  /** Every overlay network; none where the engine does not let us see them. Rejects as `list` does. */
  overlays(): Promise<OverlayNetwork[]>;
  /**
   * Calls `onOpen` once Docker sends its events, and `onEvent` with every line of those about containers, those of the
   * last minute first, until `signal`; resolves when they break off. Rejects when Docker does not answer in time.
   */
  watch(onEvent: (line: string) => void, onOpen: () => void, signal: AbortSignal): Promise<void>;
}

/** Docker behind a unix socket; each call ends within `timeoutMs`. */
export function createDockerReader(socketPath: string, timeoutMs: number): DockerReader {
  const docker = new Docker({ socketPath });
  const known = new Map<string, Inspected>();

  const inspectedOf = async (id: string, abortSignal: AbortSignal) => {
    const before = known.get(id);
    if (before) return before;
    const inspected = await inspect(docker, id, abortSignal);
    if (inspected.pid > 0) known.set(id, inspected);
    return inspected;
  };

  const list = async (abortSignal: AbortSignal) => {
    const running = await docker.listContainers({ abortSignal });
    if (!isList(running)) throw new Error("Docker's answer is no list of containers");
    const ids = new Set(running.map((info) => info.Id));
    for (const id of known.keys()) if (!ids.has(id)) known.delete(id);
    return Promise.all(running.map(async (info) => ({ info, inspected: await inspectedOf(info.Id, abortSignal) })));
  };

  const inTime = <Answer>(ask: (abortSignal: AbortSignal) => Promise<Answer>) => {
    const abortSignal = AbortSignal.timeout(timeoutMs);
    return ask(abortSignal).catch((error): never => {
      throw abortSignal.aborted ? noAnswer(timeoutMs) : error;
    });
  };

  return {
    list: () => inTime(list),
    overlays: () => inTime((abortSignal) => overlays(docker, abortSignal).catch(unlessRefused)),
    watch: async (onEvent, onOpen, signal) => {
      known.clear();
      const events = await openEvents(docker, signal, timeoutMs);
      onOpen();
      const take = (line: string) => {
        for (const id of idsIn(line)) known.delete(id);
        onEvent(line);
      };
      await eachLine(events, take).catch(() => undefined);
    },
  };
}

async function overlays(docker: Docker, abortSignal: AbortSignal): Promise<OverlayNetwork[]> {
  const networks = await docker.listNetworks({ filters: { driver: ["overlay"] }, abortSignal });
  if (!isList(networks)) throw new Error("Docker's answer is no list of networks");
  return Promise.all(networks.map(({ Id }) => inspectVerbose(docker, Id, abortSignal)));
}

/** Only a verbose inspection shows a network's services, on every node of a swarm. */
function inspectVerbose(docker: Docker, id: string, abortSignal: AbortSignal): Promise<OverlayNetwork> {
  const request = { path: `/networks/${id}?`, method: "GET", options: { verbose: true }, statusCodes: { 200: true } };
  return new Promise((resolve, reject) => {
    docker.modem.dial({ ...request, abortSignal }, (error: unknown, network) => {
      if (error) reject(error);
      else resolve(network as OverlayNetwork);
    });
  });
}

/** What stands before an engine may allow less than the engine does; and a network can go while it is asked about. */
function unlessRefused(error: unknown): OverlayNetwork[] {
  const { statusCode = 500 } = error as { statusCode?: number };
  if (statusCode < 500) return [];
  throw error;
}

/** The stream has no time-out, its beginning has. */
async function openEvents(docker: Docker, signal: AbortSignal, timeoutMs: number): Promise<NodeJS.ReadableStream> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), timeoutMs);
  const since = Math.floor(Date.now() / 1000) - MISSED_SECONDS;
  try {
    return await docker.getEvents({ filters: FILTERS, since, abortSignal: AbortSignal.any([signal, late.signal]) });
  } catch (error) {
    throw late.signal.aborted ? noAnswer(timeoutMs) : error;
  } finally {
    clearTimeout(timer);
  }
}

async function eachLine(stream: NodeJS.ReadableStream, take: (line: string) => void): Promise<void> {
  for await (const line of createInterface({ input: stream })) take(line);
}

function noAnswer(timeoutMs: number): Error {
  return new Error(`no answer from Docker within ${timeoutMs} ms`);
}

/** Whatever listens at the socket need not be Docker. */
function isList(answer: unknown): answer is { Id: string }[] {
  return Array.isArray(answer) && answer.every((one) => typeof one?.Id === "string");
}

/** Without a pid for a container that is gone by now. */
async function inspect(docker: Docker, id: string, abortSignal: AbortSignal): Promise<Inspected> {
  try {
    const { State, RestartCount = 0 } = await docker.getContainer(id).inspect({ abortSignal });
    return { pid: State.Pid, restarts: RestartCount, startedAt: State.StartedAt ?? "" };
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode === 404) return { pid: 0, restarts: 0, startedAt: "" };
    throw error;
  }
}

function idsIn(events: string): string[] {
  return [...events.matchAll(/"id":"([0-9a-f]{64})"/g)].map((match) => match[1] ?? "");
}
