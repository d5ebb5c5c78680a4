import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import type { ContainersPage } from "../../exporters/flow-exporter/outputs/http/answers.ts";
import { createSyntheticHost } from "../bench/readers/synthetic.ts";
import { type Engine, startEngine } from "../unit/flow-exporter/lib/engine.ts";
import { type LoneExporter, startAlone } from "./exporter/alone.ts";
import { type Clock, createClock } from "./exporter/clock.ts";
import { type Heart, startHeart } from "./exporter/heart.ts";
import { scrape } from "./exporter/scrape.ts";
import { eventually } from "./lib/eventually.ts";

const MONTH_MS = 30 * 86_400_000;

describe("flow-exporter and a clock that is set", () => {
  let folder: string;
  let clock: Clock;
  let engine: Engine;
  let exporter: LoneExporter;
  let heart: Heart;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "flowtally-clock-"));
    clock = await createClock(folder);
    engine = await startEngine(folder);
    const { pins } = await createSyntheticHost(folder, 10);
    heart = startHeart(pins);
    exporter = await startAlone({
      nodeArgs: clock.nodeArgs,
      env: { FLOW_PINS: pins, FLOW_REFRESH_SECONDS: "1", DOCKER_SOCKET: engine.socketPath, ...clock.env },
    });
  });
  after(async () => {
    heart?.stop();
    await exporter?.stop();
    await engine?.close();
    await rm(folder, { recursive: true });
  });

  const steps = async () => /^flow_clock_steps_total (\d+)$/m.exec(await scrape(exporter.url))?.[1];

  /** Docker is asked once a second, and learns from nothing else that there is a container more. */
  const learnsOf = async (name: string) => {
    engine.containers = [...engine.containers, { id: `${engine.containers.length + 1}`.repeat(64), name, pid: 0 }];
    await eventually(4, async () => {
      const { containers } = (await (await fetch(`${exporter.url}/api/containers`)).json()) as ContainersPage;
      assert.ok(
        containers.some((one) => one.name === name),
        `${name} among ${containers.length}`,
      );
    });
  };

  for (const [way, ms, name] of [
    ["30 days forward", MONTH_MS, "forward"],
    ["30 days back", 0, "back"],
    ["a year back", -365 * 86_400_000, "further-back"],
  ] as const) {
    test(`${way}: it goes on asking Docker, answers meanwhile, and logs the step`, async () => {
      await learnsOf(`before-${name}`);
      const before = Number(await steps());
      await clock.set(ms);
      const start = performance.now();
      await eventually(5, async () => assert.equal(Number(await steps()), before + 1));
      assert.ok(performance.now() - start < 5_000, `${performance.now() - start} ms without an answer`);
      await learnsOf(`after-${name}`);
    });
  }

  test("every line of its log is JSON, and a few are about the steps", () => {
    const parsed = exporter.lines.map((line) => JSON.parse(line) as { msg: string; seconds?: number });
    const told = parsed.filter(({ msg }) => msg === "somebody has set this machine's clock");
    assert.deepEqual(
      told.map(({ seconds = 0 }) => Math.round(seconds)),
      [MONTH_MS / 1000, -MONTH_MS / 1000, -365 * 86_400],
    );
    assert.ok(parsed.length < 30, `${parsed.length} lines`);
  });
});
