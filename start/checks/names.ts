import { StartError } from "../errors.ts";
import type { Settings } from "../settings/index.ts";
import { containerName, namesOf } from "../settings/names.ts";
import { DEFAULT_CONFIG } from "../stack/layout.ts";
import { DISPENSABLE, isWanted, SERVICES, type ServiceName } from "../stack/services.ts";
import type { DockerClient, RunningContainer } from "./docker-client.ts";
import type { Check, CheckContext } from "./types.ts";

const CODE = "NAME_TAKEN";

/** Docker has one container of a name: two stacks need names of their own, as they need ports. */
export const names: Check = {
  title: "Names",
  run: async ({ docker, settings, config }) => {
    const taken = await findTaken(docker, settings);
    if (taken.length === 0) return { status: "ok", detail: `project ${settings.FLOWTALLY_PROJECT}` };
    const fault = { detail: detailOf(taken), why: whyOf(taken), fix: fixIn(config) };
    if (taken.every(({ service }) => service === DISPENSABLE)) return { status: "warning", ...fault };
    return { status: "failed", code: CODE, ...fault };
  },
};

/** @throws StartError NAME_TAKEN where a container that is not the stack's own has the name of the optional service. */
export async function ensureOptionalName({ docker, settings, config }: Omit<CheckContext, "host">): Promise<void> {
  const taken = (await findTaken(docker, settings)).filter(({ service }) => service === DISPENSABLE);
  if (taken.length > 0) throw new StartError(CODE, { what: detailOf(taken), why: whyOf(taken), fix: fixIn(config) });
}

function fixIn(config = DEFAULT_CONFIG): string {
  return `set FLOWTALLY_CONTAINER_PREFIX in ${config}, or remove those containers`;
}

interface Taken {
  service: ServiceName;
  name: string;
  container: RunningContainer;
}

async function findTaken(docker: DockerClient, settings: Settings): Promise<Taken[]> {
  const own = namesOf(settings);
  const all = await docker.listContainers({ all: true }).catch(() => []);
  const foreign = all.filter(({ Labels }) => Labels["com.docker.compose.project"] !== own.project);
  return SERVICES.filter(({ name }) => isWanted(name, settings)).flatMap(({ name: service }) => {
    const name = containerName(own, service);
    return foreign.filter(({ Names }) => Names.includes(`/${name}`)).map((container) => ({ service, name, container }));
  });
}

function detailOf(taken: readonly Taken[]): string {
  return `${taken.map(({ name }) => name).join(", ")}: used by other containers`;
}

function whyOf(taken: readonly Taken[]): string {
  return taken.map(({ name, container }) => `${name} is ${ownerOf(container.Labels)}`).join("\n");
}

function ownerOf(labels: Readonly<Record<string, string>>): string {
  const project = labels["com.docker.compose.project"];
  return project === undefined ? "not part of a Compose project" : `part of the Compose project ${project}`;
}
