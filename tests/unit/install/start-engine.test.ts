import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, it, type TestContext } from "node:test";
import { startEngine, waitForEngine } from "../../../start/install/start-engine.ts";
import { readSystem } from "../../../start/install/system.ts";
import { createFixtureHost } from "../../fixtures/hosts/fixture-host.ts";

const signal = AbortSignal.timeout(10_000);

async function socketPath(t: TestContext): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), "flowtally-engine-"));
  t.after(() => rm(folder, { recursive: true }));
  return path.join(folder, "docker.sock");
}

function hostWithSocket(socket: string) {
  const host = createFixtureHost("healthy");
  host.env = { DOCKER_HOST: `unix://${socket}` };
  return host;
}

describe("starting the engine", () => {
  for (const [machine, expected] of [
    ["healthy", /^systemctl start docker$/],
    ["bare", /^sh \S+\/start-engine.sh \/var\/log\/dockerd.log$/],
  ] as const) {
    it(`is done the way of the machine ${machine}`, async () => {
      const commands = await startEngine.commands?.(await readSystem(createFixtureHost(machine)));
      assert.match(commands?.[0]?.join(" ") ?? "", expected);
    });
  }

  it("is over as soon as the engine answers", async (t) => {
    const socket = await socketPath(t);
    const server = createServer((_, response) => response.end("OK"));
    t.after(() => server.close());
    const waiting = waitForEngine({ host: hostWithSocket(socket), signal }, 5_000);
    server.listen(socket);
    await waiting;
  });

  it("ends with the engine's last words when it never answers", async (t) => {
    const host = hostWithSocket(await socketPath(t));
    host.commands["tail -n 5 /var/log/dockerd.log"] = "failed to start daemon: no space left on device";
    await assert.rejects(waitForEngine({ host, signal }, 50), (error: { code: string; message: string }) => {
      assert.equal(error.code, "ENGINE_NOT_STARTED");
      assert.match(error.message, /ENOENT.*last log lines:\nfailed to start daemon: no space left on device/);
      return true;
    });
  });
});
