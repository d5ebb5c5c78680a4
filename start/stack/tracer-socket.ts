import path from "node:path";
import type { Settings } from "../settings/index.ts";
import { hasOthers, socketsIn, sourcesBelow } from "../settings/sources.ts";

type SocketSettings = Pick<Settings, "FLOW_TRACER_SOCKET" | "FLOW_SOURCES">;

const VOLUME = "tracer-socket";
const FOLDER = "/run/tracer-socket";
/** In memory, since a socket does not outlive its container; entered by flow-exporter's user, its group, and root. */
const IN_MEMORY = {
  driver: "local",
  driver_opts: { type: "tmpfs", device: "tmpfs", o: "size=64k,uid=60906,gid=60906,mode=0750" },
};
/** Where folders of this machine are in the container, so that none of its own is covered. */
const HOST = "/host";

/** What flow-exporter and the volumes of docker-compose.yml get added where it serves a socket, or reads other tracers'. */
export function tracerSocketCompose({ FLOW_TRACER_SOCKET, FLOW_SOURCES }: SocketSettings) {
  const isServed = FLOW_TRACER_SOCKET === "on";
  const sockets = socketsIn(FLOW_SOURCES);
  if (!isServed && !hasOthers(FLOW_SOURCES)) return { services: {}, others: {} };
  const folders = [...new Set(sockets.map((socket) => path.posix.dirname(socket)))];
  const environment = {
    FLOW_SOURCES: sourcesBelow(HOST, FLOW_SOURCES),
    ...(isServed && { FLOW_TRACER_SOCKET: `${FOLDER}/tracer.sock` }),
  };
  const own = isServed ? [`${VOLUME}:${FOLDER}`] : [];
  const volumes = [...own, ...folders.map((folder) => `${folder}:${HOST}${folder}:ro`)];
  return {
    services: { "flow-exporter": { environment, ...(volumes.length > 0 && { volumes }) } },
    others: isServed ? { volumes: { [VOLUME]: IN_MEMORY } } : {},
  };
}
