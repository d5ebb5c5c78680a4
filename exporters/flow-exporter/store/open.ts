import { PostgresStore } from "./postgres/store.ts";
import { SqliteStore } from "./sqlite/store.ts";
import type { Store } from "./store.ts";

/** Opens the store at a file's path, or at `postgres://…`. Rejects with a StoreError. */
export function openStore(address: string): Promise<Store> {
  return /^postgres(ql)?:\/\//.test(address) ? PostgresStore.open(address) : SqliteStore.open(address);
}
