import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ensureOptionalName, names } from "../../../start/checks/names.ts";
import { readSettings } from "../../../start/settings/index.ts";
import { fakeDocker } from "../../fixtures/hosts/fake-docker.ts";
import { createFixtureHost } from "../../fixtures/hosts/fixture-host.ts";

const container = (name: string, project?: string) => ({
  Names: [`/${name}`],
  Labels: project === undefined ? {} : { "com.docker.compose.project": project },
  Ports: [],
  HostConfig: {},
});

const CONTAINERS = [container("prometheus", "flowtally"), container("second-guard", "flowtally"), container("web")];

function check(settings: string, containers = CONTAINERS) {
  const docker = fakeDocker({ containers });
  return names.run({ host: createFixtureHost("healthy"), settings: readSettings(settings), docker });
}

describe("the containers' names", () => {
  it("may be our own project's", async () => {
    assert.deepEqual(await check(""), { status: "ok", detail: "project flowtally" });
  });

  it("are taken where another project's container has one, whose project is named", async () => {
    const result = await check("FLOWTALLY_PROJECT=second");
    assert(result.status === "failed");
    assert.equal(result.code, "NAME_TAKEN");
    assert.equal(result.why, "prometheus is part of the Compose project flowtally");
    assert.match(result.fix, /FLOWTALLY_CONTAINER_PREFIX/);
    assert.equal((await check("", [container("prometheus"), container("grafana")])).status, "failed");
  });

  it("are a warning where only Grafana's is taken, and a fault once it is known to be started", async () => {
    const containers = [container("grafana")];
    const result = await check("", containers);
    assert(result.status === "warning");
    assert.equal(result.why, "grafana is not part of a Compose project");
    const settings = readSettings("");
    await assert.rejects(ensureOptionalName({ docker: fakeDocker({ containers }), settings }), { code: "NAME_TAKEN" });
    await ensureOptionalName({ docker: fakeDocker({ containers: [container("prometheus")] }), settings });
  });

  it("are looked up only for services that the settings ask for", async () => {
    const containers = [container("alertmanager")];
    assert.equal((await check("", containers)).status, "ok");
    assert.equal((await check("ALERT_WEBHOOK_URL=http://alerts.example/", containers)).status, "failed");
  });

  it("are looked up with the prefix", async () => {
    const named = "FLOWTALLY_PROJECT=second\nFLOWTALLY_CONTAINER_PREFIX=";
    assert.equal((await check(`${named}other-`)).status, "ok");
    const result = await check(`${named}second-`);
    assert(result.status === "failed");
    assert.equal(result.detail, "second-guard: used by other containers");
  });
});
