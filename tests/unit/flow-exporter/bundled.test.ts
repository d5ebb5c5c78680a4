import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { bundleService } from "../../../start/images/bundle.ts";
import { ApiServer } from "./lib/api-server.ts";
import { createAuthority, createServerCertificate } from "./lib/certificates.ts";
import { writeKubeconfig } from "./lib/kubeconfig.ts";
import { Observer } from "./sources/hubble/lib/observer.ts";

const SERVICE = path.resolve(import.meta.dirname, "../../../exporters/flow-exporter");
const DEADLINE_MS = 20_000;
const SOURCES = ["kubernetes-services", "kubernetes-endpointslices"];

describe("the exporter bundled as in the image", () => {
  let folder: string;
  let main: string;
  let hubble: string;
  let hubbleRead: string;
  let kubernetes: string;
  let store: string;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "flowtally-bundled-"));
    const files = await bundleService(SERVICE, path.join(folder, "main.mjs"));
    main = files[0] ?? "";
    const threadOf = (name: string) => files.find((file) => file.endsWith(`/${name}.thread.mjs`)) ?? "";
    [hubble, hubbleRead] = [threadOf("hubble"), threadOf("hubble-read")];
    [kubernetes, store] = [threadOf("kubernetes"), threadOf("store")];
  });
  after(() => rm(folder, { recursive: true }));

  /** Runs it until it listens, when it takes signals, and `condition` holds, then stops it. Returns what it has logged. */
  const runUntil = async (
    settings: Record<string, string>,
    condition: (logged: string) => boolean,
  ): Promise<string> => {
    const env = { FLOW_PORT: "0", FLOW_LISTEN: "127.0.0.1", FLOW_PINS: folder, FLOW_STATE: folder, ...settings };
    const running = execa(process.execPath, [main], {
      env: { ...env, DOCKER_SOCKET: `${folder}/none` },
      reject: false,
    });
    let logged = "";
    running.stdout.on("data", (text) => {
      logged += text;
    });
    const isReady = () => logged.includes('"msg":"listening"') && condition(logged);
    for (const end = performance.now() + DEADLINE_MS; !isReady(); await sleep(50)) {
      if (performance.now() < end) continue;
      running.kill("SIGKILL");
      assert.fail(logged);
    }
    running.kill("SIGTERM");
    const { exitCode, stdout } = await running;
    assert.equal(exitCode, 0, stdout);
    return stdout;
  };

  it("has the databases in the file of the thread, which the image takes in, and only there", async () => {
    assert.match(await readFile(store, "utf8"), /node:sqlite/);
    assert.match(await readFile(store, "utf8"), /SCRAM-SHA-256/);
    assert.doesNotMatch(await readFile(main, "utf8"), /node:sqlite|SCRAM-SHA-256/);
    assert.match(await readFile(path.join(SERVICE, "Dockerfile"), "utf8"), /^COPY \*\.mjs \/app\/$/m);
  });

  it("makes its database", async () => {
    const file = path.join(folder, "flows.db");
    const logged = await runUntil({ FLOW_STORE: file }, () => isOpened(file));
    assert.match(logged, /"source":"store","msg":"source works"/);
  });

  it("says that a PostgreSQL is not there, and not its password", async () => {
    const isTold = (logged: string) => logged.includes('"source":"store"');
    const settings = { FLOW_STORE: "postgres://me:s3cret@127.0.0.1:1/flows", FLOW_NODE: "a" };
    const logged = await runUntil(settings, isTold);
    assert.match(logged, /"source":"store","reason":"UNREACHABLE: connect ECONNREFUSED 127\.0\.0\.1:1"/);
    assert.doesNotMatch(logged, /s3cret/);
  });

  it("has the observer in the file of its thread, without a library for gRPC", async () => {
    assert.match(await readFile(hubble, "utf8"), /grpc\.health\.v1/);
    assert.doesNotMatch(await readFile(hubble, "utf8"), /node_modules\/@grpc\/grpc-js/);
    assert.doesNotMatch(await readFile(main, "utf8"), /grpc\.health\.v1/);
    const logged = await runUntil({ HUBBLE_LISTEN: "127.0.0.1:0" }, (text) => text.includes('"source":"hubble"'));
    assert.match(logged, /"source":"hubble","msg":"source works"/);
  });

  it("has Kubernetes' client in the file of its thread, and only there", async () => {
    assert.match(await readFile(kubernetes, "utf8"), /current-context/);
    assert.doesNotMatch(await readFile(main, "utf8"), /current-context/);
    assert.doesNotMatch(
      await readFile(kubernetes, "utf8"),
      /node_modules\/undici/,
      "what we ask by ourselves is left out",
    );
  });

  it("watches an API server as a kubeconfig says, and ends when it is told to", async () => {
    const authority = createAuthority("cluster");
    const server = await new ApiServer(createServerCertificate("127.0.0.1", authority)).start();
    try {
      const kubeconfig = await writeKubeconfig(folder, { server: server.url, ca: authority.certificate });
      const isWatched = (logged: string) => SOURCES.every((name) => logged.includes(`"${name}","msg":"source works"`));
      const logged = await runUntil({ KUBERNETES_API: kubeconfig }, isWatched);
      assert.doesNotMatch(logged, /"source":"kubernetes-[a-z]+","reason"/);
    } finally {
      await server.close();
    }
  });

  it("says that no API server is there, and goes on", async () => {
    const authority = createAuthority("cluster");
    const kubeconfig = await writeKubeconfig(folder, { server: "https://127.0.0.1:1", ca: authority.certificate });
    const isTold = (logged: string) => SOURCES.every((name) => logged.includes(`"source":"${name}"`));
    const logged = await runUntil({ KUBERNETES_API: kubeconfig }, isTold);
    assert.match(logged, /"source":"kubernetes-services","reason":"no API server can be reached: connect ECONNREFUSED/);
  });

  it("has gRPC and Hubble's messages in the file of the thread that reads it, and only there", async () => {
    assert.match(await readFile(hubbleRead, "utf8"), /message GetFlowsRequest/);
    assert.doesNotMatch(await readFile(main, "utf8"), /message GetFlowsRequest|ServerInterceptingCall/);
  });

  it("reads an observer of Hubble's, and says that a file is not there, and goes on", async () => {
    const observer = await new Observer().start();
    const origin = `hubble:${observer.address}`;
    const isTold = (logged: string) =>
      logged.includes(`"source":"${origin}","msg":"source works"`) &&
      logged.includes('"source":"hubble-file:/nowhere"');
    const logged = await runUntil({ FLOW_SOURCES: `kernel,${origin},hubble-file:/nowhere` }, isTold);
    assert.match(logged, /"source":"hubble-file:\/nowhere","reason":"there is no such file: ENOENT/);
    observer.stop();
  });
});

function isOpened(file: string): boolean {
  if (!existsSync(file)) return false;
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    return (
      database.prepare("SELECT count(*) AS found FROM sqlite_master WHERE name = 'transactions'").get()?.found === 1
    );
  } catch {
    return false;
  } finally {
    database.close();
  }
}
