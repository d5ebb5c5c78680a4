import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, it, type TestContext } from "node:test";
import { StartError } from "../../../start/errors.ts";
import { DEBIAN_IMAGE, type ImageSpec } from "../../../start/images/catalogue.ts";
import type { EngineEvent } from "../../../start/images/engine.ts";
import { provide } from "../../../start/images/provide.ts";
import { type Behaviour, createFakeEngine, hang, refusal } from "./fake-engine.ts";
import { createFakeHost, createProject, createWorkshop } from "./fixture.ts";

const PROMETHEUS = { service: "prometheus", official: "prom/p:1", build: { folder: "p", seconds: 2 } } as const;
const CADVISOR = { service: "cadvisor", official: "ghcr.io/c:1", build: { folder: "c", seconds: 9 } } as const;
const TRACER = { service: "flow-tracer", build: { folder: "t", seconds: 1 } } as const;
const GRAFANA = { service: "grafana", official: "grafana/g:1" } as const;
const ALL: readonly ImageSpec[] = [GRAFANA, PROMETHEUS, CADVISOR, TRACER];

const OFFLINE: Behaviour = { ask: async () => Promise.reject(refusal(500, "no such host")) };
const NO_REGISTRY = "no registry reachable: no such host";

/** Images that stand for a machine which has Debian's image but no other. */
const DEBIAN = [DEBIAN_IMAGE];

async function createBench(t: TestContext, present: readonly string[], behaviour: Behaviour = {}) {
  const projectRoot = await createProject(t, ["p", "c", "t"]);
  const engine = createFakeEngine(present, behaviour);
  const workshop = createWorkshop(engine, projectRoot);
  const run = (catalogue: readonly ImageSpec[] = ALL, overrides = {}) => provide(workshop, catalogue, overrides);
  return { engine, workshop, projectRoot, run };
}

function done(calls: readonly string[], verb: string): string[] {
  return calls.flatMap((call) =>
    call.startsWith(`${verb} `) ? [call.slice(verb.length + 1).replace(/:[0-9a-f]{12}$/, "")] : [],
  );
}

describe("provide", () => {
  it("takes what is here and asks nobody", async (t) => {
    const { engine, run } = await createBench(t, ["prom/p:1", "grafana/g:1"]);
    const outcomes = await run([GRAFANA, PROMETHEUS]);
    assert.deepEqual(outcomes, [
      { service: "grafana", reference: "grafana/g:1", sizeBytes: 1_000, origin: "present", seconds: 0 },
      { service: "prometheus", reference: "prom/p:1", sizeBytes: 1_000, origin: "present", seconds: 0 },
    ]);
    assert.deepEqual(engine.calls, []);
  });

  it("pulls what is not here, and builds nothing for it", async (t) => {
    const { engine, run } = await createBench(t, []);
    const outcomes = await run([PROMETHEUS, GRAFANA]);
    assert.deepEqual(
      outcomes.map(({ service, reference, origin }) => [service, reference, origin]),
      [
        ["prometheus", "prom/p:1", "pulled"],
        ["grafana", "grafana/g:1", "pulled"],
      ],
    );
    assert.deepEqual(done(engine.calls, "build"), []);
  });

  it("builds without a registry, says why, and leaves out what nobody can build", async (t) => {
    const { engine, run } = await createBench(t, DEBIAN, OFFLINE);
    const outcomes = await run();
    assert.deepEqual(
      outcomes.map(({ service, origin, reason }) => [service, origin, reason]),
      [
        ["grafana", "missing", NO_REGISTRY],
        ["prometheus", "built", NO_REGISTRY],
        ["cadvisor", "built", NO_REGISTRY],
        ["flow-tracer", "built", undefined],
      ],
    );
    assert.deepEqual(done(engine.calls, "pull"), []);
  });

  it("builds the builder first, then the two longest side by side, and removes the stages at the end", async (t) => {
    const two = Promise.withResolvers<void>();
    const begun: string[] = [];
    const build: Behaviour["build"] = async function* ({ tag }) {
      if (!tag.startsWith("test/builder:") && begun.push(tag) === 2) two.resolve();
      if (begun.length > 0) await two.promise;
      yield { stream: "Step 1/1 : FROM scratch\n" };
    };
    const { engine, run } = await createBench(t, DEBIAN, { ...OFFLINE, build });
    await run();
    const [first, ...rest] = done(engine.calls, "build");
    assert.equal(first, "test/builder");
    assert.deepEqual(rest.slice(0, 2).sort(), ["test/cadvisor", "test/prometheus"]);
    assert.deepEqual(rest.slice(2), ["test/flow-tracer"]);
    assert.equal(engine.calls.at(-1), "prune org.flowtally.stage=build");
  });

  it("finds what it built again, and builds anew what has changed, without the old tag staying", async (t) => {
    const { engine, run, projectRoot } = await createBench(t, DEBIAN, OFFLINE);
    const [first] = await run([TRACER]);
    const [second] = await run([TRACER]);
    assert.deepEqual([second?.origin, second?.reference], ["present", first?.reference]);
    await writeFile(path.join(projectRoot, "t/Dockerfile"), "FROM other");
    const [third] = await run([TRACER]);
    assert.equal(third?.origin, "built");
    assert.deepEqual(await engine.tags("test/flow-tracer"), [third.reference]);
  });

  it("has the same tags whatever certificates the host trusts, and hands these to every build", async (t) => {
    const { projectRoot } = await createBench(t, []);
    const built = async (bundle: string) => {
      const host = createFakeHost({ readText: async () => bundle });
      const engine = createFakeEngine(DEBIAN, OFFLINE);
      const [outcome] = await provide(createWorkshop(engine, projectRoot, { host }), [TRACER], {});
      assert.deepEqual(
        engine.contexts.map((context) => context.includes(bundle)),
        [true, true],
      );
      return outcome?.reference;
    };
    assert.equal(await built("one authority"), await built("another authority"));
  });

  it("falls back to building when a pull fails, and keeps the reason", async (t) => {
    const pull = async function* (): AsyncIterable<EngineEvent> {
      yield { status: "Downloading" };
      throw new Error("unexpected EOF");
    };
    const { run } = await createBench(t, DEBIAN, { pull });
    const [outcome] = await run([PROMETHEUS]);
    assert.deepEqual([outcome?.origin, outcome?.reason], ["built", "pull of prom/p:1 failed: unexpected EOF"]);
  });

  it("pulls an image named by the user, with a tag, and never replaces it by one built here", async (t) => {
    const { engine, run } = await createBench(t, DEBIAN, OFFLINE);
    const [outcome] = await run([PROMETHEUS], { prometheus: "127.0.0.1:5000/mine" });
    assert.deepEqual([outcome?.reference, outcome?.origin], ["127.0.0.1:5000/mine:latest", "missing"]);
    assert.deepEqual(engine.calls, ["ask 127.0.0.1:5000/mine:latest"]);
  });
});

