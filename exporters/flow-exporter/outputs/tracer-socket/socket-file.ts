import { once } from "node:events";
import { chmodSync, chownSync, lstatSync, renameSync, statSync, unlinkSync } from "node:fs";
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
 * @returns what `identityOf` says of the path as long as it is this socket; as long as the server listens, it says so of no other file
 * @throws Error that says why it cannot.
 */
export async function listenAt(server: Server, { path, mode, owner }: SocketFile): Promise<string> {
  try {
    await makeWay(path);
    await listenUnseen(server, path);
    if (owner) chownSync(path, owner.uid, owner.gid);
    chmodSync(path, mode);
    return identityOf(path);
  } catch (error) {
    server.close();
    throw new Error(`cannot serve the tracer socket at ${path}: ${(error as Error).message}`, { cause: error });
  }
}

/** Empty where nothing is there. @throws the system's error where that cannot be known. */
export function identityOf(path: string): string {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  return stats ? `${stats.dev} ${stats.ino}` : "";
}

/**
 * Ends a server, and removes its socket. A server that is closed removes whatever has its socket's name: another's file
 * is elsewhere meanwhile.
 */
export async function closeAt(server: Server, path: string, identity: string): Promise<void> {
  const aside = `${path}.aside`;
  const isAside = putAside(path, aside, identity);
  const closed = once(server, "close");
  // The file is removed within this call.
  server.close();
  if (isAside) renameSync(aside, path);
  server.closeAllConnections();
  await closed;
}

/** Where it cannot be done, what is there cannot be removed either. */
function putAside(path: string, aside: string, identity: string): boolean {
  try {
    if ([identity, ""].includes(identityOf(path))) return false;
    renameSync(path, aside);
    return true;
  } catch {
    return false;
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
