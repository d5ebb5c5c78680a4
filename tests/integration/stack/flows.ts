import assert from "node:assert/strict";
import { hostname } from "node:os";
import { describe, it } from "node:test";
import { eventually } from "../lib/eventually.ts";
import { createSandbox } from "../lib/sandbox.ts";
import { HOLDING_CLIENT, named, SERVER, type Talk } from "../lib/talkers.ts";
import { urlOf } from "../lib/test-stack.ts";
import { edgeOf } from "./edge.ts";
import type { Running } from "./running.ts";

const CLIENT = named("talk-client");
const TALK: Talk = { server: named("talk-server"), port: 7310, connections: 23, request: 4099, response: 1031 };
const EXPECTED = { sent: TALK.connections * TALK.request, received: TALK.connections * TALK.response };

export function flowsSuite(running: () => Running): void {
  describe("flows between containers", () => {
    it("shows 23 connections x 4,099 bytes as one edge, exact to the byte, under the containers' names", async () => {
      const { docker, prometheus, nodeImage } = running();
      const sandbox = await createSandbox(docker, nodeImage, named("flowtally-test-talk"));
      const edge = () => edgeOf(prometheus, CLIENT, TALK.server, TALK.port);
      try {
        await sandbox.run(TALK.server, SERVER, TALK, "listening");
        await sandbox.run(CLIENT, HOLDING_CLIENT, TALK, "done");
        await eventually(30, async () => {
          assert.deepEqual(await edge(), { ...EXPECTED, open: TALK.connections });
        });
        const mirrored = await prometheus.query(
          `flow_sent_bytes_total{source="${TALK.server}",destination="${CLIENT}"}`,
        );
        assert.deepEqual(mirrored, [], "the server's sockets must not make a second edge");
        const info = await prometheus.query(`flow_endpoint_info{endpoint="${TALK.server}"}`);
        const { kind, node } = info[0]?.labels ?? {};
        assert.deepEqual({ kind, node }, { kind: "container", node: hostname() });
        assert.equal((await apiFlows(CLIENT)).length, TALK.connections);
      } finally {
        await sandbox.remove();
      }
      await eventually(30, async () => {
        assert.deepEqual(await edge(), { ...EXPECTED, open: 0 }, "the totals must outlive the flows");
      });
    });
  });
}

async function apiFlows(container: string): Promise<unknown[]> {
  const response = await fetch(`${urlOf("flow-exporter")}/api/flows?container=${container}&port=${TALK.port}`);
  assert.equal(response.status, 200);
  return ((await response.json()) as { flows: unknown[] }).flows;
}
