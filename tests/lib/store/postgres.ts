import { globSync } from "node:fs";
import { chown, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import pg from "pg";

/** A PostgreSQL of our own, at a unix socket in a temporary folder; the system's clusters are left alone. */
export interface Postgres extends AsyncDisposable {
  folder: string;
  /** Of the user that it runs as, which is not root: it refuses that. */
  user: { uid: number; gid: number };
  /** The address of a database in it. */
  addressOf(database: string): string;
  execute(database: string, sql: string): Promise<void>;
  /** The rows that a question has for an answer. */
  ask(database: string, sql: string): Promise<Record<string, unknown>[]>;
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** Why there can be none here; undefined: there can. */
export function lackOfPostgres(): string | undefined {
  if (process.getuid?.() !== 0) return "needs root, to run PostgreSQL as another user";
  return programs() === undefined ? "needs the package postgresql" : undefined;
}

/** @param settings as `-c name=value` */
export async function startPostgres(settings: readonly string[] = []): Promise<Postgres> {
  const bin = programs();
  if (bin === undefined) throw new Error("there is no PostgreSQL: apt-get install postgresql");
  const user = await owner();
  const folder = await mkdtemp(path.join(tmpdir(), "flowtally-postgres-"));
  await chown(folder, user.uid, user.gid);
  const run = (program: string, words: readonly string[]) =>
    execa(path.join(bin, program), words, { ...user, cwd: folder, stdin: "ignore", stdout: "ignore", timeout: 60_000 });
  const data = path.join(folder, "data");
  await run("initdb", ["-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]);
  const options = [`-k ${folder} -h ""`, ...settings.map((setting) => `-c ${setting}`)].join(" ");
  const addressOf = (database: string) =>
    `postgres://postgres@localhost/${database}?host=${encodeURIComponent(folder)}`;
  const start = async () =>
    void (await run("pg_ctl", ["-D", data, "-w", "-l", path.join(folder, "log"), "-o", options, "start"]));
  const stop = async () => void (await run("pg_ctl", ["-D", data, "-w", "-m", "immediate", "stop"]));
  const ask = async (database: string, sql: string) => {
    const client = new pg.Client(addressOf(database));
    await client.connect();
    return (await client.query(sql).finally(() => client.end())).rows as Record<string, unknown>[];
  };
  const execute = async (database: string, sql: string) => void (await ask(database, sql));
  await start();
  const dispose = async () => {
    await stop().catch(() => {});
    await rm(folder, { recursive: true });
  };
  return { folder, user, addressOf, execute, ask, start, stop, [Symbol.asyncDispose]: dispose };
}

/** A folder that belongs to the user whom the server runs as. */
export async function ownFolder({ folder, user }: Postgres, name: string): Promise<string> {
  const own = path.join(folder, name);
  await mkdir(own);
  await chown(own, user.uid, user.gid);
  return own;
}

/** Debian keeps the programs of each version in a folder of its own, off the path. */
function programs(): string | undefined {
  return globSync("/usr/lib/postgresql/*/bin").sort().at(-1);
}

/** Debian's package makes this user. */
async function owner(): Promise<{ uid: number; gid: number }> {
  const [uid, gid] = await Promise.all(["-u", "-g"].map((word) => execa("id", [word, "postgres"])));
  return { uid: Number(uid?.stdout), gid: Number(gid?.stdout) };
}
