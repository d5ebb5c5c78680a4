import type { z } from "zod";
import { ApiError, type ToldFault } from "./faults.ts";
import type { ResourceName, Watched } from "./messages.ts";
import type { ApiReader } from "./reader.ts";
import { eventSchema, listSchema, metadataSchema, type Resource } from "./resources.ts";

/** Of a list. Each is some kilobytes of text. */
const PAGE = 500;
interface Room {
  /** For all. */
  most: number;
  /** For one of them: whoever may make a service can give it thousands of ports at thousands of addresses. */
  mostOfOne: number;
}

/** More than the largest clusters have that are known to work; a slice has a thousand pods and a hundred ports at most. */
const ROOM: Room = { most: 100_000, mostOfOne: 1_100 };
/** A page that is too long is asked for again with so many times fewer in it. */
const SMALLER = 5;
/** The server ends a watch then; so those of many machines do not come back at once, which all began together. */
const WATCH_SECONDS = { least: 240, spread: 120 };

/** Stands for all that there is no room for, in place of namespace and name. */
const REST = "*";

/** As much of an object as an informer needs, and what is kept of it. */
export interface Item<Value> {
  metadata: { name: string; namespace: string; resourceVersion: string };
  /** Left out once it has been told. */
  value?: Value;
}

export type WatchEvent<Value> =
  | { type: "ADDED" | "MODIFIED"; item: Item<Value> }
  | { type: "DELETED"; item: Pick<Item<Value>, "metadata"> }
  | { type: "BOOKMARK"; item: { metadata: { resourceVersion: string } } };

/** Lists and watches one kind of thing, and keeps of it what is wanted as it comes: all of it would not fit into memory. */
export class ResourceReader<Name extends ResourceName> {
  /** Those that are left out: by namespace and name, why. */
  readonly #leftOut = new Map<string, ToldFault>();
  /** Of those that are not, how much room each takes, and all. */
  readonly #counts = new Map<string, number>();
  #count = 0;
  readonly #resource: Resource<Name>;
  readonly #api: ApiReader;
  readonly #onLeftOut: (fault: ToldFault) => void;
  readonly #room: Room;

  /** `onLeftOut` gets why another one is left out; those that there is no room for together are one. */
  constructor(resource: Resource<Name>, api: ApiReader, onLeftOut: (fault: ToldFault) => void, room = ROOM) {
    this.#room = room;
    this.#resource = resource;
    this.#api = api;
    this.#onLeftOut = onLeftOut;
  }

  /** Why some are left out; undefined: none is. */
  get leftOut(): ToldFault | undefined {
    const [first] = this.#leftOut.values();
    return first;
  }

  /** All there are, page by page. Rejects with an ApiError. */
  async list(signal: AbortSignal): Promise<{ items: Item<Watched[Name]>[]; metadata: { resourceVersion: string } }> {
    const items: Item<Watched[Name]>[] = [];
    let resourceVersion = "";
    this.#leftOut.clear();
    this.#counts.clear();
    this.#count = 0;
    for await (const page of this.#pages(signal)) {
      for (const object of page.items ?? []) items.push(...this.#itemOf(object));
      ({ resourceVersion } = page.metadata);
      // All pages are as of one version: what changes from then on is told by the watch.
      if (this.#leftOut.has(REST)) break;
    }
    return { items, metadata: { resourceVersion } };
  }

  /** What changes after `resourceVersion`; resolves when the server ends it. Rejects with an ApiError. */
  async watch(
    resourceVersion: string,
    onOpen: () => void,
    onEvent: (event: WatchEvent<Watched[Name]>) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const timeoutSeconds = Math.round(WATCH_SECONDS.least + Math.random() * WATCH_SECONDS.spread);
    const query = { watch: "true", allowWatchBookmarks: "true", timeoutSeconds: `${timeoutSeconds}`, resourceVersion };
    const onLine = (line: string) => {
      const event = this.#eventOf(line);
      if (event) onEvent(event);
    };
    await this.#api.follow(`${this.#resource.path}?${new URLSearchParams(query)}`, { onOpen, onLine }, signal);
  }

  async *#pages(signal: AbortSignal): AsyncGenerator<z.infer<typeof listSchema>> {
    let next = "";
    let limit = PAGE;
    do {
      const query = new URLSearchParams({ limit: `${limit}`, ...(next === "" ? {} : { continue: next }) });
      const text = await this.#get(query, limit > 1, signal);
      if (text === undefined) {
        limit = Math.ceil(limit / SMALLER);
        continue;
      }
      const page = listSchema.safeParse(jsonOf(text));
      if (!page.success) throw new ApiError("no_list");
      yield page.data;
      next = page.data.metadata.continue ?? "";
      if (next === "") return;
    } while (!signal.aborted);
  }

  /** Undefined: the answer would be too long, and can be asked for in smaller parts. */
  async #get(query: URLSearchParams, isDivisible: boolean, signal: AbortSignal): Promise<string | undefined> {
    try {
      return await this.#api.get(`${this.#resource.path}?${query}`, signal);
    } catch (error) {
      if (isDivisible && error instanceof ApiError && error.fault === "too_long") return undefined;
      throw error;
    }
  }

