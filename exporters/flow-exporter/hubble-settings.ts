import { z } from "zod";
import type { ServeSettings } from "./outputs/hubble/messages.ts";

const PORT = 4245;
const MAX_HOSTS = 64;

/** `10.0.0.1:4245`, `[::]:4245` or `:4245`, which stands for all addresses; off: nowhere. */
const listen = z.string().transform((text, context) => {
  if (text === "off") return undefined;
  const { host, port } = split(text);
  if (port !== undefined && (host === "" || z.union([z.ipv4(), z.ipv6()]).safeParse(host).success))
    return { host, port };
  context.addIssue("must be off, or an IP address and a port such as 127.0.0.1:4245 or [::1]:4245");
  return z.NEVER;
});

const peers = z.string().transform((text, context) => {
  const all = text
    .split(/[\s,]+/)
    .filter(Boolean)
    .map((one) => ({ one, ...split(one) }));
  const wrong = all.find(({ one, host, port }) => host === "" || (port === undefined && /:\d*$/.test(one)));
  if (wrong) context.addIssue(`must be HOST or HOST:PORT, with commas between them, and is: ${wrong.one}`);
  if (all.length > MAX_HOSTS) context.addIssue(`must name ${MAX_HOSTS} hosts at most`);
  return all.map(({ host, port = PORT }) => ({ host, port }));
});

const advertise = z.string().refine((text) => /^(\[[\da-f:.]+\]|[\w.-]+):\d{1,5}$/i.test(text), {
  error: "must be an address or a name, and a port, such as 10.0.0.1:4245 or [fd00::1]:4245",
});

/** Settings of what is served as Hubble's server does. */
export const hubbleSchema = {
  HUBBLE_LISTEN: listen.optional(),
  HUBBLE_TLS_CERT_FILE: z.string().min(1).optional(),
  HUBBLE_TLS_KEY_FILE: z.string().min(1).optional(),
  HUBBLE_TLS_CLIENT_CA_FILE: z.string().min(1).optional(),
  HUBBLE_TLS_SERVER_NAME: z.string().min(1).optional(),
  HUBBLE_PEERS: peers.default([]),
  HUBBLE_ADVERTISE: advertise.optional(),
  HUBBLE_METRICS: z.enum(["on", "off"]).default("off"),
};

const whole = z.object(hubbleSchema);

/** What is served to Hubble's clients, and whether its metrics are. */
export interface HubbleSettings {
  /** Undefined: nobody is served. */
  serve: Omit<ServeSettings, "node" | "version"> | undefined;
  metrics: boolean;
}

/** Of the settings that were read by `hubbleSchema`. */
export function hubbleSettings(data: z.infer<typeof whole>): HubbleSettings {
  const { HUBBLE_LISTEN: at, HUBBLE_PEERS, HUBBLE_ADVERTISE, HUBBLE_METRICS } = data;
  const serve = at && { ...at, tls: tlsOf(data), peers: HUBBLE_PEERS, advertise: HUBBLE_ADVERTISE };
  return { serve, metrics: HUBBLE_METRICS === "on" };
}

/** Whether a certificate comes with its key, and nothing of TLS without it. */
export function isTlsWhole(data: z.infer<typeof whole>): boolean {
  const { HUBBLE_TLS_CERT_FILE: cert, HUBBLE_TLS_KEY_FILE: key, HUBBLE_TLS_CLIENT_CA_FILE: clientCa } = data;
  return (cert === undefined) === (key === undefined) && (clientCa === undefined || cert !== undefined);
}

function tlsOf(data: z.infer<typeof whole>): ServeSettings["tls"] {
  const { HUBBLE_TLS_CERT_FILE: certFile, HUBBLE_TLS_KEY_FILE: keyFile } = data;
  if (certFile === undefined || keyFile === undefined) return undefined;
  return {
    certFile,
    keyFile,
    clientCaFile: data.HUBBLE_TLS_CLIENT_CA_FILE,
    serverName: data.HUBBLE_TLS_SERVER_NAME,
  };
}

/** Brackets are an address's of version 6; what stands behind the last colon is the port then. */
function split(text: string): { host: string; port: number | undefined } {
  const [, bracketed, plain = "", digits] = /^(?:\[([\da-f:.]+)\]|([^:[\]\s]*))(?::(\d{1,5}))?$/i.exec(text) ?? [];
  const port = digits !== undefined && Number(digits) <= 65_535 ? Number(digits) : undefined;
  return { host: bracketed ?? plain, port };
}
