import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { execa } from "execa";
import { listContainers } from "../../../start/stack/containers.ts";
import { containerOf, NAMES, testLauncher, urlOf } from "../lib/test-stack.ts";
import type { Running } from "./running.ts";

export function servicesSuite(running: () => Running): void {
  describe("services", () => {
    it("are all up as Prometheus targets, each under its own name", async () => {
      const targets = await running().prometheus.targets();
      const up = targets.filter(({ health }) => health === "up").map(({ job }) => job);
      for (const job of ["prometheus", "cadvisor", "node-exporter", "ebpf-exporter", "flow-exporter"]) {
        assert.ok(up.includes(job), `${job} is not up: ${JSON.stringify(targets)}`);
      }
      assert.equal(up.length, targets.length, "a target that is not up has no place in the list");
    });

    it("have a health check, limits of memory, CPU and processes, a user of their own, a restart policy, bounded logs, least rights and loopback ports", async () => {
      const { docker } = running();
      const containers = await listContainers(docker, NAMES.project);
      assert.ok(containers.length >= 6);
      for (const { id, service } of containers) {
        const { Config, HostConfig } = await docker.getContainer(id).inspect();
        assert.ok(Config.Healthcheck?.Test, `${service} has no health check`);
        assert.ok((HostConfig.Memory ?? 0) > 0, `${service} has no memory limit`);
        assert.ok((HostConfig.NanoCpus ?? 0) > 0, `${service} has no CPU limit`);
        assert.ok((HostConfig.PidsLimit ?? 0) > 0, `${service} has no limit of processes`);
        assert.match(Config.User, /^(0|472|609\d\d):/, `${service} shares a user with the machine`);
        assert.equal(HostConfig.RestartPolicy?.Name, "always", service);
        assert.ok(HostConfig.LogConfig?.Config["max-size"], `${service} has unbounded logs`);
        assert.equal(HostConfig.Privileged, false, service);
        assert.equal(HostConfig.ReadonlyRootfs, true, service);
        assert.deepEqual(HostConfig.CapDrop, ["ALL"], service);
        for (const bindings of Object.values(HostConfig.PortBindings ?? {})) {
          for (const { HostIp } of bindings as { HostIp: string }[]) assert.equal(HostIp, "127.0.0.1", service);
        }
      }
    });

    it("reach Docker through docker-filter alone", async () => {
      const { docker } = running();
      for (const { id, service } of await listContainers(docker, NAMES.project)) {
        const { HostConfig, Config } = await docker.getContainer(id).inspect();
        const reachesSocket = (HostConfig.Binds ?? []).some((bind) => /^(\/var)?\/run(:|\/docker)/.test(bind));
        assert.equal(reachesSocket, service === "docker-filter", service);
        if (service === "cadvisor") {
          assert.equal(Config.User, "60904:60904");
          assert.ok(!(HostConfig.Binds ?? []).some((bind) => bind.startsWith("/:")), "cAdvisor has the host's root");
        }
      }
    });

    it("are reported by npm run status, for people and for scripts", async () => {
      const json = await testLauncher("status", "--json");
      assert.equal(json.exitCode, 0, json.text);
      const report = JSON.parse(json.stdout) as {
        services: { service: string; health: string; memory?: { used: number } }[];
      };
      const exporter = report.services.find(({ service }) => service === "flow-exporter");
      assert.equal(exporter?.health, "healthy");
      assert.ok((exporter?.memory?.used ?? 0) > 1024 * 1024);
      assert.match((await testLauncher("status")).stdout, /flow-exporter +running +healthy +\d+ of 512 MiB/);
    });

    it("offer metrics that promtool finds nothing wrong with", async () => {
      const { docker } = running();
      const { Config } = await docker.getContainer(containerOf("prometheus")).inspect();
      const metrics = await (await fetch(`${urlOf("flow-exporter")}/metrics`)).text();
      const check = ["run", "--rm", "--interactive", "--network=none", "--entrypoint=/bin/promtool", Config.Image];
      const result = await execa("docker", [...check, "check", "metrics"], {
        input: metrics,
        reject: false,
        all: true,
      });
      assert.equal(result.exitCode, 0, result.all);
    });

    it("start again at once, building nothing", async () => {
      const again = await testLauncher();
      assert.equal(again.exitCode, 0, again.text);
      assert.doesNotMatch(again.text, /\d built/);
      assert.match(again.text, /\d present/);
    });
  });
}
