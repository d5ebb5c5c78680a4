import { reasonOf } from "../errors.ts";
import { reach } from "../lib/reach.ts";
import { THIS_MACHINE, withoutBrackets } from "../settings/loopback.ts";
import { databaseHost } from "../settings/store.ts";
import type { Check } from "./types.ts";

const POSTGRES_PORT = "5432";

/**
 * Whether something listens where the database of flows is. Never a fault: it may be away for a while, and flows wait on disk.
 * Whether it lets the exporter in, only the exporter finds out, from where it is: `npm run status` and /healthz tell.
 */
export const store: Check = {
  title: "Flow store",
  run: async ({ settings: { FLOW_STORE } }) => {
    if (FLOW_STORE === "") return { status: "ok", detail: "off (FLOW_STORE is empty)" };
    const host = databaseHost(FLOW_STORE);
    if (host === undefined) return { status: "ok", detail: `${FLOW_STORE}, in the exporter's volume` };
    const port = new URL(FLOW_STORE).port || POSTGRES_PORT;
    const place = `${host}:${port}`;
    if (host === THIS_MACHINE) return { status: "ok", detail: `${place}, not asked: only containers know this name` };
    try {
      await reach(withoutBrackets(host), Number(port));
      return { status: "ok", detail: `${place} is reached; npm run status says whether it takes flows` };
    } catch (error) {
      const fix = "check FLOW_STORE, and that the database runs and listens there; until then flows wait on disk";
      return { status: "warning", detail: `${place} cannot be reached`, why: reasonOf(error), fix };
    }
  },
};
