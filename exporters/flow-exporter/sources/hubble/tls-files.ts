import { readFileSync } from "node:fs";
import { SourceFault } from "./faults.ts";
import type { HubbleTls } from "./settings.ts";

export interface TlsFiles {
  ca: Buffer | null;
  cert: Buffer | null;
  key: Buffer | null;
}

/** @throws SourceFault `bad_tls_file` that names the file */
export function readTlsFiles({ caFile, certFile, keyFile }: HubbleTls): TlsFiles {
  return { ca: read(caFile), cert: read(certFile), key: read(keyFile) };
}

function read(file: string | undefined): Buffer | null {
  if (file === undefined) return null;
  try {
    return readFileSync(file);
  } catch (error) {
    throw new SourceFault("bad_tls_file", error instanceof Error ? error.message : String(error));
  }
}
