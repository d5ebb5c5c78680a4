import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { leftBehind } from "../../lib/left-behind.ts";

/** An engine with the networks of these names, `refusal` to those whose removal it refuses; `removed` are gone from it. */
function engine(refusals: Readonly<Record<string, string | undefined>>) {
  const networks = new Map(Object.entries(refusals));
  const lines = () => [...networks.keys()].map((name) => `+ networks: ${name} ${name}`);
  const docker = {
    listNetworks: async () => [...networks.keys()].map((name) => ({ Name: `flowtally-test-${name}`, Id: name })),
    getNetwork: (name: string) => ({
      inspect: async () => ({}),
      remove: async () => {
        const refusal = networks.get(name);
        if (refusal !== undefined) throw new Error(refusal);
        networks.delete(name);
      },
    }),
  };
  return { docker: docker as never, look: async () => lines() };
}

describe("what tests have left", () => {
  it("is nothing where all is as before", async () => {
    const { docker, look } = engine({});
    assert.deepEqual(await leftBehind(look, docker, 0), { left: [], stuck: [] });
  });

  it("is a network too that could have been removed, and is by the way", async () => {
    const { docker, look } = engine({ leaked: undefined });
    assert.deepEqual((await leftBehind(look, docker, 0)).left, ["+ networks: leaked leaked"]);
    assert.deepEqual(await look(), []);
  });

  it("is no network that the engine keeps by mistake", async () => {
    const { docker, look } = engine({ kept: "network kept has active endpoints" });
    assert.deepEqual(await leftBehind(look, docker, 0), { left: [], stuck: ["kept"] });
  });

  it("is not known where nobody could look, which is said", async () => {
    const { docker } = engine({});
    await assert.rejects(
      leftBehind(() => Promise.reject(new Error("no engine")), docker, 0),
      ({ cause }: Error) => cause instanceof Error && cause.message === "no engine",
    );
  });
});
