import type { Host } from "../lib/host.ts";
import type { DockerClient } from "./docker-client.ts";
import type { Check } from "./types.ts";

const GIB = 2 ** 30;
const TO_RUN = 3 * GIB;
const TO_BUILD = 8 * GIB;
const DOCKER_ROOT = "/var/lib/docker";
/** Built last of all images: once it is there, so are the others. */
const BUILT = { filters: { reference: ["flowtally/flow-exporter"] } };

export const disk: Check = {
  title: "Disk",
  run: async ({ host, docker }) => {
    const root = await docker.info().then(
      ({ DockerRootDir }) => DockerRootDir,
      () => DOCKER_ROOT,
    );
    const free = await freeBytes(host, root);
    if (free === undefined) {
      return {
        status: "warning",
        detail: "unknown",
        why: `df does not report the free space at ${root}`,
        fix: `check \`df ${root}\``,
      };
    }
    const detail = `${(free / GIB).toFixed(1)} GiB free at ${root}`;
    const fix =
      "free some space: `docker system df` shows what Docker uses, `docker system prune` removes what is unused";
    if (free < TO_RUN) {
      return { status: "failed", code: "DISK_FULL", detail, why: "images and metrics need 3 GiB", fix };
    }
    if (free < TO_BUILD && !(await isBuilt(docker))) {
      return { status: "warning", detail, why: "building the images temporarily takes up to 8 GiB", fix };
    }
    return { status: "ok", detail };
  },
};

async function isBuilt(docker: DockerClient): Promise<boolean> {
  return docker.listImages(BUILT).then(
    (images) => images.length > 0,
    () => false,
  );
}

/** Free bytes for a folder that may not be there yet: its nearest existing parent decides. */
async function freeBytes(host: Host, folder: string): Promise<number | undefined> {
  const df = await host.run("df", ["-Pk", folder]);
  const kib = df.stdout.split("\n")[1]?.split(/\s+/)[3];
  if (df.ok && kib !== undefined) return Number(kib) * 1024;
  return folder === "/" ? undefined : freeBytes(host, folder.slice(0, folder.lastIndexOf("/")) || "/");
}
