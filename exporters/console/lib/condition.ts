import type { Condition, Container } from "../api/types.ts";
import { formatUptime } from "./units.ts";

/** A style's name: whether a container's state is good, bad, neither, or good only for a while yet. */
type Level = "open" | "closed" | "failed" | "unstable";

/** The levels with what needs a look first. */
const BY_TROUBLE: readonly Level[] = ["failed", "unstable", "closed", "open"];

/** Who has run for so long has recovered: Kubernetes counts failures anew then, too. */
const RECOVERED_SECONDS = 600;

/** A container's state in a word, and what that means. One that crashes again and again is running most of the time. */
export function conditionOf({ state, health, restarts, uptime_seconds: uptime }: Condition): {
  text: string;
  level: Level;
} {
  if (health === "unhealthy") return { text: "unhealthy", level: "failed" };
  if (state === "restarting") return { text: "restarting", level: "failed" };
  if (state !== "" && state !== "running") return { text: state, level: "closed" };
  if (state === "") return { text: "–", level: "closed" };
  if (restarts > 0 && uptime !== null && uptime < RECOVERED_SECONDS) {
    return { text: `restarted ${formatUptime(uptime)} ago`, level: "unstable" };
  }
  return { text: health || "running", level: health === "starting" ? "closed" : "open" };
}

/** Sorts what needs a look before what does not, and the same states together. */
export function rankOfCondition(condition: Condition): string {
  const { text, level } = conditionOf(condition);
  return `${BY_TROUBLE.indexOf(level)} ${text}`;
}

/** `8080 → 80`, `53 udp`; a port that is published at several addresses once. */
export function portsText(ports: Container["published_ports"]): string {
  const texts = ports.map(({ protocol, host_port: host, container_port: inside }) => {
    const port = host === inside ? `${host}` : `${host} → ${inside}`;
    return protocol === "udp" ? `${port} udp` : port;
  });
  return [...new Set(texts)].join(", ");
}
