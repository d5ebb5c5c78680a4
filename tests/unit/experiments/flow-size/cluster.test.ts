import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { parse } from "yaml";
import { JOBS, machinesOf } from "../../../../experiments/flow-size/record/jobs.ts";

const FOLDER = path.resolve(import.meta.dirname, "../../../../experiments/flow-size");

interface Service {
  profiles: string[];
  mem_limit?: string;
  deploy?: { replicas: number };
}

interface ComposeFile {
  name: string;
  services: Record<string, Service>;
}

function composeFile(): ComposeFile {
  return parse(readFileSync(path.join(FOLDER, "cluster/compose.yml"), "utf8"), { merge: true });
}

/** As Docker Compose names them. */
function containersOf(profile: string): string[] {
  const { name, services } = composeFile();
  return Object.entries(services)
    .filter(([, { profiles }]) => profiles.includes(profile))
    .flatMap(([service, { deploy }]) =>
      Array.from({ length: deploy?.replicas ?? 1 }, (_, index) => `${name}-${service}-${index + 1}`),
    );
}

describe("the experiment's cluster", () => {
  it("has the containers that are recorded, and no others", () => {
    for (const job of JOBS) assert.deepEqual(machinesOf(job).toSorted(), containersOf(job.profile).toSorted());
  });

  it("has at least four workers", () => {
    assert.ok(containersOf("spark").filter((name) => name.includes("-worker-")).length >= 4);
  });

  it("limits each container's memory", () => {
    for (const [name, { mem_limit }] of Object.entries(composeFile().services)) assert.ok(mem_limit, name);
  });

  it("has the programs of all jobs", () => {
    for (const { name, programs, profile } of JOBS) {
      for (const { script, containers } of programs) {
        assert.ok(existsSync(path.join(FOLDER, "jobs", `${script}.py`)), `${name}: ${script}`);
        for (const container of containers) assert.ok(containersOf(profile).includes(container), container);
      }
    }
  });

  it("takes its packages by version and hash", () => {
    const lines = readFileSync(path.join(FOLDER, "cluster/image/requirements.txt"), "utf8").trim().split("\n");
    for (const line of lines.filter((one) => !one.startsWith("#"))) {
      assert.match(line, /^[a-z0-9-]+==[0-9.]+ --hash=sha256:[0-9a-f]{64}$/);
    }
  });
});
