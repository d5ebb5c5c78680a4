import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, beforeEach, describe, it } from "node:test";
import { ApiError, getJson } from "../../../../exporters/console/api/client.ts";
import { exporterDown, hasPrometheus, recordedAt } from "../../../../exporters/console/api/health.ts";

describe("getJson", () => {
  let answer: (response: ServerResponse) => void;
  const server = createServer((_request, response) => answer(response));
  let url: string;
  before(async () => {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/flows`;
  });
  after(() => {
    server.close();
    server.closeAllConnections();
  });
  beforeEach(() => {
    exporterDown.value = undefined;
  });

  const refusedWith = (code: string) => (error: unknown) => error instanceof ApiError && error.code === code;

  it("gives what the exporter answers", async () => {
    answer = (response) => response.end('{"total":3}');
    assert.deepEqual(await getJson(url), { total: 3 });
  });

  it("notes that an answer is of a recording, which has no Prometheus, and when it is not", async () => {
    const recorded = "2030-01-01T00:00:00.000Z";
    answer = (response) => response.setHeader("x-flowtally-recorded-at", recorded).end("{}");
    await getJson(url);
    assert.deepEqual([recordedAt.value, hasPrometheus.value], [recorded, false]);
    answer = (response) => response.end("{}");
    await getJson(url);
    assert.deepEqual([recordedAt.value, hasPrometheus.value], [undefined, true]);
  });

  it("fails with the code and message of a refusal", async () => {
    answer = (response) => response.writeHead(400).end('{"error":{"code":"BAD_QUERY","message":"port: 1 to 65535"}}');
    await assert.rejects(getJson(url), { code: "BAD_QUERY", message: "port: 1 to 65535" });
    assert.equal(exporterDown.value, undefined);
  });

  it("is no failure of the exporter's when the asker leaves in the middle of an answer", async () => {
    const left = new AbortController();
    answer = (response) => {
      response.write('{"total":');
      setImmediate(() => left.abort());
    };
    await assert.rejects(getJson(url, left.signal), { name: "AbortError" });
    assert.equal(exporterDown.value, undefined);
  });

  it("takes an answer that breaks off for none", async () => {
    answer = (response) => {
      response.writeHead(200, { "content-length": 100 }).write('{"total":', () => response.destroy());
    };
    await assert.rejects(getJson(url), refusedWith("UNREACHABLE"));
    assert.notEqual(exporterDown.value, undefined);
  });

  it("says the status where something else answers than the exporter", async () => {
    answer = (response) => response.writeHead(502).end("<h1>Bad gateway</h1>");
    await assert.rejects(getJson(url), refusedWith("HTTP_502"));
  });
});
