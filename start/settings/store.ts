import { z } from "zod";
import { isLoopback, NO_LOOPBACK } from "./loopback.ts";

/** In the exporter's container: a file is in its volume, which is all that it may write to, beside others of its own. */
const FILE = /^\/state\/[\w-][\w.-]*\.db$/;
const POSTGRES = /^postgres(ql)?:\/\/(?=[^/\\])/;

/** Which database flows are written to. */
export const store = z
  .string()
  .refine((text) => text === "" || FILE.test(text) || urlOf(text) !== null, {
    error: "must be empty, a file such as /state/flows.db, or postgres://USER:PASSWORD@HOST:PORT/DATABASE",
    abort: true,
  })
  .refine((text) => !isLoopback(urlOf(text)?.hostname ?? ""), NO_LOOPBACK)
  .default("");

/** Whether an address has a password, which whoever reads it would know. */
export function hasPassword(address: string): boolean {
  const url = urlOf(address);
  return url !== null && (url.password !== "" || url.searchParams.has("password"));
}

/** As one of http, of which `URL` knows more: that it has a host, and which address is meant. */
function urlOf(address: string): URL | null {
  return POSTGRES.test(address) ? URL.parse(address.replace(POSTGRES, "http://")) : null;
}
