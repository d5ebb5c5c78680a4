import type { Container } from "../../model/container.ts";

/** Ids of the containers that are called so, by their own name or as a service of Compose; sorted, so that equal sets are equal lists. */
export function idsOf(names: readonly string[], containers: Iterable<Container>): string[] {
  const wanted = new Set(names);
  const found = [...containers].filter(({ name, composeService }) => wanted.has(name) || wanted.has(composeService));
  return found.map(({ id }) => id).sort();
}
