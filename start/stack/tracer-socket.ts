import path from "node:path";
import type { Settings } from "../settings/index.ts";
import { hasOthers, hubbleFilesIn, hubbleHostsIn, socketsBelow, socketsIn } from "../settings/sources.ts";

const TLS_FILES = ["HUBBLE_SOURCE_CA_FILE", "HUBBLE_SOURCE_CERT_FILE", "HUBBLE_SOURCE_KEY_FILE"] as const;

export type SocketSettings = Pick<
  Settings,
  "FLOW_TRACER_SOCKET" | "FLOW_SOURCES" | "HUBBLE_SOURCE_TLS" | "HUBBLE_SOURCE_SERVER_NAME" | (typeof TLS_FILES)[number]
>;

const VOLUME = "tracer-socket";
const FOLDER = "/run/tracer-socket";
/** In memory, since a socket does not outlive its container; entered by flow-exporter's user, its group, and root. */
const IN_MEMORY = {
  driver: "local",
  driver_opts: { type: "tmpfs", device: "tmpfs", o: "size=64k,uid=60906,gid=60906,mode=0750" },
};
/** Where folders of this machine are in the container, so that none of its own is covered. */
const HOST = "/host";

/**
 * What flow-exporter and the volumes of docker-compose.yml get added where it serves a socket, or reads other tracers', or what
 * Hubble tells.
 */
export function tracerSocketCompose(settings: SocketSettings) {
  const { FLOW_TRACER_SOCKET, FLOW_SOURCES } = settings;
  const isServed = FLOW_TRACER_SOCKET === "on";
  const sockets = socketsIn(FLOW_SOURCES);
  if (!isServed && !hasOthers(FLOW_SOURCES)) return { services: {}, others: {} };
  const tls = hubbleHostsIn(FLOW_SOURCES).length > 0 ? tlsOf(settings) : { environment: {}, files: [] };
  const hubbleFiles = hubbleFilesIn(FLOW_SOURCES);
  const files = [...sockets, ...hubbleFiles, ...tls.files];
  const folders = [...new Set(files.map((file) => path.posix.dirname(file)))];
  const environment = {
    FLOW_SOURCES: socketsBelow(HOST, FLOW_SOURCES),
    // What is read from a file is called as the user has called it, wherever that is mounted.
    ...(hubbleFiles.length > 0 && { HUBBLE_SOURCE_ROOT: HOST }),
    ...tls.environment,
    ...(isServed && { FLOW_TRACER_SOCKET: `${FOLDER}/tracer.sock` }),
  };
  const own = isServed ? [`${VOLUME}:${FOLDER}`] : [];
  const volumes = [...own, ...folders.map((folder) => `${folder}:${HOST}${folder}:ro`)];
  return {
    services: { "flow-exporter": { environment, ...(volumes.length > 0 && { volumes }) } },
    others: isServed ? { volumes: { [VOLUME]: IN_MEMORY } } : {},
  };
}

/** How Hubble's observers are reached, and the files that it takes. */
function tlsOf({ HUBBLE_SOURCE_TLS, HUBBLE_SOURCE_SERVER_NAME, ...settings }: SocketSettings) {
  if (HUBBLE_SOURCE_TLS === "off") return { environment: {}, files: [] };
  const named = TLS_FILES.flatMap((name) => (settings[name] === "" ? [] : [[name, settings[name]] as const]));
  return {
    environment: {
      HUBBLE_SOURCE_TLS,
      HUBBLE_SOURCE_SERVER_NAME,
      ...Object.fromEntries(named.map(([name, file]) => [name, `${HOST}${file}`])),
    },
    files: named.map(([, file]) => file),
  };
}
