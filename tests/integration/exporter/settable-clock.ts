import { readFileSync } from "node:fs";

/**
 * Loaded into a process ahead of its program, this makes its wall clock one that can be set: file TEST_CLOCK holds the
 * milliseconds that it is ahead by. The machine's own clock is everybody's, and stays as it is.
 */
const file = process.env.TEST_CLOCK ?? "";
const Real = Date;

function now(): number {
  return Real.now() + Number(readFileSync(file, "utf8"));
}

globalThis.Date = new Proxy(Real, {
  construct: (target, args) => Reflect.construct(target, args.length === 0 ? [now()] : args),
  get: (target, name) => (name === "now" ? now : Reflect.get(target, name)),
});
