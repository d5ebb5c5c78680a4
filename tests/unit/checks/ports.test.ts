import assert from "node:assert/strict";
import { createServer } from "node:net";
import { describe, it } from "node:test";
import type { RunningContainer } from "../../../start/checks/docker-client.ts";
import { ensureOptionalPort, ports } from "../../../start/checks/ports.ts";
import type { Finding } from "../../../start/checks/types.ts";
import { createHost } from "../../../start/lib/host.ts";
import { readSettings } from "../../../start/settings/index.ts";
import { fakeDocker } from "../../fixtures/hosts/fake-docker.ts";
import { createFixtureHost } from "../../fixtures/hosts/fixture-host.ts";

function container(options: Partial<RunningContainer> & { project?: string; service?: string }): RunningContainer {
  const { project = "other", service = "web", ...rest } = options;
  return {
    Names: [`/${service}`],
    Labels: { "com.docker.compose.project": project, "com.docker.compose.service": service },
    Ports: [],
    HostConfig: { NetworkMode: "bridge" },
    ...rest,
  };
}

async function checkPorts(machine: string, containers: RunningContainer[] = []): Promise<Finding> {
  const host = createFixtureHost(machine);
  return ports.run({ host, settings: readSettings(""), docker: fakeDocker({ containers }) });
}

describe("the ports", () => {
  it("say that they are another user's where /proc does not show whose", async () => {
    const result = await checkPorts("busy-port");
    assert(result.status === "failed");
    assert.equal(result.why, "9090 is held by another user's process\n3000 is held by another user's process");
    assert.match(result.fix, /PROMETHEUS_PORT, GRAFANA_PORT/);
  });

  it("name a container that publishes one, even without a listener of its own", async () => {
    const result = await checkPorts("healthy", [container({ Ports: [{ PublicPort: 8080 }] })]);
    assert(result.status === "failed");
    assert.equal(result.why, "8080 is held by container web");
  });

  it("may be held by our own containers, published or on the host's network", async () => {
    const project = "flowtally";
    const own = [
      container({ project, service: "prometheus", Ports: [{ PublicPort: 9090 }] }),
      container({ project, service: "grafana", HostConfig: { NetworkMode: "host" } }),
    ];
    assert.equal((await checkPorts("busy-port", own)).status, "ok");
  });

  it("are busy when another project's stack holds them", async () => {
    const other = container({ project: "flowtally", service: "prometheus", Ports: [{ PublicPort: 9090 }] });
    const settings = readSettings("FLOWTALLY_PROJECT=second");
    const docker = fakeDocker({ containers: [other] });
    const result = await ports.run({ host: createFixtureHost("healthy"), settings, docker });
    assert(result.status === "failed");
    assert.equal(result.why, "9090 is held by container prometheus");
  });

  it("are a warning where only Grafana's is busy, and a fault once it is known to be started", async () => {
    const holding = (PublicPort: number, options = {}) => {
      const docker = fakeDocker({ containers: [container({ Ports: [{ PublicPort }], ...options })] });
      return { host: createFixtureHost("healthy"), settings: readSettings(""), docker };
    };
    const result = await ports.run(holding(3000));
    assert(result.status === "warning");
    assert.equal(result.why, "3000 is held by container web");
    assert.match(result.fix, /GRAFANA_PORT/);
    await assert.rejects(ensureOptionalPort(holding(3000)), { code: "PORT_BUSY" });
    const other = { ...holding(3000), config: "other.monitoring" };
    for (const fix of [
      ((await ports.run(other)) as { fix: string }).fix,
      await ensureOptionalPort(other).catch(({ explanation }) => explanation.fix),
    ])
      assert.equal(fix, "stop it, or set GRAFANA_PORT to another port in other.monitoring");
    assert.match(result.fix, /in config\.monitoring$/);
    await ensureOptionalPort(holding(3000, { project: "flowtally", service: "grafana" }));
    await ensureOptionalPort(holding(9090));
  });

  it("are busy when our container runs, but on another port", async () => {
    const own = container({ project: "flowtally", service: "prometheus", Ports: [{ PublicPort: 9091 }] });
    assert.equal((await checkPorts("busy-port", [own])).status, "failed");
  });

  it("are looked up on the real machine: this process is found by pid", async (t) => {
    const server = createServer().listen(0, "127.0.0.1");
    t.after(() => server.close());
    await new Promise((resolve) => server.once("listening", resolve));
    const address = server.address();
    assert(address !== null && typeof address === "object");
    const settings = { ...readSettings(""), PROMETHEUS_PORT: address.port };
    const result = await ports.run({ host: createHost(), settings, docker: fakeDocker() });
    assert(result.status === "failed");
    assert.match(result.why, new RegExp(`${address.port} is held by pid ${process.pid} \\(.+\\)`));
  });
});
