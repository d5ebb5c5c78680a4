import { existsSync } from "node:fs";
import { execa } from "execa";
import { waitFor } from "../../start/lib/wait.ts";
import { OLDER_VIRTIOFSD, virtiofsd } from "./provide.ts";

export interface Share {
  /** What QEMU is given so that the guest finds the folder under its tag; the memory must be shared with it. */
  args: readonly string[];
  stop(): Promise<void>;
}

interface Options {
  folder: string;
  tag: string;
  /** Where the socket is to be; the path of a socket has 107 bytes at most. */
  socket: string;
  memoryMb: number;
  signal: AbortSignal;
}

/**
 * Offers a folder of this machine to one guest by virtiofs. Files must not change meanwhile: the guest keeps what it
 * has read. Must be ended with `stop`.
 * @throws StartError SHARE_NOT_READY
 */
export async function shareFolder({ folder, tag, socket, memoryMb, signal }: Options): Promise<Share> {
  const command = ["--pdeathsig", "KILL", virtiofsd() ?? "virtiofsd", `--socket-path=${socket}`];
  const server = execa("setpriv", [...command, ...optionsOf(virtiofsd(), folder)], {
    reject: false,
    stdin: "ignore",
    all: true,
  });
  let ended: string | undefined;
  const end = server.then(({ all }) => {
    ended = all;
  });
  const stop = async () => {
    server.kill();
    await end;
  };
  const fix = "look whether virtiofsd runs on this machine";
  const wait = { name: "virtiofsd", deadlineMs: 10_000, everyMs: 20, code: "SHARE_NOT_READY", fix, signal };
  try {
    await waitFor(wait, async () => {
      if (ended !== undefined) throw new Error(`it ended: ${ended}`);
      if (!existsSync(socket)) throw new Error("its socket is not there");
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return { args: sharingArgs(tag, socket, memoryMb), stop };
}

/**
 * The older one takes no others. The newer one is not to tell the guest which folders are file systems of their own:
 * the guest would mount those as such, and its overlay shows the first file system alone.
 */
function optionsOf(program: string | undefined, folder: string): string[] {
  if (program === OLDER_VIRTIOFSD) return ["-o", `source=${folder}`, "-o", "cache=always", "-o", "sandbox=chroot"];
  const options = ["--cache=always", "--sandbox=chroot", "--readonly", "--no-announce-submounts"];
  return [`--shared-dir=${folder}`, ...options];
}

function sharingArgs(tag: string, socket: string, memoryMb: number): string[] {
  const memory = `memory-backend-memfd,id=memory,size=${memoryMb}M,share=on`;
  const device = `vhost-user-fs-pci,chardev=share,tag=${tag}`;
  return ["-object", memory, "-chardev", `socket,id=share,path=${socket}`, "-device", device];
}
