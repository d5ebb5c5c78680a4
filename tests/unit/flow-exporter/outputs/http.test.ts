import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, test } from "node:test";
import { createApp } from "../../../../exporters/flow-exporter/outputs/http/app.ts";
import { createMetrics } from "../../../../exporters/flow-exporter/outputs/metrics.ts";
import type { View } from "../../../../exporters/flow-exporter/outputs/view.ts";
import { silent } from "../lib/log.ts";
import { SOCKETS } from "../lib/sockets.ts";
import { viewOf } from "../lib/view.ts";

interface FlowJson {
  source: string;
  destination: string;
  [field: string]: unknown;
}

describe("over HTTP", () => {
  let server: Server;
  let current: View = viewOf(SOCKETS);
  const view = new Proxy({} as View, { get: (_target, name) => current[name as keyof View] });
  before(async () => {
    server = createServer(createApp(view, createMetrics(view), silent)).listen(0, "127.0.0.1");
    await once(server, "listening");
  });
  after(() => server.close());

  const ask = async (path: string, init: RequestInit = {}) => {
    const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`, init);
    return { status: response.status, headers: response.headers, text: await response.text() };
  };
  const askFlows = async (query: string) => {
    const { status, text } = await ask(`/api/flows${query}`);
    assert.equal(status, 200, text);
    return JSON.parse(text) as { total: number; limit: number; offset: number; flows: FlowJson[] };
  };

  test("/metrics has the Prometheus text format's type", async () => {
    const { status, headers, text } = await ask("/metrics");
    assert.equal(status, 200);
    assert.match(headers.get("content-type") ?? "", /^text\/plain; version=0\.0\.4/);
    assert.match(text, /^flow_rows 4$/m);
  });

  describe("/api/flows", () => {
    test("a flow is told from the client's side", async () => {
      const { flows, ...page } = await askFlows("?port=5432");
      assert.deepEqual(page, { total: 1, limit: 100, offset: 0 });
      assert.deepEqual(flows, [
        {
          source: "web",
          destination: "db",
          destination_port: 5432,
          protocol: "tcp",
          source_address: "172.18.0.2",
          source_port: 40000,
          destination_address: "172.18.0.3",
          destination_address_port: 5432,
          sent_bytes: 4099,
          received_bytes: 1031,
          retransmits: 0,
          rtt_seconds: 0,
          state: "ESTABLISHED",
          pid: 200,
          comm: "nginx",
        },
      ]);
    });

    test("container= takes either end", async () => {
      assert.deepEqual(
        (await askFlows("?container=web")).flows.map(({ source, destination }) => `${source} > ${destination}`),
        ["web > db", "web > world", 'host/a "b"\\c > web'],
      );
      assert.equal((await askFlows("?container=nobody")).total, 0);
    });

    test("limit and offset take a page of the whole", async () => {
      const { total, flows } = await askFlows("?limit=1&offset=1");
      assert.deepEqual([total, flows.map(({ destination }) => destination)], [3, ["world"]]);
    });

    for (const [query, message] of [
      ["?port=0", /port/],
      ["?limit=10001", /limit/],
      ["?offset=-1&limit=x", /limit.*offset/],
      ["?colour=red", /colour/],
      ["?container=a&container=b", /container/],
    ] as const) {
      test(`${query} is refused, and every fault named`, async () => {
        const { status, text } = await ask(`/api/flows${query}`);
        assert.equal(status, 400);
        const { error } = JSON.parse(text);
        assert.equal(error.code, "BAD_QUERY");
        assert.match(error.message, message);
      });
    }
  });

  describe("/healthz", () => {
    const failing = (failures: number, up: boolean | undefined) =>
      viewOf([], { tracer: { name: "flow-tracer", up, reason: "the pin is gone", failures } });
    after(() => {
      current = viewOf(SOCKETS);
    });

    test("is 200 while rows come in", async () => {
      const docker = { name: "docker", up: false, reason: "timed out", failures: 9 };
      const udp = { name: "udp", up: undefined, reason: "off", failures: 0 };
      current = viewOf(SOCKETS, { sources: [current.tracer, docker, udp] });
      const { status, text } = await ask("/healthz");
      assert.equal(status, 200);
      assert.deepEqual(JSON.parse(text), {
        status: "ok",
        sources: {
          "flow-tracer": { up: true, reason: "" },
          docker: { up: false, reason: "timed out" },
          udp: { up: null, reason: "off" },
        },
      });
    });

    test("bears two failed cycles, and is 503 with the reason after the third", async () => {
      current = failing(2, false);
      assert.equal((await ask("/healthz")).status, 200);
      current = failing(3, false);
      const { status, text } = await ask("/healthz");
      assert.equal(status, 503);
      assert.deepEqual(JSON.parse(text).error, { code: "NO_ROWS", message: "the pin is gone" });
    });

    test("is 503 until the first cycle is done", async () => {
      current = failing(0, undefined);
      assert.equal((await ask("/healthz")).status, 503);
    });
  });

  test("an unknown path is 404, another method 405, both with the error's shape", async () => {
    const unknown = await ask("/nothing");
    assert.equal(unknown.status, 404);
    assert.deepEqual(JSON.parse(unknown.text), { error: { code: "NOT_FOUND", message: "nothing is at /nothing" } });
    const post = await ask("/metrics", { method: "POST" });
    assert.deepEqual([post.status, post.headers.get("allow")], [405, "GET, HEAD"]);
    assert.equal(JSON.parse(post.text).error.code, "METHOD_NOT_ALLOWED");
  });

  test("a fault of ours is 500, without its text", async () => {
    const flows = (): never => {
      throw new Error("secret");
    };
    current = viewOf([], { flows });
    const fault = await ask("/api/flows");
    current = viewOf(SOCKETS);
    assert.equal(fault.status, 500);
    assert.deepEqual(JSON.parse(fault.text), { error: { code: "INTERNAL", message: "the answer could not be made" } });
  });
});
