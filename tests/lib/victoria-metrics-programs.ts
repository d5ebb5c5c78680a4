import { existsSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { reasonOf } from "../../start/errors.ts";
import { applyInstall } from "../../start/install/apply.ts";
import type { System } from "../../start/install/types.ts";
import { keep } from "../guests/cache.ts";
import { cacheFolder } from "../guests/context.ts";
import { orSkip } from "./or-skip.ts";

const PACKAGE = "victoria-metrics";
const PROGRAMS = ["victoria-metrics", "vmauth"] as const;

/** Folders of its programs, unpacked and installed, and the file that says why neither can be had on this machine. */
function placeOf(env: NodeJS.ProcessEnv = process.env) {
  const tools = path.join(path.dirname(cacheFolder(env)), "tools");
  return { folder: path.join(tools, PACKAGE), installed: "/usr/bin", lack: path.join(tools, `${PACKAGE}.lack`) };
}

type Place = ReturnType<typeof placeOf>;

/** Paths of VictoriaMetrics' programs: unpacked by `tests/setup.ts`, else those of a package that is installed. */
export function victoriaMetricsPrograms({ folder, installed }: Omit<Place, "lack"> = placeOf()) {
  const folders = [path.join(folder, "usr/bin"), installed];
  const found = PROGRAMS.map((name) => folders.map((one) => path.join(one, name)).find(existsSync));
  const [storage, proxy] = found;
  return storage !== undefined && proxy !== undefined ? { storage, proxy } : undefined;
}

/**
 * For a test's option `skip`. Where no package is to be had nothing is the matter with CI, and the rest goes on there too.
 * @throws Error in CI, where they could be had and are not there
 */
export function skipWithoutVictoriaMetrics(
  place: Place = placeOf(),
  env: NodeJS.ProcessEnv = process.env,
): string | false {
  if (victoriaMetricsPrograms(place) !== undefined) return false;
  if (existsSync(place.lack)) return readFileSync(place.lack, "utf8");
  return orSkip(`needs the package ${PACKAGE}, which \`node tests/setup.ts\` brings`, env);
}

interface Options {
  report: (line: string) => void;
  signal: AbortSignal;
}

/**
 * Fetches the package and unpacks it. It is not installed, since that starts a service where systemd runs.
 * @returns why that is not possible here; undefined: they are there
 */
export async function provideVictoriaMetrics(
  system: System,
  options: Options,
  place = placeOf(),
): Promise<string | undefined> {
  if (victoriaMetricsPrograms(place) !== undefined) return undefined;
  await mkdir(path.dirname(place.lack), { recursive: true });
  await rm(place.lack, { force: true });
  const { packages, distribution } = system;
  if (packages?.name === "apt") {
    // What apt knows may be old, or nothing.
    await applyInstall(
      system,
      [{ title: "VictoriaMetrics for the tests, unpacked only", packages: async () => [] }],
      options,
    );
    if ((await packages.candidate(PACKAGE)) !== undefined) return unpack(system, options, place);
  }
  const lack = `needs the package ${PACKAGE}, which ${distribution.name} does not have`;
  await writeFile(place.lack, lack);
  return lack;
}

/** The mirror may not answer, which is no reason to run no test at all. */
async function unpack({ host }: System, { signal }: Options, { folder }: Place): Promise<string | undefined> {
  const debs = await mkdtemp(path.join(tmpdir(), "flowtally-debs-"));
  // Its own user could not write into that folder.
  const download = ["-q", "-o", "APT::Sandbox::User=root", "download", PACKAGE];
  try {
    const fetched = await host.run("apt-get", download, { cwd: debs, signal });
    if (!fetched.ok) return fetched.stderr.trim() || fetched.message;
    await keep(folder, async (unfinished) => {
      for (const deb of await readdir(debs)) {
        const done = await host.run("dpkg-deb", ["-x", path.join(debs, deb), unfinished], { signal });
        if (!done.ok) throw new Error(done.message);
      }
    });
    return undefined;
  } catch (error) {
    signal.throwIfAborted();
    return reasonOf(error);
  } finally {
    await rm(debs, { recursive: true, force: true });
  }
}