describe("provide, when a build fails", () => {
  const failing = (message: string): Behaviour => ({
    ...OFFLINE,
    build: async function* ({ tag }, signal) {
      yield { stream: "Step 2/3 : RUN go build\n" };
      yield { stream: "\u001b[91mmain.go:3: syntax error\u001b[0m\n" };
      if (tag.startsWith("test/cadvisor:")) throw new Error(message);
      if (!tag.startsWith("test/builder:")) await hang(signal);
    },
  });

  const errorOf = async (promise: Promise<unknown>) => {
    const error = await promise.then(() => undefined).catch((reason: unknown) => reason);
    assert.ok(error instanceof StartError, String(error));
    return error;
  };

  it("names the service and shows its last lines, once all other builds have ended", async (t) => {
    const { engine, run } = await createBench(t, DEBIAN, failing("returned a non-zero code: 1"));
    const error = await errorOf(run());
    assert.equal(error.code, "IMAGE_BUILD_FAILED");
    assert.match(error.explanation.what, /cadvisor/);
    assert.match(error.explanation.why, /non-zero code: 1\n.*go build\nmain\.go:3: syntax error$/);
    assert.equal(engine.calls.at(-1), "prune org.flowtally.stage=build");
    assert.deepEqual(await engine.tags("test/prometheus"), []);
  });

  it("says so when the disk is full", async (t) => {
    const { run } = await createBench(t, DEBIAN, failing("write /tmp/x: no space left on device"));
    assert.equal((await errorOf(run())).code, "DISK_FULL");
  });

  it("stops when it is aborted", async (t) => {
    const controller = new AbortController();
    const projectRoot = await createProject(t, ["p", "c", "t"]);
    const build: NonNullable<Behaviour["build"]> = async function* (_, signal) {
      setImmediate(() => controller.abort(new Error("interrupted")));
      yield { stream: "Step 1/1 : RUN sleep\n" };
      await hang(signal);
    };
    const engine = createFakeEngine(DEBIAN, { ...OFFLINE, build });
    const workshop = createWorkshop(engine, projectRoot, { signal: controller.signal });
    await assert.rejects(provide(workshop, ALL, {}), /interrupted/);
    assert.deepEqual(done(engine.calls, "build"), ["test/builder"]);
  });
});
