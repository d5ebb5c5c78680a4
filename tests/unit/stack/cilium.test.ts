import assert from "node:assert/strict";
import { cp, mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, it } from "node:test";
import { parse } from "yaml";
import { readSettings } from "../../../start/settings/index.ts";
import { readCiliumState } from "../../../start/stack/cilium-state.ts";
import { environmentOf, renderHostCompose } from "../../../start/stack/environment.ts";
import { writeStackFiles } from "../../../start/stack/files.ts";
import { layoutOf } from "../../../start/stack/layout.ts";
import type { Prometheus } from "../../../start/stack/prometheus.ts";
import { FACTS, makeCheckout } from "./lib/checkout.ts";

const ROOT = path.join(import.meta.dirname, "../../..");
const JOBS = ["cilium-agent", "cilium-envoy", "cilium-operator", "hubble", "hubble-relay"];

interface Configuration {
  global: { external_labels?: object };
  remote_write?: object[];
  scrape_configs: {
    job_name: string;
    honor_labels?: boolean;
    sample_limit?: number;
    static_configs?: { targets: string[] }[];
    file_sd_configs?: { files: string[] }[];
  }[];
}

describe("nodes with Cilium", () => {
  it("are targets of five jobs, each under its name, and of none without them", async (t) => {
    const root = await mkdtemp(path.join(tmpdir(), "flowtally-cilium-"));
    t.after(() => rm(root, { recursive: true }));
    const layout = layoutOf(root);
    await makeCheckout(layout);
    await cp(path.join(ROOT, "prometheus"), layout.prometheus, { recursive: true });
    const folder = path.join(layout.targets, "cilium");
    const write = async (text: string) => {
      const settings = readSettings(text);
      const input = { settings, facts: FACTS, images: [], examples: [], leftOut: [], layout, healthSeconds: 5 };
      await writeStackFiles(input);
      const files = (await readdir(folder)).sort();
      const texts = files.map((name) => readFile(path.join(folder, name), "utf8"));
      return Object.fromEntries((await Promise.all(texts)).map((text, at) => [files[at], JSON.parse(text)]));
    };
    const none = Object.fromEntries(JOBS.map((job) => [`${job}.json`, []]));
    assert.deepEqual(await write(""), none);
    const targets = (port: number, labels = {}) => [
      { targets: [`node-1:${port}`], labels: { node: "node-1", ...labels } },
      { targets: [`[fd00::2]:${port}`], labels: { node: "fd00::2", ...labels } },
    ];
    assert.deepEqual(await write("CILIUM_NODES=node-1,fd00::2"), {
      "cilium-agent.json": targets(9962, { k8s_app: "cilium" }),
      "cilium-operator.json": targets(9963, { io_cilium_app: "operator" }),
      "cilium-envoy.json": targets(9964, { k8s_app: "cilium-envoy" }),
      "hubble.json": targets(9965),
      "hubble-relay.json": targets(9966),
    });
    // Another user's than the launcher's reads them.
    assert.equal((await stat(path.join(folder, "hubble.json"))).mode & 0o777, 0o644);
    const changed = await readFile(path.join(layout.targets, "main/prometheus.yml"), "utf8");
    const { global, remote_write, scrape_configs } = parse(changed) as Configuration;
    assert.deepEqual([global.external_labels, remote_write], [undefined, undefined], "nothing is sent");
    assert.deepEqual(scrape_configs[0]?.static_configs?.[0]?.targets, ["prometheus-inside:9090"]);
    assert.deepEqual(await write(""), none);
    await assert.rejects(stat(path.join(layout.targets, "main")), { code: "ENOENT" });
  });

  it("have jobs in Prometheus' configuration that read these files, within bounds, and honour the samples' labels", async () => {
    const { scrape_configs } = parse(
      await readFile(path.join(ROOT, "prometheus/prometheus.yml"), "utf8"),
    ) as Configuration;
    const jobs = scrape_configs.filter(({ job_name }) => JOBS.includes(job_name));
    assert.deepEqual(jobs.map(({ job_name }) => job_name).sort(), JOBS);
    for (const { job_name, honor_labels, sample_limit, file_sd_configs } of jobs) {
      assert.deepEqual(file_sd_configs?.[0]?.files, [`/etc/prometheus-targets/cilium/${job_name}.json`]);
      assert.ok(honor_labels && sample_limit, job_name);
    }
  });

  it("give Prometheus a way out, by IPv6 where one needs it, and this machine's address where one is it", () => {
    const layout = layoutOf("/project");
    const of = (text: string) => {
      const settings = readSettings(`HUBBLE_LISTEN=off\n${text}`);
      const input = { settings, facts: FACTS, images: [], examples: [], leftOut: [], layout, healthSeconds: 5 };
      const { PROMETHEUS_CONFIG, PROMETHEUS_HOST } = environmentOf(input);
      return { compose: parse(renderHostCompose(FACTS, settings, layout)), PROMETHEUS_CONFIG, PROMETHEUS_HOST };
    };
    assert.deepEqual(of("CILIUM_NODES=10.0.0.3"), {
      compose: {
        services: {
          prometheus: { networks: { backend: { aliases: ["prometheus-inside"] }, "prometheus-outside": {} } },
        },
        networks: { "prometheus-outside": {} },
      },
      PROMETHEUS_CONFIG: "/etc/prometheus-targets/main/prometheus.yml",
      PROMETHEUS_HOST: "prometheus-inside",
    });
    const { services, networks } = of("CILIUM_NODES=a,fd00::2").compose;
    // Under a name of its own: Compose would leave one without IPv6 as it is.
    assert.deepEqual(Object.keys(services.prometheus.networks), ["backend", "prometheus-outside-ipv6"]);
    const { "prometheus-outside-ipv6": six, ...others } = networks;
    assert.deepEqual(others, {});
    assert.equal(six.enable_ipv6, true);
    assert.match(six.ipam.config[0].subnet, /^fd[\da-f]{2}:[\da-f]{4}:[\da-f]{4}:[\da-f]{4}::\/64$/);
    assert.deepEqual(of("CILIUM_NODES=a,host.docker.internal").compose.services.prometheus.extra_hosts, [
      "host.docker.internal:host-gateway",
    ]);
  });

  it("are told of in the state: how many parts answer, and where no agent does", async () => {
    const target = (job: string, node: string, health: string, lastError = "") => ({ job, node, health, lastError });
    const prometheus: Prometheus = {
      targets: () =>
        Promise.resolve([
          { ...target("grafana", "", "up"), node: undefined },
          target("cilium-agent", "a", "up"),
          target("cilium-agent", "b", "down", "connection refused"),
          target("cilium-agent", "c", "unknown"),
          target("hubble", "a", "up"),
          target("hubble", "b", "up"),
          target("hubble-relay", "b", "down", "connection refused"),
        ]),
      query: () => Promise.resolve([]),
      history: () => Promise.resolve([]),
    };
    assert.deepEqual(await readCiliumState("a,b,c", prometheus), {
      nodes: 3,
      answering: { "cilium-agent": 1, "cilium-operator": 0, "cilium-envoy": 0, hubble: 2, "hubble-relay": 0 },
      agentless: [
        { node: "b", reason: "connection refused" },
        { node: "c", reason: "not scraped yet" },
      ],
    });
    assert.equal(await readCiliumState("", prometheus), null);
    const broken: Prometheus = { ...prometheus, targets: () => Promise.reject(new Error("away")) };
    assert.equal(await readCiliumState("a", broken), null);
  });
});
