import { readFile } from "node:fs/promises";
import type { ControlGroup } from "./control-group.ts";

/** The most memory that each program of a control group has had so far, in one line. */
export async function memoryOf(group: ControlGroup): Promise<string> {
  const statuses = await Promise.all(
    (await group.pids()).map((pid) => readFile(`/proc/${pid}/status`, "utf8").catch(() => "")),
  );
  const programs = statuses.flatMap((status) => {
    const kib = Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0);
    return kib === 0 ? [] : [{ name: /^Name:\s+(.*)$/m.exec(status)?.[1] ?? "", megabytes: kib / 1024 }];
  });
  const total = programs.reduce((sum, { megabytes }) => sum + megabytes, 0);
  const largest = programs.toSorted((a, b) => b.megabytes - a.megabytes).filter(({ megabytes }) => megabytes >= 10);
  const shares = largest.map(({ name, megabytes }) => `${name} ${megabytes.toFixed(0)}`);
  return `memory at its most ${total.toFixed(0)} MB (${shares.join(", ")})`;
}
