import type { Host } from "../lib/host.ts";
import type { Check } from "./types.ts";

export const rights: Check = {
  title: "Rights",
  run: async ({ host }) => {
    if (host.uid === 0) return { status: "ok", detail: "root" };
    if (await hasRootRights(host)) return { status: "ok", detail: "sudo without a password" };
    return {
      status: "failed",
      code: "NO_RIGHTS",
      detail: "neither root nor sudo",
      why: `user ${host.uid} is not root, and \`sudo -n true\` fails`,
      fix: "start as root, or let this user run sudo without a password",
    };
  },
};

/** Whether commands can be run as root without asking anyone. */
export async function hasRootRights(host: Host): Promise<boolean> {
  return (await host.runAsRoot("true", [], { timeoutMs: 10_000 })).ok;
}
