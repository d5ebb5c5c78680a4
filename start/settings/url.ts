import { z } from "zod";
import { isLoopback, NO_LOOPBACK } from "./loopback.ts";
import { isSecretName } from "./secret-name.ts";

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
    .refine((text) => !isLoopback(URL.parse(text)?.hostname ?? ""), NO_LOOPBACK);

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
  .refine(
    (text) => ![...(URL.parse(text)?.searchParams.keys() ?? [])].some(isSecretName),
    "must hold no password and no token behind its ?, which Prometheus would show; write REMOTE_WRITE_USER and " +
      "REMOTE_WRITE_PASSWORD, or REMOTE_WRITE_BEARER_TOKEN",
  )
  .transform(written)
  .default("");

/** With both slashes and a host, and without the control characters that `URL` would pass over. */
function isWrittenOut(text: string): boolean {
  return /^https?:\/\/[^/\\]/i.test(text) && !/\p{Cc}/u.test(text) && URL.canParse(text);
}
