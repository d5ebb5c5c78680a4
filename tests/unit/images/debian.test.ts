import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { describe, it, type TestContext } from "node:test";
import { StartError } from "../../../start/errors.ts";
import { builderTags, ensureBuilder } from "../../../start/images/builder.ts";
import { debianMirror } from "../../../start/images/debian.ts";
import type { Host } from "../../../start/lib/host.ts";
import { createFakeEngine, refusal } from "./fake-engine.ts";
import { createFakeHost, createProject, createWorkshop, FAILURE, SUCCESS } from "./fixture.ts";

const MIRROR = "http://mirror.test/debian/";

function sources(...lines: string[]): Partial<Host> {
  return {
    run: async (command) => (command === "apt-get" ? { ...SUCCESS, stdout: lines.join("\n") } : FAILURE),
  };
}

describe("debianMirror", () => {
  const cases: [string, string[], string | undefined][] = [
    [
      "takes Debian's own archive",
      [`Debian|Debian-Security|http://s.test/debian-security/|main`, `Debian|Debian|${MIRROR}|main`],
      MIRROR,
    ],
    ["knows it by its path before the first update", [`$(ORIGIN)|$(LABEL)|${MIRROR}|main`], MIRROR],
    [
      "leaves other publishers alone",
      ["Docker|Docker|http://d.test/linux/debian/|stable", "Ubuntu|Ubuntu|http://u.test/ubuntu/|main"],
      undefined,
    ],
  ];
  for (const [title, lines, expected] of cases) {
    it(title, async () => assert.equal(await debianMirror(createFakeHost(sources(...lines))), expected));
  }

  it("finds none where there is no apt", async () => {
    assert.equal(await debianMirror(createFakeHost()), undefined);
  });
});

describe("the builder without a container registry", () => {
  const offline = { ask: async () => Promise.reject(refusal(500, "no such host")) };

  async function createBench(t: TestContext, host: Partial<Host>) {
    const projectRoot = await createProject(t, []);
    const engine = createFakeEngine([], offline);
    const workshop = createWorkshop(engine, projectRoot, { host: createFakeHost(host) });
    const tags = await builderTags(projectRoot, "test", "x64");
    return { engine, tags, build: () => ensureBuilder(workshop, tags) };
  }

  it("is made on a Debian bootstrapped from this host's mirror, with the packages of the list", async (t) => {
    const commands: string[][] = [];
    const runAsRoot: Host["runAsRoot"] = async (command, args) => {
      commands.push([command, ...args]);
      if (command === "timeout") await writeFile(args.at(-2) ?? "", "");
      return SUCCESS;
    };
    const which = async () => "/usr/bin/mmdebstrap";
    const { engine, tags, build } = await createBench(t, {
      ...sources(`Debian|Debian|${MIRROR}|main`),
      runAsRoot,
      which,
    });
    await build();
    const [bootstrap, cleanUp] = commands;
    assert.deepEqual(bootstrap?.slice(2, 6), ["mmdebstrap", "--variant=minbase", "--include=gcc,make", "trixie"]);
    assert.equal(bootstrap?.at(-1), MIRROR);
    assert.deepEqual(cleanUp, ["rm", "-f", bootstrap?.at(-2)]);
    assert.deepEqual(engine.calls.slice(1), [`import ${tags.base}`, `build ${tags.builder}`]);
  });

  it("cannot be made without mmdebstrap, and says what would help", async (t) => {
    const { build } = await createBench(t, sources(`Debian|Debian|${MIRROR}|main`));
    await assert.rejects(build(), (error) => {
      assert.ok(error instanceof StartError);
      assert.equal(error.code, "NO_BUILD_BASE");
      assert.equal(error.explanation.why, "no registry reachable: no such host; mmdebstrap is not installed");
      return true;
    });
  });

  it("shows what mmdebstrap said when it failed", async (t) => {
    const runAsRoot: Host["runAsRoot"] = async (command, _, options) => {
      if (command === "timeout") options?.onLine?.("E: signature expired");
      return command === "timeout" ? FAILURE : SUCCESS;
    };
    const which = async () => "/usr/bin/mmdebstrap";
    const { build } = await createBench(t, { ...sources(`Debian|Debian|${MIRROR}|main`), runAsRoot, which });
    await assert.rejects(build(), (error) => {
      assert.ok(error instanceof StartError);
      assert.equal(error.code, "IMAGE_BUILD_FAILED");
      assert.equal(error.explanation.why, "mmdebstrap failed\nE: signature expired");
      return true;
    });
  });
});
