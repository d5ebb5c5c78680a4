import { execa } from "execa";
import { orSkip } from "../../lib/or-skip.ts";
import { tracerLacks } from "../lib/tracer.ts";

/** Why the exporter cannot be tested here against a kernel and an engine; false when it can. */
export const skip = orSkip((await tracerLacks()) ?? (await dockerLacks()));

async function dockerLacks(): Promise<string | undefined> {
  const engine = await execa("docker", ["version", "--format", "{{.Server.Version}}"], { reject: false });
  if (engine.exitCode !== 0) return "needs a Docker engine";
  const setpriv = await execa("sh", ["-c", "command -v setpriv"], { reject: false });
  return setpriv.exitCode === 0 ? undefined : "needs setpriv (util-linux)";
}
