import { closeSync, existsSync, openSync, readSync } from "node:fs";
import path from "node:path";
import { type Translation, translationIn } from "./translations.ts";

/** The translated connections of one network namespace, as of one moment. */
export interface Reading {
  translations: readonly Translation[];
  /** There are more, for which there was no time or no room. */
  isCutOff: boolean;
}

export interface ConntrackPlace {
  /** `/proc/PID/net/nf_conntrack`: the connections that the network namespace of that process keeps track of. */
  file: string;
  /** Is there where the kernel can keep track of connections at all: `/sys/module/nf_conntrack`. */
  module: string;
}

/** The kernel keeps track of connections and was built without the file that shows them: no fault, for nothing would mend it. */
export class TableAbsent extends Error {
  override readonly name = "TableAbsent";
}

/** Some 300 bytes each in memory, for each of three readings. */
const MAX_TRANSLATIONS = 30_000;
/** Kernels before 6.15 begin anew with each page, so that a long table takes the square of its length. */
const MAX_READ_MS = 2_000;
const CHUNK_BYTES = 65_536;

/** Reads the translated connections. @throws TableAbsent, or another Error that says why they cannot be read */
export function readConntrack({ file, module }: ConntrackPlace, maxTranslations = MAX_TRANSLATIONS): Reading {
  const endMs = performance.now() + MAX_READ_MS;
  const translations: Translation[] = [];
  for (const line of linesOf(file, module)) {
    const translation = translationIn(line);
    if (translation) translations.push(translation);
    if (translations.length >= maxTranslations || performance.now() > endMs) return { translations, isCutOff: true };
  }
  return { translations, isCutOff: false };
}

function* linesOf(file: string, module: string): Generator<string> {
  const descriptor = open(file, module);
  if (descriptor === undefined) return;
  try {
    const bytes = Buffer.allocUnsafe(CHUNK_BYTES);
    let rest = "";
    for (let length = readSync(descriptor, bytes); length > 0; length = readSync(descriptor, bytes)) {
      const lines = (rest + bytes.toString("latin1", 0, length)).split("\n");
      rest = lines.pop() ?? "";
      yield* lines;
    }
  } finally {
    closeSync(descriptor);
  }
}

/** Undefined where nothing is kept track of, so that nothing is translated. */
function open(file: string, module: string): number | undefined {
  try {
    return openSync(file, "r");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" && !existsSync(module)) return undefined;
    if (code === "ENOENT" && existsSync(path.dirname(file))) throw new TableAbsent(NO_TABLE, { cause: error });
    throw new Error(`NAT is not followed: ${file}: ${WHY[code ?? ""] ?? error}`, { cause: error });
  }
}

const NO_TABLE = "NAT is not followed: this kernel has no nf_conntrack in /proc (CONFIG_NF_CONNTRACK_PROCFS)";

const WHY: Readonly<Record<string, string>> = {
  EACCES: "only root's group may read it: run the exporter with the supplementary group 0",
  ENOENT: "the process is not to be seen: run the exporter in the machine's own pid namespace, where /proc hides none",
};
