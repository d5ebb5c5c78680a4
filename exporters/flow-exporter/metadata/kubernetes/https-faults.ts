/** Codes of Node's for a certificate that is nobody's, or somebody else's, whom the CA does not vouch for. */
const WRONG_CA: ReadonlySet<unknown> = new Set([
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "CERT_SIGNATURE_FAILURE",
]);

/** What can keep a question from reaching a server over https. */
export type ConnectionFault = "wrong_ca" | "wrong_host" | "bad_certificate" | "unreachable";

/** By the error that Node gives for it. */
export function connectionFaultOf(error: unknown): ConnectionFault {
  const { code } = error as { code?: unknown };
  if (WRONG_CA.has(code)) return "wrong_ca";
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") return "wrong_host";
  if (code === "CERT_HAS_EXPIRED" || code === "CERT_NOT_YET_VALID") return "bad_certificate";
  return "unreachable";
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
