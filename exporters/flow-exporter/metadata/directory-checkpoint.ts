import { z } from "zod";
import { checked, type Participant } from "../checkpoint/participant.ts";
import type { Container } from "../model/container.ts";
import type { DirectoryState, HostDirectory } from "./host-directory.ts";
import type { TenuresState } from "./tenures.ts";

const amount = z.number().min(0);

const publishedPort = z.object({
  protocol: z.int(),
  hostAddress: z.string().optional(),
  hostPort: z.int(),
  containerPort: z.int(),
});

const containerSchema = z.object({
  id: z.string(),
  name: z.string(),
  image: z.string(),
  composeProject: z.string(),
  composeService: z.string(),
  pod: z.string(),
  namespace: z.string(),
  podUid: z.string().optional(),
  podOwner: z.string().optional(),
  pid: z.int().min(0),
  networkMode: z.string(),
  addresses: z.array(z.string()),
  publishedPorts: z.array(publishedPort),
  /** Left out by exporters that did not keep it. */
  hostPaths: z.array(z.string()).default([]),
}) satisfies z.ZodType<Container>;

const tenuresSchema = z.object({
  toldNs: amount,
  held: z.array(
    z.object({
      place: z.string(),
      containerId: z.string(),
      fromNs: amount,
      untilNs: amount.optional(),
      preparedNs: amount,
    }),
  ),
}) satisfies z.ZodType<TenuresState>;

const schema = z.object({
  cgroups: z.array(z.tuple([z.int(), z.string()])),
  containers: z.array(containerSchema),
  /** These were left out by exporters that did not keep them. */
  ownContainers: z.array(z.string()).default([]),
  proxies: z.array(z.tuple([z.int(), amount])).default([]),
  tenures: tenuresSchema.default(() => ({ toldNs: 0, held: [] })),
}) satisfies z.ZodType<DirectoryState>;

/** Who has what on this host, which outlives the exporter. */
export function directoryParticipant(directory: HostDirectory): Participant {
  return {
    save: () => ({ ...directory.state }),
    prepare: (file) => {
      const state = checked(schema, file);
      return ({ sameBoot }) => directory.restore(state, sameBoot);
    },
  };
}
