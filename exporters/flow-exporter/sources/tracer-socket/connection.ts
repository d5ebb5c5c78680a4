import { z } from "zod";
import { asAddressText } from "../../model/address.ts";
import { PROTOCOL } from "../../model/socket.ts";

type Direction = "in" | "out" | "local" | "unknown";

/** The words and numbers that tracers have for it; what is none of them makes no sense. */
const DIRECTIONS: Readonly<Record<string, Direction>> = {
  0: "unknown",
  1: "in",
  2: "out",
  3: "local",
  "": "unknown",
  unknown: "unknown",
  unspecified: "unknown",
  none: "unknown",
  in: "in",
  incoming: "in",
  inbound: "in",
  ingress: "in",
  out: "out",
  outgoing: "out",
  outbound: "out",
  egress: "out",
  local: "local",
};
const TYPES: Readonly<Record<string, number>> = {
  0: PROTOCOL.tcp,
  1: PROTOCOL.udp,
  tcp: PROTOCOL.tcp,
  udp: PROTOCOL.udp,
};

/** A number or a word, in any case, that stands for something. */
function oneOf<Meaning>(meanings: Readonly<Record<string, Meaning>>) {
  return z.union([z.int(), z.string()]).transform((value, context) => {
    const word = `${value}`.toLowerCase();
    // A word such as "constructor" would find what every object has.
    const meaning = Object.hasOwn(meanings, word) ? meanings[word] : undefined;
    if (meaning !== undefined) return meaning;
    context.addIssue("is not known");
    return z.NEVER;
  });
}

const count = z.int().nonnegative();
const address = z.union([z.ipv4(), z.ipv6().transform(asAddressText)]);
const port = z.int().min(0).max(65_535);

const schema = z.object({
  pid: z.int().min(0).max(0xffff_ffff).default(0),
  type: oneOf(TYPES),
  net_ns: count.default(0),
  source: address,
  dest: address,
  sport: port,
  dport: port,
  direction: oneOf(DIRECTIONS).default("unknown"),
  monotonic_sent_bytes: count,
  monotonic_recv_bytes: count,
  monotonic_retransmits: count.default(0),
  cookie: z.union([z.string().max(64), z.number()]).optional(),
  last_update_epoch: z.unknown().optional(),
});

export const FIELDS = [
  "pid",
  "type",
  "net_ns",
  "source",
  "dest",
  "sport",
  "dport",
  "direction",
  "monotonic_sent_bytes",
  "monotonic_recv_bytes",
  "monotonic_retransmits",
  "cookie",
] as const satisfies readonly (keyof z.infer<typeof schema>)[];

/** A connection as a tracer tells it, from its own end's side. */
export type Connection = z.infer<typeof schema>;

/** A connection, or the field of it that makes no sense. */
export function readConnection(value: unknown): Connection | (typeof FIELDS)[number] | "connection" {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [first] = parsed.error.issues;
  return FIELDS.find((field) => field === first?.path[0]) ?? "connection";
}
