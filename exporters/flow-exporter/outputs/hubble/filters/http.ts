import { FilterFault, type Test } from "./filter.ts";

/** A code such as 404, or how it begins: 5+. */
export function statusTest(values: readonly string[]): Test {
  const wanted = values.map((value) => {
    if (!/^([1-5]\d\d|[1-5]\d?\+)$/.test(value)) {
      throw new FilterFault(`http_status_code: ${value} must be a code such as 404, or how it begins, such as 5+`);
    }
    return value;
  });
  return ({ l7 }) => {
    const code = l7?.http?.code ?? 0;
    if (code === 0) return false;
    return wanted.some((one) => (one.endsWith("+") ? `${code}`.startsWith(one.slice(0, -1)) : `${code}` === one));
  };
}

export function methodTest(values: readonly string[]): Test {
  const wanted = new Set(values.map((value) => value.toLowerCase()));
  return ({ l7 }) => l7?.http !== undefined && wanted.has(l7.http.method.toLowerCase());
}
