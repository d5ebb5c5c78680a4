import { relative } from "node:path";
import { printable } from "../lib/printable.ts";
import { configName, DEFAULT_CONFIG } from "../stack/layout.ts";
import type { LeftOut } from "../stack/left-out.ts";
import { SERVICES, urlOf } from "../stack/services.ts";
import type { StackContext } from "../steps/step.ts";

/** What a user wants to know once all is up: the console's url first, then the others, the Grafana login, what is missing. */
export function renderSummary(context: StackContext, seconds: number): string {
  const { leftOut, settings } = context;
  const words = wordsToNameIt(context);
  const missing = new Set(leftOut.map(({ part }) => part));
  const lines = [
    "",
    `Flowtally is up: http://127.0.0.1:${settings.FLOW_EXPORTER_PORT}  (${seconds.toFixed(1)} s)`,
    "",
    ...urls(context, missing),
    ...hubble(context),
    ...(missing.has("grafana") ? [] : ["", `  Grafana user ${settings.GRAFANA_ADMIN_USER}, ${passwordPlace(context)}`]),
    ...(leftOut.length === 0 ? [] : ["", ...leftOut.map((part) => `  ${describeLeftOut(part)}`)]),
    "",
    `  npm run status${words}   npm run stop${words}`,
    "",
  ];
  return printable(lines.join("\n"));
}

/** What is not there, and why. */
export function describeLeftOut({ part, reason }: LeftOut): string {
  return `Unavailable: ${part} (${reason})`;
}

/** What commands need so that they mean this stack: nothing where config.monitoring names it. */
function wordsToNameIt({ layout }: StackContext): string {
  const file = configName(layout);
  return file === DEFAULT_CONFIG ? "" : ` -- --config ${file}`;
}

function urls({ settings }: StackContext, missing: ReadonlySet<string>): string[] {
  return SERVICES.flatMap(({ name, about }) => {
    const url = missing.has(name) ? undefined : urlOf(name, settings);
    return url === undefined ? [] : [`  ${name.padEnd(13)}  ${url}  ${about}`];
  });
}

/** No url: a browser gets nothing there. */
function hubble({ settings: { HUBBLE_LISTEN, HUBBLE_TLS_CERT_FILE } }: StackContext): string[] {
  if (HUBBLE_LISTEN === "off") return [];
  const tls = HUBBLE_TLS_CERT_FILE === "" ? "" : ", by TLS";
  return [`  ${"hubble".padEnd(13)}  ${HUBBLE_LISTEN}  flows for the hubble CLI and relays${tls}`];
}

function passwordPlace({ settings, layout }: StackContext): string {
  return settings.GRAFANA_ADMIN_PASSWORD === ""
    ? `password in ${relative(layout.root, layout.grafanaPassword)}`
    : `password as set in ${configName(layout)}`;
}