  #eventOf(line: string): WatchEvent<Watched[Name]> | undefined {
    const read = eventSchema.safeParse(jsonOf(line));
    if (!read.success) throw new ApiError("bad_event", read.error.issues[0]?.path.join("."));
    const { type, object } = read.data;
    if (type === "ERROR") throw errorOf(object);
    if (type === "BOOKMARK") return { type, item: object };
    if (type === "DELETED") {
      this.#forget(keyOf(object.metadata));
      return { type, item: object };
    }
    const [item] = this.#itemOf(object);
    return item && { type, item };
  }

  #itemOf(object: unknown): Item<Watched[Name]>[] {
    const metadata = metadataSchema.safeParse((object as { metadata?: unknown } | null)?.metadata);
    const read = metadata.success ? this.#resource.read(object) : { badField: "metadata" };
    const key = metadata.success ? keyOf(metadata.data) : "";
    if (!metadata.success || !("value" in read)) {
      this.#leaveOut(key, { fault: "bad_object", detail: "badField" in read ? read.badField : "" });
      return [];
    }
    if (!this.#hasRoom(key, Math.max(this.#resource.countOf(read.value), 1))) return [];
    const { name, namespace, resourceVersion } = metadata.data;
    return [{ metadata: { name, namespace, resourceVersion }, value: read.value }];
  }

  /** Whether there is room for one, which takes it. Of one that was there, and has grown, what was known stays. */
  #hasRoom(key: string, count: number): boolean {
    const { most, mostOfOne } = this.#room;
    const before = this.#counts.get(key) ?? 0;
    if (count > mostOfOne) {
      this.#leaveOut(key, { fault: "too_many", detail: `${key} takes over ${mostOfOne} places` });
      return false;
    }
    if (this.#count - before + count > most) {
      if (!this.#leftOut.has(REST)) this.#leaveOut(REST, { fault: "too_many", detail: `over ${most} places` });
      return false;
    }
    this.#leftOut.delete(key);
    this.#counts.set(key, count);
    this.#count += count - before;
    return true;
  }

  #leaveOut(key: string, fault: ToldFault): void {
    this.#leftOut.set(key, fault);
    this.#onLeftOut(fault);
  }

  #forget(key: string): void {
    this.#leftOut.delete(key);
    this.#count -= this.#counts.get(key) ?? 0;
    this.#counts.delete(key);
  }
}

export function keyOf({ namespace, name }: { namespace: string; name: string }): string {
  return `${namespace}/${name}`;
}

/** A server that has lost what it knew, such as one with a backup's data, has no changes since what we know either. */
function errorOf({ code, message }: { code?: number | null | undefined; message?: string | null | undefined }) {
  return new ApiError(code === 410 ? "expired" : "watch_error", code === 410 ? "" : (message ?? `code ${code}`));
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ApiError("no_json");
  }
}
