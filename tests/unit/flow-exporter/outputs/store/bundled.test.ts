import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { bundleService } from "../../../../../start/images/bundle.ts";

const SERVICE = path.resolve(import.meta.dirname, "../../../../../exporters/flow-exporter");
const DEADLINE_MS = 20_000;

describe("the exporter bundled as in the image", () => {
  let folder: string;
  let main: string;
  let thread: string;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "flowtally-bundled-"));
    [main = "", thread = ""] = await bundleService(SERVICE, path.join(folder, "main.mjs"));
  });
  after(() => rm(folder, { recursive: true }));

  /** Runs it with a store until `condition` holds, then stops it. Returns what it has logged. */
  const runUntil = async (store: string, condition: (logged: string) => boolean): Promise<string> => {
    const env = { FLOW_PORT: "0", FLOW_LISTEN: "127.0.0.1", FLOW_PINS: folder, FLOW_STATE: folder, FLOW_STORE: store };
    const running = execa(process.execPath, [main], {
      env: { ...env, DOCKER_SOCKET: `${folder}/none` },
      reject: false,
    });
    let logged = "";
    running.stdout.on("data", (text) => {
      logged += text;
    });
    for (const end = performance.now() + DEADLINE_MS; !condition(logged); await sleep(50)) {
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
    assert.match(await readFile(thread, "utf8"), /node:sqlite/);
    assert.match(await readFile(thread, "utf8"), /SCRAM-SHA-256/);
    assert.doesNotMatch(await readFile(main, "utf8"), /node:sqlite|SCRAM-SHA-256/);
    assert.match(await readFile(path.join(SERVICE, "Dockerfile"), "utf8"), /^COPY \*\.mjs \/app\/$/m);
  });

  it("makes its database", async () => {
    const file = path.join(folder, "flows.db");
    const logged = await runUntil(file, () => isOpened(file));
    assert.match(logged, /"source":"store","msg":"source works"/);
  });

  it("says that a PostgreSQL is not there, and not its password", async () => {
    const isTold = (logged: string) => logged.includes('"source":"store"');
    const logged = await runUntil("postgres://me:s3cret@127.0.0.1:1/flows", isTold);
    assert.match(logged, /"source":"store","reason":"UNREACHABLE: connect ECONNREFUSED 127\.0\.0\.1:1"/);
    assert.doesNotMatch(logged, /s3cret/);
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
