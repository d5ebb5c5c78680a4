import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type RequestListener, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { createApp } from "../../../../exporters/flow-exporter/outputs/http/app.ts";
import { createDashboardFolder } from "../../../../exporters/flow-exporter/outputs/pages/dashboards.ts";
import type { Pages } from "../../../../exporters/flow-exporter/outputs/pages/pages.ts";
import { createPrometheusReader } from "../../../../exporters/flow-exporter/outputs/pages/prometheus.ts";
import { createMetrics } from "../../../../exporters/flow-exporter/outputs/prometheus/metrics.ts";
import { silent } from "../lib/log.ts";
import { until } from "../lib/until.ts";
import { viewOf } from "../lib/view.ts";

const view = viewOf([]);
const servers: Server[] = [];

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  servers.push(server);
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const serveApp = (pages: Pages) =>
  serve(createApp(view, createMetrics(view), { pages, allowedHosts: ["monitoring.example"], log: silent }));

after(() => {
  for (const server of servers) server.close().closeAllConnections();
});

describe("the console's files", () => {
  let folder: string;
  let url: string;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "flowtally-pages-"));
    await mkdir(path.join(folder, "assets"));
    await writeFile(path.join(folder, "index.html"), "<h1>here</h1>");
    await writeFile(path.join(folder, "assets", "main-ABC.js"), "1");
    url = await serveApp({ console: folder });
  });
  after(() => rm(folder, { recursive: true }));

  it("are served under a policy that loads nothing from elsewhere", async () => {
    const response = await fetch(url);
    assert.equal(await response.text(), "<h1>here</h1>");
    assert.match(response.headers.get("content-security-policy") ?? "", /^default-src 'self';/);
    assert.equal(response.headers.get("cache-control"), "no-cache");
    assert.equal(response.headers.get("etag"), null, "two versions of a page may have one size and no time");
  });

  it("are kept by the browser where their names change with their contents", async () => {
    const response = await fetch(`${url}/assets/main-ABC.js`);
    assert.equal(response.headers.get("cache-control"), "public, max-age=31536000, immutable");
  });

  it("do not hide what is not there", async () => {
    assert.equal((await fetch(`${url}/assets/none.js`)).status, 404);
    assert.equal((await fetch(`${await serveApp({})}/`)).status, 404, "no console, no page");
  });
});

describe("dashboards", () => {
  let folder: string;
  let url: string;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "flowtally-dashboards-"));
    await mkdir(path.join(folder, "kept"));
    await writeFile(path.join(folder, "kept/b.json"), '{"uid":"b","title":"Second","panels":[]}');
    await writeFile(path.join(folder, "a.json"), '{"uid":"a","title":"First","description":"of all"}');
    await writeFile(path.join(folder, "broken.json"), '{"uid":');
    url = await serveApp({ dashboards: createDashboardFolder(folder) });
  });
  after(() => rm(folder, { recursive: true }));

  const json = async (at: string) => (await fetch(`${url}${at}`)).json();

  it("are listed in order with their folders, without what cannot be read", async () => {
    assert.deepEqual(await json("/api/dashboards"), {
      dashboards: [
        { uid: "a", title: "First", folder: "", description: "of all" },
        { uid: "b", title: "Second", folder: "kept" },
      ],
    });
  });

  it("are told whole, by their uid", async () => {
    assert.deepEqual(await json("/api/dashboards/b"), { uid: "b", title: "Second", panels: [] });
    assert.deepEqual(await json("/api/dashboards/c"), {
      error: { code: "NOT_FOUND", message: "there is no dashboard c" },
    });
  });
});

