import { parseDuration } from "./interval.ts";
import type { RawDashboard, RawField, RawOrganize, RawOverride, RawPanel, RawTarget } from "./raw.ts";
import { type Level, levelOfColor, parseSteps, type Step } from "./thresholds.ts";
import { parseVariable, type Variable } from "./variables.ts";

export interface Target {
  refId: string;
  expr: string;
  legend: string;
  format: "series" | "table" | "heatmap";
  instant: boolean;
  /** Least seconds between two points; undefined: the scrape interval. */
  minStep: number | undefined;
}

/** What fields of a panel, or one field by name, look like. */
export interface Look {
  unit: string;
  decimals: number | undefined;
  /** Grafana's address of a data link. */
  link: string | undefined;
}

export interface Panel {
  id: number;
  type: string;
  title: string;
  description: string;
  /** In units of a 24th of the width, and of rows. */
  grid: { x: number; y: number; w: number; h: number };
  targets: readonly Target[];
  look: Look;
  /** What values are in words. */
  words: ReadonlyMap<number, { text: string; level: Level }>;
  /** Names of the series that are limits: the scale does not reach for them. */
  limits: ReadonlySet<string>;
  /** By a field's shown name. */
  looks: ReadonlyMap<string, Partial<Look>>;
  min: number | undefined;
  max: number | undefined;
  /** Said instead of "no data". */
  noValue: string;
  steps: readonly Step[];
  stepsInPercent: boolean;
  /** Thresholds are drawn as lines. */
  stepLines: boolean;
  stacked: boolean;
  fill: number;
  bars: boolean;
  legend: { shown: boolean; calcs: readonly string[] };
  /** How a stat makes one value of many. */
  calc: string;
  sparkline: boolean;
  /** Of a heatmap's rows, and of what is counted in its cells. */
  rowUnit: string;
  cellUnit: string;
  sortBy: { name: string; descending: boolean } | undefined;
  organize: readonly RawOrganize[];
  text: string;
  maxPoints: number | undefined;
}

/** Panels under one heading. */
interface Section {
  title: string;
  panels: readonly Panel[];
}

export interface Dashboard {
  uid: string;
  title: string;
  description: string;
  /** Seconds up to now that are shown at first. */
  rangeSeconds: number;
  /** Seconds; 0: only when asked. */
  refreshSeconds: number;
  variables: readonly Variable[];
  sections: readonly Section[];
}

const QUARTER_HOUR = 900;

/** A dashboard from the JSON that Grafana is provisioned with. */
export function parseDashboard(raw: RawDashboard): Dashboard {
  return {
    uid: raw.uid ?? "",
    title: raw.title ?? "Without a title",
    description: raw.description ?? "",
    rangeSeconds: parseDuration(raw.time?.from?.replace(/^now-/, "")) ?? QUARTER_HOUR,
    refreshSeconds: (raw.refresh && parseDuration(raw.refresh)) || 0,
    variables: (raw.templating?.list ?? []).map(parseVariable),
    sections: sectionsOf(raw.panels ?? []),
  };
}

/** A row begins a section; a collapsed one has its panels inside. */
function sectionsOf(panels: readonly RawPanel[]): Section[] {
  const sections: { title: string; panels: Panel[] }[] = [{ title: "", panels: [] }];
  for (const raw of panels) {
    if (raw.type === "row") sections.push({ title: raw.title ?? "", panels: (raw.panels ?? []).map(parsePanel) });
    else sections.at(-1)?.panels.push(parsePanel(raw));
  }
  return sections.filter((section) => section.panels.length > 0);
}

