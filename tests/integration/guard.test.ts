import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { after, before, describe, it } from "node:test";
import { createApp } from "../../exporters/flow-exporter/outputs/http/app.ts";
import { createPrometheusReader } from "../../exporters/flow-exporter/outputs/pages/prometheus.ts";
import { createMetrics } from "../../exporters/flow-exporter/outputs/prometheus/metrics.ts";
import { createDocker } from "../../start/lib/docker.ts";
import { createHost } from "../../start/lib/host.ts";
import { prometheusAt } from "../../start/stack/prometheus.ts";
import { ask, codeOf } from "../lib/ask.ts";
import { orSkip } from "../lib/or-skip.ts";
import { viewOf } from "../unit/flow-exporter/lib/view.ts";
import { type Guarded, JOBS, startGuarded } from "./guard/guarded.ts";
import { SERIES, storm } from "./guard/storm.ts";
import { addressesOf, answersUnderForeignName } from "./lib/addresses.ts";
import { eventually } from "./lib/eventually.ts";

const docker = createDocker(createHost());
const noEngine = await docker.ping().then(
  () => undefined,
  () => "needs a Docker engine",
);

describe("guard", { skip: orSkip(noEngine) }, () => {
  let guarded: Guarded;
  before(async () => {
    guarded = await startGuarded(docker, createHost(), "monitoring.example second.example");
    await eventually(30, async () => assert.equal(await jobsOf(guarded), JOBS.length));
  });
  after(() => guarded?.remove());

  const paths = () => [
    `${guarded.prometheus}/api/v1/query?query=up`,
    `${guarded.prometheus}/metrics`,
    `${guarded.nodeExporter}/metrics`,
  ];

  for (const host of [
    "localhost:9090",
    "127.0.0.1",
    "[::1]:9090",
    "LocalHost",
    "monitoring.example:8443",
    "second.example",
  ]) {
    it(`lets through who calls a service ${host}`, async () => {
      for (const path of paths()) assert.equal((await ask(path, { host })).status, 200, path);
    });
  }

  for (const host of ["evil.example", "localhost.evil.example:9090", "10.1.2.3:9090", "prometheus:9090"]) {
    it(`refuses who calls it ${host}, and says what to do`, async () => {
      for (const path of paths()) {
        const answer = await ask(path, { host });
        assert.deepEqual([answer.status, codeOf(answer)], [403, "HOST_NOT_ALLOWED"], path);
        assert.match(answer.text, /FLOW_ALLOWED_HOSTS in config\.monitoring/);
      }
    });
  }

  it("lets no other origin's page read, and none ask but by a link that a person follows", async () => {
    const query = `${guarded.prometheus}/api/v1/query?query=up`;
    const open = await ask(query, { origin: "http://evil.example" });
    assert.equal(open.headers["access-control-allow-origin"], undefined);
    assert.equal(open.headers["cross-origin-resource-policy"], "same-origin");
    const page = `${guarded.prometheus}/-/ready`;
    const link = { "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" };
    for (const site of ["cross-site", "same-site"]) {
      assert.equal(codeOf(await ask(query, { "sec-fetch-site": site, ...link })), "FOREIGN_PAGE");
      for (const path of ["/federate", "/%66ederate", "/%2566ederate/../federate"]) {
        const asked = `${guarded.prometheus}${path}?match[]=up`;
        assert.notEqual((await ask(asked, { "sec-fetch-site": site, ...link })).status, 200, path);
      }
      assert.equal(codeOf(await ask(page, { "sec-fetch-site": site })), "FOREIGN_PAGE");
      assert.equal(
        codeOf(await ask(page, { "sec-fetch-site": site, ...link, "sec-fetch-dest": "iframe" })),
        "FOREIGN_PAGE",
      );
      assert.equal((await ask(page, { "sec-fetch-site": site, ...link })).status, 200);
    }
    assert.equal((await ask(query, { "sec-fetch-site": "same-origin" })).status, 200);
  });

  it("is the only way from this machine's loopback, and Prometheus allows no origin by itself", async () => {
    const { HostConfig } = await guarded.container("prometheus").inspect();
    assert.deepEqual(HostConfig.PortBindings ?? {}, {});
    const { headers } = await ask(`${guarded.prometheusItself}/api/v1/query?query=up`, {
      origin: "http://evil.example",
    });
    assert.equal(headers["access-control-allow-origin"], undefined);
  });

  it("is the only way from this machine to the containers' own addresses, also for 24 questions at once", async () => {
    const containers = ["prometheus", "node-exporter", "guard"].map((service) => guarded.container(service));
    const addresses = await addressesOf(containers);
    assert.ok(addresses.length >= 3, "guard's two and Prometheus' at least");
    assert.deepEqual(await answersUnderForeignName(addresses, [9090, 9100]), []);
    const points = Math.floor(1_900_000 / (await seriesOf(guarded)));
    const statuses = await Promise.all(addresses.map((address) => storm(`http://${address}:9090/api/v1`, 24, points)));
    assert.ok(!statuses.flat().includes(200), "a question was answered");
    await assertAlive(guarded);
  });

  it("and the exporter keep Prometheus alive when each is asked 22 of the largest questions at once", async (t) => {
    const exporter = await serveExporter(guarded.prometheusItself);
    t.after(() => exporter.close().closeAllConnections());
    const { port } = exporter.address() as AddressInfo;
    const points = Math.floor(1_900_000 / (await seriesOf(guarded)));
    const answers = await Promise.all([
      storm(`${guarded.prometheus}/api/v1`, 22, points),
      storm(`http://127.0.0.1:${port}/api/prometheus`, 22, points),
    ]);
    for (const statuses of answers) {
      t.diagnostic(`statuses: ${statuses.join(" ")}`);
      assert.ok(statuses.includes(200));
      assert.deepEqual(
        statuses.filter((status) => status !== 200 && status !== 503),
        [],
      );
    }
    await assertAlive(guarded);
  });

  // Last: connections that have just ended count until guard has seen their end.
  it("lets Prometheus scrape while this machine holds 600 connections open that ask for nothing", async (t) => {
    const { hostname, port } = new URL(guarded.nodeExporter);
    const idle = Array.from({ length: 600 }, () => connect(Number(port), hostname).on("error", () => {}));
    t.after(() => idle.forEach((socket) => void socket.destroy()));
    await Promise.all(idle.map((socket) => once(socket, "connect")));
    // Whoever has to wait for a place gets one once the idle ones are closed, and a scrape has been cut off by then.
    const signal = AbortSignal.timeout(8_000);
    assert.equal((await fetch(`${guarded.nodeExporterInside}/metrics`, { signal })).status, 200);
  });
});

