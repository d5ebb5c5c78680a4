import type { Host } from "../lib/host.ts";

/** Where versions before the volume flow-pins pinned their programs, which run as long as the pins are there. */
const FOLDER = "/sys/fs/bpf/flowtally";
/** What lies in it, and in its folder for the next tracer: links, programs, and variables named by a hash. */
const PINS = ["status", "snapshot", "live", "closed", "closed_ack", "owners", "processes", "programs", "udp"];
const KEPT = /^kept\/(program_)?(follow|udp)_[a-z0-9_]+$|^kept\/[0-9a-f]{16}$/;

/** Exit code of `flock` where somebody else has the lock; `rm` has none such. */
const LOCKED = 75;

interface Entry {
  /** As `find` has them: d, f, l … */
  type: string;
  user: string;
  mode: number;
  /** Below the folder; empty: itself. */
  name: string;
}

/**
 * Removes what an earlier version left in the machine's own BPF file system, where every user can make entries. Nothing is
 * touched unless all of it is root's and is called as that version called it; then nobody else can change it meanwhile.
 * @returns what was done, or why nothing was; undefined where nothing is there.
 */
export async function removeOldPins(host: Host): Promise<string | undefined> {
  const folder = host.resolve(FOLDER);
  const found = await host.runAsRoot("find", ["-P", folder, "-printf", "%y\\t%U\\t%m\\t%P\\n"]);
  const entries = found.stdout.split("\n").filter(Boolean).map(parse);
  if (!found.ok || entries.length === 0) return undefined;
  const fault = entries.map(faultOf).find((reason) => reason !== undefined);
  if (fault !== undefined) return leftAlone(fault);
  const inner = entries.some(({ name }) => name === "kept") ? `${folder}/kept` : folder;
  // A tracer that lives holds a lock on the inner folder; one that somebody has started by hand may be behind it.
  const lock = ["--nonblock", "--conflict-exit-code", String(LOCKED), inner];
  const removed = await host.runAsRoot("flock", [...lock, "rm", "-r", folder]);
  if (removed.ok) return `removed the pins of an earlier version in ${FOLDER}`;
  return leftAlone(removed.exitCode === LOCKED ? "a tracer is still using it" : removed.stderr || removed.message);
}

function parse(line: string): Entry {
  const [type = "", user = "", mode = "", name = ""] = line.split("\t");
  return { type, user, mode: Number.parseInt(mode, 8), name };
}

const WRITABLE_BY_OTHERS = 0o022;

/** Why an entry is not provably an earlier version's. */
function faultOf({ type, user, mode, name }: Entry): string | undefined {
  const what = name === "" ? "it" : `${name} in it`;
  const isFolder = name === "" || name === "kept";
  if (type !== (isFolder ? "d" : "f")) return `${what} is not a ${isFolder ? "folder" : "pin"}`;
  if (user !== "0") return `${what} belongs to user ${user}`;
  if (isFolder && (mode & WRITABLE_BY_OTHERS) !== 0) return `others may write to ${what}`;
  if (!isFolder && !PINS.includes(name) && !KEPT.test(name)) return `${what} is not a pin of an earlier version`;
  return undefined;
}

function leftAlone(reason: string): string {
  return `did not remove ${FOLDER}, left by an earlier version: ${reason}; if nothing needs it: rm -r ${FOLDER}`;
}
