import { stat } from "node:fs/promises";
import type { Host } from "../lib/host.ts";
import { listenAt } from "../settings/hubble.ts";
import { HUBBLE_FILES } from "../stack/hubble.ts";
import type { Check } from "./types.ts";

/** Addresses that this machine alone reaches. Another spelling of `::1` is warned of for nothing. */
const LOOPBACK = /^(127\.|::1$)/;

/**
 * Where Hubble's clients are answered, and whether the certificates are there: the engine would make folders in place of files
 * that are not. Who answers beyond this machine without TLS tells everybody there who talks to whom, which is a warning.
 */
export const hubble: Check = {
  title: "Hubble's clients",
  run: async ({ host, settings }) => {
    const { HUBBLE_LISTEN, HUBBLE_TLS_CERT_FILE, HUBBLE_TLS_CLIENT_CA_FILE } = settings;
    const at = listenAt(HUBBLE_LISTEN);
    if (!at) return { status: "ok", detail: "off (HUBBLE_LISTEN is off)" };
    const named = HUBBLE_FILES.filter((key) => settings[key] !== "");
    const faults = await Promise.all(named.map(async (key) => ({ key, why: await noFile(host, settings[key]) })));
    const fault = faults.find(({ why }) => why !== undefined);
    if (fault?.why !== undefined) {
      const fix = `put the file there, readable by user 60906, or correct ${fault.key} (docs/hubble.md, "Certificates")`;
      return { status: "failed", code: "HUBBLE_FILE_MISSING", detail: `no ${fault.key}`, why: fault.why, fix };
    }
    if (HUBBLE_TLS_CERT_FILE !== "") {
      const whom = HUBBLE_TLS_CLIENT_CA_FILE === "" ? "whoever asks" : "who has a certificate";
      return { status: "ok", detail: `${HUBBLE_LISTEN} answers ${whom}, over TLS` };
    }
    const detail = `${HUBBLE_LISTEN} answers whoever asks, without TLS`;
    if (LOOPBACK.test(at.host)) return { status: "ok", detail };
    const why = "who reaches this address from outside sees every address and container that talks on this machine";
    const fix =
      'set HUBBLE_TLS_CERT_FILE and what goes with it (docs/hubble.md, "Certificates"), or listen at 127.0.0.1';
    return { status: "warning", detail, why, fix };
  },
};

/** Why there is no file; undefined where there is one, or where only others may look. */
async function noFile(host: Host, file: string): Promise<string | undefined> {
  return stat(host.resolve(file)).then(
    (found) => (found.isDirectory() ? `${file} is a folder` : undefined),
    (error: NodeJS.ErrnoException) =>
      error.code === "ENOENT" || error.code === "ENOTDIR" ? `there is no file ${file}` : undefined,
  );
}
