import { once } from "node:events";
import { connect } from "node:net";

const ANSWER_MS = 5_000;

/** Connects, and hangs up. Rejects with the reason why it cannot. */
export async function reach(host: string, port: number): Promise<void> {
  const socket = connect({ host, port });
  try {
    await once(socket, "connect", { signal: AbortSignal.timeout(ANSWER_MS) });
  } finally {
    socket.destroy();
  }
}
