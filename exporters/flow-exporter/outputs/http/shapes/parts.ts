import type * as answers from "../answers.ts";

/** What an answers.Graph is made of, and what its other shapes are made of. */
export interface Parts extends Omit<answers.Graph, "nodes" | "links"> {
  nodes: Iterable<answers.GraphNode>;
  /** How many there are, and each as it is asked for. */
  count: number;
  links(): Iterable<answers.GraphLink>;
}

/** An object that begins with what every shape has; `rest` yields its other members. */
export function* withScope({ scope, left_out }: Parts, rest: Iterable<string>): Generator<string> {
  yield `{"scope":${JSON.stringify(scope)},"left_out":${left_out},`;
  yield* rest;
  yield "}";
}
