import { readFileSync } from "node:fs";

/** Each after those it imports. */
const NAMES = ["flow", "relay", "peer", "observer"];

/** The texts of our `.proto` files. Whoever bundles this puts them in this module's place: then there is no file to be found. */
export const PROTO_TEXTS: readonly string[] = NAMES.map((name) =>
  readFileSync(new URL(`proto/${name}/${name}.proto`, import.meta.url), "utf8"),
);
