import type { z } from "zod";
import { ApiError } from "./faults.ts";
import type { ResourceName, Watched } from "./messages.ts";
import type { ApiReader } from "./reader.ts";
import { eventSchema, listSchema, metadataSchema, type Resource } from "./resources.ts";

/** Of a list. Each is some kilobytes of text. */
const PAGE = 500;
/** More than the largest clusters have that are known to work. */
const MAX_OBJECTS = 50_000;
/** The server ends a watch then; so those of many machines do not come back at once, which all began together. */
const WATCH_SECONDS = { least: 240, spread: 120 };

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
  /** Those that are left out, as they make no sense: by namespace and name, the field. */
  readonly bad = new Map<string, string>();
  readonly #resource: Resource<Name>;
  readonly #api: ApiReader;
  readonly #onBad: (badField: string) => void;

  /** `onBad` gets the field that makes no sense. */
  constructor(resource: Resource<Name>, api: ApiReader, onBad: (badField: string) => void) {
    this.#resource = resource;
    this.#api = api;
    this.#onBad = onBad;
  }

  /** All there are, page by page. Rejects with an ApiError. */
  async list(signal: AbortSignal): Promise<{ items: Item<Watched[Name]>[]; metadata: { resourceVersion: string } }> {
    const items: Item<Watched[Name]>[] = [];
    let resourceVersion = "";
    this.bad.clear();
    for await (const page of this.#pages(signal)) {
      for (const object of page.items ?? []) items.push(...this.#itemOf(object));
      if (items.length > MAX_OBJECTS) throw new ApiError("too_long", `over ${MAX_OBJECTS} ${this.#resource.name}`);
      ({ resourceVersion } = page.metadata);
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
    do {
      const query = new URLSearchParams({ limit: `${PAGE}`, ...(next === "" ? {} : { continue: next }) });
      const page = listSchema.safeParse(jsonOf(await this.#api.get(`${this.#resource.path}?${query}`, signal)));
      if (!page.success) throw new ApiError("no_list");
      yield page.data;
      next = page.data.metadata.continue ?? "";
    } while (next !== "");
  }

  #eventOf(line: string): WatchEvent<Watched[Name]> | undefined {
    const read = eventSchema.safeParse(jsonOf(line));
    if (!read.success) throw new ApiError("bad_event", read.error.issues[0]?.path.join("."));
    const { type, object } = read.data;
    if (type === "ERROR") throw errorOf(object);
    if (type === "BOOKMARK") return { type, item: object };
    if (type === "DELETED") {
      this.bad.delete(keyOf(object.metadata));
      return { type, item: object };
    }
    const [item] = this.#itemOf(object);
    return item && { type, item };
  }

  #itemOf(object: unknown): Item<Watched[Name]>[] {
    const metadata = metadataSchema.safeParse((object as { metadata?: unknown } | null)?.metadata);
    const read = metadata.success ? this.#resource.read(object) : { badField: "metadata" };
    const key = metadata.success ? keyOf(metadata.data) : "";
    if (metadata.success && "value" in read) {
      this.bad.delete(key);
      const { name, namespace, resourceVersion } = metadata.data;
      return [{ metadata: { name, namespace, resourceVersion }, value: read.value }];
    }
    const badField = "badField" in read ? read.badField : "";
    this.bad.set(key, badField);
    this.#onBad(badField);
    return [];
  }
}

export function keyOf({ namespace, name }: { namespace: string; name: string }): string {
  return `${namespace}/${name}`;
}

/** A server that has lost what it knew, such as one with a backup's data, has no changes since what we know either. */
function errorOf({ code, message }: { code?: number | null | undefined; message?: string | null | undefined }) {
  return new ApiError(code === 410 ? "expired" : "refused", code === 410 ? "" : (message ?? `code ${code}`));
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ApiError("no_json");
  }
}
