import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { parse } from "yaml";

const ROOT = path.resolve(import.meta.dirname, "../../..");

interface Provider {
  name: string;
  folder: string;
  options: { path: string };
}

async function read<T>(file: string): Promise<T> {
  return parse(await readFile(path.join(ROOT, file), "utf8"), { merge: true }) as T;
}

test("Grafana's folders of dashboards are all mounted, those that were fetched in one of their own", async () => {
  const { providers } = await read<{ providers: Provider[] }>("grafana/provisioning/dashboards/flowtally.yml");
  const { services } = await read<{ services: { grafana: { volumes: string[] } } }>("docker-compose.yml");
  const mounted = services.grafana.volumes.map((volume) => volume.split(/:(?=\/)/)[1]?.replace(/:ro$/, "") ?? "");
  for (const { name, options } of providers) {
    const place = mounted.find((target) => options.path === target || path.dirname(options.path) === target);
    assert.ok(place, `${name} reads ${options.path}, which nothing is mounted at`);
  }
  const [fetched, ...others] = providers.filter(({ options }) => options.path === "/var/lib/grafana/published");
  assert.deepEqual([fetched?.folder, others], ["Published", []]);
  assert.ok(
    services.grafana.volumes.includes(`./\${GENERATED_FOLDER:-.flowtally}/published:/var/lib/grafana/published:ro`),
  );
  assert.equal(new Set(providers.map(({ folder }) => folder)).size, providers.length);
});
