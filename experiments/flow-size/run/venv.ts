import { createHash } from "node:crypto";
import { readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { StartError } from "../../../start/errors.ts";
import type { Host, RunResult } from "../../../start/lib/host.ts";
import type { Report } from "../../../start/lib/report.ts";

const REQUIREMENTS = "experiments/flow-size/requirements.txt";
const FOLDER = ".flowtally/experiment-venv";
/** Says what was installed; written last, so that an environment without it is not whole. */
const STAMP = "installed.sha256";
const PYTHON_AT_LEAST = [3, 10] as const;
const PYTHON = `python3 of version ${PYTHON_AT_LEAST.join(".")} or newer`;

export interface Surroundings {
  host: Host;
  projectRoot: string;
  report: Report;
  signal: AbortSignal;
}

/**
 * Python with the packages of the experiment, installed where they are not as required.
 * pip goes by its own settings: PIP_NO_INDEX and PIP_FIND_LINKS name a folder of wheels, for a machine without a network.
 * @returns the path of its interpreter
 * @throws StartError where there is no suitable Python, or the packages cannot be had
 */
export async function provideVenv({ host, projectRoot, report, signal }: Surroundings): Promise<string> {
  const folder = path.join(projectRoot, FOLDER);
  const requirements = path.join(projectRoot, REQUIREMENTS);
  const python = path.join(folder, "bin/python");
  const stamp = path.join(folder, STAMP);
  const version = await versionOfPython(host);
  const wanted = createHash("sha256")
    .update(`${version}\n${await readFile(requirements, "utf8")}`)
    .digest("hex");
  if ((await readFile(stamp, "utf8").catch(() => "")) === wanted) return python;

  report("installing the packages of the experiment, 650 MB below .flowtally");
  await rm(folder, { recursive: true, force: true });
  const made = await host.run("python3", ["-m", "venv", folder], { signal });
  if (!made.ok) throw noVenv(made);
  const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"];
  // From wheels only: what would be compiled here needs compilers, and takes an hour.
  const installed = await host.run(python, [...pip, "--only-binary", ":all:", "--requirement", requirements], {
    signal,
  });
  if (!installed.ok) throw noPackages(installed);
  await writeFile(stamp, wanted);
  return python;
}

/** As "3.11". */
async function versionOfPython(host: Host): Promise<string> {
  const asked = await host.run("python3", ["-c", 'import sys; print("%d.%d" % sys.version_info[:2])']);
  const version = asked.stdout.trim();
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (asked.ok && (major > PYTHON_AT_LEAST[0] || (major === PYTHON_AT_LEAST[0] && minor >= PYTHON_AT_LEAST[1]))) {
    return version;
  }
  throw new StartError("EXPERIMENT_PYTHON", {
    what: "The experiment cannot run",
    why: `it needs ${PYTHON}, and there is ${asked.ok ? `Python ${version}` : "none on the PATH"}`,
    fix: "install one, as with: apt-get install python3 python3-venv",
  });
}

function noVenv(made: RunResult): StartError {
  return new StartError("EXPERIMENT_VENV", {
    what: "Python cannot make an environment for the experiment",
    why: lastLine(made),
    fix: "install its module venv, as with: apt-get install python3-venv",
  });
}

function noPackages(installed: RunResult): StartError {
  return new StartError("EXPERIMENT_PACKAGES", {
    what: `The packages in ${REQUIREMENTS} cannot be installed`,
    why: lastLine(installed),
    fix: "let pip reach a package index (PIP_INDEX_URL), or give it a folder of wheels: PIP_NO_INDEX=1 PIP_FIND_LINKS=FOLDER",
  });
}

function lastLine({ stdout, stderr, message }: RunResult): string {
  const lines = `${stdout}\n${stderr}`
    .trim()
    .split("\n")
    .map((line) => line.trim());
  return lines.at(-1) || message;
}
