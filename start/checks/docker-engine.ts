import { reasonOf } from "../errors.ts";
import { dockerAccess } from "../install/docker-access.ts";
import { dockerEngine as engineInstaller } from "../install/docker-engine.ts";
import { startEngine } from "../install/start-engine.ts";
import type { Host } from "../lib/host.ts";
import { dockerSocket } from "./docker-client.ts";
import { hasRootRights } from "./rights.ts";
import type { Check, Finding } from "./types.ts";
import { isAtLeast, parseVersion } from "./version.ts";

const OLDEST_API = [1, 41] as const;

export const dockerEngine: Check = {
  title: "Docker engine",
  run: async ({ host, docker }) => {
    if (dockerSocket(host.env) === undefined) return remote(host.env.DOCKER_HOST ?? "");
    try {
      return judge(await docker.version(), await host.which("docker"));
    } catch (error) {
      return explain(error, host);
    }
  },
};

function judge({ Version, ApiVersion }: { Version: string; ApiVersion: string }, cli: string | undefined): Finding {
  const detail = `${Version}, API ${ApiVersion}`;
  const api = parseVersion(ApiVersion);
  if (!api || !isAtLeast(api, OLDEST_API)) return tooOld(detail);
  return cli === undefined
    ? notInstalled("the engine is running, but the `docker` command is missing")
    : { status: "ok", detail };
}

async function explain(error: unknown, host: Host): Promise<Finding> {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === "EACCES" || code === "EPERM") return denied(host);
  if (code === "ECONNRESET" || code === "ETIMEDOUT") return silent();
  if ((await host.which("dockerd")) === undefined) return notInstalled("there is no `dockerd` on this machine");
  return notRunning(reasonOf(error));
}

function notInstalled(why: string): Finding {
  const fix = "install the distribution's docker.io (Debian, Ubuntu) or moby-engine (Fedora)";
  return {
    status: "missing",
    code: "DOCKER_NOT_INSTALLED",
    detail: "not installed",
    why,
    fix,
    installer: engineInstaller,
  };
}

function notRunning(reason: string): Finding {
  return {
    status: "missing",
    code: "DOCKER_NOT_RUNNING",
    detail: "installed, not running",
    why: `its socket does not answer: ${reason}`,
    fix: "systemctl start docker",
    installer: startEngine,
  };
}

async function denied(host: Host): Promise<Finding> {
  const fault = {
    code: "DOCKER_SOCKET_DENIED",
    detail: "permission denied",
    why: `user ${host.uid} may not open the Docker socket`,
    fix: 'sudo usermod --append --groups docker "$USER", then log in again; or start as root',
  };
  if (await hasRootRights(host)) return { status: "missing", ...fault, installer: dockerAccess };
  return { status: "failed", ...fault };
}

function silent(): Finding {
  return {
    status: "failed",
    code: "DOCKER_NOT_ANSWERING",
    detail: "accepts connections but does not answer",
    why: "the engine did not answer within 5 s",
    fix: "systemctl restart docker",
  };
}

function tooOld(detail: string): Finding {
  return {
    status: "failed",
    code: "DOCKER_TOO_OLD",
    detail,
    why: `the stack needs API ${OLDEST_API.join(".")} (Docker 20.10) or newer`,
    fix: "upgrade Docker",
  };
}

function remote(address: string): Finding {
  return {
    status: "failed",
    code: "DOCKER_NOT_LOCAL",
    detail: address,
    why: `DOCKER_HOST points to ${address}, but flows are read from the kernel of this machine`,
    fix: "unset DOCKER_HOST, or run Flowtally on that machine",
  };
}
