import type { FlowRecord } from "../../../model/flow-record.ts";
import type { Verdict } from "../../../model/hubble-flow.ts";

/** The kernel's numbers of what ended a connection. */
const ERRNO = { EPERM: 1, EACCES: 13, EPIPE: 32, ECONNRESET: 104, ECONNREFUSED: 111 } as const;
const CALLED: Readonly<Record<number, string>> = {
  1: "EPERM",
  13: "EACCES",
  32: "EPIPE",
  101: "ENETUNREACH",
  103: "ECONNABORTED",
  104: "ECONNRESET",
  110: "ETIMEDOUT",
  111: "ECONNREFUSED",
  113: "EHOSTUNREACH",
};

/** What became of a connection, in Hubble's words. */
export interface End {
  verdict: Verdict;
  dropReason: string;
  /** Of the segment that ended it; empty: there was none. */
  flags: readonly string[];
  /** It was the server's, and nobody else's. */
  isReply: boolean;
  /** What flags do not say; "": nothing. */
  note: string;
}

/**
 * How a connection of TCP ended. Only that is DROPPED of which the kernel says that a rule forbids it: EACCES, for an ICMPv6
 * "administratively prohibited", and EPERM. One that was refused was forwarded, and answered. Of one that nobody has answered, or
 * that was called unreachable, nobody knows whether a filter or an empty address is behind it: that is an ERROR.
 */
export function endOf({ failed, errno }: Pick<FlowRecord, "failed" | "errno">): End {
  if (isProhibited({ errno })) {
    const note = `${failed ? "connect" : "connection"} prohibited (${CALLED[errno]})`;
    return { verdict: "DROPPED", dropReason: "POLICY_DENIED", flags: failed ? SYN : NO_FLAGS, isReply: false, note };
  }
  if (failed) return failedEnd(errno);
  if (errno === 0) return { ...FORWARDED, flags: FIN, note: "" };
  if (errno === ERRNO.ECONNRESET || errno === ERRNO.EPIPE) return { ...FORWARDED, flags: RST, note: "" };
  return { ...ERROR, note: `connection lost (${called(errno)})` };
}

/** Whether the kernel says that a rule forbids it. */
export function isProhibited({ errno }: Pick<FlowRecord, "errno">): boolean {
  return errno === ERRNO.EACCES || errno === ERRNO.EPERM;
}

function failedEnd(errno: number): End {
  if (errno === ERRNO.ECONNREFUSED || errno === ERRNO.ECONNRESET) {
    return { ...FORWARDED, flags: RST, isReply: true, note: `connect refused (${called(errno)})` };
  }
  return { ...ERROR, note: errno === 0 ? "connect abandoned" : `connect failed (${called(errno)})` };
}

const NO_FLAGS: readonly string[] = [];
export const SYN: readonly string[] = ["SYN"];
export const ACK: readonly string[] = ["ACK"];
const FIN: readonly string[] = ["FIN", "ACK"];
const RST: readonly string[] = ["RST", "ACK"];
const FORWARDED = { verdict: "FORWARDED", dropReason: "", isReply: false } as const;
const ERROR = { verdict: "ERROR", dropReason: "", flags: NO_FLAGS, isReply: false } as const;

function called(errno: number): string {
  return CALLED[errno] ?? `errno ${errno}`;
}
