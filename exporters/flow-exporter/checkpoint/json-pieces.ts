const MAX_NUMBERS = 10_000;
const MAX_OBJECTS = 500;

/**
 * An object as JSON, in pieces that take a few milliseconds each to make: whoever writes them lets others work in between.
 * Its values must not change meanwhile. A Float64Array is written as the array of its numbers, all of which are finite.
 */
export function* jsonPieces(object: Readonly<Record<string, unknown>>): Generator<string> {
  let separator = "{";
  for (const [key, value] of Object.entries(object)) {
    if (value === undefined) continue;
    yield `${separator}${JSON.stringify(key)}:`;
    if (Array.isArray(value) || value instanceof Float64Array) yield* arrayPieces(value);
    else yield JSON.stringify(value);
    separator = ",";
  }
  yield separator === "{" ? "{}" : "}";
}

function* arrayPieces(values: readonly unknown[] | Float64Array): Generator<string> {
  const most = typeof values[0] === "number" ? MAX_NUMBERS : MAX_OBJECTS;
  yield "[";
  for (let from = 0; from < values.length; from += most) {
    const piece = JSON.stringify(Array.from(values.slice(from, from + most))).slice(1, -1);
    yield from === 0 ? piece : `,${piece}`;
  }
  yield "]";
}
