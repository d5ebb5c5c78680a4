/** The node or the line of the service map that is chosen, by its id. */
export interface Choice {
  kind: "node" | "edge";
  id: string;
}

/** What an address names as chosen. */
export function choiceOf(query: URLSearchParams): Choice | undefined {
  for (const kind of ["node", "edge"] as const) {
    const id = query.get(kind);
    if (id) return { kind, id };
  }
  return undefined;
}

/** What makes this the only choice, or takes every choice away, as a change of the address. */
export function changeTo(choice: Choice | undefined): Record<Choice["kind"], string | undefined> {
  return { node: undefined, edge: undefined, ...(choice && { [choice.kind]: choice.id }) };
}
