import { mkdir, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import type Docker from "dockerode";
import tar from "tar-stream";

const PROGRAMS = ["http-ok", "after-socket", "socket-activate"];

/**
 * Takes three static programs out of the flow-tracer image, for the containers that have none of the kind: the health
 * probe, the one that waits for a socket, and the one that makes one.
 */
export async function extractPrograms(docker: Docker, image: string, directory: string): Promise<void> {
  const container = await docker.createContainer({ Image: image, Cmd: ["-"], NetworkDisabled: true });
  try {
    await mkdir(directory, { recursive: true });
    for (const program of PROGRAMS) {
      const archive = await container.getArchive({ path: `/${program}` });
      for await (const entry of Readable.from(archive).pipe(tar.extract())) {
        // Health checks of a stack that runs start it every few seconds, and a program that runs cannot be written to.
        const unfinished = path.join(directory, `.${program}`);
        await writeFile(unfinished, await buffer(entry), { mode: 0o755 });
        await rename(unfinished, path.join(directory, program));
      }
    }
  } finally {
    await container.remove({ force: true, v: true });
  }
}
