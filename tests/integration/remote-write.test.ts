import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { networkInterfaces, tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { stringify } from "yaml";
import { createHost } from "../../start/lib/host.ts";
import { readSettings } from "../../start/settings/index.ts";
import { outsideConfiguration } from "../../start/stack/outside.ts";
import { type Prometheus, prometheusAt } from "../../start/stack/prometheus.ts";
import { orSkip } from "../lib/or-skip.ts";
import { providedImage } from "../lib/provided-image.ts";
import { dockerAnswers } from "../lib/shipped-tracer.ts";
import { type Credentials, type Stored, startVictoriaMetrics, type VictoriaMetrics } from "../lib/victoria-metrics.ts";
import { skipWithoutVictoriaMetrics } from "../lib/victoria-metrics-programs.ts";
import { eventually } from "./lib/eventually.ts";
import { freePort } from "./lib/judge.ts";
import { ROOT } from "./lib/launcher.ts";

/** How long the storage is away; a longer time shows nothing else. */
const OUTAGE_SECONDS = Number(process.env.OUTAGE_SECONDS ?? 10);
/** Of letters that shells, YAML, JSON and files of settings each have a use of their own for. */
const ALICE = { user: `al'i"ce$X\\`, password: `p:w d'"\${X}$#\\` };
const TOKEN = { token: "token-of-the-test" };

type Node = "basic" | "bearer" | "stranger";

interface Started {
  prometheus: Prometheus;
  stop(): Promise<void>;
}

const host = createHost();
const skip = skipWithoutVictoriaMetrics() || orSkip(!(await dockerAnswers(host)) && "needs a Docker engine");

/** Prometheus with the configuration that the launcher writes, which sends to a real VictoriaMetrics. */
describe("remote write", { skip }, () => {
  let folder = "";
  let image = "";
  let victoria: VictoriaMetrics;
  let exporter: Server;
  /** By the name of their node; one for each kind of credentials. */
  let started: Readonly<Record<Node, Started>>;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "flowtally-remote-write-"));
    const context = { host, report: console.log, signal: AbortSignal.timeout(600_000) };
    const provided = await providedImage(context, ROOT, "prometheus");
    assert.ok(provided && provided.origin !== "missing", provided?.reason);
    image = provided.reference;
    victoria = await startVictoriaMetrics([ALICE, TOKEN]);
    const metrics = await readFile(path.join(ROOT, "tests/golden/metrics.txt"));
    exporter = createServer((_, response) => response.end(metrics)).listen(0, "127.0.0.1");
    await new Promise((resolve) => exporter.once("listening", resolve));
    const [basic, bearer, stranger] = await Promise.all([
      startPrometheus("basic", ALICE),
      startPrometheus("bearer", TOKEN),
      startPrometheus("stranger", { user: ALICE.user, password: "wrong" }),
    ]);
    started = { basic, bearer, stranger };
  });
  after(async () => {
    for (const one of Object.values(started ?? {})) await one.stop();
    exporter?.close();
    exporter?.closeAllConnections();
    await victoria?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  /** A Prometheus of a node of this name, with these credentials; it scrapes what the exporter says each second. */
  async function startPrometheus(node: Node, credentials: Credentials): Promise<Started> {
    const own = path.join(folder, node);
    await mkdir(own);
    const port = await freePort();
    const { settings, secret } = settingsOf(credentials, victoria.port);
    const target = `127.0.0.1:${(exporter.address() as AddressInfo).port}`;
    const text = stringify({
      global: { scrape_interval: "1s", scrape_timeout: "1s" },
      scrape_configs: [
        { job_name: "flow-exporter", static_configs: [{ targets: [target] }] },
        { job_name: "self", static_configs: [{ targets: [`127.0.0.1:${port}`] }] },
      ],
    });
    await writeFile(path.join(own, "prometheus.yml"), outsideConfiguration(text, settings, node));
    await writeFile(path.join(own, "secret"), secret);
    const container = `flowtally-test-remote-write-${node}-${process.pid}`;
    const mounts = ["--volume", `${own}:/etc/prometheus:ro`, "--volume", `${own}:/run/secrets/remote-write:ro`];
    const run = ["run", "--rm", "--detach", "--name", container, "--network=host", ...mounts, "--tmpfs=/tmp:mode=1777"];
    const options = ["--config.file=/etc/prometheus/prometheus.yml", "--storage.tsdb.path=/tmp/data"];
    await execa("docker", [...run, image, ...options, `--web.listen-address=127.0.0.1:${port}`]);
    return {
      prometheus: prometheusAt(`http://127.0.0.1:${port}`),
      stop: async () => void (await execa("docker", ["rm", "--force", "--volumes", container])),
    };
  }

  for (const node of ["basic", "bearer"] as const) {
    it(`stores every series under the node's name, with ${node} auth`, async () => {
      const { prometheus } = started[node];
      await eventually(30, async () =>
        assert.equal((await victoria.series(`up{job="flow-exporter", node="${node}"}`)).length, 1),
      );
      const names = async (found: Record<string, string>[]) =>
        [...new Set(found.map(({ __name__: name }) => name))].sort();
      const here = (await prometheus.query('{__name__=~"flow_.+"}')).map(({ labels }) => labels);
      assert.ok(here.length > 50, `${here.length} series`);
      await eventually(30, async () => {
        const there = await victoria.series(`{__name__=~"flow_.+", job="flow-exporter", node="${node}"}`);
        const own = here.filter((labels) => labels.node === undefined);
        assert.deepEqual(await names(there), await names(own));
        assert.equal(there.length, own.length);
      });
      assert.deepEqual(
        (await prometheus.query("up")).map(({ labels }) => labels.node),
        [undefined, undefined],
        "what the stack's own queries see is as without it",
      );
    });
  }

  it("loses nothing while the storage is away, and tells how far behind it is", async () => {
    const { prometheus } = started.basic;
    const ups = 'up{job="flow-exporter", node="basic"}';
    await eventually(30, async () => assert.notEqual((await victoria.stored(ups)).length, 0));
    const since = Date.now();
    await victoria.stop();
    await sleep(OUTAGE_SECONDS * 1000);
    const [behind] = await prometheus.query(
      `max(prometheus_remote_storage_highest_timestamp_in_seconds)
         - max(prometheus_remote_storage_queue_highest_sent_timestamp_seconds)`,
    );
    assert.ok(behind && behind.value > OUTAGE_SECONDS / 2, `${behind?.value} s behind after ${OUTAGE_SECONDS} s`);
    await victoria.start();
    const until = Date.now();
    const during = ([at]: Stored) => at >= since && at < until;
    // Asked for each time: a scrape that had begun by then comes in later.
    const here = async () => (await readings(prometheus)).filter(during);
    await eventually(60, async () => assert.deepEqual((await victoria.stored(ups)).filter(during), await here()));
    const { length } = await here();
    assert.ok(length >= OUTAGE_SECONDS / 2, `${length} samples in ${OUTAGE_SECONDS} s`);
    assert.equal((await prometheus.query("sum(prometheus_remote_storage_samples_failed_total)"))[0]?.value, 0);
  });

  it("stores nothing with a wrong password, and Prometheus counts what was refused", async () => {
    const { prometheus } = started.stranger;
    await eventually(30, async () => {
      const [failed] = await prometheus.query("sum(prometheus_remote_storage_samples_failed_total)");
      assert.ok(failed && failed.value > 0, `${failed?.value} samples refused`);
    });
    assert.deepEqual(await victoria.series('{node="stranger"}'), []);
  });
});

function settingsOf(credentials: Credentials, port: number) {
  // A container in the host's network would be at its loopback, which the settings refuse for all others.
  const url = `REMOTE_WRITE_URL=http://${ownAddress()}:${port}/api/v1/write`;
  const lines =
    "token" in credentials
      ? [`REMOTE_WRITE_BEARER_TOKEN=${credentials.token}`]
      : [`REMOTE_WRITE_USER=${credentials.user}`, `REMOTE_WRITE_PASSWORD=${credentials.password}`];
  const settings = readSettings([url, ...lines].join("\n"));
  return { settings, secret: settings.REMOTE_WRITE_PASSWORD || settings.REMOTE_WRITE_BEARER_TOKEN };
}

function ownAddress(): string {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const own = all.find(({ family, internal }) => family === "IPv4" && !internal);
  assert.ok(own, "this machine has no address but loopback's");
  return own.address;
}

/** What was scraped of the exporter's `up`, in the storage's words. */
async function readings(prometheus: Prometheus): Promise<Stored[]> {
  const [series = []] = await prometheus.history('up{job="flow-exporter"}', 600);
  return series.map(({ at, value }) => [Math.round(at * 1000), value]);
}
