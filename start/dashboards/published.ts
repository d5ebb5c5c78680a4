/** Where dashboards are published, and what has an answer for each by its number. */
export const PUBLISHED_AT = "https://grafana.com";

/** By the word that the command line has for them, numbers of published dashboards: https://grafana.com/grafana/dashboards/NUMBER. */
export const PUBLISHED: Readonly<Record<string, readonly number[]>> = {
  cilium: [21431, 21329, 19424, 19423, 19425, 16613, 16612],
};

/** Its newest revision. */
export function urlOf(base: string, number: number): string {
  return `${base.replace(/\/+$/, "")}/api/dashboards/${number}/revisions/latest/download`;
}
