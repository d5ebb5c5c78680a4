import { reasonOf } from "../errors.ts";
import { reach } from "../lib/reach.ts";
import { hostsIn } from "../settings/cilium.ts";
import { THIS_MACHINE } from "../settings/loopback.ts";
import { CILIUM_PORTS } from "../stack/cilium.ts";
import type { Check } from "./types.ts";

/**
 * Whether an agent listens on each node of Cilium. Of the other parts not each node has one. Never a fault: a node may be away
 * for a while, and an alert tells of it.
 * @param port of agents
 */
export function agentsAt(port: number): Check {
  return {
    title: "Cilium nodes",
    run: async ({ settings: { CILIUM_NODES } }) => {
      if (CILIUM_NODES === "") return { status: "ok", detail: "off (CILIUM_NODES is empty)" };
      const hosts = hostsIn(CILIUM_NODES);
      const asked = hosts.filter((host) => host !== THIS_MACHINE);
      const reasons = await Promise.all(asked.map((host) => silence(host, port)));
      const silent = reasons.filter((reason) => reason !== undefined);
      const notAsked = asked.length < hosts.length ? `; ${THIS_MACHINE} not asked: only containers know this name` : "";
      const detail = `agents listen on ${asked.length - silent.length} of ${asked.length}${notAsked}`;
      if (silent.length === 0) return { status: "ok", detail };
      const fix = "check CILIUM_NODES, Cilium's Helm value prometheus.enabled (docs/cilium.md), and firewalls between";
      return { status: "warning", detail, why: silent.join("; "), fix };
    },
  };
}

export const cilium = agentsAt(CILIUM_PORTS["cilium-agent"]);

/** Why no agent is reached on a node; undefined where one is. */
async function silence(host: string, port: number): Promise<string | undefined> {
  return reach(host, port).then(
    () => undefined,
    (error: unknown) => `${host}: ${reasonOf(error)}`,
  );
}
