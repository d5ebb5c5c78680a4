import type { Readable } from "node:stream";
import { GrpcError } from "./status.ts";

/** In front of each message: whether it is compressed, and its length. */
const PREFIX = 5;

export interface ReadBounds {
  messageBytes: number;
  /** It is there after so long, or is given up. */
  requestMs: number;
}

/** A message as it goes over the wire. */
export function frame(message: Uint8Array): Buffer {
  const framed = Buffer.allocUnsafe(PREFIX + message.length);
  framed[0] = 0;
  framed.writeUInt32BE(message.length, 1);
  framed.set(message, PREFIX);
  return framed;
}

/** The one message that a client or a server sends. @throws GrpcError that says what is wrong with it */
export async function readOne(stream: Readable, bounds: ReadBounds): Promise<Buffer> {
  return unframe(await readAll(stream, bounds));
}

/** Leaves the stream as it is, so that an answer can still say what was wrong. */
function readAll(stream: Readable, { messageBytes, requestMs }: ReadBounds): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let bytes = 0;
    const settle = (error?: GrpcError) => {
      clearTimeout(late);
      stream.off("data", take).off("end", done).off("close", gone);
      if (error) reject(error);
      else resolve(Buffer.concat(parts));
    };
    const done = () => settle();
    const gone = () => settle(new GrpcError("UNAVAILABLE", "the call has ended before its message was there"));
    const take = (part: Buffer) => {
      bytes += part.length;
      parts.push(part);
      if (bytes > PREFIX + messageBytes)
        settle(new GrpcError("RESOURCE_EXHAUSTED", `a message may have ${messageBytes} bytes`));
    };
    const late = setTimeout(
      () => settle(new GrpcError("DEADLINE_EXCEEDED", `no whole message came in ${requestMs / 1000} s`)),
      requestMs,
    );
    stream.on("data", take).once("end", done).once("close", gone);
  });
}

function unframe(framed: Buffer): Buffer {
  if (framed.length < PREFIX) throw new GrpcError("INTERNAL", "there is no message");
  if (framed[0] !== 0) throw new GrpcError("UNIMPLEMENTED", "compressed messages are not read here");
  const length = framed.readUInt32BE(1);
  if (length !== framed.length - PREFIX) throw new GrpcError("INTERNAL", "it must be one message, of the length told");
  return framed.subarray(PREFIX);
}