describe("questions to Prometheus", () => {
  const asked: string[] = [];
  let prometheus: string;
  before(async () => {
    prometheus = await serve((request, response) => {
      asked.push(request.url ?? "");
      response.writeHead(422, { "content-type": "application/json" }).end('{"status":"error"}');
    });
  });

  const serveAsking = (at: string, timeoutMs = 5_000) =>
    serveApp({ prometheus: createPrometheusReader(at, timeoutMs) });

  it("are passed on as they are, and so is the answer", async () => {
    const response = await fetch(
      `${await serveAsking(prometheus)}/api/prometheus/query?query=up%7Bjob%3D%22a%20b%22%7D`,
    );
    assert.equal(response.status, 422);
    assert.deepEqual(await response.json(), { status: "error" });
    assert.deepEqual(asked.splice(0), ["/api/v1/query?query=up%7Bjob%3D%22a+b%22%7D"]);
  });

  it("ask for the alerts that fire, with their texts, which no sample has", async () => {
    await fetch(`${await serveAsking(prometheus)}/api/prometheus/alerts`);
    assert.deepEqual(asked.splice(0), ["/api/v1/alerts?"]);
  });

  for (const at of [
    "rules",
    "alertmanagers",
    "admin/tsdb/snapshot",
    "status/config",
    "label/a%2Fb/values",
    "..%2F..%2Fmetrics",
    "query/x",
  ]) {
    it(`only ask for samples: not ${at}`, async () => {
      const response = await fetch(`${await serveAsking(prometheus)}/api/prometheus/${at}`);
      assert.equal(response.status, 404);
      assert.deepEqual(asked.splice(0), []);
    });
  }

  it("say that Prometheus is down, and why", async () => {
    const gone = await serve(() => {});
    servers.pop()?.close();
    const response = await fetch(`${await serveAsking(gone)}/api/prometheus/query?query=up`);
    assert.equal(response.status, 502);
    assert.deepEqual(await response.json(), {
      error: {
        code: "PROMETHEUS_DOWN",
        message: `Prometheus at ${gone} does not answer: ECONNREFUSED`,
      },
    });
  });

  it("do not wait for ever", async () => {
    const hanging = await serve(() => {});
    const response = await fetch(`${await serveAsking(hanging, 50)}/api/prometheus/query?query=up`);
    assert.equal(response.status, 502);
  });

  const range = (values: Record<string, string>) =>
    `query_range?${new URLSearchParams({ query: "up", start: "0", end: "3600", step: "60", ...values })}`;

  for (const [what, values, fault] of [
    [
      "too many points",
      { step: "0.1" },
      /^step must be at least 2 s, as no more than 2000 points .* answered \(given: "0\.1"\)\.$/,
    ],
    ["no step at all", { step: "0" }, /^step must be at least 2 s/],
    ["a step without a unit that is known", { step: "1x" }, /^step must be seconds or a duration/],
    [
      "more than a month",
      { start: "0", end: "4000000", step: "1h" },
      /^start must be at most 31 days before the end \(given: "0"\)\.$/,
    ],
    ["an end before the start", { start: "3600", end: "0" }, /^end must not be before the start \(given: "0"\)\.$/],
    ["a time that is none", { end: "soon" }, /^end must be seconds/],
  ] as const) {
    it(`do not reach it when they ask for ${what}`, async () => {
      const response = await fetch(`${await serveAsking(prometheus)}/api/prometheus/${range(values)}`);
      assert.equal(response.status, 400);
      const { error } = (await response.json()) as { error: { code: string; message: string } };
      assert.equal(error.code, "BAD_QUERY");
      assert.match(error.message, fault);
      assert.deepEqual(asked.splice(0), []);
    });
  }

  it("do not reach it when they say a thing twice", async () => {
    const response = await fetch(`${await serveAsking(prometheus)}/api/prometheus/${range({})}&step=0.001`);
    assert.equal(response.status, 400);
  });

  it("reach it when a screen has room for what they ask", async () => {
    for (const values of [{}, { start: "1970-01-01T00:00:00Z", step: "1m30s" }, { step: "1.801" }]) {
      const response = await fetch(`${await serveAsking(prometheus)}/api/prometheus/${range(values)}`);
      assert.equal(response.status, 422, "its own answer");
    }
    assert.equal(asked.splice(0).length, 3);
  });

  it("come two at a time, and the rest in their turn or not at all", async () => {
    const open: ServerResponse[] = [];
    let held = true;
    let most = 0;
    const slow = await serve((_request, response) => {
      open.push(response);
      most = Math.max(most, open.length);
      response.once("close", () => open.splice(open.indexOf(response), 1));
      if (!held) response.end("{}");
    });
    const url = `${await serveAsking(slow)}/api/prometheus/query?query=up`;
    const turnedAway: Response[] = [];
    const asking = Array.from({ length: 80 }, async () => {
      const response = await fetch(url);
      if (response.status !== 200) turnedAway.push(response);
      await response.text();
    });
    await until("those that find no room to be turned away", () => turnedAway.length === 80 - 2 - 64);
    held = false;
    for (const response of open) response.end("{}");
    await Promise.all(asking);
    assert.equal(most, 2);
    assert.deepEqual(new Set(turnedAway.map(({ status }) => status)), new Set([503]));
    assert.equal(turnedAway[0]?.headers.get("retry-after"), "20");
  });

  it("end there as well when the asker leaves, and free their turn", async () => {
    const asked: ServerResponse[] = [];
    let answering = false;
    const hanging = await serve((_request, response) => {
      asked.push(response);
      if (answering) response.end("{}");
    });
    const url = `${await serveAsking(hanging)}/api/prometheus/query?query=up`;
    const leaving = new AbortController();
    const asking = Array.from({ length: 5 }, () => fetch(url, { signal: leaving.signal }).catch(() => undefined));
    await until("two to be asked", () => asked.length === 2);
    leaving.abort();
    await Promise.all(asking);
    await until("both to be given up", () => asked.slice(0, 2).every(({ closed }) => closed));
    answering = true;
    assert.equal((await fetch(url)).status, 200);
  });

  it("break off where the answer does", async () => {
    const breaking = await serve((_request, response) => {
      response.write('{"status":');
      setTimeout(() => response.destroy(), 5);
    });
    const response = await fetch(`${await serveAsking(breaking)}/api/prometheus/query?query=up`);
    await assert.rejects(response.text());
  });
});
