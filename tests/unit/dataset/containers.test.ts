import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type Docker from "dockerode";
import { chooseContainers, KERNEL_PART_LABEL, MAX_CONTAINERS } from "../../../start/dataset/containers.ts";

interface Listed {
  name: string;
  state?: string;
  labels?: Record<string, string>;
  memory?: number;
}

const idOf = (name: string) => Buffer.from(name).toString("hex").padEnd(64, "0");

/** An engine with these containers. */
function engine(containers: readonly Listed[]): Docker {
  return {
    listContainers: async () =>
      containers.map(({ name, state = "running", labels = {} }) => ({
        Id: idOf(name),
        Names: [`/${name}`],
        State: state,
        Labels: labels,
      })),
    getContainer: (id: string) => ({
      inspect: async () => {
        const { name = "", memory = 0 } = containers.find((one) => idOf(one.name) === id) ?? {};
        return { Id: id, Name: `/${name}`, Config: { Image: "image" }, HostConfig: { Memory: memory } };
      },
    }),
  } as unknown as Docker;
}

const stack = (service: string) => ({
  "com.docker.compose.project": "flowtally",
  "com.docker.compose.service": service,
});
const ALL: readonly Listed[] = [
  { name: "flow-tracer", labels: stack("flow-tracer") },
  { name: "grafana", labels: stack("grafana") },
  { name: "other", labels: { [KERNEL_PART_LABEL]: "1" } },
  { name: "web", labels: { "com.docker.compose.project": "shop", "com.docker.compose.service": "web" } },
  { name: "db", memory: 1024 },
  { name: "old", state: "exited" },
];
const names = async (docker: Docker, wanted?: readonly string[]) =>
  (await chooseContainers(docker, wanted)).map(({ name }) => name);

describe("the containers that are recorded", () => {
  it("are all that run, without Flowtally's own", async () => {
    assert.deepEqual(await names(engine(ALL)), ["web", "db"]);
  });

  it("are those that were named, by name or id, each once, Flowtally's own too", async () => {
    assert.deepEqual(await names(engine(ALL), ["db", idOf("db").slice(0, 12), "grafana"]), ["db", "grafana"]);
  });

  it("have the limit of their memory, if there is one", async () => {
    const chosen = await chooseContainers(engine(ALL), ["web", "db"]);
    assert.deepEqual(
      chosen.map(({ memoryLimitBytes }) => memoryLimitBytes),
      [undefined, 1024],
    );
  });

  it("are refused where one is not known, with those that are", async () => {
    await assert.rejects(names(engine(ALL), ["db", "wbe"]), {
      code: "UNKNOWN_CONTAINER",
      explanation: {
        what: "There is no container wbe: did you mean web?",
        why: "those that run are db, web",
        fix: "name those that run, as `docker ps` does; without --containers all of them are recorded",
      },
    });
  });

  it("are refused where one does not run", async () => {
    await assert.rejects(names(engine(ALL), ["old"]), { code: "CONTAINER_NOT_RUNNING" });
  });

  it("are refused where there are none, or too many", async () => {
    await assert.rejects(names(engine([])), { code: "NO_CONTAINERS" });
    const many = Array.from({ length: MAX_CONTAINERS + 1 }, (_, index) => ({ name: `c${index}` }));
    await assert.rejects(names(engine(many)), { code: "TOO_MANY_CONTAINERS" });
  });
});
