import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { CATALOGUE } from "../../../start/images/catalogue.ts";
import { readSettings } from "../../../start/settings/index.ts";
import { parseKeyValues } from "../../../start/settings/parse.ts";
import { KEYS } from "../../../start/settings/schema.ts";
import { environmentOf } from "../../../start/stack/environment.ts";
import { layoutOf } from "../../../start/stack/layout.ts";
import { FACTS } from "./lib/checkout.ts";

const ROOT = path.join(import.meta.dirname, "../../..");
const compose = await readFile(path.join(ROOT, "docker-compose.yml"), "utf8");
const config = parseKeyValues(await readFile(path.join(ROOT, "config.monitoring"), "utf8"));

/** Of each variable of docker-compose.yml, what stands in for it where it is not set. */
const fallbacks = new Map(
  [...compose.matchAll(/\$\{(\w+)(?::-([^}]*))?\}/g)].map(([, name = "", text]) => [name, text]),
);

test("config.monitoring shows every setting with the value it has when left out", () => {
  const shown = Object.fromEntries(config.entries.map(({ key, value }) => [key, value]));
  assert.deepEqual(Object.keys(shown).sort(), [...KEYS].sort());
  assert.deepEqual(
    readSettings(
      Object.entries(shown)
        .map((entry) => entry.join("="))
        .join("\n"),
    ),
    readSettings(""),
  );
});

test("docker-compose.yml falls back to that value, and to one and the same wherever a variable is used", () => {
  const settings = config.entries.filter(({ key }) => fallbacks.has(key) && !key.endsWith("_IMAGE"));
  assert.ok(settings.length > 30);
  for (const { key, value } of settings) assert.equal(fallbacks.get(key), value, key);
  for (const [, name = "", text] of compose.matchAll(/\$\{(\w+):-([^}]*)\}/g))
    assert.equal(text, fallbacks.get(name), name);
});

test("an image falls back to the one that the launcher pulls, or to the last that was built here", () => {
  for (const { service, official } of CATALOGUE) {
    const variable = `${service.toUpperCase().replaceAll("-", "_")}_IMAGE`;
    assert.equal(fallbacks.get(variable), official ?? `flowtally/${service}:latest`, variable);
  }
});

test("every other variable is one that the launcher sets", () => {
  const layout = layoutOf("/project");
  const given = {
    ...{ settings: readSettings(""), facts: FACTS, images: [], examples: [], leftOut: [], layout },
    healthSeconds: 5,
  };
  const environment = environmentOf(given);
  for (const key of ["HEALTH_INTERVAL", "PROMETHEUS_MAX_SAMPLES"])
    assert.equal(fallbacks.get(key), environment[key], key);
  const others = [...fallbacks.keys()].filter((name) => !(name in environment));
  assert.deepEqual(
    others.filter((name) => !/_(IMAGE|CONFIGURATION)$/.test(name)),
    [],
  );
});
