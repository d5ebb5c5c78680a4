import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { StartError } from "../../start/errors.ts";
import { debianMirror } from "../../start/images/debian.ts";
import type { Host } from "../../start/lib/host.ts";
import type { Context } from "./context.ts";

const KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";

/** An apt of its own: one suite's package lists, apart from what the machine itself installs from. */
export interface AptRoot {
  /** Runs `apt-get` or `apt-cache` on these lists; the text it printed, or undefined where it failed. */
  query(program: "apt-get" | "apt-cache", ...args: string[]): Promise<string | undefined>;
  /** Fetches one package, `name=version`, into a folder. @throws StartError PACKAGE_NOT_FETCHED */
  download(name: string, folder: string): Promise<void>;
  close(): Promise<void>;
}

/**
 * Fetches a suite's lists from the mirror this machine installs from. Each call has a folder of its own in the
 * temporary files, so that two at once are not in each other's way.
 * @throws StartError NO_DEBIAN_MIRROR, PACKAGE_LISTS_NOT_FETCHED
 */
export async function openAptRoot({ host, report, signal }: Context, suite: string): Promise<AptRoot> {
  const sources = await sourcesOf(host, suite);
  const folder = await mkdtemp(path.join(tmpdir(), "flowtally-apt-"));
  const close = () => rm(folder, { recursive: true, force: true });
  try {
    const options = await layOut(folder, sources);
    report(`fetching the package lists of ${suite}`);
    const updated = await host.run("apt-get", [...options, "update", "--error-on=any"], { signal });
    if (!updated.ok) throw refused("PACKAGE_LISTS_NOT_FETCHED", `the package lists of ${suite}`, updated.stderr);
    return {
      query: async (program, ...args) => {
        const answer = await host.run(program, [...options, ...args], { signal });
        return answer.ok ? answer.stdout : undefined;
      },
      download: async (name, cwd) => {
        const fetched = await host.run("apt-get", [...options, "download", name], { cwd, signal });
        if (!fetched.ok) throw refused("PACKAGE_NOT_FETCHED", name, fetched.stderr);
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function sourcesOf(host: Host, suite: string): Promise<string> {
  const mirror = await debianMirror(host);
  if (mirror === undefined) throw noMirror("its package sources name no Debian mirror");
  if ((await host.readText(KEYRING)) === undefined) throw noMirror(`it has no ${KEYRING}`);
  return `deb [arch=amd64 signed-by=${KEYRING}] ${mirror} ${suite} main\n`;
}

/** Proxies and certificates stay the machine's own; sources, lists and state are this folder's. */
async function layOut(folder: string, sources: string): Promise<string[]> {
  const file = (name: string) => path.join(folder, name);
  await mkdir(file("lists/partial"), { recursive: true });
  await mkdir(file("archives/partial"), { recursive: true });
  await writeFile(file("sources.list"), sources);
  await writeFile(file("status"), "");
  const settings = {
    "Dir::Etc::sourcelist": file("sources.list"),
    "Dir::Etc::sourceparts": "-",
    "Dir::Etc::preferences": "-",
    "Dir::Etc::preferencesparts": "-",
    "Dir::State": folder,
    "Dir::State::status": file("status"),
    "Dir::Cache": folder,
    // Its own user could not enter this folder.
    "APT::Sandbox::User": "root",
    "Acquire::Languages": "none",
    "Acquire::IndexTargets::deb::DEP-11::DefaultEnabled": "false",
    "Acquire::Retries": "3",
  };
  return ["-q", ...Object.entries(settings).flatMap(([name, value]) => ["-o", `${name}=${value}`])];
}

function noMirror(why: string): StartError {
  return new StartError("NO_DEBIAN_MIRROR", {
    what: "Debian's packages cannot be fetched on this machine",
    why,
    fix: "run this on Debian, or in a container of it",
  });
}

function refused(code: string, what: string, output: string): StartError {
  const errors = output.split("\n").filter((line) => line.startsWith("E: "));
  return new StartError(code, {
    what: `${what} could not be fetched`,
    why: errors.join("\n") || "apt-get failed",
    fix: "look whether `apt-get update` works on this machine, then run this again",
  });
}
