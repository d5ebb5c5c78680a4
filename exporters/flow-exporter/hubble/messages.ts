import protobuf, { type Enum, type Root, type Type } from "protobufjs";
import { PROTO_TEXTS } from "./proto-files.ts";

/** Google's own that ours import, which the package has. */
const COMMON = ["timestamp", "wrappers", "field_mask"];

// A number of 64 bits becomes one of JavaScript's, exact up to 2^53: of nanoseconds that is 104 days, of events enough.
(protobuf.util as { Long: unknown }).Long = undefined;
protobuf.configure();

const ROOT = read();

function read(): Root {
  const root = new protobuf.Root();
  for (const name of COMMON) root.addJSON(protobuf.common.get(`google/protobuf/${name}.proto`)?.nested ?? {});
  for (const text of PROTO_TEXTS) protobuf.parse(text, root, { keepCase: true });
  root.resolveAll();
  return root;
}

/** A message's type by its full name, such as `flow.Flow`. */
export function messageType(name: string): Type {
  return ROOT.lookupType(name);
}

/** What an enum's names stand for, and how a number is called. */
export function enumOf(name: string): Pick<Enum, "values" | "valuesById"> {
  return ROOT.lookupEnum(name);
}
