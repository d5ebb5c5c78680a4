/** What an answer must have for its page to be shown: lists, and objects. By the path that is asked. */
const SHAPES: Readonly<Record<string, Shape>> = {
  "/healthz": { objects: ["sources"] },
  "/api/graph": { lists: ["nodes", "links"], objects: ["scope"] },
  "/api/flows": { lists: ["flows"], objects: ["scope"] },
  "/api/containers": { lists: ["containers", "nodes"] },
  "/api/dashboards": { lists: ["dashboards"] },
};

interface Shape {
  lists?: readonly string[];
  objects?: readonly string[];
}

/** Which part is missing of an answer, such as that of an exporter of another version; undefined: none. */
export function missingIn(body: unknown, path: string): string | undefined {
  if (typeof body !== "object" || body === null) return "all of it";
  const { lists = [], objects = [] } = SHAPES[path.replace(/\?.*$/, "")] ?? {};
  const parts = body as Record<string, unknown>;
  return lists.find((name) => !Array.isArray(parts[name])) ?? objects.find((name) => !isObject(parts[name]));
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}
