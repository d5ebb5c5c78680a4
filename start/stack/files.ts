import { randomBytes } from "node:crypto";
import { access, chmod, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Settings } from "../settings/index.ts";
import { provideCiliumTargets } from "./cilium.ts";
import { configurationVariables } from "./configurations.ts";
import {
  type EnvironmentInput,
  environmentOf,
  optionalServices,
  renderEnv,
  renderHostCompose,
  targetFiles,
} from "./environment.ts";
import type { Layout } from "./layout.ts";
import type { LeftOut } from "./left-out.ts";
import { readKeptLimits, withKeptLimits } from "./memory-limits.ts";
import { provideConfiguration } from "./outside.ts";
import { writeOwnNames } from "./own-names.ts";
import { letContainersRead } from "./readable.ts";
import { nodeNameOf } from "./remote-write.ts";

/** Writes `.env` and the folder of generated files: all that Compose and the containers read besides the repository's own files. */
export async function writeStackFiles(input: EnvironmentInput): Promise<void> {
  const { layout, facts, leftOut } = input;
  const settings = withKeptLimits(input.settings, await readKeptLimits(layout));
  const environment = environmentOf({ ...input, settings });
  await letContainersRead(layout.root);
  await mkdir(layout.targets, { recursive: true });
  // Else the engine would make it as it is mounted, and it would be root's.
  await mkdir(layout.published, { recursive: true, mode: 0o755 });
  await provideVerifierLogs(layout);
  await writeFile(layout.hostCompose, renderHostCompose(facts, settings, layout));
  for (const [name, text] of Object.entries(targetFiles(settings, optionalServices(input.images)))) {
    await writeFile(path.join(layout.targets, name), text);
  }
  await provideCiliumTargets(layout, settings);
  await writeOwnNames(layout);
  await provideConfiguration(layout, settings, nodeNameOf(settings, facts));
  await providePassword(layout, settings.GRAFANA_ADMIN_PASSWORD);
  await provideSecret(layout.webhook, settings.ALERT_WEBHOOK_URL);
  await provideSecret(layout.remoteWriteSecret, settings.REMOTE_WRITE_PASSWORD || settings.REMOTE_WRITE_BEARER_TOKEN);
  await provideSecret(layout.store, settings.FLOW_STORE);
  await writeFile(layout.env, renderEnv({ ...environment, ...(await configurationVariables(layout)) }));
  const state: StackState = { leftOut, settings: withoutSecrets(input.settings) };
  await writeFile(layout.state, `${JSON.stringify(state, undefined, 2)}\n`);
}

/** The tracer is root without the right to pass over modes; on the host nobody else gets through the folder above. */
async function provideVerifierLogs({ verifierLogs }: Layout): Promise<void> {
  await mkdir(verifierLogs, { recursive: true });
  await chmod(verifierLogs, 0o777);
}

/** A set password wins; else the one generated earlier stays; else one is made. */
async function providePassword(layout: Layout, set: string): Promise<void> {
  // Grafana's own user must read the file through its mount; on the host nobody else gets through the folder.
  await chmod(path.dirname(layout.grafanaPassword), 0o700);
  const exists = await access(layout.grafanaPassword).then(
    () => true,
    () => false,
  );
  if (set === "" && exists) return;
  await rm(layout.grafanaPassword, { force: true });
  await writeFile(layout.grafanaPassword, set || randomBytes(18).toString("base64url"), { mode: 0o444 });
}

/** In a folder of its own, which is mounted: a container would keep the old file where a new one takes its place. */
async function provideSecret(file: string, secret: string): Promise<void> {
  await rm(file, { force: true });
  await mkdir(path.dirname(file), { recursive: true, mode: 0o755 });
  if (secret !== "") await writeFile(file, secret, { mode: 0o444 });
}

function withoutSecrets(settings: Settings): TellableSettings {
  const { GRAFANA_ADMIN_PASSWORD: _grafana, REMOTE_WRITE_PASSWORD: _password, ...others } = settings;
  const { REMOTE_WRITE_BEARER_TOKEN: _token, FLOW_STORE: _store, ...told } = others;
  const { ALERT_WEBHOOK_URL: webhook, REMOTE_WRITE_URL: storage } = told;
  return { ...told, ALERT_WEBHOOK_URL: originOf(webhook), REMOTE_WRITE_URL: originOf(storage) };
}

/** The path often is the password; where it leads may be told. */
function originOf(url: string): string {
  return URL.parse(url)?.origin ?? "";
}

type TellableSettings = Omit<
  Settings,
  "GRAFANA_ADMIN_PASSWORD" | "REMOTE_WRITE_PASSWORD" | "REMOTE_WRITE_BEARER_TOKEN" | "FLOW_STORE"
>;

/** What the last start has recorded. */
interface StackState {
  leftOut: readonly LeftOut[];
  /** What it was started with; versions before recorded none. */
  settings?: TellableSettings;
}

/** Nothing where there was no start, or this user may not read what it wrote. */
export async function readState(layout: Layout): Promise<StackState> {
  const text = await readFile(layout.state, "utf8").catch(() => '{"leftOut":[]}');
  return JSON.parse(text) as StackState;
}
