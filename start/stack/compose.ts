import { existsSync } from "node:fs";
import { stripVTControlCharacters } from "node:util";
import { StartError } from "../errors.ts";
import type { Host, RunOptions } from "../lib/host.ts";
import type { Layout } from "./layout.ts";
import { OPTIONAL_SERVICES } from "./services.ts";

/** Docker Compose for this project. Which files and profiles count is said in `.env`, where Compose itself reads it. */
export interface Compose {
  up(options: Pick<RunOptions, "signal" | "onLine">): Promise<void>;
  /** Makes containers, networks and volumes, and starts nothing. */
  create(options: Pick<RunOptions, "signal" | "onLine">): Promise<void>;
  /** Removes containers and networks, whatever profile they came from; data volumes on request only. */
  down(options: { volumes: boolean }): Promise<void>;
  /** The last lines a service wrote, newest last. */
  logs(service: string, lines: number): Promise<string>;
}

/** Else Compose would read `.env`, which is of the stack with the default name. */
const NO_FILE = "/dev/null";

const ALL_PROFILES = OPTIONAL_SERVICES.flatMap((service) => ["--profile", service]);

export function composeIn(host: Host, layout: Layout): Compose {
  const compose = (args: readonly string[], options: RunOptions = {}) => {
    const which = ["--project-name", layout.names.project, "--env-file", existsSync(layout.env) ? layout.env : NO_FILE];
    return host.run("docker", ["compose", ...which, ...args], { cwd: layout.root, ...options });
  };
  const up = async (how: "--detach" | "--no-start", options: RunOptions) => {
    const result = await compose(["--progress", "plain", "up", how, "--no-build", "--remove-orphans"], options);
    if (!result.ok) throw upFailed(result.stderr || result.message);
  };
  return {
    up: (options) => up("--detach", options),
    create: (options) => up("--no-start", options),
    down: async ({ volumes }) => {
      const args = [...ALL_PROFILES, "down", "--remove-orphans", "--timeout", "5"];
      const result = await compose(volumes ? [...args, "--volumes"] : args);
      if (!result.ok) throw downFailed(result.stderr || result.message);
    },
    logs: async (service, lines) => {
      const result = await compose([
        ...ALL_PROFILES,
        "logs",
        "--no-color",
        "--no-log-prefix",
        "--tail",
        String(lines),
        service,
      ]);
      return stripVTControlCharacters(result.stdout).trimEnd();
    },
  };
}

function upFailed(output: string): StartError {
  return new StartError("COMPOSE_FAILED", {
    what: "docker compose could not start the stack",
    why: lastLines(output, 6),
    fix: "run `npm run doctor`; `docker compose ps --all` lists the containers",
  });
}

function downFailed(output: string): StartError {
  return new StartError("COMPOSE_FAILED", {
    what: "docker compose could not stop the stack",
    why: lastLines(output, 6),
    fix: "check that Docker runs (`docker info`), then run `npm run stop` again",
  });
}

function lastLines(text: string, count: number): string {
  return text.trimEnd().split("\n").slice(-count).join("\n");
}
