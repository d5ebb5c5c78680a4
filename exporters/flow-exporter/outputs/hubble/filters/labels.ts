import { FilterFault, type Side, type Test } from "./filter.ts";

interface Label {
  /** Such as k8s, container or reserved. */
  source: string;
  key: string;
  value: string;
}

type LabelTest = (labels: readonly Label[]) => boolean;

/** Selectors as Kubernetes has them, with commas for "and": `key`, `!key`, `key=value`, `key!=value`, `key in (a,b)`, `key notin (a,b)`. */
export function labelTest(values: readonly string[], { endpoint }: Side): Test {
  const selectors = values.map(selectorOf);
  return (flow) => {
    const labels = (endpoint(flow)?.labels ?? []).map(labelOf);
    return selectors.some((selector) => selector.every((test) => test(labels)));
  };
}

function labelOf(text: string): Label {
  const equals = text.indexOf("=");
  const name = equals < 0 ? text : text.slice(0, equals);
  const colon = name.indexOf(":");
  const source = colon < 0 ? "unspec" : name.slice(0, colon);
  return { source, key: name.slice(colon + 1), value: equals < 0 ? "" : text.slice(equals + 1) };
}

function selectorOf(text: string): LabelTest[] {
  return partsOf(text).map((part) => requirementOf(part.trim(), text));
}

/** Commas within brackets part values, not requirements. */
function partsOf(text: string): string[] {
  const parts: string[] = [];
  let isInside = false;
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === "(" || text[at] === ")") isInside = text[at] === "(";
    if (text[at] !== "," || isInside) continue;
    parts.push(text.slice(start, at));
    start = at + 1;
  }
  return [...parts, text.slice(start)];
}

const NAME = "([\\w.-]+:)?([\\w./-]+)";
const EXISTS = new RegExp(`^(!?)\\s*${NAME}$`);
const EQUALS = new RegExp(`^${NAME}\\s*(=|==|!=)\\s*([\\w.-]*)$`);
const IN = new RegExp(`^${NAME}\\s+(in|notin)\\s*\\(([\\w., -]*)\\)$`);

function requirementOf(part: string, text: string): LabelTest {
  const [, not = "", existsSource = "", existsKey] = EXISTS.exec(part) ?? [];
  if (existsKey !== undefined) return has(existsSource, existsKey, undefined, not === "");
  const [, equalsSource = "", equalsKey, operator, value = ""] = EQUALS.exec(part) ?? [];
  if (equalsKey !== undefined) return has(equalsSource, equalsKey, new Set([value]), operator !== "!=");
  const [, inSource = "", inKey, word, list = ""] = IN.exec(part) ?? [];
  if (inKey === undefined) throw new FilterFault(`label: ${text} is no selector`);
  return has(inSource, inKey, new Set(list.split(",").map((one) => one.trim())), word === "in");
}

/** Whether there is, or is not, such a label; `any:` and no source at all stand for each source. */
function has(source: string, key: string, values: ReadonlySet<string> | undefined, wanted: boolean): LabelTest {
  const from = source === "" || source === "any:" ? undefined : source.slice(0, -1);
  return (labels) =>
    labels.some(
      (one) =>
        (from === undefined || from === one.source) &&
        one.key === key &&
        (values === undefined || values.has(one.value)),
    ) === wanted;
}
