import protobuf, { type Field, type Type } from "protobufjs";
import type { Fields } from "./fields.ts";

const WHOLE_64 = new Set(["uint64", "int64"]);

/** A message's fields as JSON has them by protobuf's rules, with the schema's names: what is empty is left out. */
export function protoJson(type: Type, fields: Fields): Fields {
  const written: Record<string, unknown> = {};
  for (const field of type.fieldsArray) {
    const value = fields[field.name];
    if (!isEmpty(field, value)) written[field.name] = allOf(field, value);
  }
  return written;
}

function isEmpty(field: Field, value: unknown): boolean {
  if (value === undefined || value === null) return true;
  if (field.repeated) return (value as readonly unknown[]).length === 0;
  return !(field.resolvedType instanceof protobuf.Type) && (value === 0 || value === "" || value === false);
}

function allOf(field: Field, value: unknown): unknown {
  if (field.repeated) return (value as readonly unknown[]).map((one) => single(field, one));
  return single(field, value);
}

function single({ type, resolvedType }: Field, value: unknown): unknown {
  if (resolvedType instanceof protobuf.Enum) return resolvedType.valuesById[value as number] ?? value;
  if (!(resolvedType instanceof protobuf.Type)) return WHOLE_64.has(type) ? BigInt(value as number).toString() : value;
  const fields = value as Fields;
  if (resolvedType.name === "Timestamp") return timeText(fields as unknown as Time);
  return resolvedType.name.endsWith("Value") ? fields.value : protoJson(resolvedType, fields);
}

interface Time {
  seconds: number;
  nanos: number;
}

/** As many digits of the second as it needs: none, three, six or nine. */
function timeText({ seconds, nanos }: Time): string {
  const whole = new Date(seconds * 1000).toISOString().slice(0, 19);
  const digits = String(nanos)
    .padStart(9, "0")
    .replace(/(000)+$/, "");
  return digits === "" ? `${whole}Z` : `${whole}.${digits}Z`;
}
