import { manyHalves } from "../../../lib/store/halves.ts";
import { type Api, answered } from "../../lib/api.ts";

/** A store as others have kept their flows: one ConfigMap, a key for each flow, its bytes as the value. */
export interface ConfigMap {
  metadata: { name: string; resourceVersion?: string };
  data?: Record<string, string>;
}

const FOLDER = "/api/v1/namespaces/default/configmaps";
export const KEYS = 10_000;

/** The flows' keys, as the store has them too. */
export function keysOf(count: number): string[] {
  return manyHalves(count, () => ({})).map(({ sourceAddress }) => `${sourceAddress}-10.0.0.2-40000-80`);
}

export async function createConfigMap(api: Api, name: string): Promise<void> {
  await answered(api, "POST", FOLDER, { apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data: {} });
}

export function readConfigMap(api: Api, name: string): Promise<ConfigMap> {
  return answered(api, "GET", `${FOLDER}/${name}`);
}

/**
 * Reads the map, takes the larger of each value, and writes the whole map back.
 * @param versioned the API server is to refuse what was made of an older map; it is then read and written once more
 * @returns how often it was refused
 */
export async function mergeInto(
  api: Api,
  name: string,
  values: ReadonlyMap<string, number>,
  versioned: boolean,
): Promise<number> {
  for (let refused = 0; ; refused++) {
    const { metadata, data = {} } = await readConfigMap(api, name);
    for (const [key, value] of values) data[key] = `${Math.max(Number(data[key] ?? 0), value)}`;
    const version = versioned ? { resourceVersion: metadata.resourceVersion } : {};
    const body = { apiVersion: "v1", kind: "ConfigMap", metadata: { name, ...version }, data };
    const { status, body: said } = await api.ask("PUT", `${FOLDER}/${name}`, body);
    if (status === 200) return refused;
    if (status !== 409) throw new Error(`${status} ${said.slice(0, 500)}`);
  }
}
