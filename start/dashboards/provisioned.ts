/** The data source, as grafana/provisioning has it. */
const DATA_SOURCE = { type: "prometheus", uid: "prometheus" };
const DATA_SOURCE_NAME = "Prometheus";

export interface Dashboard {
  uid: string;
  title: string;
  [field: string]: unknown;
}

interface Input {
  name?: unknown;
  type?: unknown;
  pluginId?: unknown;
  value?: unknown;
}

/** Written where an input or, in some, a variable stands for a data source. */
const REFERENCE = /\$\{(DS_[\w-]+)\}/g;

/**
 * A published dashboard as Grafana takes it from a file: who imports one by hand is asked for its data source, and here it is
 * filled in. Its uid is that of its number, since those of two publishers may be the same.
 * @throws Error where it is none, or one of another kind of data source
 */
export function provisioned(published: unknown, uid: string): Dashboard {
  if (!isDashboard(published)) throw new Error("its answer is JSON, but no dashboard: title and panels are missing");
  const { __inputs, __requires, __elements, id, title, ...dashboard } = published;
  const inputs = new Map(listOf<Input>(__inputs).map((input) => [String(input.name), fillingOf(input)]));
  const own = variablesOf(dashboard.templating).map(({ name }) => String(name));
  return { ...(filled(dashboard, inputs, own) as object), uid, title };
}

/** Versions before 5 have rows of panels. */
function isDashboard(value: unknown): value is { title: string } & Record<string, unknown> {
  const { title, panels, rows } = (value ?? {}) as Record<string, unknown>;
  return typeof title === "string" && title.trim() !== "" && [panels, rows].some((list) => listOf(list).length > 0);
}

function fillingOf({ name, type, pluginId, value }: Input): string {
  if (type === "constant") return String(value ?? "");
  if (type === "datasource" && pluginId === DATA_SOURCE.type) return DATA_SOURCE.uid;
  throw new Error(`it asks for ${String(name)}, a ${String(pluginId ?? type)}, which this stack does not have`);
}

/** All of it, with data sources and inputs in their places. */
function filled(value: unknown, inputs: ReadonlyMap<string, string>, variables: readonly string[]): unknown {
  const walk = (one: unknown, key?: string): unknown => {
    if (key === "datasource") return dataSourceOf(one, variables);
    if (typeof one === "string") return withInputs(one, inputs, variables);
    if (Array.isArray(one)) return one.map((item) => walk(item));
    if (one === null || typeof one !== "object") return one;
    const fields = Object.entries(one).map(([name, field]) => [name, walk(field, name)]);
    return chosen(Object.fromEntries(fields));
  };
  return walk(value);
}

function withInputs(text: string, inputs: ReadonlyMap<string, string>, variables: readonly string[]): string {
  const replaced = [...inputs].reduce((before, [name, value]) => before.replaceAll(`\${${name}}`, value), text);
  return replaced.replace(REFERENCE, (whole, name) => (variables.includes(name) ? whole : DATA_SOURCE.uid));
}

/**
 * A reference to a data source: of Prometheus there is one alone, whatever the publisher's was called. Left are Grafana's own, such
 * as that of annotations, those of other kinds, and variables, of which the reader chooses.
 */
function dataSourceOf(reference: unknown, variables: readonly string[]): unknown {
  if (reference === null || reference === undefined) return reference;
  const { type = DATA_SOURCE.type, uid } = (typeof reference === "string" ? { uid: reference } : reference) as Partial<
    typeof DATA_SOURCE
  >;
  const name = String(uid ?? "");
  const variable = /^\$\{?([\w-]+?)(:\w+)?\}?$/.exec(name)?.[1];
  const isOwn =
    name === "grafana" || name.startsWith("-- ") || (variable !== undefined && variables.includes(variable));
  return isOwn || type !== DATA_SOURCE.type ? reference : DATA_SOURCE;
}

/** A variable for the data source has this stack's chosen. */
function chosen(object: Record<string, unknown>): Record<string, unknown> {
  if (object.type !== "datasource" || object.query !== DATA_SOURCE.type) return object;
  return { ...object, current: { selected: true, text: DATA_SOURCE_NAME, value: DATA_SOURCE.uid } };
}

function variablesOf(templating: unknown): { name?: unknown }[] {
  return listOf((templating as { list?: unknown } | undefined)?.list);
}

function listOf<T>(value: unknown): T[] {
  return Array.isArray(value) ? (value as T[]) : [];
}
