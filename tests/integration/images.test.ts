import assert from "node:assert/strict";
import { createWriteStream } from "node:fs";
import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import net, { type AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { after, before, describe, it, type TestContext } from "node:test";
import { StartError } from "../../start/errors.ts";
import { builderTags } from "../../start/images/builder.ts";
import { BUILDER_FOLDER, type ImageSpec } from "../../start/images/catalogue.ts";
import { packContext } from "../../start/images/context.ts";
import { createEngine } from "../../start/images/engine.ts";
import { provideImages } from "../../start/images/index.ts";
import { createDocker } from "../../start/lib/docker.ts";
import { createHost } from "../../start/lib/host.ts";
import { orSkip } from "../lib/or-skip.ts";
import { eventually } from "./lib/eventually.ts";

const host = createHost();
const docker = createDocker(host);
const namespace = `flowtally-test-${process.pid}`;
const testLabel = `org.flowtally.test=${namespace}`;
const noEngine = await docker.ping().then(
  () => undefined,
  () => "needs a Docker engine",
);

describe("images on the real engine", { skip: orSkip(noEngine) }, () => {
  let projectRoot: string;

  before(async () => {
    projectRoot = await mkdtemp(path.join(os.tmpdir(), namespace));
    await writeProject(projectRoot, BUILDER_FOLDER, { Dockerfile: "FROM scratch", "packages.txt": "" });
    await importBuilder(projectRoot);
  });

  after(async () => {
    for (const service of ["builder", "node-exporter"]) {
      const engine = createEngine(docker);
      for (const tag of await engine.tags(`${namespace}/${service}`)) await engine.remove(tag);
    }
    // The stage of a build that was stopped is in use until its container has gone.
    await eventually(20, async () => {
      for (const id of await stagesLeft()) await docker.getImage(id).remove();
    });
    await rm(projectRoot, { recursive: true });
  });

  it("builds what a hanging registry does not give, finds it again, and leaves no stage behind", async (t) => {
    const registry = await listenAndNeverAnswer(t);
    await writeDockerfile(projectRoot, "COPY hello /hello");
    const catalogue: ImageSpec[] = [{ ...TINY, official: `127.0.0.1:${registry.port}/tiny:1` }];

    const [built] = await provide(catalogue);
    assert.equal(built?.origin, "built");
    assert.equal(built.reason, "no registry reachable: no answer within 4 s");
    assert.ok(built.seconds < 10, `${built.seconds} s for a build of one file`);
    assert.equal((await docker.getImage(built.reference).inspect()).Config.Labels?.title, "tiny");
    assert.deepEqual(await stagesLeft(), []);

    const asked = registry.connections();
    assert.ok(asked > 0, "the engine never asked the registry");
    const [again] = await provide(catalogue);
    assert.deepEqual([again?.origin, again?.reference], ["present", built.reference]);
    assert.equal(registry.connections(), asked);
  });

  it("replaces its older tag when what goes in has changed", async () => {
    await writeDockerfile(projectRoot, "COPY hello /one");
    const [first] = await provide([TINY]);
    await writeDockerfile(projectRoot, "COPY hello /two");
    const [second] = await provide([TINY]);
    assert.notEqual(second?.reference, first?.reference);
    assert.deepEqual(await createEngine(docker).tags(`${namespace}/node-exporter`), [second?.reference]);
  });

  it("names a build that fails, shows its last words, and leaves no container", async () => {
    await writeDockerfile(projectRoot, "RUN echo the compiler is missing >&2; exit 3");
    await assert.rejects(provide([TINY]), (error) => {
      assert.ok(error instanceof StartError);
      assert.equal(error.code, "IMAGE_BUILD_FAILED");
      assert.match(error.explanation.why, /returned a non-zero code: 3\n[\s\S]*the compiler is missing/);
      return true;
    });
    assert.deepEqual(await containersLeft(), []);
  });

  it("stops a build when aborted, and leaves no container", async () => {
    await writeDockerfile(projectRoot, "RUN sleep 600");
    const controller = new AbortController();
    const building = provide([TINY], controller.signal);
    const outcome = assert.rejects(building, /interrupted/);
    await eventually(20, async () => assert.equal((await containersLeft()).length, 1));
    controller.abort(new Error("interrupted"));
    await outcome;
    await eventually(20, async () => assert.deepEqual(await containersLeft(), []));
  });

  function provide(catalogue: ImageSpec[], signal = new AbortController().signal) {
    return provideImages({ docker, host, projectRoot, namespace, catalogue, signal });
  }
});

const TINY: ImageSpec = { service: "node-exporter", build: { folder: "tiny", seconds: 1 } };

function writeDockerfile(root: string, instruction: string): Promise<void> {
  const [key, value] = testLabel.split("=");
  const lines = [
    "ARG BUILDER",
    "FROM $" + "{BUILDER} AS build",
    `LABEL org.flowtally.stage=build ${key}=${value}`,
    instruction,
    "FROM scratch",
    "LABEL title=tiny",
    "COPY --from=build / /",
  ];
  return writeProject(root, "tiny", { Dockerfile: lines.join("\n"), hello: "hello" });
}

async function writeProject(root: string, folder: string, files: Record<string, string>): Promise<void> {
  await mkdir(path.join(root, folder), { recursive: true });
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(root, folder, name), text);
}

/** A builder of a shell and `sleep`, taken from this host: enough for RUN, and made in a second. */
async function importBuilder(root: string): Promise<void> {
  const { builder } = await builderTags(root, namespace, host.arch);
  const archive = path.join(root, "builder.tar");
  const programs = ["/bin/sh", "/bin/sleep"];
  const linked = await host.run("ldd", programs);
  const libraries = linked.stdout.match(/\/\S+\.so\S*/g) ?? [];
  const names = [...new Set([...programs, ...libraries])];
  const files = await Promise.all(names.map(async (name) => ({ name: name.slice(1), file: await realpath(name) })));
  await pipeline(packContext(files, {}), createWriteStream(archive));
  for await (const _ of createEngine(docker).import(builder, archive, new AbortController().signal));
}

/** A registry that takes every connection and never says a word. */
async function listenAndNeverAnswer(t: TestContext) {
  let connections = 0;
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    connections++;
    sockets.add(socket.on("error", () => {}));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, connections: () => connections };
}

async function stagesLeft(): Promise<string[]> {
  const filters = JSON.stringify({ dangling: ["true"], label: [testLabel] });
  return (await docker.listImages({ filters })).map(({ Id }) => Id);
}

async function containersLeft(): Promise<string[]> {
  const filters = JSON.stringify({ label: [testLabel] });
  return (await docker.listContainers({ all: true, filters })).map(({ Id }) => Id);
}
