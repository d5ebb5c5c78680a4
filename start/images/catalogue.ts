import type { ServiceName } from "../stack/services.ts";

/** How an image is built where it cannot be pulled, or where nobody else publishes it. */
export interface BuildRoute {
  /** Folder of the Dockerfile and its context, from the project's root. */
  folder: string;
  /** Cold build time on two cores, in seconds: the longest starts first. */
  seconds: number;
  /** A Node service: Node itself and its production packages are staged beside its sources. */
  node?: true;
  /** Folder of the browser application that the service serves: it goes in bundled, as `console/`. */
  console?: string;
}

/** An image is called by the service that runs it, but for the one that two services run. */
export type ImageName = ServiceName | "haproxy";

export interface ImageSpec {
  service: ImageName;
  /** Where the project itself publishes it, pinned. Absent for what is always built here. */
  official?: string;
  build?: BuildRoute;
}

/** Debian's own image: the base of the builder wherever a container registry answers. */
export const DEBIAN_IMAGE = "debian:trixie-slim";
export const DEBIAN_SUITE = "trixie";

/** Where the builder itself is described, from the project's root. */
export const BUILDER_FOLDER = "exporters/images/builder";

/** Every image of the stack and the ways to it. */
export const CATALOGUE: readonly ImageSpec[] = [
  { service: "grafana", official: "grafana/grafana:12.2.0" },
  {
    service: "prometheus",
    official: "prom/prometheus:v2.53.3",
    build: { folder: "exporters/images/prometheus", seconds: 15 },
  },
  {
    service: "flow-exporter",
    build: { folder: "exporters/flow-exporter", seconds: 14, node: true, console: "exporters/console" },
  },
  {
    service: "cadvisor",
    official: "ghcr.io/google/cadvisor:0.57.0",
    build: { folder: "exporters/images/cadvisor", seconds: 40 },
  },
  {
    service: "node-exporter",
    official: "prom/node-exporter:v1.9.0",
    build: { folder: "exporters/images/node-exporter", seconds: 4 },
  },
  {
    service: "ebpf-exporter",
    official: "ghcr.io/cloudflare/ebpf_exporter:v2.5.1",
    build: { folder: "exporters/images/ebpf-exporter", seconds: 50 },
  },
  {
    service: "alertmanager",
    official: "prom/alertmanager:v0.28.1",
    build: { folder: "exporters/images/alertmanager", seconds: 4 },
  },
  { service: "flow-tracer", build: { folder: "exporters/flow-tracer", seconds: 12 } },
  { service: "haproxy", build: { folder: "exporters/images/haproxy", seconds: 8 } },
];
