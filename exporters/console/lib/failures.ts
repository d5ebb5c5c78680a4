/** What the kernel's errors mean for a connection. */
const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "refused",
  ETIMEDOUT: "timed out",
  EHOSTUNREACH: "host unreachable",
  ENETUNREACH: "network unreachable",
  EADDRNOTAVAIL: "no free local port",
  ECONNRESET: "reset by the peer",
  ECONNABORTED: "aborted",
  EPIPE: "closed by the peer",
  EACCES: "not permitted",
  EPERM: "not permitted",
};

/** An error in words: ECONNREFUSED → refused; one that has no words here keeps its name. */
export function failureText(error: string | null): string {
  return error === null ? "abandoned" : (WORDS[error] ?? error);
}
