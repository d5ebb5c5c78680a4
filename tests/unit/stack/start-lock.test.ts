import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, it, type TestContext } from "node:test";
import { execa } from "execa";
import { createHost } from "../../../start/lib/host.ts";
import { takeStartLock } from "../../../start/stack/start-lock.ts";

const host = createHost();
const START = path.join(import.meta.dirname, "../../../start");

async function lockFile(t: TestContext): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), "flowtally-lock-"));
  t.after(() => rm(folder, { recursive: true }));
  return path.join(folder, "start.lock");
}

/** Another process that tries to take the lock, says what came of it, and lives until it is killed. */
function otherStart(file: string) {
  const [lock, lib] = ["stack/start-lock.ts", "lib/host.ts"].map((name) => JSON.stringify(path.join(START, name)));
  const script = `
    import { takeStartLock } from ${lock};
    import { createHost } from ${lib};
    const taken = takeStartLock(createHost(), ${JSON.stringify(file)});
    console.log(await taken.then(() => "taken", ({ code }) => code));
    setInterval(() => {}, 60_000);`;
  const child = execa(process.execPath, ["--input-type=module-typescript", "--eval", script], { reject: false });
  const said = new Promise<string>((resolve, reject) => {
    child.stdout.once("data", (data) => resolve(`${data}`.trim()));
    void child.then(({ stderr }) => reject(new Error(stderr)));
  });
  return { child, said };
}

describe("the lock of a start", () => {
  it("is one process's at a time, whose id and time the other one is told", async (t) => {
    const file = await lockFile(t);
    const { child, said } = otherStart(file);
    t.after(() => child.kill("SIGKILL"));
    assert.equal(await said, "taken");
    await assert.rejects(
      takeStartLock(host, file),
      (error: Error & { code?: string; explanation?: { why: string } }) => {
        assert.equal(error.code, "START_RUNNING");
        assert.match(
          error.message,
          new RegExp(`^Another npm start \\(pid ${child.pid}\\) is running: it began at \\d{4}-`),
        );
        return true;
      },
    );
    assert.deepEqual(await readdir(path.dirname(file)), ["start.lock"]);
  });

  it("is taken over from one that was killed", async (t) => {
    const file = await lockFile(t);
    const { child, said } = otherStart(file);
    assert.equal(await said, "taken");
    child.kill("SIGKILL");
    await child;
    const lock = await takeStartLock(host, file);
    assert.match(await readFile(file, "utf8"), new RegExp(`"pid":${process.pid},`));
    await lock.release();
    assert.deepEqual(await readdir(path.dirname(file)), []);
  });

  it("is not a process's that has got the same id since, nor anybody's where its file makes no sense", async (t) => {
    const file = await lockFile(t);
    for (const text of [
      '{"pid":1,"beganTicks":"no","since":"2026-01-01T00:00:00.000Z"}',
      "",
      "{",
      "[]",
      '{"pid":"1"}',
    ]) {
      await writeFile(file, text);
      await (await takeStartLock(host, file)).release();
    }
  });

  it("is one of many's that come at once and find a stale one", async (t) => {
    const file = await lockFile(t);
    await writeFile(file, "{}");
    const others = Array.from({ length: 4 }, () => otherStart(file));
    t.after(() => {
      for (const { child } of others) child.kill("SIGKILL");
    });
    const said = await Promise.all(others.map((other) => other.said));
    assert.deepEqual(said.toSorted(), [...Array(3).fill("START_RUNNING"), "taken"]);
  });
});
