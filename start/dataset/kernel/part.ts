import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { PassThrough } from "node:stream";
import { finished } from "node:stream/promises";
import type Docker from "dockerode";
import { reasonOf, StartError } from "../../errors.ts";
import { KERNEL_PART_LABEL } from "../containers.ts";
import { decodeKernelLine, type KernelLine } from "./lines.ts";
import { lineSplitter } from "./split.ts";

const PROGRAM = "/flow-dataset";
/** In every container of the stack it is mounted outside /sys. */
const CGROUPS = "/sys/fs/cgroup:/cgroup:ro";
const MAX_LINE = 64 * 1024;
/** What it logs last says why it ended. */
const MAX_LOG_LINES = 20;
const MEMORY_BYTES = 256 * 2 ** 20;
/** It hands over what it still has, which a busy machine may take its time for. */
const MAX_END_MS = 20_000;
/** Far above any disk's: the rule only has cgroup v1 count. */
const HARMLESS_RATE = 2 ** 40;

export interface KernelPartOptions {
  image: string;
  containerIds: readonly string[];
  flow: "tuple" | "burst";
  gapMs: number;
  sampleMs: number;
  /** By faults although there may be a PMU. */
  memory?: "auto" | "faults";
  /** Whether the engine can grant BPF and PERFMON, instead of all of SYS_ADMIN. */
  bpfCapability: boolean;
  /** A disk that cgroup v1 is to count at, such as /dev/vda. */
  countedDisk: string | undefined;
}

interface Listener {
  onLine(line: KernelLine): void;
  /** It has ended, or must: why, unless it was asked to. */
  onEnd(reason: string | undefined): void;
}

/** The program that sees flows in the kernel, in a container of its own. */
export class KernelPart {
  readonly #container: Docker.Container;
  readonly #stream: NodeJS.ReadWriteStream;
  readonly #listener: Listener;
  readonly #log: string[] = [];
  readonly #ended: Promise<void>;
  #isAsked = false;
  #isTold = false;

  /** @throws StartError KERNEL_PART_NOT_STARTED */
  static async start(docker: Docker, options: KernelPartOptions, listener: Listener): Promise<KernelPart> {
    let container: Docker.Container | undefined;
    try {
      container = await docker.createContainer(containerOf(options));
      const stream = await container.attach({ stream: true, stdin: true, stdout: true, stderr: true, hijack: true });
      // Asked before it starts: one that ends at once is removed at once.
      const exit = container.wait({ condition: "next-exit" });
      const part = new KernelPart(docker, container, stream, exit, listener);
      await container.start();
      return part;
    } catch (error) {
      await container?.remove({ force: true }).catch(() => undefined);
      throw notStarted(reasonOf(error), error);
    }
  }

  private constructor(
    docker: Docker,
    container: Docker.Container,
    stream: NodeJS.ReadWriteStream,
    exit: Promise<{ StatusCode: number }>,
    listener: Listener,
  ) {
    this.#container = container;
    this.#stream = stream;
    this.#listener = listener;
    const [out, err] = [new PassThrough(), new PassThrough()];
    docker.modem.demuxStream(stream, out, err);
    this.#follow(
      out,
      lineSplitter(MAX_LINE, (line) => this.#take(line)),
    );
    this.#follow(
      err,
      lineSplitter(MAX_LINE, (line) => this.#keep(line)),
    );
    // An engine that is gone knows no code.
    const code = exit.then(({ StatusCode }) => StatusCode).catch(() => undefined);
    this.#ended = this.#untilEnd([out, err], code);
  }

  /** What it logged last. */
  get log(): readonly string[] {
    return this.#log;
  }

  /** Has it hand over what it still has, and waits until it is gone. Never rejects. */
  async stop(): Promise<void> {
    this.#isAsked = true;
    await this.#container.kill({ signal: "SIGTERM" }).catch(() => undefined);
    const late = setTimeout(() => void this.#remove(), MAX_END_MS);
    await this.#ended;
    clearTimeout(late);
    await this.#remove();
  }

  #follow(stream: PassThrough, take: (chunk: Buffer) => void): void {
    stream.on("data", (chunk: Buffer) => {
      if (this.#isTold) return;
      try {
        take(chunk);
      } catch (error) {
        this.#tell(`the kernel part said what cannot be understood: ${reasonOf(error)}`);
        void this.#remove();
      }
    });
  }

  #take(line: string): void {
    if (!this.#isTold) this.#listener.onLine(decodeKernelLine(line));
  }

  #keep(line: string): void {
    this.#log.push(line);
    if (this.#log.length > MAX_LOG_LINES) this.#log.shift();
  }

  async #untilEnd(parts: readonly PassThrough[], exit: Promise<number | undefined>): Promise<void> {
    await once(this.#stream, "end").catch(() => undefined);
    for (const part of parts) part.end();
    await Promise.all(parts.map((part) => finished(part).catch(() => undefined)));
    const code = await exit;
    const last = this.#log.length === 0 ? "" : `\n${this.#log.join("\n")}`;
    const how = code === undefined ? "the engine does not say how" : `exit code ${code}`;
    const isAsWanted = this.#isAsked && (code === 0 || code === undefined);
    this.#tell(isAsWanted ? undefined : `the kernel part has ended: ${how}${last}`);
  }

  #tell(reason: string | undefined): void {
    if (this.#isTold) return;
    this.#isTold = true;
    this.#listener.onEnd(reason);
  }

  async #remove(): Promise<void> {
    await this.#container.remove({ force: true }).catch(() => undefined);
    this.#stream.end();
  }
}

function containerOf(options: KernelPartOptions): Docker.ContainerCreateOptions {
  const { image, bpfCapability, countedDisk } = options;
  const rule = countedDisk === undefined ? [] : [{ Path: countedDisk, Rate: HARMLESS_RATE }];
  return {
    name: `flowtally-dataset-${process.pid}-${randomBytes(2).toString("hex")}`,
    Image: image,
    Entrypoint: [PROGRAM],
    Cmd: wordsOf(options),
    User: "0:0",
    Labels: { [KERNEL_PART_LABEL]: String(process.pid) },
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    OpenStdin: true,
    // A recorder that is killed leaves its stdin at its end, by which the kernel part knows.
    StdinOnce: true,
    HostConfig: {
      AutoRemove: true,
      LogConfig: { Type: "none", Config: {} },
      CapDrop: ["ALL"],
      CapAdd: bpfCapability ? ["BPF", "PERFMON", "NET_ADMIN"] : ["SYS_ADMIN"],
      SecurityOpt: ["no-new-privileges:true"],
      NetworkMode: "none",
      PidMode: "host",
      ReadonlyRootfs: true,
      Binds: [CGROUPS],
      Memory: MEMORY_BYTES,
      MemorySwap: MEMORY_BYTES,
      PidsLimit: 32,
      BlkioDeviceReadBps: rule,
      BlkioDeviceWriteBps: rule,
    },
  };
}

function wordsOf({ containerIds, flow, gapMs, sampleMs, memory = "auto" }: KernelPartOptions): string[] {
  const gap = flow === "burst" ? ["--gap-ms", String(gapMs)] : [];
  const containers = containerIds.flatMap((id) => ["--container", id]);
  return [...containers, "--flow", flow, ...gap, "--sample-ms", String(sampleMs), "--memory", memory, "--stdin"];
}

function notStarted(why: string, cause: unknown): StartError {
  const fix = "look whether this machine can run the stack: `npm run doctor`";
  return new StartError("KERNEL_PART_NOT_STARTED", { what: "The kernel part did not start", why, fix }, { cause });
}
