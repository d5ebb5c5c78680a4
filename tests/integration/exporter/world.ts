import { execa } from "execa";

/** Of a range for documentation: nobody has it, as far as the exporter can know. */
export const WORLD_ADDRESS = "203.0.113.7";

/** A private one, of a network that the host has no part in: as well a machine's beyond a router. */
export const LAN_ADDRESS = "10.203.0.113";

/** Lets what containers send to an address elsewhere arrive at one of this host; until it is removed. */
export async function divert(address: string, to: string): Promise<{ remove(): Promise<void> }> {
  const rule = ["PREROUTING", "-d", address, "-j", "DNAT", "--to-destination", to];
  await execa("iptables", ["-w", "-t", "nat", "-I", ...rule]);
  return { remove: async () => void (await execa("iptables", ["-w", "-t", "nat", "-D", ...rule])) };
}
