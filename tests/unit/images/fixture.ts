import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { TestContext } from "node:test";
import { BUILDER_FOLDER } from "../../../start/images/catalogue.ts";
import type { Engine } from "../../../start/images/engine.ts";
import { createRegistryProbe } from "../../../start/images/registry.ts";
import type { Workshop } from "../../../start/images/workshop.ts";
import type { Host, RunResult } from "../../../start/lib/host.ts";

/** A folder with these files, removed after the test. */
export async function createFolder(context: TestContext, files: Record<string, string>): Promise<string> {
  const root = await mkdtemp(path.join(os.tmpdir(), "flowtally-images-"));
  context.after(() => rm(root, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(root, name)), { recursive: true });
    await writeFile(path.join(root, name), text);
  }
  return root;
}

/** A project with a builder and one folder per service, each holding a Dockerfile. */
export function createProject(context: TestContext, services: readonly string[]): Promise<string> {
  return createFolder(context, {
    [`${BUILDER_FOLDER}/Dockerfile`]: "FROM debian",
    [`${BUILDER_FOLDER}/packages.txt`]: "gcc\nmake\n",
    ...Object.fromEntries(services.map((service) => [`${service}/Dockerfile`, `FROM ${service}`])),
  });
}

export const SUCCESS: RunResult = { ok: true, exitCode: 0, stdout: "", stderr: "", message: "" };
export const FAILURE: RunResult = { ok: false, exitCode: 1, stdout: "", stderr: "", message: "failed" };

/** A machine on which every command fails and no file is there, but for what a test says. */
export function createFakeHost(overrides: Partial<Host> = {}): Host {
  const run = async () => FAILURE;
  return {
    root: "/",
    arch: "x64",
    uid: 0,
    env: {},
    resolve: (absolute) => absolute,
    readText: async () => undefined,
    run,
    runAsRoot: run,
    which: async () => undefined,
    ...overrides,
  };
}

export interface WorkshopOptions {
  host?: Host;
  signal?: AbortSignal;
  report?: Workshop["report"];
}

export function createWorkshop(engine: Engine, projectRoot: string, options: WorkshopOptions = {}): Workshop {
  const { host = createFakeHost(), signal = new AbortController().signal, report = () => {} } = options;
  const ask = createRegistryProbe(engine, signal, 50);
  return { engine, host, projectRoot, namespace: "test", signal, report, ask };
}
