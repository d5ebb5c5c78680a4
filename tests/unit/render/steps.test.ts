import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Writable } from "node:stream";
import { after, describe, it } from "node:test";
import { renderTail } from "../../../start/render/error.ts";
import { runSteps } from "../../../start/render/steps.ts";
import { countByOrigin } from "../../../start/steps/images.ts";
import { openStartLog } from "../../../start/steps/start-log.ts";
import type { Step } from "../../../start/steps/step.ts";

const root = await mkdtemp(path.join(tmpdir(), "flowtally-steps-"));
const context = { signal: new AbortController().signal };

const INSTALL: Step<typeof context> = {
  title: "Check the machine",
  run: async (_, report) => {
    report("sudo apt-get install clang", "notice");
    for (let line = 1; line <= 40; line++) report(`Unpacking package ${line} ...`);
    return "OK";
  },
};
const START: Step<typeof context> = {
  title: "Start the services",
  run: async (_, report) => {
    report("\u001b[1mContainer\u001b[0m prometheus  Starting\n\nContainer prometheus  Starting");
    throw new Error("no such luck");
  },
};

function sink() {
  const chunks: string[] = [];
  const stdout = new Writable({ write: (chunk, _, done) => void done(void chunks.push(String(chunk))) });
  return { stdout, text: () => chunks.join("").replace(/\[\d+\.\d s\]/g, "[0.0 s]") };
}

describe("the steps of a start when its output is piped", () => {
  after(() => rm(root, { recursive: true }));

  it("print a line as each begins and one with its result, and what is done to the machine; not what apt prints", async () => {
    const { stdout, text } = sink();
    await assert.rejects(runSteps([INSTALL, START], context, stdout), /no such luck/);
    assert.equal(
      text(),
      [
        "… Check the machine",
        "  sudo apt-get install clang",
        "✔ Check the machine: OK [0.0 s]",
        "… Start the services",
        "✘ Start the services [0.0 s]",
        "",
      ].join("\n"),
    );
  });

  it("are printed so too on a terminal that has no width", async () => {
    const { stdout, text } = sink();
    await runSteps([INSTALL], context, Object.assign(stdout, { isTTY: true, columns: 0 }));
    assert.match(text(), /^… Check the machine\n/);
  });

  it("leave all that in the log, which only its owner may read, and its tail for the error", async () => {
    const file = path.join(root, "new", "start.log");
    const log = openStartLog(file, assert.fail, () => new Date(0));
    const steps = [INSTALL, START].map(log.recorded);
    await runSteps(steps.slice(0, 1), context, sink().stdout);
    assert.deepEqual(log.tail().at(0), "Unpacking package 29 ...");
    assert.equal(log.tail().length, 12);
    await assert.rejects(runSteps(steps.slice(1), context, sink().stdout), /no such luck/);
    assert.deepEqual(log.tail(), ["Container prometheus  Starting"]);
    log.close();
    const lines = (await readFile(file, "utf8")).trimEnd().split("\n");
    assert.equal(lines.length, 1 + 41 + 1 + 3);
    assert.deepEqual(lines.slice(-2), [
      "1970-01-01T00:00:00.000Z   Container prometheus  Starting",
      "1970-01-01T00:00:00.000Z Start the services failed: no such luck",
    ]);
    assert.equal((await stat(file)).mode & 0o777, 0o600);
  });

  it("keep the log of the start before, whose own log goes on where it still runs", async () => {
    const file = path.join(root, "again", "start.log");
    const logOf = async (which: string) => (await readFile(which, "utf8")).match(/Step \w+$/gm);
    const begin = () => openStartLog(file, assert.fail);
    const run = (log: ReturnType<typeof begin>, title: string) =>
      runSteps([log.recorded({ title, run: async () => "" })], context, sink().stdout);
    const first = begin();
    await run(first, "Step one");
    const second = begin();
    await run(second, "Step two");
    await run(first, "Step three");
    assert.deepEqual([await logOf(file), await logOf(`${file}.1`)], [["Step two"], ["Step one", "Step three"]]);
    first.close();
    second.close();
    begin().close();
    assert.deepEqual([await logOf(file), await logOf(`${file}.1`)], [null, ["Step two"]]);
  });

  for (const [what, file, reason] of [
    ["on a full disk", "/dev/full", /^ENOSPC/],
    ["where its place is a folder's", root, /^EISDIR/],
    ["where its folder's place is a file's", path.join(root, "file", "start.log"), /^(EEXIST|ENOTDIR)/],
  ] as const) {
    it(`go on without a log ${what}, and fail for their own reasons alone`, async () => {
      await writeFile(path.join(root, "file"), "");
      const warnings: string[] = [];
      const log = openStartLog(file, (warning) => warnings.push(warning));
      const steps = [INSTALL, START].map(log.recorded);
      await assert.rejects(runSteps(steps, context, sink().stdout), /^Error: no such luck$/);
      assert.deepEqual([log.isWhole(), log.tail()], [false, ["Container prometheus  Starting"]]);
      log.close();
      assert.equal(warnings.length, 1);
      assert.match(warnings[0] ?? "", reason);
    });
  }

  it("go into no file that a link in the log's place leads to", async () => {
    const [file, foreign] = [path.join(root, "linked.log"), path.join(root, "foreign")];
    await writeFile(foreign, "theirs");
    await symlink(foreign, file);
    const warnings: string[] = [];
    openStartLog(file, (warning) => warnings.push(warning)).close();
    assert.equal(await readFile(foreign, "utf8"), "theirs");
    assert.match(warnings.join(), /^ELOOP/);
  });

  it("wait for no reader of a pipe in the log's place", { timeout: 20_000 }, () => {
    const file = path.join(root, "pipe.log");
    execFileSync("mkfifo", [file]);
    const warnings: string[] = [];
    openStartLog(file, (warning) => warnings.push(warning)).close();
    assert.match(warnings.join(), /^ENXIO/);
  });

  it("show the tail with the place of the whole, and nothing where nothing was reported", () => {
    assert.equal(renderTail(["a", "b"], ".flowtally/start.log"), "\nLast lines of .flowtally/start.log:\n  a\n  b\n");
    assert.equal(renderTail([], ".flowtally/start.log"), "");
  });
});

describe("the step that provides the images", () => {
  it("counts them by where they are from, and names those that are missing", () => {
    assert.equal(
      countByOrigin([
        { service: "prometheus", origin: "present" },
        { service: "grafana", origin: "missing" },
        { service: "cadvisor", origin: "present" },
      ]),
      "2 present, 1 missing (grafana)",
    );
  });
});
