import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { contentHash, filesOf } from "../images/context.ts";
import { CILIUM_FOLDER } from "./cilium.ts";
import type { Layout } from "./layout.ts";

/** Services that read what is mounted into them as they start and never again, with the folders of it. */
function configured(layout: Layout): Record<string, readonly string[]> {
  const own = (name: string) => path.join(layout.root, name);
  return {
    "docker-filter": [own("docker-filter")],
    guard: [own("guard")],
    prometheus: [layout.prometheus, layout.targets],
    grafana: [own("grafana/provisioning")],
    alertmanager: [own("alertmanager"), path.dirname(layout.webhook)],
    "ebpf-exporter": [layout.ebpf],
    "flow-exporter": [path.dirname(layout.store)],
  };
}

/**
 * Variables that stand for what those services read: they are labels of the containers in docker-compose.yml, since Compose
 * makes a container anew for a label that has changed, and not for a file that has.
 */
export async function configurationVariables(layout: Layout): Promise<Record<string, string>> {
  const salt = await provideSalt(layout);
  const all = Object.entries(configured(layout)).map(async ([service, folders]) => {
    const hashes = await Promise.all(folders.map((folder) => hashOf(salt, folder, layout)));
    return [`${service.toUpperCase().replaceAll("-", "_")}_CONFIGURATION`, hashes.join("-")] as const;
  });
  return Object.fromEntries(await Promise.all(all));
}

async function hashOf(salt: string, folder: string, { targets }: Layout): Promise<string> {
  // Prometheus reads these again by itself.
  const skip = (name: string) => folder === targets && name.startsWith(`${CILIUM_FOLDER}/`);
  return contentHash([salt], await filesOf(folder, skip));
}

/**
 * Goes into all of them: there are passwords among the files, and whoever reads a label could try which one makes it. Made by the
 * first start, since with another one all those containers are made anew.
 */
async function provideSalt({ salt }: Layout): Promise<string> {
  const kept = await readFile(salt, "utf8").catch(() => "");
  if (kept.length >= SALT_BYTES) return kept;
  const made = randomBytes(SALT_BYTES).toString("base64url");
  await writeFile(salt, made, { mode: 0o600 });
  return made;
}

const SALT_BYTES = 24;
