import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { provideVenv } from "../../experiments/flow-size/run/venv.ts";
import { createHost } from "../../start/lib/host.ts";
import { ROOT } from "./lib/launcher.ts";

const EXPERIMENT = path.join(ROOT, "experiments/flow-size");
const TESTS = path.join(ROOT, "tests/integration/experiment");
const JOBS = ["chance", "disk"];
const host = createHost();
const signal = AbortSignal.timeout(300_000);

let python: string;
let folder: string;
before(async () => {
  python = await provideVenv({ host, projectRoot: ROOT, report: console.log, signal });
  folder = await mkdtemp(path.join(tmpdir(), "flowtally-experiment-"));
});
after(() => rm(folder, { recursive: true, force: true }));

test("windows, models and the link are as their tests say", async () => {
  const { ok, stderr } = await pythonOf(["-W", "error::RuntimeWarning", "-m", "unittest", "discover", "-s", TESTS]);
  assert.ok(ok, stderr);
  assert.match(stderr, /Ran [1-9]\d* tests/);
});

test("two runs of each job become results, tables and pictures", async () => {
  const data = path.join(folder, "data");
  const made = await pythonOf([path.join(TESTS, "synthetic.py"), data, "5", "120"]);
  assert.ok(made.ok, made.message);
  const { ok, stdout, message } = await experiment("smoke", "--data", data, "--out", folder);
  assert.ok(ok, `${stdout}\n${message}`);

  const results = JSON.parse(await readFile(path.join(folder, "results.json"), "utf8"));
  assert.deepEqual(Object.keys(results.jobs), JOBS);
  for (const job of JOBS) assert.equal(results.jobs[job].runs, 2);
  const r2 = (job: string) =>
    results.models.find((one: Model) => one.job === job && one.model === "trees: without first_call").r2_log.splits
      .mean;
  assert.ok(r2("disk") > 0.5, `what follows from the disk is told: ${r2("disk")}`);
  assert.ok(r2("chance") < 0.1, `what follows from nothing is not: ${r2("chance")}`);
  assert.equal(results.simulation.length, JOBS.length * 3 * 5);

  const page = await readFile(path.join(folder, "flow-size.md"), "utf8");
  assert.ok(stdout.endsWith(page.trimEnd()), "the page is shown");
  for (const line of [
    "| trees: everything | ",
    "| net: everything | ",
    "| previous flow of the pair | ",
    "| disk | 0.7 | ",
  ]) {
    assert.ok(page.includes(`\n${line}`), `a row begins with ${line}`);
  }
  const pictures = await readdir(path.join(folder, "pictures"));
  assert.deepEqual(pictures.sort(), ["completion.png", "knowledge.png", "models.png", "predicted.png", "sizes.png"]);
});

test("two recorded runs of each job do, too", async () => {
  const out = path.join(folder, "recorded");
  const { ok, stdout, message } = await experiment("smoke", "--out", out);
  assert.ok(ok, `${stdout}\n${message}`);
  const results = JSON.parse(await readFile(path.join(out, "results.json"), "utf8"));
  assert.deepEqual(Object.keys(results.jobs), ["kmeans", "pagerank", "sgd", "web"]);
  for (const job of Object.values<{ runs: number; flows: number }>(results.jobs)) {
    assert.equal(job.runs, 2);
    assert.ok(job.flows > 100, `${job.flows} flows`);
  }
});

test("a folder without runs is named, and what to do", async () => {
  const { exitCode, stderr } = await experiment("smoke", "--data", path.join(folder, "none"), "--out", folder);
  assert.equal(exitCode, 1);
  assert.match(stderr, /EXPERIMENT_FAILED/);
  assert.match(stderr, /There are no runs in .*npm run experiment -- record/);
});

interface Model {
  job: string;
  model: string;
}

function experiment(...words: string[]) {
  return host.run(process.execPath, [path.join(EXPERIMENT, "main.ts"), ...words], { signal });
}

function pythonOf(words: readonly string[]) {
  const env = { PYTHONPATH: `${EXPERIMENT}:${TESTS}`, PYTHONDONTWRITEBYTECODE: "1", OMP_NUM_THREADS: "1" };
  return host.run(python, words, { env, signal });
}
