import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { eventually } from "../lib/eventually.ts";
import { startTalk, type Talk } from "../lib/talkers.ts";
import type { Running } from "./running.ts";

const TALK: Talk = {
  server: "talk-server",
  client: "talk-client",
  port: 7310,
  connections: 23,
  request: 4099,
  response: 1031,
};
const EDGE = '{source="talk-client",destination="talk-server",destination_port="7310",protocol="tcp"}';

export function flowsSuite(running: () => Running): void {
  describe("flows between containers", () => {
    it("shows 23 connections x 4,099 bytes as one edge, exact to the byte, under the containers' names", async () => {
      const { docker, prometheus, nodeImage } = running();
      const talk = await startTalk(docker, nodeImage, TALK);
      try {
        await eventually(30, async () => {
          assert.equal(await single(running(), `flow_sent_bytes_total${EDGE}`), TALK.connections * TALK.request);
          assert.equal(await single(running(), `flow_received_bytes_total${EDGE}`), TALK.connections * TALK.response);
          assert.equal(await single(running(), `flow_connections${EDGE}`), TALK.connections);
        });
        const mirrored = await prometheus.query(
          'flow_sent_bytes_total{source="talk-server",destination="talk-client"}',
        );
        assert.deepEqual(mirrored, [], "the server's sockets must not make a second edge");
        const info = await prometheus.query('flow_endpoint_info{endpoint="talk-server"}');
        assert.equal(info[0]?.labels.kind, "container");
        const flows = await apiFlows("talk-client");
        assert.equal(flows.length, TALK.connections);
      } finally {
        await talk.remove();
      }
      await eventually(30, async () => {
        assert.equal((await single(running(), `flow_connections${EDGE}`)) ?? 0, 0);
      });
      assert.equal(
        await single(running(), `flow_sent_bytes_total${EDGE}`),
        TALK.connections * TALK.request,
        "the total must outlive the flows",
      );
    });
  });
}

async function single({ prometheus }: Running, expression: string): Promise<number | undefined> {
  const series = await prometheus.query(expression);
  assert.ok(series.length <= 1, `${expression} gave ${series.length} series`);
  return series[0]?.value;
}

async function apiFlows(container: string): Promise<unknown[]> {
  const response = await fetch(`http://127.0.0.1:9436/api/flows?container=${container}&port=7310`);
  assert.equal(response.status, 200);
  return ((await response.json()) as { flows: unknown[] }).flows;
}
