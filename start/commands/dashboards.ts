import path from "node:path";
import { type Outcome, providePublished } from "../dashboards/provide.ts";
import { PUBLISHED, PUBLISHED_AT } from "../dashboards/published.ts";
import { UsageError } from "../errors.ts";
import { createDocker } from "../lib/docker.ts";
import { printable } from "../lib/printable.ts";
import { startedLayout } from "../stack/named-layout.ts";
import { ensureWritable } from "../stack/writable.ts";
import { defineCommand } from "./command.ts";
import { SETTINGS_FILE } from "./options.ts";

const ANSWER_MS = 30_000;

/** Exit code 1 where one of them could not be had. */
export const dashboards = defineCommand({
  usage: "npm run dashboards",
  about: "Fetch published dashboards for Grafana; without a word: write this project's own anew",
  operand: { name: Object.keys(PUBLISHED).join("|"), about: "which ones: those for Cilium and Hubble" },
  options: {
    from: { type: "string", value: "URL", about: `a mirror to fetch from instead of ${PUBLISHED_AT}` },
    config: SETTINGS_FILE,
  },
  run: async ({ host, projectRoot, operand, options, signal, stdout, stderr }) => {
    if (operand === undefined) return writeOwn(options);
    const numbers = Object.hasOwn(PUBLISHED, operand) ? PUBLISHED[operand] : undefined;
    if (numbers === undefined) throw new UsageError(unknown(operand));
    const base = options.from ?? PUBLISHED_AT;
    if (!/^https?:$/.test(URL.parse(base)?.protocol ?? "")) {
      throw new UsageError(`Option --from needs a URL such as ${PUBLISHED_AT}, not "${base}".`);
    }
    const layout = await startedLayout(host, createDocker(host), projectRoot, options.config);
    await ensureWritable(path.join(layout.root, layout.folder));
    const wish = { name: operand, numbers, base, timeoutMs: ANSWER_MS, signal };
    const outcomes = await providePublished(path.join(layout.published, operand), wish);
    const missing = outcomes.filter((outcome) => "reason" in outcome);
    stdout.write(printable(outcomes.map(lineOf).join("")));
    if (missing.length < outcomes.length) stdout.write(WHERE);
    if (missing.length > 0) stderr.write(printable(renderMissing(missing.length, outcomes.length, base)));
    return missing.length > 0 ? 1 : 0;
  },
});

const WHERE =
  'Grafana shows them in its folder "Published", half a minute from now where it runs already; else after npm start.\n';

function lineOf(outcome: Outcome): string {
  return `${outcome.number}  ${"reason" in outcome ? `could not be had: ${outcome.reason}` : outcome.title}\n`;
}

function renderMissing(missing: number, all: number, base: string): string {
  return [
    `${missing} of ${all} dashboards could not be had from ${base}; what is there already stays.`,
    "If this machine has no way there, name a proxy (HTTPS_PROXY=http://HOST:PORT) or a mirror (--from URL).",
    'The dashboards for Cilium in Grafana\'s folder "Cilium" and in the console need no download.',
    "",
  ].join("\n");
}

function unknown(word: string): string {
  return `Unknown dashboards "${word}". Usage: npm run dashboards [-- ${Object.keys(PUBLISHED).join("|")}]`;
}

/** For whoever has changed their source. */
async function writeOwn({ from, config }: { from: string | undefined; config: string | undefined }): Promise<number> {
  const needless = from === undefined ? config && "--config" : "--from";
  if (needless)
    throw new UsageError(`Option ${needless} is for published dashboards: npm run dashboards -- cilium ${needless} …`);
  // Its packages are not loaded for all other commands.
  await import("../../grafana/source/write.ts");
  return 0;
}
