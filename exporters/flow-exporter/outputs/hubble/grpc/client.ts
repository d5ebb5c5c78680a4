import { connect, constants, type SecureClientSessionOptions } from "node:http2";
import { frame, type ReadBounds, readOne } from "./frames.ts";
import { GrpcError } from "./status.ts";

/** TLS of one who asks; undefined: without. */
export type ClientTls = Pick<SecureClientSessionOptions, "ca" | "cert" | "key" | "servername"> | undefined;

/** Asks a server once, over a connection of its own. @throws Error why there is no answer */
export async function askOnce(
  target: string,
  path: string,
  request: Uint8Array,
  bounds: ReadBounds,
  tls: ClientTls,
): Promise<Buffer> {
  const session = connect(`${tls ? "https" : "http"}://${target}`, tls);
  const failed = new Promise<never>((_, reject) => session.once("error", reject));
  // It fails as well where nobody waits any more.
  failed.catch(() => {});
  try {
    const stream = session.request({
      ":method": "POST",
      ":path": path,
      "content-type": "application/grpc",
      te: "trailers",
    });
    stream.on("error", () => {});
    stream.end(frame(request));
    return await Promise.race([failed, answerOf(stream, bounds)]);
  } finally {
    session.destroy(undefined, constants.NGHTTP2_NO_ERROR);
  }
}

async function answerOf(
  stream: ReturnType<ReturnType<typeof connect>["request"]>,
  bounds: ReadBounds,
): Promise<Buffer> {
  let status = "";
  stream.on("response", (headers) => (status ||= `${headers["grpc-status"] ?? ""}`));
  stream.on("trailers", (headers) => (status ||= `${headers["grpc-status"] ?? ""}`));
  try {
    return await readOne(stream, bounds);
  } catch (error) {
    throw status === "" || status === "0" ? error : new GrpcError("UNAVAILABLE", `it answers with status ${status}`);
  }
}
