import { rm } from "node:fs/promises";
import path from "node:path";
import { StartError } from "../../start/errors.ts";
import type { ImageName } from "../../start/images/index.ts";
import { providedImage } from "../lib/provided-image.ts";
import type { Context } from "./context.ts";
import type { Processes } from "./node/processes.ts";

/** An image as it is called in the node. */
interface NodeImage {
  name: ImageName;
  reference: string;
}

/** What holds a pod's namespaces: a program of the tracer's image that waits for what never comes. */
export const PAUSE = "docker.io/flowtally-test/pause:latest";
const PAUSE_ENTRY = '["/after-socket", "/never", "/never"]';

/** Images, and the archive that has them all. */
export interface ImageArchive extends AsyncDisposable {
  images: readonly NodeImage[];
  /** Undefined: no images are wanted. */
  file: string | undefined;
}

/**
 * The stack's images, as `npm start` provides them, in an archive for the node.
 * @throws StartError IMAGES_NOT_PACKED, and those of `providedImage`
 */
export async function packImages(context: Context, names: readonly ImageName[]): Promise<ImageArchive> {
  if (names.length === 0) return { images: [], file: undefined, [Symbol.asyncDispose]: async () => {} };
  const tags = new Map<ImageName, string>();
  for (const name of names) {
    const image = await providedImage(context, context.projectRoot, name);
    if (image === undefined || image.origin === "missing") throw notPacked(image?.reason ?? `there is no ${name}`);
    tags.set(name, image.reference);
  }
  const file = path.join(context.cache, "images.tar");
  const dispose = () => rm(file, { force: true });
  try {
    await docker(context, ["build", "--quiet", "--tag", PAUSE, "-"], dockerfile(tags.get("flow-tracer") ?? "scratch"));
    await docker(context, ["save", "--output", file, PAUSE, ...tags.values()]);
  } catch (error) {
    await dispose();
    throw error;
  } finally {
    await context.host.run("docker", ["image", "rm", PAUSE]);
  }
  const images = [...tags].map(([name, tag]) => ({ name, reference: `docker.io/${tag}` }));
  return { images, file, [Symbol.asyncDispose]: dispose };
}

function dockerfile(base: string): string {
  return `FROM ${base}\nENTRYPOINT ${PAUSE_ENTRY}\n`;
}

async function docker({ host, signal }: Context, words: readonly string[], input = ""): Promise<void> {
  const done = await host.run("docker", words, { signal, input });
  if (!done.ok) throw notPacked(done.stderr.trim() || done.message);
}

/** Into containerd's namespace of the kubelet's. @throws StartError IMAGES_NOT_PACKED */
export async function importImages({ run }: Processes, socket: string, { file }: ImageArchive): Promise<void> {
  if (file === undefined) return;
  const done = await run(["ctr", `--address=${socket}`, "--namespace=k8s.io", "images", "import", file]);
  if (!done.ok) throw notPacked(done.stderr.trim() || done.message);
}

function notPacked(why: string): StartError {
  const fix = "look whether Docker runs, and whether `npm start` provides the images";
  return new StartError("IMAGES_NOT_PACKED", { what: "The stack's images could not be brought to the node", why, fix });
}
