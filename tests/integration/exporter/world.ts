import { execa } from "execa";

/** Of a range for documentation: nobody has it, as far as the exporter can know. */
export const WORLD_ADDRESS = "203.0.113.7";

/** Lets what containers send to an address of the world arrive at one of this host; until it is removed. */
export async function divertWorld(to: string): Promise<{ remove(): Promise<void> }> {
  const rule = ["PREROUTING", "-d", WORLD_ADDRESS, "-j", "DNAT", "--to-destination", to];
  await execa("iptables", ["-w", "-t", "nat", "-I", ...rule]);
  return { remove: async () => void (await execa("iptables", ["-w", "-t", "nat", "-D", ...rule])) };
}
