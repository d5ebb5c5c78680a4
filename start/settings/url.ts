import { BlockList, isIP } from "node:net";
import { z } from "zod";

/**
 * What a container is to send to. Prometheus and Alertmanager read URLs more strictly than browsers and `URL` do, so all that
 * only those would mend is refused, and what is left is written as they read it.
 */
const url = (example: string) =>
  z
    .string()
    .refine((text) => text === "" || isWrittenOut(text), {
      error: `must be empty or a URL such as ${example}`,
      abort: true,
    })
    .refine(
      (text) => !/%(?![\da-f]{2})/i.test(text),
      "must have two hexadecimal digits after each %, and %25 for a % itself",
    )
    .refine(
      (text) => !isLoopback(URL.parse(text)?.hostname ?? ""),
      "must not be a loopback address, which no container reaches; for this machine write host.docker.internal",
    );

/** As `URL` writes it. */
function written(text: string): string {
  return URL.parse(text)?.href ?? "";
}

/** Where alerts go. */
export const webhook = url("https://alerts.example/hook").transform(written).default("");

/** Where Prometheus sends its samples. It shows this URL in its metrics and pages, so there is no place for secrets in it. */
export const remoteWriteUrl = url("https://metrics.example/api/v1/write")
  .refine((text) => {
    const { username, password } = URL.parse(text) ?? { username: "", password: "" };
    return username === "" && password === "";
  }, "must hold no user and no password, which Prometheus would show; write REMOTE_WRITE_USER and REMOTE_WRITE_PASSWORD")
  .transform(written)
  .default("");

/** With both slashes and a host, and without the control characters that `URL` would pass over. */
function isWrittenOut(text: string): boolean {
  return /^https?:\/\/[^/\\]/i.test(text) && !/\p{Cc}/u.test(text) && URL.canParse(text);
}

/**
 * The one that posts alerts is in a container, whose loopback is its own; the unspecified address leads there as well.
 * @param host as `URL` has it: an IPv4 address in dotted decimals, an IPv6 one in brackets
 */
function isLoopback(host: string): boolean {
  const address = host.replace(/^\[|\]$/g, "");
  const family = isIP(address);
  if (family === 0) return /(^|\.)localhost\.?$/.test(host);
  return LOOPBACK.check(address, family === 6 ? "ipv6" : "ipv4");
}

/** IPv6 addresses that stand for those of IPv4 are compared as these, by `check` itself. */
const LOOPBACK = new BlockList();
LOOPBACK.addSubnet("127.0.0.0", 8, "ipv4");
LOOPBACK.addAddress("0.0.0.0", "ipv4");
// `::`, `::1`, and what once stood for IPv4 addresses.
LOOPBACK.addSubnet("::", 96, "ipv6");
