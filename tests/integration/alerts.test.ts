import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { parse } from "yaml";
import { createHost } from "../../start/lib/host.ts";
import { createSyntheticHost } from "../bench/readers/synthetic.ts";
import { orSkip } from "../lib/or-skip.ts";
import { providedImage } from "../lib/provided-image.ts";
import { dockerAnswers } from "../lib/shipped-tracer.ts";
import { type Engine, startEngine } from "../unit/flow-exporter/lib/engine.ts";
import { type LoneExporter, startAlone } from "./exporter/alone.ts";
import { type Clock, createClock } from "./exporter/clock.ts";
import { type Heart, startHeart } from "./exporter/heart.ts";
import { eventually } from "./lib/eventually.ts";
import { freePort, type Judge, startJudge } from "./lib/judge.ts";
import { ROOT } from "./lib/launcher.ts";

const EDGES = 10;
const HOUR_MS = 3_600_000;
/** Of what another exporter says. */
const SAMPLE_LIMIT = 1_000;

const host = createHost();
const skip = orSkip(!(await dockerAnswers(host)) && "needs a Docker engine");

/** A real exporter whose conditions are raised, a real Prometheus with the stack's rules, and the alerts that come of it. */
describe("alerts", { skip }, () => {
  let folder = "";
  let engine: Engine;
  let pins = "";
  let heart: Heart;
  let clock: Clock;
  let port = 0;
  let exporter: LoneExporter;
  let others: Server;
  /** What all other exporters say. */
  let said = `alertmanager_notifications_failed_total{integration="webhook"} 0
prometheus_remote_storage_samples_failed_total{url="http://a/"} 0\n`;
  let judge: Judge;

  const inFolder = (name: string) => path.join(folder, name);

  const startExporter = async (settings: Record<string, string> = {}) => {
    const env = { ...settings, FLOW_PINS: pins, FLOW_STATE: inFolder("state"), FLOW_PORT: `${port}` };
    exporter = await startAlone({
      nodeArgs: clock.nodeArgs,
      env: { ...env, DOCKER_SOCKET: engine.socketPath, FLOW_REFRESH_SECONDS: "1", ...clock.env },
    });
  };

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "flowtally-alerts-"));
    for (const name of ["state", "prometheus"]) await mkdir(inFolder(name));
    const context = { host, report: console.log, signal: AbortSignal.timeout(600_000) };
    const image = await providedImage(context, ROOT, "prometheus");
    assert.ok(image && image.origin !== "missing", image?.reason);
    engine = await startEngine(folder);
    ({ pins } = await createSyntheticHost(folder, EDGES));
    heart = startHeart(pins);
    clock = await createClock(folder);
    port = await freePort();
    await startExporter();
    others = createServer((_, response) => response.end(said));
    const othersPort = await freePort();
    await new Promise<void>((resolve) => others.listen(othersPort, "127.0.0.1", resolve));
    judge = await startJudge(image.reference, inFolder("prometheus"), {
      "flow-exporter": { target: `127.0.0.1:${port}` },
      others: { target: `127.0.0.1:${othersPort}`, sample_limit: SAMPLE_LIMIT },
    });
  });
  after(async () => {
    await judge?.stop();
    others?.close();
    heart?.stop();
    await exporter?.stop();
    await engine?.close();
    await rm(folder, { recursive: true });
  });

  const fires = (alertname: string, labels: Record<string, string> = {}) =>
    eventually(25, async () => {
      const firing = await judge.firing();
      const isIt = (alert: Record<string, string>) =>
        Object.entries({ alertname, ...labels }).every(([name, value]) => alert[name] === value);
      assert.ok(firing.some(isIt), `${alertname} among ${firing.map((alert) => alert.alertname).join()}`);
    });

  const isSilent = () => eventually(25, async () => assert.deepEqual(await judge.firing(), []));

  /** By name, how each is raised; one after the other, since some need what an earlier one has left. */
  const raise: Readonly<Record<string, () => Promise<void>>> = {
    TracerGone: async () => {
      heart.stop();
      await rename(pins, inFolder("removed")); // as a tracer does that is stopped
      await fires("TracerGone");
      const names = (await judge.firing()).map(({ alertname }) => alertname);
      assert.deepEqual(names, ["TracerGone"], "what it handed over has failed with it");
    },
    FlowsUnseen: async () => {
      await rename(inFolder("removed"), pins);
      await rm(path.join(pins, "closed"));
      await writeFile(path.join(pins, "closed"), "");
      heart = startHeart(pins);
      await fires("FlowsUnseen");
    },
    FlowsLost: async () => {
      heart.set({ closed_lost: 7 });
      await fires("FlowsLost", { kind: "closed" });
    },
    EdgesDropped: async () => {
      await exporter.stop();
      await startExporter({ FLOW_MAX_EDGES: `${EDGES / 2}` });
      await fires("EdgesDropped");
    },
    FlowsNotStored: async () => {
      await exporter.stop();
      await writeFile(inFolder("state/spool"), "a file where the folder should be");
      await startExporter({ FLOW_STORE: inFolder("flows.db") });
      await fires("FlowsNotStored");
      await fires("SourceDown", { flow_source: "store" });
      await rm(inFolder("state/spool"));
    },
    SourceDown: async () => {
      await rename(inFolder("state"), inFolder("away"));
      await writeFile(inFolder("state"), "a file where the folder was");
      engine.garbage = "no JSON";
      await fires("SourceDown", { flow_source: "state" });
      await fires("SourceDown", { flow_source: "docker" });
      engine.garbage = undefined;
      await rm(inFolder("state"));
      await rename(inFolder("away"), inFolder("state"));
    },
    ClockStepped: async () => {
      await clock.set(HOUR_MS);
      await fires("ClockStepped");
    },
    StateSetAside: async () => {
      await exporter.stop();
      await writeFile(inFolder("state/totals.json"), "no JSON");
      await startExporter();
      await fires("StateSetAside");
    },
    CyclesStalled: async () => {
      said = "flow_collect_age_seconds 31\n";
      await fires("CyclesStalled");
    },
    SocketsLeftOut: async () => {
      said = 'flow_sockets_left_out{protocol="tcp"} 9\n';
      await fires("SocketsLeftOut", { protocol: "tcp" });
    },
    CoverageLow: async () => {
      said = "flow_coverage_ratio 0.5\n";
      await fires("CoverageLow");
    },
    AlertsUndelivered: async () => {
      said = 'alertmanager_notifications_failed_total{integration="webhook"} 5\n';
      await fires("AlertsUndelivered", { integration: "webhook" });
    },
    DiskFilling: async () => {
      const labels = '{device="/dev/a",mountpoint="/",fstype="ext4"}';
      said = `node_filesystem_size_bytes${labels} 100\nnode_filesystem_avail_bytes${labels} 5\n`;
      await fires("DiskFilling", { mountpoint: "/" });
    },
    ContainerNearMemoryLimit: async () => {
      said = 'container_memory_working_set_bytes{name="a"} 95\ncontainer_spec_memory_limit_bytes{name="a"} 100\n';
      await fires("ContainerNearMemoryLimit", { name: "a" });
    },
    RemoteWriteBehind: async () => {
      const now = Date.now() / 1000;
      said = `prometheus_remote_storage_highest_timestamp_in_seconds ${now + 600}
prometheus_remote_storage_queue_highest_sent_timestamp_seconds{url="http://a/"} ${now}\n`;
      await fires("RemoteWriteBehind", { url: "http://a/" });
    },
    RemoteWriteRefused: async () => {
      said = 'prometheus_remote_storage_samples_failed_total{url="http://a/"} 500\n';
      await fires("RemoteWriteRefused", { url: "http://a/" });
    },
    SeriesMany: async () => {
      said = 'container_spec_memory_limit_bytes{name="prometheus"} 1000000\n';
      await fires("SeriesMany");
    },
    ScrapeNearLimit: async () => {
      said = Array.from({ length: SAMPLE_LIMIT * 0.9 }, (_, index) => `sample{number="${index}"} 1\n`).join("");
      await fires("ScrapeNearLimit", { job: "others" });
    },
    TargetDown: async () => {
      others.close();
      others.closeAllConnections();
      await fires("TargetDown", { job: "others" });
    },
  };

  it("are silent while nothing is wrong", isSilent);

  for (const [name, raised] of Object.entries(raise)) it(`${name} fires when it is so`, raised);

  it("are all raised here", async () => {
    const rules = parse(await readFile(path.join(ROOT, "prometheus/rules/alerts.yml"), "utf8")) as {
      groups: { rules: { alert: string }[] }[];
    };
    const names = rules.groups.flatMap((group) => group.rules.map(({ alert }) => alert));
    assert.deepEqual(Object.keys(raise).sort(), names.sort());
  });
});
