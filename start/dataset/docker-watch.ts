import type Docker from "dockerode";
import { reasonOf } from "../errors.ts";
import { lineSplitter } from "./kernel/split.ts";

/** Longer than any event with its container's labels. */
const MAX_LINE = 1024 * 1024;

/** What happens to containers, as Docker tells it. */
export interface DockerChange {
  /** start and die of a container; connect and disconnect of one with a network. */
  action: "start" | "die" | "connect" | "disconnect";
  containerId: string;
}

const ACTIONS = ["start", "die", "connect", "disconnect"] as const satisfies readonly DockerChange["action"][];

/**
 * Follows what happens to containers.
 * @param onEnd told why nothing comes any more, unless that was asked for.
 * @returns what ends it. Rejects with what the engine refuses it with.
 */
export async function watchDocker(
  docker: Docker,
  onChange: (change: DockerChange) => void,
  onEnd: (reason: string) => void,
): Promise<() => void> {
  const stream = (await docker.getEvents({ filters: { event: [...ACTIONS] } })) as NodeJS.ReadableStream & {
    destroy(): void;
  };
  let isAsked = false;
  const end = (reason: string) => {
    if (!isAsked) onEnd(reason);
    isAsked = true;
  };
  const take = lineSplitter(
    MAX_LINE,
    (line) => {
      const change = decodeChange(line);
      if (change !== undefined) onChange(change);
    },
    // Of a container with labels without end: whose it is cannot be told, and others are none of its.
    () => {},
  );
  stream.on("data", take);
  stream.on("error", (error: unknown) => end(reasonOf(error)));
  stream.on("end", () => end("the engine has ended its events"));
  return () => {
    isAsked = true;
    stream.destroy();
  };
}

interface Event {
  Type?: unknown;
  Action?: unknown;
  Actor?: { ID?: unknown; Attributes?: { container?: unknown } };
}

/** One line of Docker's events; undefined: it is about something else. */
export function decodeChange(line: string): DockerChange | undefined {
  const { Type, Action, Actor } = parse(line);
  const action = ACTIONS.find((one) => one === Action);
  const id = Type === "network" ? Actor?.Attributes?.container : Type === "container" ? Actor?.ID : undefined;
  return action === undefined || typeof id !== "string" ? undefined : { action, containerId: id };
}

function parse(line: string): Event {
  try {
    return (JSON.parse(line) ?? {}) as Event;
  } catch {
    return {};
  }
}
