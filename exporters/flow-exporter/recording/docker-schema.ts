import { z } from "zod";
import type { DockerReader } from "../metadata/docker/reader.ts";

export type Containers = Awaited<ReturnType<DockerReader["list"]>>;
export type Overlays = Awaited<ReturnType<DockerReader["overlays"]>>;

const text = z.string().nullish();
const port = z.int().min(0).max(65_535).nullish();

/** What `needed.ts` leaves of a container, as Docker has it. */
const container = z.object({
  info: z.object({
    Id: z.string(),
    Names: z.array(z.string()).nullish(),
    Image: z.string(),
    State: text,
    Status: text,
    Labels: z.record(z.string(), z.string()).nullish(),
    HostConfig: z.object({ NetworkMode: text }).nullish(),
    NetworkSettings: z
      .object({ Networks: z.record(z.string(), z.object({ IPAddress: text, GlobalIPv6Address: text })) })
      .nullish(),
    Ports: z.array(z.object({ Type: text, IP: text, PublicPort: port, PrivatePort: port })).nullish(),
    Mounts: z.array(z.object({ Type: text, Source: z.string() })).nullish(),
  }),
  inspected: z.object({ pid: z.int().min(0), restarts: z.int().min(0), startedAt: z.string() }),
});

const service = z.object({
  VIP: z.string().optional(),
  Ports: z.array(z.string()).nullish(),
  Tasks: z.array(z.object({ EndpointIP: z.string().optional() })).nullish(),
});

const overlay = z.object({
  Containers: z.record(z.string(), z.object({ IPv4Address: z.string().optional() })).nullish(),
  Services: z.record(z.string(), service).nullish(),
});

/** Docker's answers as they were recorded: what reads them takes Docker's word for their shape. */
export const containersSchema = z.custom<Containers>(
  (value) => z.array(container).safeParse(value).success,
  "not what Docker says of containers",
);
export const overlaysSchema = z.custom<Overlays>(
  (value) => z.array(overlay).safeParse(value).success,
  "not what Docker says of networks",
);
