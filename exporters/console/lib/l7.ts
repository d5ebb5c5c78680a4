import type { L7 } from "../api/types.ts";
import { formatValue } from "./units.ts";

/** Of DNS (RFC 1035 and 2136); others are told by their number. */
const RCODES = ["no error", "format error", "server failure", "no such name", "not implemented", "refused"];

/** A request or an answer in a few words: `GET /cart → 200 in 23 ms`. */
export function l7Text({ type, http, dns, latency_seconds }: L7): string {
  const isAnswer = type === "RESPONSE";
  const took = latency_seconds === null ? "" : `in ${formatValue(latency_seconds, "s")}`;
  if (http) return words(http.method, pathOf(http.url), isAnswer && `→ ${http.code}`, took);
  if (dns) return words("DNS", dns.qtypes.join(","), dns.query, isAnswer && `→ ${rcodeText(dns.rcode)}`, took);
  return type.toLowerCase();
}

export function rcodeText(rcode: number): string {
  return RCODES[rcode] ?? `rcode ${rcode}`;
}

/** Whether an answer tells of trouble on the server's side. */
export function isTrouble({ http, dns }: L7): boolean {
  return (http?.code ?? 0) >= 500 || (dns?.rcode ?? 0) > 0;
}

/** Without the host, which the destination says. */
function pathOf(url: string): string {
  return url.replace(/^[a-z]+:\/\/[^/]*/i, "") || "/";
}

function words(...parts: (string | false)[]): string {
  return parts.filter((part) => part !== false && part !== "").join(" ");
}
