import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { leakReport } from "../../exporters/flow-exporter/dataset/leak.ts";
import { type Recording, rowsOf } from "../../exporters/flow-exporter/dataset/rows.ts";
import { collectRun, prepareRun, type RunRequest, recordingOf } from "../../start/dataset/record-run.ts";
import { LEAKING } from "../lib/dataset/leaking.ts";
import { orSkip } from "../lib/or-skip.ts";
import { addressOf, Containers, docker, surroundings } from "./dataset/containers.ts";
import { tracerLacks } from "./lib/tracer.ts";

const PORT = "5555";
const RECORD_MS = 12_000;
const MIN_ROWS = 100;

/** Sizes are drawn at random, so that whatever goes with them is a leak. */
describe("leaks in what is recorded", { skip: orSkip(await tracerLacks()) }, () => {
  let containers: Containers;
  let names: string[] = [];
  before(async () => {
    containers = await Containers.create();
    const server = await containers.run("leak-server", [], "/scripts/server.mjs", PORT, "1");
    const address = await addressOf(server);
    const client = (name: string) => containers.run(name, [], "/scripts/random-client.mjs", address, PORT);
    names = [await client("leak-one"), await client("leak-two")];
  });
  after(() => containers?.remove());

  for (const flow of ["tuple", "burst"] as const) {
    test(`are none, by ${flow}, and are found where they were put in`, async () => {
      const recording = await record(flow);
      const { rows } = rowsOf(recording);
      assert.ok(rows.length >= MIN_ROWS, `${rows.length} rows`);
      const report = leakReport(rows, { areSizesRandom: true });
      assert.deepEqual([report.verdict, report.leaks], ["clean", []]);
      for (const [name, leaking] of Object.entries(LEAKING)) {
        const { verdict } = leakReport(rowsOf(leaking(recording)).rows, { areSizesRandom: true });
        // CPU and memory of an interval say little of a flow in it, where much else goes on.
        if (!name.startsWith("counters")) assert.equal(verdict, "leaks", name);
      }
    });
  }

  async function record(flow: "tuple" | "burst"): Promise<Recording> {
    const words = {
      job: "leak",
      out: "",
      durationMs: RECORD_MS,
      flow,
      gapMs: 20,
      columns: "all",
      format: "csv",
    } as const;
    const signal = AbortSignal.timeout(10 * RECORD_MS);
    const request: RunRequest = { ...words, split: undefined, containers: names, signal };
    const prepared = await prepareRun(surroundings, request);
    const collected = await collectRun(docker, request, prepared);
    assert.equal(collected.reason, undefined);
    return recordingOf(request, prepared.machine, collected);
  }
});
