import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { provideVenv } from "../../../experiments/flow-size/run/venv.ts";
import type { StartError } from "../../../start/errors.ts";
import { createHost, type Host, type RunResult } from "../../../start/lib/host.ts";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), "flowtally-venv-"));
  await mkdir(path.join(root, "experiments/flow-size"), { recursive: true });
  await requirePackages("numpy==1\n");
});
afterEach(() => rm(root, { recursive: true }));

test("packages are installed once, and anew where they or Python change", async () => {
  const python = path.join(root, ".flowtally/experiment-venv/bin/python");
  const { host, ran } = aHost();
  assert.equal(await provide(host), python);
  assert.deepEqual(ran(), ["python3 -c", "python3 -m venv", `${python} -m pip`]);
  await provide(host);
  assert.deepEqual(ran(), ["python3 -c"]);
  await requirePackages("numpy==2\n");
  await provide(host);
  assert.deepEqual(ran(), ["python3 -c", "python3 -m venv", `${python} -m pip`]);
  await provide(aHost({ version: "3.13" }).host);
  await provide(host);
  assert.deepEqual(ran(), ["python3 -c", "python3 -m venv", `${python} -m pip`]);
});

test("what was cut off in the middle is installed again", async () => {
  const failing = aHost({ failing: "-m pip", says: "ERROR: No matching distribution found for numpy==1" });
  await assert.rejects(provide(failing.host), (error: StartError) => {
    assert.equal(error.code, "EXPERIMENT_PACKAGES");
    assert.match(error.explanation.why, /No matching distribution/);
    assert.match(error.explanation.fix, /PIP_FIND_LINKS/);
    return true;
  });
  const { host, ran } = aHost();
  await provide(host);
  assert.equal(ran().length, 3);
});

test("what is missing is named, with what brings it", async () => {
  const codes = [
    [aHost({ failing: "-c" }), "EXPERIMENT_PYTHON", /none on the PATH/],
    [aHost({ version: "3.9" }), "EXPERIMENT_PYTHON", /there is Python 3\.9/],
    [aHost({ failing: "-m venv", says: "No module named ensurepip" }), "EXPERIMENT_VENV", /ensurepip/],
  ] as const;
  for (const [{ host }, code, why] of codes) {
    await assert.rejects(provide(host), (error: StartError) => {
      assert.equal(error.code, code);
      assert.match(error.explanation.why, why);
      assert.match(error.explanation.fix, /apt-get install .*python3-venv/);
      return true;
    });
  }
});

test("all that is required has one exact version", async () => {
  const file = path.resolve(import.meta.dirname, "../../../experiments/flow-size/requirements.txt");
  const lines = (await readFile(file, "utf8")).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  assert.ok(lines.length > 6);
  for (const line of lines) assert.match(line, /^[a-z-]+==[\d.a-z]+$/);
});

function requirePackages(lines: string): Promise<void> {
  return writeFile(path.join(root, "experiments/flow-size/requirements.txt"), lines);
}

function provide(host: Host): Promise<string> {
  return provideVenv({ host, projectRoot: root, report: () => {}, signal: new AbortController().signal });
}

/** A machine whose Python makes empty environments; `failing` is in the words of a command that fails. */
function aHost({ version = "3.11", failing = "nothing", says = "" } = {}) {
  let commands: string[] = [];
  const run = async (command: string, args: readonly string[]): Promise<RunResult> => {
    commands.push([command, ...args.slice(0, args[0] === "-m" ? 2 : 1)].join(" "));
    if (args.includes("venv")) await mkdir(String(args.at(-1)), { recursive: true });
    const ok = !args.join(" ").startsWith(failing);
    const stdout = args[0] === "-c" && ok ? version : "";
    return { ok, exitCode: ok ? 0 : 1, stdout, stderr: ok ? "" : says, message: ok ? "" : `${command} failed` };
  };
  const ran = () => {
    const all = commands;
    commands = [];
    return all;
  };
  return { host: { ...createHost(), run }, ran };
}
