import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { Writable } from "node:stream";
import { it, type TestContext } from "node:test";
import { status } from "../../../start/commands/status.ts";
import { createHost } from "../../../start/lib/host.ts";

const TRACER = {
  udp_mode: "functions",
  table_room: { flows: 8_192, closed: 16_384, udp: 8_192 },
  table_bytes: 4_390_912,
  refused_runs: 0,
};

it("the status of a stack that is not there tells nothing of another one at its port", async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), "flowtally-status-"));
  t.after(() => rm(folder, { recursive: true }));
  const socket = path.join(folder, "docker.sock");
  await serve(t, [], socket);
  const { port } = (await serve(t, { status: "ok", tracer: TRACER }, 0)) as AddressInfo;
  await writeFile(path.join(folder, "config.monitoring"), `FLOW_EXPORTER_PORT=${port}\n`);
  const chunks: string[] = [];
  const stdout = new Writable({ write: (chunk, _, done) => void done(void chunks.push(String(chunk))) });
  const host = { ...createHost(), env: { DOCKER_HOST: `unix://${socket}` } };
  const options = { json: true, config: undefined };
  const { signal } = new AbortController();
  const code = await status.run({
    host,
    projectRoot: folder,
    options,
    operand: undefined,
    signal,
    stdout,
    stderr: stdout,
  });
  const { services, tracer } = JSON.parse(chunks.join(""));
  assert.deepEqual([code, services[0].state, tracer], [1, "absent", null]);
});

/** Answers whatever is asked with the same JSON, at a socket or a port. */
async function serve(t: TestContext, answer: unknown, place: string | number) {
  const server = createServer((_, response) => {
    response.setHeader("Content-Type", "application/json");
    response.end(JSON.stringify(answer));
  });
  if (typeof place === "string") server.listen(place);
  else server.listen(place, "127.0.0.1");
  t.after(() => void server.close().closeAllConnections());
  await once(server, "listening");
  return server.address();
}
