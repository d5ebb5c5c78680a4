import type { DockerReader } from "../metadata/docker/reader.ts";
import type { Host } from "../metadata/host/host.ts";
import type { Tracer } from "../sources/kernel/pins/tracer.ts";
import type { Containers, Overlays } from "./docker-schema.ts";
import type { Readers } from "./format.ts";

/** A number that every cycle asks for. */
export type Figure = "startedMs" | "bootTimeNs" | "wallOffsetMs";

/** Is given every answer that can be recorded; must not throw, since whoever asked would get that. */
export interface Listener {
  onIdentity(identity: string): void;
  /** `bytes` are the reader's own, and are valid until it returns. */
  onPin(name: string, bytes: Uint8Array): void;
  /** The kernel frees what pin `closed` has shown. */
  onAcknowledged(): void;
  onFigure(name: Figure, value: number): void;
  onNetFile(name: string, text: string): void;
  /** `name`: process and file. */
  onProcessFile(name: string, text: string): void;
  onContainers(containers: Containers): void;
  onOverlays(overlays: Overlays): void;
  onEvent(line: string): void;
}

/** Stands between an exporter and its readers, and lets a listener hear what they answer. */
export class Tap {
  /** To be asked instead of those behind it. */
  readonly readers: Readers;
  listener: Listener | undefined;

  constructor({ tracer, docker, host }: Readers) {
    this.readers = { tracer: this.#tracer(tracer), docker: docker && this.#docker(docker), host: this.#host(host) };
  }

  #tracer(tracer: Tracer): Tracer {
    const pin = (name: string, bytes: Uint8Array) => {
      this.listener?.onPin(name, bytes);
      return bytes;
    };
    return {
      identity: () => {
        const identity = tracer.identity();
        this.listener?.onIdentity(identity);
        return identity;
      },
      startedMs: () => this.#figure("startedMs", tracer.startedMs()),
      backfillOwners: () => tracer.backfillOwners(),
      snapshot: () => tracer.snapshot(),
      acknowledgeClosed: () => {
        tracer.acknowledgeClosed();
        this.listener?.onAcknowledged();
      },
      acknowledgeUdp: () => tracer.acknowledgeUdp(),
      status: () => pin("status", tracer.status()),
      closed: () => pin("closed", tracer.closed()),
      processes: () => pin("processes", tracer.processes()),
      cgroups: () => pin("cgroups", tracer.cgroups()),
      live: () => pin("live", tracer.live()),
      udp: () => pin("udp", tracer.udp()),
      programs: () => pin("programs", tracer.programs()),
    };
  }

  #docker(docker: DockerReader): DockerReader {
    return {
      list: async () => {
        const containers = await docker.list();
        this.listener?.onContainers(containers);
        return containers;
      },
      overlays: async () => {
        const overlays = await docker.overlays();
        this.listener?.onOverlays(overlays);
        return overlays;
      },
      watch: (onEvent, onOpen, signal) => {
        const take = (line: string) => {
          this.listener?.onEvent(line);
          onEvent(line);
        };
        return docker.watch(take, onOpen, signal);
      },
    };
  }

  #host(host: Host): Host {
    return {
      bootId: () => host.bootId(),
      wallOffsetMs: () => this.#figure("wallOffsetMs", host.wallOffsetMs()),
      bootTimeNs: () => this.#figure("bootTimeNs", host.bootTimeNs()),
      netFile: (name) => {
        const text = host.netFile(name);
        this.listener?.onNetFile(name, text);
        return text;
      },
      processFile: (pid, name) => {
        const text = host.processFile(pid, name);
        this.listener?.onProcessFile(`${pid}/${name}`, text);
        return text;
      },
    };
  }

  #figure(name: Figure, value: number): number {
    this.listener?.onFigure(name, value);
    return value;
  }
}
