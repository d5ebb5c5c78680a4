import { once } from "node:events";
import { chmodSync, chownSync, lstatSync, statSync, unlinkSync } from "node:fs";
import type { Server } from "node:http";
import { createConnection } from "node:net";
import { dirname } from "node:path";

export interface SocketFile {
  path: string;
  /** Permissions, as chmod takes them. */
  mode: number;
  /** Numbers of user and group; undefined: those of this process. */
  owner: { uid: number; gid: number } | undefined;
}

/**
 * Lets a server listen at a unix socket. A socket that nobody listens at any more is replaced; nothing else is.
 * @throws Error that says why it cannot.
 */
export async function listenAt(server: Server, { path, mode, owner }: SocketFile): Promise<void> {
  try {
    await makeWay(path);
    await listenUnseen(server, path);
    if (owner) chownSync(path, owner.uid, owner.gid);
    chmodSync(path, mode);
  } catch (error) {
    server.close();
    throw new Error(`cannot serve the tracer socket at ${path}: ${(error as Error).message}`, { cause: error });
  }
}

/** Nobody may connect before owner and mode are as they should be. */
async function listenUnseen(server: Server, path: string): Promise<void> {
  const before = process.umask(0o777);
  try {
    // The socket is made within this call.
    server.listen(path);
  } finally {
    process.umask(before);
  }
  await once(server, "listening");
}

async function makeWay(path: string): Promise<void> {
  // Listening in a folder that is not there fails with the word for one that is not allowed.
  statSync(dirname(path));
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (!found) return;
  if (!found.isSocket()) throw new Error("a file that is no socket is there, and is left as it is");
  if (await isLive(path)) throw new Error("another program listens there");
  unlinkSync(path);
}

/** @throws the system's error where it cannot be known. */
function isLive(path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(path);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ECONNREFUSED") resolve(false);
      else reject(error);
    });
  });
}
