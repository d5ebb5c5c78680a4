import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { after, before, describe, test } from "node:test";
import { execa } from "execa";
import { KERNEL_PART_LABEL } from "../../start/dataset/containers.ts";
import { readCsv } from "../../start/dataset/read-rows.ts";
import { type RunRequest, recordRun } from "../../start/dataset/record-run.ts";
import { sidecarSchema } from "../../start/dataset/sidecar.ts";
import { orSkip } from "../lib/or-skip.ts";
import { addressOf, Containers, docker, runIn, surroundings } from "./dataset/containers.ts";
import { eventually } from "./lib/eventually.ts";
import { launcher, launching, printed } from "./lib/launcher.ts";
import { tracerLacks } from "./lib/tracer.ts";

const PORT = "5555";
const ANSWER = 777;
const IDLE = ["-e", "setInterval(() => {}, 1e6)"];

describe("a recorded data set", { skip: orSkip(await tracerLacks()) }, () => {
  let containers: Containers;
  let folder = "";
  let [server, client, neighbour, quiet] = ["", "", "", ""];
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "flowtally-dataset-"));
    containers = await Containers.create();
    server = await containers.run("server", [], "/scripts/server.mjs", PORT, String(ANSWER));
    client = await containers.run("client", ["--memory", "256m"], ...IDLE);
    neighbour = await containers.run("neighbour", ["--network", "host"], ...IDLE);
    quiet = await containers.run("quiet", [], ...IDLE);
  });
  after(async () => {
    await containers?.remove();
    await rm(folder, { recursive: true, force: true });
  });

  /** Sends so much, a connection each, and waits until each was answered. */
  async function send(from: string, sizes: readonly number[]): Promise<void> {
    const child = runIn(from, "/scripts/client.mjs", await addressOf(server), PORT);
    child.stdin.end(sizes.map((size) => `${size}\n`).join(""));
    const answered: string[] = [];
    for await (const line of createInterface(child.stdout)) answered.push(line);
    await child;
    assert.deepEqual(answered.map(Number), sizes);
  }

  const sizesOf = (count: number) => Array.from({ length: count }, () => 1 + Math.floor(Math.random() * 300_000));

  /** Records until `meanwhile` is done. */
  async function record(given: Partial<RunRequest>, meanwhile: () => Promise<unknown> = async () => {}) {
    const ending = new AbortController();
    const recording = Promise.withResolvers<void>();
    const words = { job: "job", out: path.join(folder, "set"), durationMs: 60_000, flow: "tuple", gapMs: 50 } as const;
    const fixed = { columns: "all", format: "csv", split: undefined, containers: [server, client] } as const;
    const run = recordRun(surroundings, {
      ...words,
      ...fixed,
      ...given,
      signal: ending.signal,
      onRecording: () => recording.resolve(),
    });
    await Promise.race([recording.promise, run]);
    await meanwhile().finally(() => ending.abort());
    return await run;
  }

  test("has a row of each flow, of exactly what was sent, over a restart, until Ctrl-C", async () => {
    const names = [server, client, neighbour].join();
    const words = ["--job", "known", "--out", path.join(folder, "known"), "--containers", names, "--columns", "all"];
    const recorder = launching("dataset", "record", ...words, "--split", "test");
    await printed(recorder, "\nrecording\n");
    const [first, second, third] = [sizesOf(12), sizesOf(5), sizesOf(3)];
    await send(client, first);
    await execa("docker", ["restart", "-t", "0", server]);
    await eventually(10, () => send(client, [1]));
    await send(client, second);
    await send(neighbour, third);
    recorder.kill("SIGINT");
    const { exitCode, all } = await recorder;
    assert.equal(exitCode, 0, all);
    const file = /^recorded: (.*)$/m.exec(all)?.[1] ?? "";
    assert.equal(file, path.join(folder, "known/known/test/d_1.csv"));
    const rows = await readCsv(file);
    const sent = rows.filter(({ container }) => container === client);
    const sizes = [...first, 1, ...second];
    assert.deepEqual(column(sent, "flow_size"), sizes);
    assert.deepEqual(column(sent, "agg_net_out"), sumsBefore(sizes));
    assert.deepEqual(column(sent, "agg_net_out_per_machine"), sumsBefore(sizes));
    assert.deepEqual(
      column(sent, "agg_net_in"),
      sizes.map((_, index) => index * ANSWER),
    );
    assert.deepEqual(
      [
        ...new Set(
          column(
            rows.filter(({ container }) => container !== server),
            "machine",
          ),
        ),
      ],
      [server],
    );
    assert.deepEqual(
      column(
        rows.filter(({ container }) => container === neighbour),
        "flow_size",
      ),
      third,
    );
    assert.deepEqual(
      column(
        rows.filter(({ container }) => container === server),
        "flow_size",
      ),
      [...sizes, ...third].map(() => ANSWER),
    );
    for (const { time, first_call: call, flow_size: size, cpu, ram, is_client: isClient } of sent) {
      assert.ok(Number(time) > 0 && Number(call) >= 1 && Number(call) <= Number(size) && isClient === 1);
      assert.ok(Number(cpu) >= 0 && Number(cpu) <= 1 && Number(ram) > 0 && Number(ram) < 1);
    }
    const sidecar = sidecarSchema.parse(JSON.parse(await readFile(file.replace(/csv$/, "json"), "utf8")));
    assert.deepEqual([sidecar.complete, sidecar.rows, sidecar.lost, sidecar.left_out], [true, rows.length, 0, {}]);
    assert.deepEqual(
      sidecar.containers.map(({ restarts, came_back: cameBack }) => [restarts.length, cameBack]),
      [
        [1, true],
        [0, null],
        [0, null],
      ],
    );
    assert.match(await readFile(path.join(folder, "known/README.md"), "utf8"), /^\| known \| test \| 1 \| /m);
    const checked = await launcher("dataset", "check", "--data", path.join(folder, "known"));
    assert.equal(checked.exitCode, 0, checked.text);
  });

  test("is a file with its header only where no flow was seen", async () => {
    const { file, sidecar } = await record({ containers: [quiet], durationMs: 1_000, job: "none" });
    assert.deepEqual(await readCsv(file), []);
    assert.match(await readFile(file, "utf8"), /^index,time,.*,flow_size\n$/);
    assert.deepEqual([sidecar.complete, sidecar.flows, sidecar.rows], [true, 0, 0]);
  });

  test("is not begun where a container is not known, and nothing is made", async () => {
    const out = path.join(folder, "nowhere");
    const words = ["--job", "x", "--out", out, "--containers", `${client},no-such-container`];
    const { exitCode, text } = await launcher("dataset", "record", ...words);
    assert.equal(exitCode, 1);
    assert.match(
      text,
      /UNKNOWN_CONTAINER: There is no container no-such-container\n {2}why: those that run are .*-client/,
    );
    await assert.rejects(readFile(path.join(out, "README.md")), { code: "ENOENT" });
  });

  test("has the whole rows that there was room for where the disk is full, and says so", async (t) => {
    const out = path.join(folder, "small");
    await execa("mkdir", [out]);
    await execa("mount", ["-t", "tmpfs", "-o", "size=192k", "tmpfs", out]);
    t.after(() => execa("umount", [out]));
    const sizes = Array.from({ length: 500 }, () => 10);
    const { file, sidecar } = await record({ out }, () => send(client, sizes));
    assert.equal(sidecar.complete, false);
    assert.match(sidecar.incomplete_reason ?? "", /not all rows were written: ENOSPC/);
    const rows = await readCsv(file);
    assert.equal(rows.length, sidecar.rows);
    assert.ok(rows.length > 50 && rows.length < sidecar.flows, `${rows.length} of ${sidecar.flows}`);
    assert.deepEqual(JSON.parse(await readFile(file.replace(/csv$/, "json"), "utf8")), sidecar);
  });

  test("has what was seen until then where the kernel part is killed, and says so", async () => {
    let flows = 0;
    const onProgress: RunRequest["onProgress"] = (progress) => {
      flows = progress.flows;
    };
    const { file, sidecar } = await record({ onProgress }, async () => {
      await send(client, [4_099]);
      await eventually(10, () => assert.ok(flows >= 2, `${flows} flows`));
      const filters = { label: [`${KERNEL_PART_LABEL}=${process.pid}`] };
      const [part] = await docker.listContainers({ filters });
      await docker.getContainer(part?.Id ?? "").kill();
    });
    assert.equal(sidecar.complete, false);
    assert.match(sidecar.incomplete_reason ?? "", /the kernel part has ended: exit code 137/);
    assert.ok(column(await readCsv(file), "flow_size").includes(4_099));
  });

  test("leaves nothing of its kernel part, not even where the recorder is killed", async () => {
    const out = path.join(folder, "killed");
    const recorder = launching("dataset", "record", "--job", "x", "--out", out, "--containers", quiet);
    await printed(recorder, "\nrecording\n");
    recorder.kill("SIGKILL");
    await recorder;
    for (const pid of [recorder.pid, process.pid]) {
      const filters = { label: [`${KERNEL_PART_LABEL}=${pid}`] };
      await eventually(10, async () => assert.deepEqual(await docker.listContainers({ all: true, filters }), []));
    }
  });
});

type Rows = Awaited<ReturnType<typeof readCsv>>;

function column(rows: Rows, name: keyof Rows[number]): unknown[] {
  return rows.map((row) => row[name]);
}

function sumsBefore(sizes: readonly number[]): number[] {
  let sum = 0;
  return sizes.map((size) => {
    sum += size;
    return sum - size;
  });
}
