import { containerName, namesOf } from "../settings/names.ts";
import { SERVICES } from "../stack/services.ts";
import type { Check } from "./types.ts";

/** Docker has one container of a name: two stacks need names of their own, as they need ports. */
export const names: Check = {
  title: "Names",
  run: async ({ docker, settings }) => {
    const own = namesOf(settings);
    const wanted = SERVICES.map(({ name }) => `/${containerName(own, name)}`);
    const all = await docker.listContainers({ all: true }).catch(() => []);
    const taken = all.filter(
      ({ Names, Labels }) =>
        Names.some((name) => wanted.includes(name)) && Labels["com.docker.compose.project"] !== own.project,
    );
    if (taken.length === 0) return { status: "ok", detail: `project ${own.project}` };
    return {
      status: "failed",
      code: "NAME_TAKEN",
      detail: `${taken.map(({ Names }) => Names[0]?.slice(1)).join(", ")}: taken by other containers`,
      why: taken.map(({ Names, Labels }) => `${Names[0]?.slice(1)} is ${ownerOf(Labels)}`).join("\n"),
      fix: "set a FLOWTALLY_CONTAINER_PREFIX in config.monitoring, or remove them",
    };
  },
};

function ownerOf(labels: Readonly<Record<string, string>>): string {
  const project = labels["com.docker.compose.project"];
  return project === undefined ? "of no Compose project" : `of the Compose project ${project}`;
}
