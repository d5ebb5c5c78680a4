import { z } from "zod";
import { checked, type Participant } from "../checkpoint/participant.ts";
import type { EndpointTotal, EndpointWork } from "./endpoint-work.ts";

const amount = z.number().min(0);

const schema = z.object({
  work: z.array(
    z.object({
      endpoint: z.string(),
      cpuSeconds: amount,
      readBytes: amount,
      writtenBytes: amount,
      minorFaults: amount,
      majorFaults: amount,
      residentBytes: amount,
    }) satisfies z.ZodType<EndpointTotal>,
  ),
});

/** What the endpoints' processes have done, which outlives the exporter and the machine's boot. */
export function workParticipant(totals: EndpointWork): Participant {
  return {
    save: () => ({ work: [...totals].map((total) => ({ ...total })) }),
    prepare: (file) => {
      const { work } = checked(schema, file);
      return () => totals.restore(work);
    },
  };
}