function parsePanel(raw: RawPanel): Panel {
  const { x = 0, y = 0, w = 12, h = 8 } = raw.gridPos ?? {};
  const { type = "", title = "", description = "" } = raw;
  // What configures Grafana's panel, as a threshold, is a series beside that, too.
  const forGrafana = new Set((raw.transformations ?? []).map(({ options }) => options?.configRefId));
  const targets = (raw.targets ?? []).filter(
    ({ expr, hide, refId }) => expr && hide !== true && !(refId && forGrafana.has(refId)),
  );
  return {
    id: raw.id ?? y * 24 + x,
    type,
    title,
    description,
    grid: { x, y, w, h },
    targets: targets.map((target) => parseTarget(target, parseDuration(raw.interval))),
    ...looksOf(raw),
    ...scaleOf(raw),
    ...choicesOf(raw),
    maxPoints: raw.maxDataPoints,
  };
}

function parseTarget(
  { refId = "A", expr = "", legendFormat, format, instant, interval }: RawTarget,
  least?: number,
): Target {
  return {
    refId,
    expr,
    legend: legendFormat === "__auto" ? "" : (legendFormat ?? ""),
    format: format === "table" || format === "heatmap" ? format : "series",
    instant: instant === true,
    minStep: parseDuration(interval) ?? least,
  };
}

function looksOf({ fieldConfig }: RawPanel): Pick<Panel, "look" | "looks" | "noValue" | "words" | "limits"> {
  const { unit = "short", decimals, noValue = "", mappings = [] } = fieldConfig?.defaults ?? {};
  const byName = (fieldConfig?.overrides ?? []).filter(({ matcher }) => matcher?.id === "byName");
  const looks = new Map(byName.map((one) => [String(one.matcher?.options), lookOf(one)]));
  const limits = new Set(byName.filter(isLimit).map((one) => String(one.matcher?.options)));
  return { look: { unit, decimals, link: undefined }, looks, noValue, limits, words: wordsOf(mappings) };
}

/** A line that Grafana hides: it scales by all that it draws, and has a threshold in its place. */
function isLimit({ properties = [] }: RawOverride): boolean {
  return properties.some(({ id }) => id === "custom.hideFrom");
}

function wordsOf(mappings: NonNullable<RawField["mappings"]>): Panel["words"] {
  const options = mappings.filter(({ type }) => type === "value").flatMap((one) => Object.entries(one.options ?? {}));
  return new Map(
    options.map(([value, { text = value, color = "" }]) => [Number(value), { text, level: levelOfColor(color) }]),
  );
}

function lookOf({ properties = [] }: RawOverride): Partial<Look> {
  const values = new Map(properties.map(({ id, value }) => [id, value]));
  const links = values.get("links") as { url?: string }[] | undefined;
  const link = links?.[0]?.url;
  return {
    ...(values.has("unit") && { unit: String(values.get("unit")) }),
    ...(values.has("decimals") && { decimals: Number(values.get("decimals")) }),
    ...(link !== undefined && { link }),
  };
}

function scaleOf({ fieldConfig, options }: RawPanel) {
  const { min, max, thresholds, custom = {} } = fieldConfig?.defaults ?? {};
  return {
    min,
    max,
    steps: parseSteps(thresholds?.steps ?? []),
    stepsInPercent: thresholds?.mode === "percentage",
    stepLines: ![undefined, "off"].includes(custom.thresholdsStyle?.mode),
    stacked: ![undefined, "none"].includes(custom.stacking?.mode),
    fill: (custom.fillOpacity ?? 0) / 100,
    bars: custom.drawStyle === "bars",
    rowUnit: options?.yAxis?.unit ?? "short",
    cellUnit: options?.cellValues?.unit ?? "short",
  };
}

function choicesOf({ options = {}, transformations = [] }: RawPanel) {
  const { legend, reduceOptions, sortBy } = options;
  const [first] = sortBy ?? [];
  return {
    legend: { shown: legend?.showLegend !== false && legend?.displayMode !== "hidden", calcs: legend?.calcs ?? [] },
    calc: reduceOptions?.calcs?.[0] ?? "lastNotNull",
    sparkline: options.graphMode === "area",
    sortBy: first && { name: first.displayName ?? "", descending: first.desc === true },
    organize: transformations.filter(({ id }) => id === "organize").map(({ options: how }) => how ?? {}),
    text: options.content ?? "",
  };
}
