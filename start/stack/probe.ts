import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import type Docker from "dockerode";
import tar from "tar-stream";

const PROBE = "http-ok";

/** Takes the static health probe out of the flow-tracer image, for the containers that have no program to ask with. */
export async function extractProbe(docker: Docker, image: string, directory: string): Promise<void> {
  const container = await docker.createContainer({ Image: image, Cmd: [`/${PROBE}`], NetworkDisabled: true });
  try {
    const archive = await container.getArchive({ path: `/${PROBE}` });
    await mkdir(directory, { recursive: true });
    for await (const entry of Readable.from(archive).pipe(tar.extract())) {
      await writeFile(path.join(directory, PROBE), await buffer(entry), { mode: 0o755 });
    }
  } finally {
    await container.remove({ force: true });
  }
}
