import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import type { Health } from "../../../../exporters/flow-exporter/outputs/http/answers.ts";
import { eventually } from "../../../integration/lib/eventually.ts";
import { type Agent, agents, ask, deployAgent, NAMESPACE } from "../../lib/agent.ts";
import { kubectl } from "../../lib/kubectl.ts";

const KUBERNETES = ["kubelet", "kubernetes-services", "kubernetes-endpointslices"];

describe("the DaemonSet's pod", () => {
  let agent: Agent;
  before(async () => {
    await deployAgent();
    [agent] = (await agents()) as [Agent];
  });

  it("counts TCP and UDP by the rights that it has", async () => {
    await eventually(30, async () => {
      const { sources } = await ask<Health>(agent, "/healthz");
      for (const name of ["flow-tracer", "owners", "closed-flows", "processes", "cgroups", "udp", ...KUBERNETES])
        assert.deepEqual(sources[name], { up: true, reason: "" }, name);
    });
  });

  it("is found by the service, for Prometheus", async () => {
    const words = [
      "get",
      "endpointslices",
      `--namespace=${NAMESPACE}`,
      "--output=jsonpath={.items[*].endpoints[*].addresses[0]}",
    ];
    assert.equal(await kubectl(words), new URL(agent.url).hostname);
  });
});
