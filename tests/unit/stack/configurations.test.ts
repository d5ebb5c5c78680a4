import assert from "node:assert/strict";
import { appendFile, cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import { provideCiliumTargets } from "../../../start/stack/cilium.ts";
import { configurationVariables } from "../../../start/stack/configurations.ts";
import { layoutOf } from "../../../start/stack/layout.ts";
import { makeCheckout } from "./lib/checkout.ts";

const ROOT = path.join(import.meta.dirname, "../../..");
const LABEL = "org.flowtally.configuration";

interface Service {
  labels?: Record<string, string>;
  volumes?: string[];
}

test("what a service reads as it starts has a variable of its own, which changes with any file of it alone", async (t) => {
  const root = await mkdtemp(path.join(tmpdir(), "flowtally-configurations-"));
  t.after(() => rm(root, { recursive: true }));
  const layout = layoutOf(root);
  for (const folder of ["docker-filter", "guard", "prometheus", "grafana/provisioning", "alertmanager"])
    await cp(path.join(ROOT, folder), path.join(root, folder), { recursive: true });
  for (const folder of [layout.targets, layout.ebpf, path.dirname(layout.webhook), path.dirname(layout.store)]) {
    await mkdir(folder, { recursive: true });
    await writeFile(path.join(folder, "one.yml"), "");
  }
  const files = {
    DOCKER_FILTER_CONFIGURATION: "docker-filter/listed.txt",
    GUARD_CONFIGURATION: "guard/haproxy.cfg",
    PROMETHEUS_CONFIGURATION: "prometheus/rules/alerts.yml",
    GRAFANA_CONFIGURATION: "grafana/provisioning/datasources/prometheus.yml",
    EBPF_EXPORTER_CONFIGURATION: ".flowtally/ebpf/one.yml",
    ALERTMANAGER_CONFIGURATION: ".flowtally/alerts/one.yml",
    FLOW_EXPORTER_CONFIGURATION: ".flowtally/store/one.yml",
  };
  let before = await configurationVariables(layout);
  assert.deepEqual(Object.keys(before).sort(), Object.keys(files).sort());
  for (const [variable, file] of Object.entries(files)) {
    await appendFile(path.join(root, file), "# changed\n");
    const now = await configurationVariables(layout);
    const changed = Object.keys(now).filter((key) => now[key] !== before[key]);
    assert.deepEqual(changed, [variable], file);
    before = now;
  }
});

test("for targets that Prometheus reads again by itself, it is not started anew", async (t) => {
  const root = await mkdtemp(path.join(tmpdir(), "flowtally-configurations-"));
  t.after(() => rm(root, { recursive: true }));
  const layout = layoutOf(root);
  await makeCheckout(layout);
  for (const folder of [layout.targets, path.dirname(layout.webhook), path.dirname(layout.store)]) await mkdir(folder);
  const write = async (nodes: string) => {
    await provideCiliumTargets(layout, { CILIUM_NODES: nodes });
    return [
      await configurationVariables(layout),
      await readFile(path.join(layout.targets, "cilium/hubble.json"), "utf8"),
    ];
  };
  const [before, one] = await write("a");
  const [after, two] = await write("a,b");
  assert.notEqual(one, two);
  assert.deepEqual(before, after);
});

test("every service that mounts a folder of configuration has that variable as a label", async () => {
  const text = await readFile(path.join(ROOT, "docker-compose.yml"), "utf8");
  const { services } = parse(text, { merge: true }) as { services: Record<string, Service> };
  const mounting = Object.entries(services).filter(([, { volumes = [] }]) =>
    volumes.some((mount) => /:\/(etc\/.*|ebpf|run\/secrets\/store):ro$/.test(mount)),
  );
  assert.equal(mounting.length, 7);
  for (const [name, { labels }] of mounting) {
    assert.equal(labels?.[LABEL], `\${${name.toUpperCase().replaceAll("-", "_")}_CONFIGURATION:-}`, name);
  }
});
