import type { Scope } from "../api/types.ts";
import { nodeChoices, onlyNode } from "../lib/nodes.ts";
import { setQuery } from "../router.ts";

interface Props {
  scope: Scope | undefined;
  chosen: string | undefined;
}

/** Which machine things are shown of; nothing where there is but one. */
export function NodeSelect({ scope, chosen }: Props) {
  const names = nodeChoices(scope, chosen);
  if (names.length === 0) return null;
  return (
    <label class="field">
      <span>Node</span>
      <select value={chosen ?? ""} onChange={({ currentTarget: { value } }) => setQuery(onlyNode(value || undefined))}>
        <option value="">all nodes</option>
        {names.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
