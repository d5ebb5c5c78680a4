import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { describe, test } from "node:test";
import { replay } from "../../../start/commands/replay.ts";
import { UsageError } from "../../../start/errors.ts";
import type { Host, RunOptions } from "../../../start/lib/host.ts";

const PROJECT = `${import.meta.dirname}/../../..`;

/** The environment of the exporter that `npm run replay` starts, which the user ends at once. */
async function exporterEnv(port?: string): Promise<Record<string, string> | undefined> {
  const stopped = new AbortController();
  let env: Record<string, string> | undefined;
  const run = async (_command: string, _args: readonly string[], options: RunOptions = {}) => {
    env = options.env;
    stopped.abort();
    throw new Error("aborted");
  };
  const host = { env: {}, run } as unknown as Host;
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const io = { host, projectRoot: PROJECT, stdout, stderr, signal: stopped.signal };
  await replay.run({ ...io, options: { port }, operand: "/there" });
  return env;
}

describe("the exporter of `npm run replay`", () => {
  test("answers at loopback only, at the port that was asked for", async () => {
    const env = await exporterEnv("9999");
    assert.deepEqual([env?.FLOW_LISTEN, env?.FLOW_PORT, env?.FLOW_RECORDING], ["127.0.0.1", "9999", "/there"]);
  });

  test("is not started at what is no port", async () => {
    for (const wrong of ["0", "65536", "99999", "abc", "80a", "-1", "1e3"]) {
      await assert.rejects(exporterEnv(wrong), new UsageError(`Port must be 1–65535, not "${wrong}".`));
    }
    assert.equal((await exporterEnv())?.FLOW_PORT, "9446");
  });
});
