import type { Container } from "../api/types.ts";

/** A container's state in a word, and whether that is good, bad, or neither. */
export function conditionOf({ state, health }: Pick<Container, "state" | "health">): {
  text: string;
  level: "open" | "closed" | "failed";
} {
  if (health === "unhealthy") return { text: "unhealthy", level: "failed" };
  if (state === "restarting") return { text: "restarting", level: "failed" };
  if (state !== "" && state !== "running") return { text: state, level: "closed" };
  if (state === "") return { text: "–", level: "closed" };
  return { text: health || "running", level: health === "starting" ? "closed" : "open" };
}

/** `8080 → 80`, `53 udp`; a port that is published at several addresses once. */
export function portsText(ports: Container["published_ports"]): string {
  const texts = ports.map(({ protocol, host_port: host, container_port: inside }) => {
    const port = host === inside ? `${host}` : `${host} → ${inside}`;
    return protocol === "udp" ? `${port} udp` : port;
  });
  return [...new Set(texts)].join(", ");
}
