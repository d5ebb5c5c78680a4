import { z } from "zod";
import { isLoopback, NO_LOOPBACK, THIS_MACHINE } from "./loopback.ts";

/** In the exporter's container: a file is in its volume, which is all that it may write to, beside others of its own. */
const FILE = /^\/state\/[\w-][\w.-]*\.db$/;
const POSTGRES = /^postgres(ql)?:\/\/(?=[^/\\])/;

/** They count before what stands before the path, and would take the exporter to another place than that. */
const PLACES = ["host", "hostaddr", "port"];
const ELSEWHERE =
  "must name the host and the port before the path, postgres://USER:PASSWORD@HOST:PORT/DATABASE, and neither host, hostaddr nor " +
  "port behind its ?";
const NO_SOCKET =
  "must name a host, and no folder of a socket, which is not in the exporter's container; for a database on this machine write " +
  THIS_MACHINE;

/** Which database flows are written to. */
export const store = z
  .string()
  .refine((text) => text === "" || FILE.test(text) || urlOf(text) !== null, {
    error: "must be empty, a file in /state such as /state/flows.db, or postgres://USER:PASSWORD@HOST:PORT/DATABASE",
    abort: true,
  })
  .refine((text) => !hostsOf(text).some(isLoopback), { error: NO_LOOPBACK, abort: true })
  .refine((text) => !hostsOf(text).some((host) => host.startsWith("/")), { error: NO_SOCKET, abort: true })
  .refine((text) => !PLACES.some((name) => urlOf(text)?.searchParams.has(name)), ELSEWHERE)
  .default("");

/** Whether an address has a password, which whoever reads it would know. */
export function hasPassword(address: string): boolean {
  const url = urlOf(address);
  return url !== null && (url.password !== "" || url.searchParams.has("password"));
}

/** Where the database is; undefined: in a file, or nowhere. */
export function databaseHost(address: string): string | undefined {
  return urlOf(address)?.hostname;
}

/** The host before the path, and those behind the `?`. */
function hostsOf(address: string): string[] {
  const url = urlOf(address);
  if (url === null) return [];
  const behind = ["host", "hostaddr"].flatMap((name) => url.searchParams.getAll(name));
  return [url.hostname, ...behind.flatMap((hosts) => hosts.split(",")).map(written)];
}

/** An address as `URL` writes it, `127.1` in four numbers; what is none, a socket's folder, as it is. */
function written(host: string): string {
  if (host.startsWith("/")) return host;
  const bracketed = host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
  return URL.parse(`http://${bracketed}`)?.hostname ?? host;
}

/** As one of http, of which `URL` knows more: that it has a host, and which address is meant. */
function urlOf(address: string): URL | null {
  return POSTGRES.test(address) ? URL.parse(address.replace(POSTGRES, "http://")) : null;
}
