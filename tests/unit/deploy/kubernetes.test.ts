import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { parse, parseAllDocuments } from "yaml";

const ROOT = path.resolve(import.meta.dirname, "../../..");
const FOLDER = path.join(ROOT, "deploy/kubernetes");

interface Container {
  name: string;
  args?: string[];
  env?: { name: string; value?: string }[];
  securityContext: { runAsUser: number; runAsGroup: number; capabilities: { drop: string[]; add?: string[] } };
  resources: { limits: { cpu: string; memory: string } };
}

interface Service {
  user: string;
  command?: string[];
  cap_add?: string[];
  environment?: Record<string, string>;
  mem_limit: string;
  cpus: string;
}

const COMPOSE = read("docker-compose.yml") as { services: Record<string, Service> };
const DAEMONSET = read("deploy/kubernetes/base/daemonset.yaml") as {
  spec: { template: { spec: { containers: Container[] } } };
};
const CONTAINERS = DAEMONSET.spec.template.spec.containers;

function read(file: string): unknown {
  return parse(readFileSync(path.join(ROOT, file), "utf8"), { merge: true });
}

describe("the DaemonSet", () => {
  for (const container of CONTAINERS) {
    const service = COMPOSE.services[container.name];
    assert.ok(service);

    it(`has the user, the rights and the room for ${container.name} that Compose has`, () => {
      const { runAsUser, runAsGroup, capabilities } = container.securityContext;
      assert.equal(`${runAsUser}:${runAsGroup}`, service.user);
      assert.deepEqual(capabilities, { drop: ["ALL"], ...(service.cap_add && { add: service.cap_add }) });
      const { cpu, memory } = container.resources.limits;
      assert.deepEqual([cpu, memory], [byDefault(service.cpus), megabytes(byDefault(service.mem_limit))]);
    });

    it(`gives ${container.name} the settings that Compose does`, () => {
      const shared = container.args?.filter((arg) => !arg.startsWith("--logs")) ?? [];
      for (const arg of shared) assert.ok(service.command?.map(byDefault).includes(arg), arg);
      const known = Object.entries(service.environment ?? {}).map(([name, value]) => [name, byDefault(`${value}`)]);
      const own = new Map(container.env?.map(({ name, value }) => [name, value]));
      const both = known.filter(([name = ""]) => own.has(name) && !ELSEWHERE.has(name));
      assert.deepEqual(
        both.map(([name = ""]) => [name, own.get(name)]),
        both,
      );
    });
  }
});

/** What a node of a cluster has in another way: its pod's names, and no Docker. */
const ELSEWHERE = new Set(["DOCKER_SOCKET", "FLOW_ALLOWED_HOSTS", "FLOW_NODE"]);

describe("what is applied to a cluster", () => {
  it("is YAML, each object with a kind and a name", () => {
    const files = globSync("{base,cilium,hubble,prometheus-operator,store}/*.yaml", { cwd: FOLDER });
    assert.ok(files.length > 5);
    for (const file of files) {
      for (const document of parseAllDocuments(readFileSync(path.join(FOLDER, file), "utf8"))) {
        assert.deepEqual(document.errors, [], file);
        const { kind, metadata } = document.toJS() as { kind?: string; metadata?: { name?: string } };
        assert.ok(kind === "Kustomization" || kind === "Component" || (kind && metadata?.name), file);
      }
    }
  });

  it("has the project's version for the images' tags", () => {
    const { version } = read("package.json") as { version: string };
    const { images } = read("deploy/kubernetes/base/kustomization.yaml") as { images: { newTag: string }[] };
    assert.deepEqual(new Set(images.map(({ newTag }) => newTag)), new Set([version]));
    const chart = read("deploy/kubernetes/chart/Chart.yaml") as { version: string; appVersion: string };
    assert.deepEqual([chart.version, chart.appVersion], [version, version]);
  });

  it("has a place in the schema for each of the chart's values, and no other", () => {
    const values = read("deploy/kubernetes/chart/values.yaml") as Record<string, unknown>;
    const { properties } = read("deploy/kubernetes/chart/values.schema.json") as {
      properties: Record<string, unknown>;
    };
    // What Helm itself adds to each chart's values.
    const { global: _, ...own } = properties;
    assert.deepEqual(Object.keys(own).sort(), Object.keys(values).sort());
  });
});

describe("the chart's templates", () => {
  /** Helm has every number of a file of values as one with a fraction, and prints a large one as 2e+06. */
  it("write no number but by flowtally.whole", () => {
    const template = readFileSync(path.join(FOLDER, "chart/templates/daemonset.yaml"), "utf8");
    const schema = read("deploy/kubernetes/chart/values.schema.json") as Schema & Definitions;
    const { definitions } = schema;
    const numbers = numbersIn(schema, definitions);
    assert.ok(numbers.includes("tracer.maxFlows") && numbers.length > 6, numbers.join());
    for (const name of numbers) {
      const leaf = name.split(".").at(-1);
      const uses = template.split("\n").filter((line) => new RegExp(`\\.${leaf}\\b`).test(line));
      assert.equal(uses.length, 1, name);
      assert.match(uses[0] ?? "", /\{\{ include "flowtally.whole" \S+ (\| quote )?\}\}/, name);
    }
  });
});

interface Definitions {
  definitions: Record<string, Schema>;
}

interface Schema {
  type?: string | string[];
  $ref?: string;
  oneOf?: Schema[];
  properties?: Record<string, Schema>;
}

/** Names of the values that may be numbers, with dots; resources go through `toYaml`, which writes them out. */
function numbersIn(schema: Schema, definitions: Record<string, Schema>, name = ""): string[] {
  if (schema.$ref) return numbersIn(definitions[schema.$ref.replace("#/definitions/", "")] ?? {}, definitions, name);
  const types = [schema, ...(schema.oneOf ?? [])].flatMap(({ type = [] }) => type);
  if (types.some((type) => type === "integer" || type === "number")) return [name];
  return Object.entries(schema.properties ?? {}).flatMap(([key, value]) =>
    numbersIn(value, definitions, name === "" ? key : `${name}.${key}`),
  );
}

/** The default in `${NAME:-default}`. */
function byDefault(text: string): string {
  return `${text}`.replace(/\$\{\w+:-([^}]*)\}/g, "$1");
}

function megabytes(limit: string): string {
  return limit.replace(/m$/, "Mi");
}
