import type { Found } from "./table.ts";

/** An alert as Prometheus reports it; its annotations are texts with all values filled in. */
export interface Alert {
  labels: Readonly<Record<string, string>>;
  annotations: Readonly<Record<string, string>>;
}

/** The column that shows what alerts say. */
export const ALERT_TEXT = "Description";

/** Whether a query asks for alerts: their samples have names only. */
export function asksForAlerts(expr: string): boolean {
  return /\bALERTS\b/.test(expr);
}

/** The same with what the alerts say as one label more, where there are such alerts. A row can stand for several. */
export function withAlertTexts(found: Found, alerts: readonly Alert[]): Found {
  const results = found.results.map(({ metric, value }) => {
    const text = alerts.filter((alert) => isOf(alert, metric)).map(textOf);
    return { metric: text.length === 0 ? metric : { ...metric, [ALERT_TEXT]: text.join("\n") }, value };
  });
  return { ...found, results };
}

/** An alert is a row's if it has all of the row's labels, which may be fewer. */
function isOf({ labels }: Alert, metric: Readonly<Record<string, string>>): boolean {
  return Object.entries(metric).every(([key, value]) => key.startsWith("__") || labels[key] === value);
}

function textOf({ annotations: { summary = "", description = "" } }: Alert): string {
  return [summary, description].filter(Boolean).join(". ");
}
