import { listenAt } from "../settings/hubble.ts";
import type { Settings } from "../settings/index.ts";

export type HubbleSettings = Pick<
  Settings,
  | "HUBBLE_LISTEN"
  | "HUBBLE_TLS_CERT_FILE"
  | "HUBBLE_TLS_KEY_FILE"
  | "HUBBLE_TLS_CLIENT_CA_FILE"
  | "HUBBLE_TLS_SERVER_NAME"
  | "HUBBLE_PEERS"
  | "HUBBLE_ADVERTISE"
>;

const PORT = 4245;
const FOLDER = "/run/secrets/hubble";
/** Of all addresses of this machine nobody knows by which others reach it. */
const ALL = ["0.0.0.0", "::"];
export const HUBBLE_FILES = ["HUBBLE_TLS_CERT_FILE", "HUBBLE_TLS_KEY_FILE", "HUBBLE_TLS_CLIENT_CA_FILE"] as const;

/** What flow-exporter gets added where it serves Hubble's clients. */
export function hubbleCompose(settings: HubbleSettings) {
  const at = listenAt(settings.HUBBLE_LISTEN);
  if (!at) return {};
  const { HUBBLE_LISTEN, HUBBLE_PEERS, HUBBLE_ADVERTISE, HUBBLE_TLS_SERVER_NAME } = settings;
  const files = HUBBLE_FILES.filter((key) => settings[key] !== "");
  const given = {
    HUBBLE_LISTEN: `:${PORT}`,
    HUBBLE_ADVERTISE: HUBBLE_ADVERTISE || (ALL.includes(at.host) ? "" : HUBBLE_LISTEN),
    HUBBLE_PEERS,
    HUBBLE_TLS_SERVER_NAME,
    ...Object.fromEntries(files.map((key) => [key, `${FOLDER}/${key}`])),
  };
  const environment = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== ""));
  const volumes = files.map((key) => `${settings[key]}:${FOLDER}/${key}:ro`);
  return {
    "flow-exporter": {
      environment,
      ports: [`${HUBBLE_LISTEN}:${PORT}`],
      ...(volumes.length > 0 && { volumes }),
    },
  };
}
