import type { z } from "zod";
import { quoted } from "../lib/printable.ts";
import { listenAt } from "./hubble.ts";
import { closest } from "./nearest.ts";
import type { Entry, Fault } from "./parse.ts";
import { KEYS, memoryBytes, type Settings, schema } from "./schema.ts";

/** What zod found wrong, per key and with the line the key stands in. */
export function explain(issue: z.core.$ZodIssue, entries: readonly Entry[]): Fault[] {
  const keys = keysOf(issue);
  return entries
    .filter(({ key }) => keys.includes(key))
    .map(({ key, value, line }) => ({
      line,
      message: issue.code === "unrecognized_keys" ? unknownKey(key) : wrongValue(key, value, issue.message),
    }));
}

/** The settings that zod found wrong. */
export function keysOf(issue: z.core.$ZodIssue): readonly string[] {
  return issue.code === "unrecognized_keys" ? issue.keys : [String(issue.path[0])];
}

/** Webhooks and databases carry their secret in the URL, and faults are shown and logged. */
const SECRETS: ReadonlySet<string> = new Set<keyof Settings>([
  "ALERT_WEBHOOK_URL",
  "FLOW_STORE",
  "GRAFANA_ADMIN_PASSWORD",
  "REMOTE_WRITE_BEARER_TOKEN",
  "REMOTE_WRITE_PASSWORD",
  // A password may have been written into these.
  "REMOTE_WRITE_URL",
  "REMOTE_WRITE_USER",
]);

function wrongValue(key: string, value: string, message: string): string {
  return SECRETS.has(key) ? `${key} ${message}` : `${key}: "${quoted(value)}" ${message}`;
}

function unknownKey(key: string): string {
  const guess = closest(key.toUpperCase(), KEYS);
  return `unknown setting ${quoted(key)}${guess === undefined ? "" : `; did you mean ${guess}?`}`;
}

/** Ports that two services would share, counting those left at their default. */
export function samePorts(entries: readonly Entry[]): Fault[] {
  const written = new Map(entries.map((entry) => [entry.key, entry]));
  const ports = Object.entries(schema.parse({}))
    .filter(([key]) => key.endsWith("_PORT") || key === "HUBBLE_LISTEN")
    .map(([key, value]) => ({ key, text: written.get(key)?.value ?? `${value}`, line: written.get(key)?.line }))
    .map(({ key, text, line }) => ({ key, port: listenAt(text)?.port ?? Number(text), line }));
  return ports.flatMap(({ key, port, line }) => {
    const other = ports.find((candidate) => candidate.port === port && candidate.key !== key);
    // A pair is reported once, where it was written last.
    if (!other || line === undefined || line < (other.line ?? 0)) return [];
    return [{ line, message: `${key}: ${port} is also the port of ${other.key}; give each its own` }];
  });
}

/**
 * Kernel memory for each open flow there is room for, with a quarter of one of UDP, and for each that ended: as many, up to
 * a bound. These are what flow-tracer itself reckons with in exporters/flow-tracer/loader/rooms.c, and refuses by when it
 * starts.
 */
const BYTES_PER_FLOW = 276 + 240 / 4;
const BYTES_PER_CLOSED = 160;
const MAX_CLOSED = 2 ** 18;
/** For all else of the tracer: what loading takes for a moment, its programs, itself. */
const BESIDE_TABLES = 40 * 2 ** 20;

/** Tables that the tracer's memory limit has no room for; left to the tracer, they fit. */
export function tablesTooLarge(settings: Settings, entries: readonly Entry[]): Fault[] {
  const { FLOW_MAX_FLOWS: flows, FLOW_TRACER_MEMORY: limit } = settings;
  const entry = entries.find(({ key }) => key === "FLOW_MAX_FLOWS");
  if (flows === "auto" || entry === undefined) return [];
  const closed = Math.min(MAX_CLOSED, 2 ** Math.ceil(Math.log2(flows)));
  const needed = flows * BYTES_PER_FLOW + closed * BYTES_PER_CLOSED + BESIDE_TABLES;
  if (needed <= memoryBytes(limit)) return [];
  const least = `${Math.ceil(needed / 2 ** 20)}m`;
  return [
    { line: entry.line, message: `FLOW_MAX_FLOWS: ${flows} needs FLOW_TRACER_MEMORY=${least} or more, not ${limit}` },
  ];
}

/** Credentials that nobody is shown, or of which it is not clear which count. */
export function remoteWriteCredentials(settings: Settings, entries: readonly Entry[]): Fault[] {
  const { REMOTE_WRITE_URL: url, REMOTE_WRITE_USER: user, REMOTE_WRITE_PASSWORD: password } = settings;
  const token = settings.REMOTE_WRITE_BEARER_TOKEN;
  const fault = (key: keyof Settings, message: string) =>
    entries.filter((entry) => entry.key === key).map(({ line }) => ({ line, message: `${key} ${message}` }));
  if (url === "") {
    const credentials = ["REMOTE_WRITE_USER", "REMOTE_WRITE_PASSWORD", "REMOTE_WRITE_BEARER_TOKEN"] as const;
    const set = credentials.filter((key) => settings[key] !== "");
    return set.flatMap((key) => fault(key, "is of no use without REMOTE_WRITE_URL"));
  }
  if (user !== "" && password === "") return fault("REMOTE_WRITE_USER", "needs REMOTE_WRITE_PASSWORD as well");
  if (password !== "" && user === "") return fault("REMOTE_WRITE_PASSWORD", "needs REMOTE_WRITE_USER as well");
  if (password === "" || token === "") return [];
  return fault("REMOTE_WRITE_BEARER_TOKEN", "and REMOTE_WRITE_PASSWORD exclude each other; keep one");
}

/** A certificate without its key, or clients asked for one by a server that has none. */
export function hubbleCertificates(settings: Settings, entries: readonly Entry[]): Fault[] {
  const { HUBBLE_TLS_CERT_FILE: cert, HUBBLE_TLS_KEY_FILE: key, HUBBLE_TLS_CLIENT_CA_FILE: clientCa } = settings;
  const fault = (name: keyof Settings, message: string) =>
    entries.filter((entry) => entry.key === name).map(({ line }) => ({ line, message: `${name} ${message}` }));
  if (cert !== "" && key === "") return fault("HUBBLE_TLS_CERT_FILE", "needs HUBBLE_TLS_KEY_FILE as well");
  if (key !== "" && cert === "") return fault("HUBBLE_TLS_KEY_FILE", "needs HUBBLE_TLS_CERT_FILE as well");
  if (clientCa === "" || cert !== "") return [];
  return fault("HUBBLE_TLS_CLIENT_CA_FILE", "needs HUBBLE_TLS_CERT_FILE and HUBBLE_TLS_KEY_FILE as well");
}
