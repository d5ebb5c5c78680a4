import type Docker from "dockerode";
import { StartError } from "../errors.ts";
import { isMissing, noDocker } from "../lib/docker.ts";
import { quoted } from "../lib/printable.ts";
import { closest } from "../settings/nearest.ts";

/** On the container of a recording's kernel part. */
export const KERNEL_PART_LABEL = "org.flowtally.dataset";
/** As many as the kernel part can record at once. */
export const MAX_CONTAINERS = 128;
/** Of an id, what Docker shows. */
const SHORT_ID = 12;
const PROJECT = "com.docker.compose.project";
const SERVICE = "com.docker.compose.service";
/** Every stack has one, whatever it is called. */
const TRACER = "flow-tracer";

/** A container that is recorded. */
export interface Chosen {
  id: string;
  name: string;
  image: string;
  /** Undefined: none of its own. */
  memoryLimitBytes: number | undefined;
}

/**
 * The containers to record: those that were named, by name or id, or all that run but for those of Flowtally's stacks.
 * @throws StartError UNKNOWN_CONTAINER, CONTAINER_NOT_RUNNING, NO_CONTAINERS, TOO_MANY_CONTAINERS, DOCKER_NOT_RUNNING
 */
export async function chooseContainers(docker: Docker, names: readonly string[] | undefined): Promise<Chosen[]> {
  const all = await docker.listContainers({ all: true }).catch((error: unknown) => Promise.reject(noDocker(error)));
  const found = names === undefined ? othersThan(all) : names.map((name) => named(name, all));
  if (found.length === 0) throw noContainers();
  if (found.length > MAX_CONTAINERS) throw tooMany(found.length);
  const chosen = await Promise.all(found.map(({ Id }) => inspect(docker, Id)));
  // Two words may mean one container.
  return [...new Map(chosen.map((one) => [one.id, one])).values()];
}

type Listed = Docker.ContainerInfo;

/** What runs, without the stacks' own containers and other recordings'. */
function othersThan(all: readonly Listed[]): Listed[] {
  const stacks = new Set(all.filter(({ Labels }) => Labels[SERVICE] === TRACER).map(({ Labels }) => Labels[PROJECT]));
  return all
    .filter(({ State }) => State === "running")
    .filter(
      ({ Labels }) => Labels[KERNEL_PART_LABEL] === undefined && !(Labels[PROJECT] && stacks.has(Labels[PROJECT])),
    );
}

function named(word: string, all: readonly Listed[]): Listed {
  const byId = (id: string) => word.length >= SHORT_ID && id.startsWith(word);
  const found = all.find((one) => nameOf(one) === word) ?? all.find(({ Id }) => byId(Id));
  if (found === undefined) throw unknown(word, all);
  if (found.State !== "running") throw notRunning(nameOf(found), found.State);
  return found;
}

export function nameOf({ Id, Names: [name] }: Pick<Listed, "Id" | "Names">): string {
  return name?.replace(/^\//, "") || Id.slice(0, SHORT_ID);
}

async function inspect(docker: Docker, id: string): Promise<Chosen> {
  const { Id, Name, Config, HostConfig } = await docker
    .getContainer(id)
    .inspect()
    .catch((error: unknown) => {
      throw isMissing(error) ? notRunning(id.slice(0, SHORT_ID), "gone") : noDocker(error);
    });
  const limit = HostConfig.Memory ?? 0;
  return {
    id: Id,
    name: Name.replace(/^\//, ""),
    image: Config.Image,
    memoryLimitBytes: limit > 0 ? limit : undefined,
  };
}

function unknown(word: string, all: readonly Listed[]): StartError {
  const running = othersThan(all).map(nameOf);
  const guess = closest(word, running);
  return new StartError("UNKNOWN_CONTAINER", {
    what: `There is no container ${quoted(word)}${guess === undefined ? "" : `: did you mean ${guess}?`}`,
    why: running.length === 0 ? "no container is running" : `those that run are ${running.toSorted().join(", ")}`,
    fix: "name those that run, as `docker ps` does; without --containers all of them are recorded",
  });
}

function notRunning(name: string, state: string): StartError {
  return new StartError("CONTAINER_NOT_RUNNING", {
    what: `Container ${name} cannot be recorded`,
    why: `it is ${state}`,
    fix: `start it first: docker start ${name}`,
  });
}

function noContainers(): StartError {
  return new StartError("NO_CONTAINERS", {
    what: "There is nothing to record",
    why: "no container runs on this machine, but for those of Flowtally itself",
    fix: "start the job's containers first, then the recording, then the job",
  });
}

function tooMany(count: number): StartError {
  return new StartError("TOO_MANY_CONTAINERS", {
    what: `${count} containers cannot be recorded at once`,
    why: `there is room for ${MAX_CONTAINERS}`,
    fix: "name those of the job: --containers a,b",
  });
}
