import { reasonOf, StartError } from "../errors.ts";

const LAST_LINES = 15;

/** A build that ended with an error: what it said last, or that the disk is full. */
export function buildFailure(service: string, error: unknown, log: readonly string[]): StartError {
  const reason = reasonOf(error);
  if ([reason, ...log].some(saysDiskFull)) return diskFull(`the image of ${service}`, error);
  const tail = log.slice(-LAST_LINES).filter((line) => line !== reason);
  return new StartError(
    "IMAGE_BUILD_FAILED",
    {
      what: `The image of ${service} could not be built`,
      why: [reason, ...tail].join("\n"),
      fix: "make sure that this host and its containers reach the package registries (proxy, DNS, certificates), then run `npm start` again",
    },
    { cause: error },
  );
}

/** The same for what esbuild says: file and line are below its first line. */
export function bundleFailure(service: string, error: Error): StartError {
  return buildFailure(service, error, error.message.split("\n").slice(1));
}

export function diskFull(what: string, cause: unknown): StartError {
  return new StartError(
    "DISK_FULL",
    {
      what: `No disk space left for ${what}`,
      why: "the disk is full: no space left on device",
      fix: "free about 4 GB where Docker keeps its images (`docker system df` shows what it uses), then run `npm start` again",
    },
    { cause },
  );
}

export function saysDiskFull(text: string): boolean {
  return /no space left on device|ENOSPC/i.test(text);
}
