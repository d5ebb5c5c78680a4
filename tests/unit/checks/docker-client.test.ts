import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, it } from "node:test";
import { createDockerClient } from "../../../start/checks/docker-client.ts";
import { dockerEngine } from "../../../start/checks/docker-engine.ts";
import { createHost } from "../../../start/lib/host.ts";
import { readSettings } from "../../../start/settings/index.ts";

describe("the Docker client", () => {
  it("stops waiting for an engine that takes the connection and says nothing", async (t) => {
    const folder = await mkdtemp(path.join(tmpdir(), "flowtally-docker-"));
    const socket = path.join(folder, "silent.sock");
    const open: Socket[] = [];
    const server = createServer((connection) => open.push(connection)).listen(socket);
    t.after(async () => {
      for (const connection of open) connection.destroy();
      server.close();
      await rm(folder, { recursive: true });
    });
    const host = { ...createHost(), env: { DOCKER_HOST: `unix://${socket}` } };
    const context = { host, settings: readSettings(""), docker: createDockerClient(host, 100) };
    const result = await dockerEngine.run(context);
    assert.equal("code" in result && result.code, "DOCKER_NOT_ANSWERING");
  });
});
