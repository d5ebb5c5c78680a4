import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { containerName, hasDefaultNames, type StackNames } from "../settings/names.ts";
import type { Layout } from "./layout.ts";
import { SERVICES } from "./services.ts";

const PROJECT_LABEL = /(container_label_com_docker_compose_project=\\?")flowtally(?=\\?")/g;
/** The label `name` of cAdvisor's metrics, in PromQL: in a dashboard's JSON its quotes are escaped. */
const CONTAINER_NAME = new RegExp(
  `([{,]\\s*name=\\\\?")(${SERVICES.map(({ name }) => name).join("|")})(?=\\\\?")`,
  "g",
);

/** What a dashboard's variable is at first. */
const CHOSEN_NAME = new RegExp(`("(?:text|value)":\\s*")(${SERVICES.map(({ name }) => name).join("|")})(?=")`, "g");

/** PromQL that asks for the stack's own containers, as it is for a stack of these names. */
export function withOwnNames(text: string, names: StackNames): string {
  const named = (_: string, before: string, service: string) => `${before}${containerName(names, service)}`;
  return text.replace(PROJECT_LABEL, `$1${names.project}`).replace(CONTAINER_NAME, named).replace(CHOSEN_NAME, named);
}

/** Writes Prometheus' configuration and the dashboards for a stack of other names than the repository's files have. */
export async function writeOwnNames({ root, names, prometheus, dashboards }: Layout): Promise<void> {
  if (hasDefaultNames(names)) return;
  await copyNamed(path.join(root, "prometheus"), prometheus, names);
  await copyNamed(path.join(root, "grafana/dashboards"), dashboards, names);
}

/** Into a folder that stays the same one, as containers may have it mounted. */
async function copyNamed(from: string, to: string, names: StackNames): Promise<void> {
  const entries = await readdir(from, { recursive: true, withFileTypes: true });
  for (const entry of entries.filter((one) => one.isFile())) {
    const source = path.join(entry.parentPath, entry.name);
    const target = path.join(to, path.relative(from, source));
    await mkdir(path.dirname(target), { recursive: true, mode: 0o755 });
    await writeFile(target, withOwnNames(await readFile(source, "utf8"), names), { mode: 0o644 });
  }
  await removeOthers(from, to);
}

/** What an earlier start has copied, and is no longer there. */
async function removeOthers(from: string, to: string): Promise<void> {
  const sources = await readdir(from, { recursive: true });
  const copies = await readdir(to, { recursive: true });
  for (const name of copies.filter((copy) => !sources.includes(copy))) {
    await rm(path.join(to, name), { recursive: true, force: true });
  }
}
