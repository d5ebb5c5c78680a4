import { existsSync } from "node:fs";
import { StartError } from "../../start/errors.ts";
import { applyInstall } from "../../start/install/apply.ts";
import { readSystem } from "../../start/install/system.ts";
import type { Installer } from "../../start/install/types.ts";
import type { Context } from "./context.ts";

/** Until Debian 12 QEMU came with a server of shared folders, written in C; later ones have another, in a package. */
export const OLDER_VIRTIOFSD = "/usr/lib/qemu/virtiofsd";
const VIRTIOFSD = ["/usr/libexec/virtiofsd", OLDER_VIRTIOFSD];
const PROGRAMS = ["qemu-system-x86_64", "busybox", "modprobe", "depmod", "cpio", "dpkg-deb", "setpriv"];

const guestTools: Installer = {
  title: "QEMU and what makes machines for it",
  packages: async (manager) => {
    const server = (await manager.candidate("virtiofsd")) === undefined ? "qemu-system-common" : "virtiofsd";
    const keyring = "debian-archive-keyring";
    return ["qemu-system-x86", server, "busybox-static", "kmod", "cpio", "util-linux", keyring];
  },
};

/** Path of the program that shares a folder with a guest, or undefined where it is not installed. */
export function virtiofsd(): string | undefined {
  return VIRTIOFSD.find((file) => existsSync(file));
}

/** Why guests cannot run on this machine, whatever is installed; undefined when they can. */
export async function guestsLack({ host }: Pick<Context, "host">): Promise<string | undefined> {
  if (host.arch !== "x64") return "needs an x86-64 machine";
  if (host.uid !== 0) return "needs root";
  const { packages } = await readSystem(host);
  return packages?.name === "apt" ? undefined : "needs apt and a Debian mirror";
}

/**
 * Installs what is missing of QEMU and its helpers.
 * @throws StartError GUESTS_IMPOSSIBLE where they cannot run, INSTALL_FAILED
 */
export async function provideGuests(context: Context): Promise<void> {
  const why = await guestsLack(context);
  if (why !== undefined) {
    const what = "Machines in QEMU cannot run here";
    throw new StartError("GUESTS_IMPOSSIBLE", { what, why, fix: "run this as root on Debian, on an x86-64 machine" });
  }
  if (!(await isComplete(context))) await applyInstall(await readSystem(context.host), [guestTools], context);
}

async function isComplete({ host }: Context): Promise<boolean> {
  const found = await Promise.all(PROGRAMS.map((program) => host.which(program)));
  return virtiofsd() !== undefined && !found.includes(undefined) && (await isStatic(host));
}

/** Debian has busybox in two packages; the one that needs the C library cannot run in an initial RAM disk. */
async function isStatic(host: Context["host"]): Promise<boolean> {
  const status = await host.run("dpkg-query", ["--status", "busybox-static"]);
  return status.ok && status.stdout.includes("\nStatus: install ok installed\n");
}
