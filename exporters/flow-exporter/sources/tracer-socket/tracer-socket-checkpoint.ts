import { z } from "zod";
import { checked, type Participant } from "../../checkpoint/participant.ts";
import type { TracerSocketSource } from "./tracer-socket-source.ts";

const count = z.number().nonnegative();
const counts = z.object({ sent: count, received: count, retransmits: count });
const memory = z.object({ key: z.string(), base: counts, counted: counts, told: counts, opened: z.boolean() });
/** By the source's name; a file of an exporter that read none has none. */
const schema = z.object({ tracerSockets: z.record(z.string(), z.array(memory)).default({}) });

/** What has been counted of connections that are told again to the next exporter. */
export function tracerSocketsParticipant(sources: readonly TracerSocketSource[]): Participant {
  return {
    save: () => ({ tracerSockets: Object.fromEntries(sources.map((one) => [one.name, [...one.memories()]])) }),
    prepare: (file) => {
      const { tracerSockets } = checked(schema, file);
      return ({ sameBoot, nowNs }) => {
        if (!sameBoot) return;
        for (const source of sources) source.restore(tracerSockets[source.name] ?? [], nowNs);
      };
    },
  };
}
