import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { execa } from "execa";
import { bundleService } from "../../../start/images/bundle.ts";

const ROOT = path.resolve(import.meta.dirname, "../../..");
const HUBBLE = path.join(ROOT, "exporters/flow-exporter/hubble");

describe("a bundle", () => {
  let folder: string;
  let main = "";
  let thread = "";
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "flowtally-bundle-"));
    const service = path.join(folder, "service");
    await mkdir(service);
    await symlink(path.join(ROOT, "node_modules"), path.join(service, "node_modules"));
    await writeFile(path.join(service, "main.ts"), 'import Docker from "dockerode";\nconsole.log(typeof Docker);\n');
    const client = `import { Server } from "@grpc/grpc-js";
import { OBSERVER } from "${HUBBLE}/services.ts";
console.log(typeof Server, OBSERVER.GetFlows.requestDeserialize(Buffer.from([0x18, 1])).follow);
`;
    await writeFile(path.join(service, "one.thread.ts"), client);
    [main = "", thread = ""] = await bundleService(service, path.join(folder, "out", "main.mjs"));
  });
  after(() => rm(folder, { recursive: true }));

  it("is without the gRPC that a package loads for what we never do", async () => {
    assert.equal((await execa(process.execPath, [main])).stdout, "function");
    assert.doesNotMatch(await readFile(main, "utf8"), /ServerInterceptingCall/);
  });

  it("has the gRPC that a service's own file loads, and our messages in it", async () => {
    assert.equal((await execa(process.execPath, [thread])).stdout, "function true");
    assert.match(await readFile(thread, "utf8"), /ServerInterceptingCall/);
  });
});
