/** A variable's value, ready to be put in. */
export interface Bound {
  values: readonly string[];
  /** Several values are possible, so that even one is escaped for a regular expression. */
  several: boolean;
  /** "All" has a value of its own, which is put in as it is. */
  asIs?: boolean;
}

const REFERENCE = /\$(\w+)|\[\[(\w+?)(?::(\w+))?\]\]|\$\{(\w+)(?::(\w+))?\}/g;

/** Puts variables in, written `$name`, `${name}`, `${name:format}` or `[[name]]`; others stay as they are. */
export function interpolate(text: string, bound: ReadonlyMap<string, Bound>): string {
  return text.replace(REFERENCE, (all, plain, square, squareFormat, curly, curlyFormat) => {
    const value = bound.get(plain ?? square ?? curly);
    return value ? formatted(value, squareFormat ?? curlyFormat) : all;
  });
}

function formatted({ values, several, asIs }: Bound, format?: string): string {
  if (asIs) return values.join("|");
  switch (format) {
    case "raw":
    case "csv":
      return values.join(",");
    case "pipe":
      return values.join("|");
    case "text":
      return values.join(" + ");
    case "json":
      return JSON.stringify(values);
    case "doublequote":
      return values.map((value) => `"${value.replaceAll('"', '\\"')}"`).join(",");
    case "regex":
      return alternatives(values.map(escapeRegex));
    default:
      return several ? alternatives(values.map(escapeForQuery)) : values.map(escapeString).join(",");
  }
}

function alternatives(values: readonly string[]): string {
  return values.length === 1 ? (values[0] ?? "") : `(${values.join("|")})`;
}

function escapeRegex(value: string): string {
  return value.replace(/[\\^$*+?.()|[\]{}/]/g, "\\$&");
}

/** A regular expression inside a string of PromQL: what escapes is escaped itself. */
function escapeForQuery(value: string): string {
  return value
    .replace(/\\/g, "\\\\\\\\")
    .replace(/[$^*{}[\]'+?.()|]/g, "\\\\$&")
    .replaceAll('"', '\\"');
}

function escapeString(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"');
}
