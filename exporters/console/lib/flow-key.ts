import type { Flow } from "../api/types.ts";

/** What distinguishes a flow from all others, as the address has it. */
export function flowKey(flow: Flow): string {
  const { protocol, source_address, source_port, destination_address, destination_address_port, start } = flow;
  // Another may tell of the flow that is counted here; names of sources have no spaces.
  const told = flow.observed === null ? [] : [flow.origin];
  return [protocol, source_address, source_port, destination_address, destination_address_port, start, ...told].join(
    " ",
  );
}

/** The exporter's path for a list that has the flow of a key, if it still has it. */
export function pathOfFlow(key: string): string {
  const [protocol = "", address = "", port = ""] = key.split(" ");
  return `/api/flows?${new URLSearchParams({ protocol, search: address, source_port: port, limit: "100", nodes: "all" })}`;
}
