import { randomUUID } from "node:crypto";
import { copyFile, mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { StartError } from "../../start/errors.ts";
import { provideImages } from "../../start/images/index.ts";
import { createDocker } from "../../start/lib/docker.ts";
import type { Context } from "../guests/context.ts";

/** What every machine is brought: two tar archives, which it reads from its second and third disk. */
export interface Luggage {
  /** The project's commit, in short. */
  commit: string;
  /** The project as a bare repository, the script "job", and the word "mark". */
  job: string;
  mark: string;
  /** The stack's images, as `docker load` reads them. */
  images: string;
}

/**
 * Packs the project as it is committed, and its images, which are built by this host's engine unless they are there:
 * their names follow from their contents, so that a clone of the same commit finds them.
 * @param folder an empty one, where both are put.
 * @throws StartError those of `provideImages`, and LUGGAGE_NOT_PACKED
 */
export async function packLuggage(context: Context, projectRoot: string, folder: string): Promise<Luggage> {
  const contents = path.join(folder, "job");
  const repository = path.join(contents, "flowtally.git");
  const clone = path.join(folder, "clone");
  await mkdir(contents);
  await run(context, "git", ["clone", "--quiet", "--bare", projectRoot, repository]);
  await run(context, "git", ["clone", "--quiet", repository, clone]);
  const commit = await run(context, "git", ["-C", clone, "log", "-1", "--format=%h %s"]);
  const mark = randomUUID();
  await writeFile(path.join(contents, "mark"), mark);
  await copyFile(path.join(clone, "tests/machines/inside/job"), path.join(contents, "job"));
  const job = path.join(folder, "job.tar");
  await run(context, "tar", ["--create", "--file", job, "--directory", contents, "."]);
  return { commit, job, mark, images: await packImages(context, clone, path.join(folder, "images.tar")) };
}

async function packImages(context: Context, clone: string, archive: string): Promise<string> {
  const { host, report, signal } = context;
  report("building the images of this commit, unless they are here");
  await run(context, "npm", ["run", "--silent", "setup"], clone);
  const outcomes = await provideImages({ docker: createDocker(host), host, projectRoot: clone, signal });
  const references = outcomes.filter(({ origin }) => origin !== "missing").map(({ reference }) => reference);
  await run(context, "docker", ["save", "--output", archive, ...references]);
  return archive;
}

async function run({ host, signal }: Context, program: string, args: readonly string[], cwd?: string): Promise<string> {
  const result = await host.run(program, args, { signal, ...(cwd && { cwd }) });
  if (result.ok) return result.stdout.trim();
  const why = result.stderr.trim() || result.message;
  throw new StartError("LUGGAGE_NOT_PACKED", { what: `\`${program} ${args[0]}\` failed`, why, fix: "see above" });
}
