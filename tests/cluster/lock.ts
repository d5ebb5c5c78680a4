import { once } from "node:events";
import { createServer } from "node:net";
import { StartError } from "../../start/errors.ts";

/** In the abstract namespace: the kernel gives it up with the process, however that ends. */
const NAME = "\0flowtally-test-cluster";

/**
 * One cluster at a time on a machine: they share the place of the pods' control groups.
 * @throws StartError CLUSTER_BUSY
 */
export async function takeLock(): Promise<Disposable> {
  const server = createServer();
  try {
    await once(server.listen(NAME), "listening");
  } catch (cause) {
    const what = "The test's cluster cannot be started";
    const why = "another one runs on this machine";
    throw new StartError("CLUSTER_BUSY", { what, why, fix: "wait until that run has ended" }, { cause });
  }
  return { [Symbol.dispose]: () => void server.close() };
}
