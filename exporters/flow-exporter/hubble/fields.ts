import { HubbleFault } from "./fault.ts";
import { enumOf } from "./messages.ts";

/** An object of JSON, or a message as it is decoded. */
export type Fields = Readonly<Record<string, unknown>>;

export const NO_FIELDS: Fields = Object.freeze({});
const MAX_UINT32 = 2 ** 32 - 1;
const NONE: readonly never[] = Object.freeze([]);

/** Seconds are exact; of their fraction nine digits are read. */
const TIME = /^(\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d)(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;

/**
 * What JSON and bytes say alike: a message's fields have the schema's names, as JSON's have, or these in camel case; in JSON an
 * enum is a name or a number, a number may be text, and a time is. What is left out, or null, is as good as empty. Each throws
 * a HubbleFault `bad_field` that names the field.
 */
export function textOf(value: unknown, name: string): string {
  if (value === undefined || value === null) return "";
  if (typeof value === "string") return value;
  throw new HubbleFault("bad_field", `${name} is no text`);
}

export function textsOf(value: unknown, name: string): readonly string[] {
  if (value === undefined || value === null) return NONE;
  if (!Array.isArray(value)) throw new HubbleFault("bad_field", `${name} is no list`);
  return value.length === 0 ? NONE : value.map((one) => textOf(one, name));
}

export function numberOf(value: unknown, name: string, most = MAX_UINT32): number {
  if (value === undefined || value === null) return 0;
  const number = typeof value === "string" && /^\d{1,20}$/.test(value) ? Number(value) : value;
  if (typeof number === "number" && Number.isInteger(number) && number >= 0 && number <= most) return number;
  throw new HubbleFault("bad_field", `${name} is no whole number up to ${most}`);
}

export function isSet(value: unknown, name: string): boolean {
  if (value === undefined || value === null) return false;
  if (typeof value === "boolean") return value;
  throw new HubbleFault("bad_field", `${name} is neither true nor false`);
}

/** Undefined: it is left out. */
export function fieldsOf(value: unknown, name: string): Fields | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "object" && !Array.isArray(value)) return value as Fields;
  throw new HubbleFault("bad_field", `${name} is no object`);
}

export function listOf(value: unknown, name: string): readonly Fields[] {
  if (value === undefined || value === null) return NONE;
  if (!Array.isArray(value)) throw new HubbleFault("bad_field", `${name} is no list`);
  return value.map((one) => fieldsOf(one, name) ?? NO_FIELDS);
}

/** Milliseconds since 1970, with fractions; 0: left out. */
export function timeOf(value: unknown, name: string): number {
  if (typeof value === "string") return timeOfText(value, name);
  const time = fieldsOf(value, name);
  if (time === undefined) return 0;
  return numberOf(time.seconds, name, 253_402_300_799) * 1000 + numberOf(time.nanos, name, 999_999_999) / 1e6;
}

function timeOfText(text: string, name: string): number {
  const [, seconds = "", fraction = "", zone = ""] = TIME.exec(text) ?? [];
  const ms = Date.parse(`${seconds}${zone}`.toUpperCase());
  if (Number.isNaN(ms) || ms < 0) throw new HubbleFault("bad_field", `${name} is no time since 1970`);
  return fraction === "" ? ms : ms + Number(fraction.slice(0, 10)) * 1000;
}

/** What a name of an enum looks like. */
const WORD = /^[A-Za-z][A-Za-z0-9_]{0,63}$/;

/** The names of an enum. */
export class Words {
  readonly #byNumber: Readonly<Record<number, string>>;
  readonly #numbers: Readonly<Record<string, number>>;
  readonly #prefix: string;
  readonly #none: string;

  /** `prefix` goes before a number that has no name. */
  constructor(name: string, prefix: string) {
    const { values, valuesById } = enumOf(name);
    this.#byNumber = valuesById;
    this.#numbers = values;
    this.#prefix = prefix;
    this.#none = valuesById[0] ?? "";
  }

  /** A number or a name that only a newer server knows is kept. */
  name(value: unknown, field: string): string {
    if (value === undefined || value === null) return this.#none;
    if (typeof value === "string" && WORD.test(value)) return value;
    if (typeof value !== "number" || !Number.isInteger(value)) {
      throw new HubbleFault("bad_field", `${field} is neither a name nor a number`);
    }
    return this.#byNumber[value] ?? `${this.#prefix}${value}`;
  }

  /** Whether it is a public name, or stands for a number that has none. */
  isKnown(name: string): boolean {
    return Object.hasOwn(this.#numbers, name) || this.number(name) !== 0;
  }

  /** 0 where it is no name of this enum. */
  number(name: string): number {
    if (Object.hasOwn(this.#numbers, name)) return this.#numbers[name] ?? 0;
    const digits = name.startsWith(this.#prefix) ? name.slice(this.#prefix.length) : "";
    return /^-?\d{1,10}$/.test(digits) ? Number(digits) | 0 : 0;
  }
}
