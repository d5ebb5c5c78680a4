import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { eventually } from "../../../integration/lib/eventually.ts";
import { kubectl } from "../../lib/kubectl.ts";
import { deployAgent, exporterAddress, NAMESPACE } from "./agent.ts";

const KUBERNETES = ["kubelet", "kubernetes-services", "kubernetes-endpointslices"];

describe("the DaemonSet's pod", () => {
  let exporter: string;
  before(async () => {
    await deployAgent();
    exporter = await exporterAddress();
  });

  it("counts TCP and UDP by the rights that it has", async () => {
    await eventually(30, async () => {
      const { sources } = (await ask("/healthz")) as { sources: Record<string, unknown> };
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
    assert.equal(await kubectl(words), new URL(exporter).hostname);
  });

  async function ask(path: string): Promise<unknown> {
    const response = await fetch(`${exporter}${path}`, { signal: AbortSignal.timeout(10_000) });
    return response.json();
  }
});
