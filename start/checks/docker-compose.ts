import { dockerCompose as composeInstaller } from "../install/docker-compose.ts";
import type { Check, Finding } from "./types.ts";
import { isAtLeast, parseVersion, VERSION_DEADLINE_MS } from "./version.ts";

// The first to know `!override`, which replaces rights an old engine cannot grant.
const OLDEST = [2, 24] as const;

export const dockerCompose: Check = {
  title: "Docker Compose",
  run: async ({ host }) => {
    const found = await host.run("docker", ["compose", "version", "--short"], { timeoutMs: VERSION_DEADLINE_MS });
    const version = found.ok ? parseVersion(found.stdout) : undefined;
    if (!version) return lacking("COMPOSE_NOT_INSTALLED", "no v2 plugin", "`docker compose version` does not work");
    if (isAtLeast(version, OLDEST)) return { status: "ok", detail: found.stdout.trim() };
    return lacking(
      "COMPOSE_TOO_OLD",
      found.stdout.trim(),
      `the stack's file needs Compose ${OLDEST.join(".")} or newer`,
    );
  },
};

function lacking(code: string, detail: string, why: string): Finding {
  const fix = "install the docker-compose-v2 or docker-compose-plugin package";
  return { status: "missing", code, detail, why, fix, installer: composeInstaller };
}