/** How many of its jobs have been scraped: until all have, there are more series to come. */
async function jobsOf({ prometheus }: Guarded): Promise<number> {
  const [sample] = await prometheusAt(prometheus).query(`count(count by (job) (last_over_time(${SERIES}[10m])))`);
  return sample?.value ?? 0;
}

/**
 * How many series any scrape has found. The last one may have found fewer: on a busy machine a target's scrape takes
 * longer than its second, and a storm that is measured by the others exceeds what one question may take.
 */
async function seriesOf({ prometheus }: Guarded): Promise<number> {
  const [sample] = await prometheusAt(prometheus).query(`count(last_over_time(${SERIES}[10m]))`);
  return sample?.value ?? 0;
}

/** Prometheus runs, has never been killed, and answers. */
async function assertAlive(guarded: Guarded): Promise<void> {
  const { State, RestartCount } = await guarded.container("prometheus").inspect();
  assert.deepEqual([State.Status, State.OOMKilled, RestartCount], ["running", false, 0]);
  assert.ok((await seriesOf(guarded)) > 1_000);
}

/** The exporter's way to Prometheus, with no flows beside it. */
async function serveExporter(url: string): Promise<Server> {
  const view = viewOf([]);
  const pages = { prometheus: createPrometheusReader(url, 25_000) };
  const app = createApp(view, createMetrics(view), { pages, allowedHosts: [], log: { error: console.log } });
  const server = createServer(app).listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}
