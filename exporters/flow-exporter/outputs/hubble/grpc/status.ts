/** gRPC's numbers of how a call has ended. */
export const STATUS = {
  OK: 0,
  UNKNOWN: 2,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  RESOURCE_EXHAUSTED: 8,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
} as const;

/** Ends a call with a status and a word on it. */
export class GrpcError extends Error {
  readonly status: number;

  constructor(status: keyof typeof STATUS, message: string) {
    super(message);
    this.name = "GrpcError";
    this.status = STATUS[status];
  }
}

/** Of a header: what is no plain ASCII, and the percent sign itself, as UTF-8 in hexadecimal. */
export function encodeMessage(message: string): string {
  return Buffer.from(message).reduce(
    (text, byte) =>
      text +
      (byte >= 0x20 && byte <= 0x7e && byte !== 0x25
        ? String.fromCharCode(byte)
        : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`),
    "",
  );
}
