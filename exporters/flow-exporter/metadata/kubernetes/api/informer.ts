import { setTimeout as sleep } from "node:timers/promises";
import { KubeConfig, ListWatch, Watch } from "@kubernetes/client-node";
import { Backoff, type BackoffBounds } from "./backoff.ts";
import { ApiError, type ApiFault } from "./faults.ts";
import type { ResourceName, Told, Watched } from "./messages.ts";
import type { ApiReader } from "./reader.ts";
import { type Item, keyOf, ResourceReader, type WatchEvent } from "./resource-reader.ts";
import type { Resource } from "./resources.ts";

/** Between a failure and the next try. */
export interface InformerOptions extends BackoffBounds {
  /** Ends it. */
  signal: AbortSignal;
  /** For how long changes are collected that come together. */
  gatherMs: number;
  /** Milliseconds since any moment; left out: by the system. */
  now?(): number;
  /** Left out: by the system's timer. Never rejects. */
  pause?(ms: number, signal: AbortSignal): Promise<void>;
}

/** After these, all is asked for anew: changes are missing, or may be. */
const ANEW: ReadonlySet<ApiFault> = new Set(["expired", "watch_error", "bad_event", "no_json", "too_long"]);
/** What the package takes for that. */
const GONE = { statusCode: 410 };

/**
 * Tells of one kind of thing all there are, and from then on what changes. The package's informer keeps the list, asks for it
 * anew where the watch has fallen behind, and goes on where the watch has ended. What it leaves to its user is here: what is
 * wrong is named, and it is tried again, less and less often.
 */
export class Informer<Name extends ResourceName> {
  readonly #name: Name;
  readonly #reader: ResourceReader<Name>;
  readonly #informer: ListWatch<Item<Watched[Name]>>;
  readonly #tell: (told: Told) => void;
  readonly #options: InformerOptions;
  /** What nobody has been told yet; undefined: it is gone. */
  readonly #changes = new Map<string, Watched[Name] | undefined>();
  #isTold = false;
  #isOpen = false;
  #gathering: NodeJS.Timeout | undefined;
  readonly #backoff: Backoff;
  readonly #now: () => number;
  #openedMs = 0;

  constructor(resource: Resource<Name>, api: ApiReader, tell: (told: Told) => void, options: InformerOptions) {
    const { signal } = options;
    this.#name = resource.name;
    this.#tell = tell;
    this.#options = options;
    this.#backoff = new Backoff(options);
    this.#now = options.now ?? (() => performance.now());
    this.#reader = new ResourceReader(resource, api, ({ fault, detail }) => {
      this.#say("fault", fault, detail);
      this.#flushSoon();
    });
    const watch = new ReaderWatch(this.#reader, signal, {
      onOpen: () => this.#onOpen(),
      onChange: () => this.#flushSoon(),
      onEnd: (error) => this.#onEnd(error),
    });
    const list = () => this.#reader.list(signal);
    // The package forgets its own delay with each event that comes, so that a server which breaks off after one is never given a rest.
    this.#informer = new ListWatch(resource.path, watch, list, false, undefined, undefined, {
      delayFn: async () => {},
    });
    // The package's informer keeps each object, and needs no more of it than its version.
    const onSet = (item: Item<Watched[Name]>) => {
      this.#changes.set(keyOf(item.metadata), item.value);
      delete item.value;
    };
    this.#informer.on("add", onSet);
    this.#informer.on("update", onSet);
    this.#informer.on("delete", ({ metadata }) => this.#changes.set(keyOf(metadata), undefined));
    this.#informer.on("error", (error) => this.#onFailure(error));
  }

  start(): void {
    if (!this.#options.signal.aborted) void this.#informer.start();
  }

  #onOpen(): void {
    this.#isOpen = true;
    this.#openedMs = this.#now();
    this.#flush();
  }

  /** Resolves with what the package makes of it: null asks for what has changed since, without a word. */
  async #onEnd(error: ApiError | undefined): Promise<unknown> {
    const isAnew = error !== undefined && ANEW.has(error.fault);
    if (isAnew) this.#say(error.fault === "expired" ? "fault" : "down", error.fault, error.detail);
    // Other errors end in `#onFailure`, which waits.
    if (error && !isAnew) return error;
    await this.#rest();
    return isAnew ? GONE : null;
  }

  /** No list, or no watch: the package leaves it at that. */
  #onFailure(error: unknown): void {
    if (this.#options.signal.aborted) return;
    const { fault, detail } = error instanceof ApiError ? error : new ApiError("refused", String(error));
    this.#say("down", fault, detail);
    void this.#rest().then(() => this.start());
  }

  /** A server that ends each watch as soon as it is there is asked as seldom as one that does not answer. */
  #rest(): Promise<void> {
    const { signal, pause = sleepFor } = this.#options;
    const lastedMs = this.#isOpen ? this.#now() - this.#openedMs : 0;
    this.#isOpen = false;
    return pause(this.#backoff.next(lastedMs), signal);
  }

  #say(kind: "fault" | "down", fault: ApiFault, detail: string): void {
    this.#tell({ resource: this.#name, kind, fault, detail });
  }

  #flushSoon(): void {
    this.#gathering ??= setTimeout(() => this.#flush(), this.#options.gatherMs);
  }

  /** Not before all of a list is there, which a watch follows. */
  #flush(): void {
    clearTimeout(this.#gathering);
    this.#gathering = undefined;
    if (!this.#isOpen) return;
    const all = [...this.#changes];
    this.#changes.clear();
    const changes = {
      isWhole: !this.#isTold,
      set: all.filter((one): one is [string, Watched[Name]] => one[1] !== undefined),
      removed: all.flatMap(([key, value]) => (value === undefined ? [key] : [])),
    };
    this.#isTold = true;
    this.#tell({ resource: this.#name, kind: "changes", changes } as Told);
    this.#tell({ resource: this.#name, kind: "up", leftOut: this.#reader.leftOut });
  }
}

function sleepFor(ms: number, signal: AbortSignal): Promise<void> {
  return sleep(ms, undefined, { signal }).catch(() => {});
}

interface WatchListener {
  onOpen(): void;
  onChange(): void;
  onEnd(error: ApiError | undefined): Promise<unknown>;
}

/** A watch as the package's informer wants one. Its own takes each object as it is, and says nothing of those that make no sense. */
class ReaderWatch extends Watch {
  readonly #reader: ResourceReader<ResourceName>;
  readonly #signal: AbortSignal;
  readonly #listener: WatchListener;

  constructor(reader: ResourceReader<ResourceName>, signal: AbortSignal, listener: WatchListener) {
    super(new KubeConfig());
    this.#reader = reader;
    this.#signal = signal;
    this.#listener = listener;
  }

  override async watch(
    _path: string,
    { resourceVersion = "" }: Record<string, string | number | boolean | undefined>,
    onEvent: (type: string, object: unknown) => void,
    onDone: (error: unknown) => void,
  ): Promise<AbortController> {
    const { onOpen, onChange, onEnd } = this.#listener;
    const onRead = ({ type, item }: WatchEvent<unknown>) => {
      onEvent(type, item);
      onChange();
    };
    const ended = this.#reader.watch(`${resourceVersion}`, onOpen, onRead, this.#signal);
    void ended
      .then(
        () => onEnd(undefined),
        (error) => onEnd(error),
      )
      .then(onDone);
    return new AbortController();
  }
}
