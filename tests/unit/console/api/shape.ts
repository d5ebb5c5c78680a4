/** What is at each place of a JSON value, such as `flows[].error`: "null" and "string". */
export type Shape = ReadonlyMap<string, ReadonlySet<string>>;

/** The shape of a value that was read from JSON; the elements of a list count as one. */
export function shapeOf(value: unknown): Shape {
  const shape = new Map<string, Set<string>>();
  note(shape, "", [value]);
  return shape;
}

/** Adds what is at `place`, where each of `values` was found. */
function note(shape: Map<string, Set<string>>, place: string, values: readonly unknown[]): void {
  shape.set(place, new Set(values.map(typeOf)));
  const elements = values.filter(Array.isArray).flat();
  if (elements.length > 0) note(shape, `${place}[]`, elements);
  const objects = values.filter(isObject);
  for (const key of new Set(objects.flatMap(Object.keys)))
    note(
      shape,
      `${place}.${key}`,
      objects.map((one) => one[key]),
    );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A key that only some objects have is "undefined" in the others. */
function typeOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "list" : typeof value;
}
