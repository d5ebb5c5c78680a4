import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createRegistryProbe, probeRegistry, registryOf } from "../../../start/images/registry.ts";
import { createFakeEngine, hang, refusal } from "./fake-engine.ts";

const image = "registry.test/x:1";
const never = () => new AbortController().signal;

describe("probing a container registry", () => {
  it("takes a found image as an answer", async () => {
    assert.deepEqual(await probeRegistry(createFakeEngine(), image, never()), { answers: true });
  });

  for (const status of [401, 403, 404]) {
    it(`takes a refusal with ${status} as an answer: somebody is there`, async () => {
      const engine = createFakeEngine([], { ask: async () => Promise.reject(refusal(status, "no")) });
      assert.deepEqual(await probeRegistry(engine, image, never()), { answers: true });
    });
  }

  it("gives the engine's reason when the registry cannot be reached", async () => {
    const ask = async () => Promise.reject(refusal(500, 'Get "https://x/v2/": dial tcp: no such host'));
    const answer = await probeRegistry(createFakeEngine([], { ask }), image, never());
    assert.deepEqual(answer, { answers: false, reason: "no registry reachable: no such host" });
  });

  it("stops waiting for a registry that hangs", async () => {
    const engine = createFakeEngine([], { ask: (_, signal) => hang(signal) });
    const answer = await probeRegistry(engine, image, never(), 30);
    assert.deepEqual(answer, { answers: false, reason: "no registry reachable: no answer within 0.03 s" });
  });

  it("ends with the caller's reason when the caller aborts", async () => {
    const controller = new AbortController();
    const engine = createFakeEngine([], { ask: (_, signal) => hang(signal) });
    const probing = probeRegistry(engine, image, controller.signal, 60_000);
    controller.abort(new Error("interrupted"));
    await assert.rejects(probing, /interrupted/);
  });

  it("asks each registry once, however many images it has", async () => {
    const engine = createFakeEngine();
    const ask = createRegistryProbe(engine, never());
    await Promise.all(["prom/a:1", "prom/b:1", "ghcr.io/c/d:1", "ghcr.io/e:1"].map(ask));
    assert.deepEqual(engine.calls, ["ask prom/a:1", "ask ghcr.io/c/d:1"]);
  });
});

describe("registryOf", () => {
  const cases = {
    "prom/prometheus:v2": "docker.io",
    "debian:trixie": "docker.io",
    "ghcr.io/a/b:1": "ghcr.io",
    "localhost/a:1": "localhost",
    "127.0.0.1:5000/a:1": "127.0.0.1:5000",
  };
  for (const [reference, registry] of Object.entries(cases)) {
    it(`finds ${registry} in ${reference}`, () => assert.equal(registryOf(reference), registry));
  }
});
