import assert from "node:assert/strict";
import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { STATUS } from "../../exporters/flow-exporter/decode/layout.ts";
import { createHost } from "../../exporters/flow-exporter/read/host.ts";
import { createSyntheticHost } from "../bench/readers/synthetic.ts";
import { type Engine, startEngine } from "../unit/flow-exporter/lib/engine.ts";
import { statusRow } from "../unit/flow-exporter/lib/rows.ts";
import { type LoneExporter, startAlone } from "./exporter/alone.ts";
import { scrape } from "./exporter/scrape.ts";
import { eventually } from "./lib/eventually.ts";

const PRELOAD = path.join(import.meta.dirname, "exporter/settable-clock.ts");
const MONTH_MS = 30 * 86_400_000;
const FLAGS = STATUS.processes | STATUS.owners | STATUS.programs;

describe("flow-exporter and a clock that is set", () => {
  let folder: string;
  let clock: string;
  let engine: Engine;
  let exporter: LoneExporter;
  let heart: NodeJS.Timeout;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "flowtally-clock-"));
    clock = path.join(folder, "clock");
    await setClock(0);
    engine = await startEngine(folder);
    const { pins } = await createSyntheticHost(folder, 10);
    await beat(pins);
    heart = setInterval(() => void beat(pins), 500);
    exporter = await startAlone({
      nodeArgs: ["--import", PRELOAD],
      env: { FLOW_PINS: pins, FLOW_REFRESH_SECONDS: "1", DOCKER_SOCKET: engine.socketPath, TEST_CLOCK: clock },
    });
  });
  after(async () => {
    clearInterval(heart);
    await exporter?.stop();
    await engine?.close();
    await rm(folder, { recursive: true });
  });

  const setClock = async (ms: number) => {
    await writeFile(`${clock}.new`, `${ms}`);
    await rename(`${clock}.new`, clock);
  };

  /** A tracer that is alive. */
  const beat = async (pins: string) => {
    const heartbeat = BigInt(Math.floor(createHost("/proc").bootTimeNs()));
    await writeFile(path.join(pins, "status.new"), statusRow({ heartbeat_ns: heartbeat, flags: FLAGS }));
    await rename(path.join(pins, "status.new"), path.join(pins, "status"));
  };

  const steps = async () => /^flow_clock_steps_total (\d+)$/m.exec(await scrape(exporter.url))?.[1];

  /** Docker is asked once a second, and told by nothing else that there is a container more. */
  const learnsOf = async (name: string) => {
    engine.containers = [...engine.containers, { id: `${engine.containers.length + 1}`.repeat(64), name, pid: 0 }];
    await eventually(4, async () => {
      const { containers } = (await (await fetch(`${exporter.url}/api/containers`)).json()) as {
        containers: { name: string }[];
      };
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
    test(`${way}: it goes on asking Docker, answers meanwhile, and tells of the step`, async () => {
      await learnsOf(`before-${name}`);
      const before = Number(await steps());
      await setClock(ms);
      const start = performance.now();
      await eventually(5, async () => assert.equal(Number(await steps()), before + 1));
      assert.ok(performance.now() - start < 5_000, `${performance.now() - start} ms without an answer`);
      await learnsOf(`after-${name}`);
    });
  }

  test("every line of its log is JSON, and a few tell of the steps", () => {
    const parsed = exporter.lines.map((line) => JSON.parse(line) as { msg: string; seconds?: number });
    const told = parsed.filter(({ msg }) => msg === "somebody has set this machine's clock");
    assert.deepEqual(
      told.map(({ seconds = 0 }) => Math.round(seconds)),
      [MONTH_MS / 1000, -MONTH_MS / 1000, -365 * 86_400],
    );
    assert.ok(parsed.length < 30, `${parsed.length} lines`);
  });
});
