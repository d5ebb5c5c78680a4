import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { createDocker } from "../../start/lib/docker.ts";
import { createHost } from "../../start/lib/host.ts";
import { listContainers } from "../../start/stack/containers.ts";
import { addressesOf, answersUnderForeignName } from "./lib/addresses.ts";
import { eventually } from "./lib/eventually.ts";
import { containerOf, LAYOUT, NAMES, prometheus, removeStack, testLauncher, writeSettings } from "./lib/test-stack.ts";

interface Notification {
  status: string;
  alerts: { status: string; labels: Record<string, string> }[];
}

const docker = createDocker(createHost());
const received: { path: string; notification: Notification }[] = [];

/** The receiver of a user, on this machine: it takes what is posted to it. */
const receiver = createServer(async (request, response) => {
  let text = "";
  for await (const chunk of request) text += String(chunk);
  received.push({ path: `${request.method} ${request.url}`, notification: JSON.parse(text) as Notification });
  response.end();
});

let folder = "";
let config = "";

async function startWith(url: string): Promise<void> {
  await writeSettings(config, { ALERT_WEBHOOK_URL: url });
  const { exitCode, text } = await testLauncher("--config", config);
  assert.equal(exitCode, 0, text);
}

async function alertmanager() {
  return (await listContainers(docker, NAMES.project)).find(({ service }) => service === "alertmanager");
}

describe("the receiver of alerts", () => {
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "flowtally-receiver-"));
    config = path.join(folder, "receiver.monitoring");
    await new Promise<void>((resolve) => receiver.listen(0, resolve));
    await testLauncher("stop");
    await startWith(`http://host.docker.internal:${(receiver.address() as AddressInfo).port}/hook/secret`);
  });
  after(async () => {
    await removeStack();
    receiver.close();
    receiver.closeAllConnections();
    await rm(folder, { recursive: true });
  });

  it("has least rights, and only Prometheus reaches the program that posts to it", async () => {
    const found = await alertmanager();
    assert.ok(found, "there is no Alertmanager");
    const container = docker.getContainer(found.id);
    const { Config, HostConfig } = await container.inspect();
    assert.deepEqual([Config.User, HostConfig.ReadonlyRootfs], ["60907:60907", true]);
    assert.deepEqual([HostConfig.CapDrop, HostConfig.CapAdd ?? []], [["ALL"], []]);
    assert.equal(HostConfig.Memory, 64 * 2 ** 20);
    assert.deepEqual(HostConfig.PortBindings ?? {}, {});
    const addresses = await addressesOf([container]);
    assert.ok(addresses.length >= 2, addresses.join(" "));
    assert.deepEqual(await answersUnderForeignName(addresses, [9093]), []);
    assert.equal((await prometheus.query('up{job="alertmanager"}'))[0]?.value, 1);
  });

  it("is named in one file that only the launcher's user and Alertmanager can read", async () => {
    assert.match(await readFile(LAYOUT.webhook, "utf8"), /secret$/);
    for (const file of [LAYOUT.env, LAYOUT.state, LAYOUT.startLog]) {
      assert.doesNotMatch(await readFile(file, "utf8"), /hook\/secret/, file);
    }
    for (const { id } of await listContainers(docker, NAMES.project)) {
      assert.doesNotMatch(JSON.stringify(await docker.getContainer(id).inspect()), /hook\/secret/);
    }
  });

  it("gets an alert that fires", async () => {
    await docker.getContainer(containerOf("cadvisor")).stop();
    const { path: asked, notification } = await eventually(180, () => {
      const one = received.find(({ notification: { alerts } }) =>
        alerts.some(({ labels }) => labels.alertname === "TargetDown" && labels.job === "cadvisor"),
      );
      assert.ok(one, `received: ${JSON.stringify(received)}`);
      return one;
    });
    assert.deepEqual([asked, notification.status], ["POST /hook/secret", "firing"]);
  });

  it("is gone, and Alertmanager with it, once the setting is empty", async () => {
    await startWith("");
    assert.equal(await alertmanager(), undefined);
    const { stdout } = await testLauncher("status", "--config", config);
    assert.doesNotMatch(stdout, /alertmanager/);
  });
});
