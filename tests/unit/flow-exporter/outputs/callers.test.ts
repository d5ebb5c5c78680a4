import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, it } from "node:test";
import { createApp } from "../../../../exporters/flow-exporter/outputs/http/app.ts";
import { createMetrics } from "../../../../exporters/flow-exporter/outputs/prometheus/metrics.ts";
import { ask, codeOf } from "../../../lib/ask.ts";
import { silent } from "../lib/log.ts";
import { viewOf } from "../lib/view.ts";

const view = viewOf([]);

describe("who may ask", () => {
  let server: Server;
  before(async () => {
    const options = { pages: {}, allowedHosts: ["monitoring.example"], log: silent };
    server = createServer(createApp(view, createMetrics(view), options)).listen(0, "127.0.0.1");
    await once(server, "listening");
  });
  after(() => server.close().closeAllConnections());

  const askApp = (path: string, headers: Record<string, string>) =>
    ask(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`, headers);

  for (const host of ["localhost", "LOCALHOST:9436", "127.0.0.1:1", "[::1]:9436", "[::1]", "flow-exporter:9436"]) {
    it(`a page or program that calls this server ${host}`, async () => {
      assert.equal((await askApp("/api/flows", { host })).status, 200);
    });
  }

  it("one that calls it by a name the settings add", async () => {
    assert.equal((await askApp("/metrics", { host: "monitoring.example:443" })).status, 200);
  });

  for (const host of [
    "evil.example",
    "localhost.evil.example",
    "10.0.0.1:9436",
    "[::2]:9436",
    "a@localhost",
    "x localhost",
  ]) {
    it(`not one that calls it ${host}, on any path, and it is told what to do`, async () => {
      for (const path of ["/", "/metrics", "/healthz", "/api/flows", "/api/prometheus/query?query=up"]) {
        const answer = await askApp(path, { host });
        assert.deepEqual([answer.status, codeOf(answer)], [403, "HOST_NOT_ALLOWED"], path);
        assert.match(answer.text, /FLOW_ALLOWED_HOSTS in config\.monitoring/);
      }
    });
  }

  for (const site of ["cross-site", "same-site", "anything"]) {
    it(`not a page that the browser calls ${site}`, async () => {
      const answer = await askApp("/api/flows", { "sec-fetch-site": site });
      assert.deepEqual([answer.status, codeOf(answer)], [403, "FOREIGN_PAGE"]);
    });
  }

  for (const site of ["none", "same-origin"]) {
    it(`a page that the browser calls ${site}`, async () => {
      assert.equal((await askApp("/api/flows", { "sec-fetch-site": site })).status, 200);
    });
  }

  it("and no page of another origin reads, frames or reinterprets the answer", async () => {
    for (const path of ["/metrics", "/api/flows", "/nothing"]) {
      const { headers } = await askApp(path, { origin: "http://evil.example" });
      assert.equal(headers["access-control-allow-origin"], undefined);
      assert.equal(headers["cross-origin-resource-policy"], "same-origin");
      assert.equal(headers["x-content-type-options"], "nosniff");
      assert.match(String(headers["content-security-policy"]), /frame-ancestors 'none'/);
    }
  });
});
