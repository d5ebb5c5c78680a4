import { StoreError } from "../error.ts";

/** Waits for work until `left` is aborted; rejects then with a StoreError, and what comes of the work is nobody's. */
export async function unlessLeft<Result>(work: () => Promise<Result>, left: AbortSignal): Promise<Result> {
  const { promise, resolve, reject } = Promise.withResolvers<Result>();
  const leave = () => reject(new StoreError("UNREACHABLE", "it has not answered before the exporter stopped"));
  if (left.aborted) leave();
  else work().then(resolve, reject);
  left.addEventListener("abort", leave);
  return promise.finally(() => left.removeEventListener("abort", leave));
}
