import type { View } from "../view.ts";
import type * as answers from "./answers.ts";

/** What the processes of this node's endpoints have done, by their names; null: that is not known. */
export function workOfNodes(view: View): (endpoint: string) => answers.NodeWork | null {
  const known = new Map([...view.work()].map((one) => [one.endpoint, one]));
  return (endpoint) => {
    const work = known.get(endpoint);
    if (!work) return null;
    const rates = view.workRates(endpoint);
    return {
      cpu_seconds: work.cpuSeconds,
      read_bytes: work.readBytes,
      written_bytes: work.writtenBytes,
      resident_bytes: work.residentBytes,
      per_second: rates
        ? { cpu_seconds: rates.cpuSeconds, read_bytes: rates.readBytes, written_bytes: rates.writtenBytes }
        : null,
    };
  };
}
