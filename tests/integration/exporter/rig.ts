import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { buildTracer, startTracer, type Tracer } from "../lib/tracer.ts";
import { createPeers, type Peers } from "./peers.ts";
import { EXPORTER, type ExporterOptions, type RunningExporter, startExporter } from "./unprivileged.ts";

interface RigOptions extends Omit<ExporterOptions, "state"> {
  tracerArgs?: readonly string[];
  /** Of `docker network create`, for the peers' network. */
  networkArgs?: readonly string[];
  /** Whether the exporter has a folder for its state, which the rig removes. */
  keepState?: boolean;
}

/** A tracer, an exporter that reads it, and peers for it to see. Nothing of it runs before it is asked for. */
export class Rig {
  readonly #name: string;
  readonly #options: RigOptions;
  #state = "";
  #tracer: Tracer | undefined;
  #exporter: RunningExporter | undefined;
  #peers: Peers | undefined;

  /** @param name of the tracer's pins. */
  constructor(name: string, options: RigOptions = {}) {
    this.#name = name;
    this.#options = options;
  }

  get tracer(): Tracer {
    return started(this.#tracer);
  }

  /** The folder of the exporter's state; "" before there is one. */
  get state(): string {
    return this.#state;
  }

  get exporter(): RunningExporter {
    return started(this.#exporter);
  }

  get peers(): Peers {
    return started(this.#peers);
  }

  /** All three; the peers come last, so that the others see them from their first packet on. */
  async setUp(options: Omit<ExporterOptions, "state"> = {}): Promise<void> {
    await buildTracer();
    await this.startTracer();
    await this.startExporter(options);
    await this.createPeers();
  }

  /** Starts the tracer; or, once that has ended, the next one like it. */
  async startTracer(): Promise<void> {
    const { tracerArgs = [], env } = this.#options;
    if (env?.FLOW_HTTP !== undefined) this.#state ||= await createStateFolder();
    const http = env?.FLOW_HTTP === undefined ? [] : ["--http", path.join(this.#state, "http")];
    this.#tracer = await startTracer(this.#name, "--group", `${EXPORTER}`, ...tracerArgs, ...http);
  }

  /** Starts the exporter; or, once that has ended, the next one, which goes on with its state; `options` may differ. */
  async startExporter(options: Omit<ExporterOptions, "state"> = {}): Promise<void> {
    if (this.#options.keepState) this.#state ||= await createStateFolder();
    this.#exporter = await startExporter(this.tracer.pins, { ...this.#options, ...options, state: this.#state });
  }

  async createPeers(): Promise<void> {
    this.#peers = await createPeers(this.#options.networkArgs);
  }

  /** Takes down what there is, last to first; a part that fails to go does not keep the others. */
  async remove(): Promise<void> {
    await using parts = new AsyncDisposableStack();
    parts.defer(async () => {
      if (this.#state) await rm(this.#state, { recursive: true });
    });
    parts.defer(async () => void (await this.#tracer?.stop()));
    parts.defer(async () => void (await this.#exporter?.stop()));
    parts.defer(async () => this.#peers?.removeAll());
  }
}

function started<Part>(part: Part | undefined): Part {
  if (!part) throw new Error("this part of the rig was not started");
  return part;
}

/** For any user, as the exporter is none that this machine knows. */
async function createStateFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), "flowtally-state-"));
  await chmod(folder, 0o777);
  return folder;
}
