import { SqliteStore } from "./sqlite/store.ts";
import type { Store } from "./store.ts";

/** Opens the store at a file's path. Rejects with a StoreError. */
export function openStore(address: string): Promise<Store> {
  return SqliteStore.open(address);
}
