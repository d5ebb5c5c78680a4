import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { containerName } from "../../../start/settings/names.ts";
import { layoutOf } from "../../../start/stack/layout.ts";
import { prometheusAt } from "../../../start/stack/prometheus.ts";
import type { ServiceName } from "../../../start/stack/services.ts";
import { launcher, launching, ROOT } from "./launcher.ts";

/** What the stack of the tests is called by: it lives beside one that somebody uses. */
export const NAMES = { project: "flowtally-tests", prefix: "flowtally-tests-" };

/** The ports that its services answer at, all of them below those that a kernel gives to whoever asks. */
export const PORTS = {
  prometheus: 29_090,
  grafana: 23_000,
  cadvisor: 28_080,
  "node-exporter": 29_100,
  "ebpf-exporter": 29_435,
  "flow-exporter": 29_436,
} as const;

const SETTINGS: Readonly<Record<string, string>> = {
  FLOWTALLY_PROJECT: NAMES.project,
  FLOWTALLY_CONTAINER_PREFIX: NAMES.prefix,
  // Off by default. It costs nothing while nobody asks, and so no stack has to be brought up for it alone.
  FLOW_TRACER_SOCKET: "on",
  HUBBLE_LISTEN: "127.0.0.1:24245",
  ...Object.fromEntries(
    Object.entries(PORTS).map(([service, port]) => [`${service.toUpperCase().replace("-", "_")}_PORT`, String(port)]),
  ),
};

const CONFIG = path.join(ROOT, ".flowtally/tests.monitoring");
export const LAYOUT = layoutOf(ROOT, CONFIG, NAMES);

export function containerOf(service: ServiceName): string {
  return containerName(NAMES, service);
}

export function urlOf(service: keyof typeof PORTS): string {
  return `http://127.0.0.1:${PORTS[service]}`;
}

export const prometheus = prometheusAt(urlOf("prometheus"));

/** Writes settings like the project's own, of the stack of the tests, with some lines changed. */
export async function writeSettings(file: string, changes: Readonly<Record<string, string>> = {}): Promise<void> {
  const changed = { ...SETTINGS, ...changes };
  const text = await readFile(path.join(ROOT, "config.monitoring"), "utf8");
  const kept = text.split("\n").filter((line) => !Object.hasOwn(changed, line.split("=")[0]?.trim() ?? ""));
  const lines = Object.entries(changed).map(([key, value]) => `${key}=${value}`);
  await mkdir(path.dirname(file), { recursive: true });
  // Whoever runs tests may have a password in there.
  await writeFile(file, `${[...kept, ...lines].join("\n")}\n`, { mode: 0o600 });
}

/** Runs the launcher on the stack of the tests, to its end; `--config` in `args` must name a file of `writeSettings`. */
export async function testLauncher(...args: string[]) {
  return launcher(...(await withConfig(args)));
}

/** Stops the stack of the tests, and removes its data: nothing of it is to stay on the machine. */
export async function removeStack(): Promise<void> {
  await testLauncher("stop", "--volumes");
}

/** The same as `testLauncher`, still running. */
export async function testLaunching(...args: string[]): Promise<{ start: ReturnType<typeof launching> }> {
  // Not the process itself, which can be awaited: whoever awaits this would await its end.
  return { start: launching(...(await withConfig(args))) };
}

async function withConfig(args: readonly string[]): Promise<readonly string[]> {
  if (args.includes("--config")) return args;
  await writeSettings(CONFIG);
  return [...args, "--config", CONFIG];
}
