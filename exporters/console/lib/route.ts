const PAGES = ["map", "flows", "containers", "dashboards"] as const;

export type Page = (typeof PAGES)[number];

/** A place in the console, as the part of the address behind # names it. */
export interface Route {
  /** Undefined: there is no such page. */
  page: Page | undefined;
  /** Of a dashboard; else empty. */
  id: string;
  query: URLSearchParams;
}

/** `#/flows?container=web` → the flows page, asked for one container. No hash is the service map. */
export function parseRoute(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?", 2);
  const [name = "", id = ""] = path.split("/").map(decode);
  const page = name === "" ? "map" : PAGES.find((one) => one === name);
  return { page, id, query: new URLSearchParams(query) };
}

/** The hash of a page; empty and undefined parameters are left out. */
export function hashOf(page: Page, id = "", query: Record<string, string | string[] | undefined> = {}): string {
  const parameters = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    for (const one of [value ?? ""].flat()) if (one !== "") parameters.append(key, one);
  }
  const path = ["#", page, ...(id === "" ? [] : [encodeURIComponent(id)])].join("/");
  return parameters.size === 0 ? path : `${path}?${parameters}`;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
