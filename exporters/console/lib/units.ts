import { formatDateTime } from "./time.ts";

const BINARY = ["", "Ki", "Mi", "Gi", "Ti", "Pi"];
const DECIMAL = ["", "k", "M", "G", "T", "P"];

interface Scaled {
  base: 1000 | 1024;
  suffix: string;
}

/** Grafana's ids of units that grow by prefixes. */
const SCALED: Readonly<Record<string, Scaled>> = {
  short: { base: 1000, suffix: "" },
  bytes: { base: 1024, suffix: "B" },
  decbytes: { base: 1000, suffix: "B" },
  bits: { base: 1024, suffix: "b" },
  decbits: { base: 1000, suffix: "b" },
  binBps: { base: 1024, suffix: "B/s" },
  Bps: { base: 1000, suffix: "B/s" },
  binbps: { base: 1024, suffix: "b/s" },
  bps: { base: 1000, suffix: "b/s" },
  pps: { base: 1000, suffix: "p/s" },
  ops: { base: 1000, suffix: "/s" },
  opm: { base: 1000, suffix: "/min" },
  cps: { base: 1000, suffix: "/s" },
  reqps: { base: 1000, suffix: "req/s" },
  rps: { base: 1000, suffix: "reads/s" },
  wps: { base: 1000, suffix: "writes/s" },
  iops: { base: 1000, suffix: "I/O/s" },
  hertz: { base: 1000, suffix: "Hz" },
};

/** Seconds in one of each of Grafana's units of time. */
const SECONDS: Readonly<Record<string, number>> = { s: 1, ms: 1e-3, µs: 1e-6, ns: 1e-9, m: 60, h: 3600, d: 86_400 };

/** A value with its unit, by Grafana's unit ids (`bytes`, `Bps`, `percentunit`, `s`, `ops`, …); – for no value. */
export function formatValue(value: number | null | undefined, unit = "short", decimals?: number): string {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  const scaled = SCALED[unit];
  if (scaled) return formatScaled(value, scaled, decimals);
  const seconds = SECONDS[unit];
  if (seconds !== undefined) return formatSeconds(value * seconds, decimals);
  return formatOther(value, unit, decimals);
}

/** Without zeros at the end of its decimals, which say nothing at an axis: its ticks are round numbers. */
export function trimZeros(text: string): string {
  return text.replace(/\.(\d*?)0+(?!\d)/, (_zeros, kept) => (kept ? `.${kept}` : ""));
}

/** Bytes that went somewhere, in powers of 1000 as their rates are, e.g. `1.5 MB`. */
export function formatBytes(bytes: number | null | undefined): string {
  return formatValue(bytes, "decbytes");
}

/** Bytes of memory, in powers of 1024 as limits and `docker stats` have them, e.g. `1.5 MiB`. */
export function formatMemory(bytes: number | null | undefined): string {
  return formatValue(bytes, "bytes");
}

/** Bytes per second for tables, e.g. `1.5 MB/s`. */
export function formatRate(bytesPerSecond: number | null | undefined): string {
  return formatValue(bytesPerSecond, "Bps");
}

/** For how long something has been up, in its largest unit alone, and only what is full of it: `4 h`. */
export function formatUptime(seconds: number | null): string {
  if (seconds === null) return "–";
  const [step, unit] = STEPS.find(([least]) => seconds >= least) ?? [1, "s"];
  return joined(String(Math.floor(seconds / step)), unit);
}

/** A whole number in groups, as the command line has them: `12,345`. */
export function formatCount(value: number | null | undefined): string {
  if (value === null || value === undefined) return "–";
  return Math.round(value).toLocaleString("en");
}

function formatScaled(value: number, { base, suffix }: Scaled, decimals?: number): string {
  const prefixes = base === 1024 ? BINARY : DECIMAL;
  const size = Math.abs(value);
  let power = 0;
  while (power < prefixes.length - 1 && size / base ** power >= 999.5) power++;
  const unit = `${prefixes[power]}${suffix}`;
  return joined(digits(value / base ** power, decimals), unit);
}

const STEPS: readonly [number, string][] = [
  [86_400, "d"],
  [3600, "h"],
  [60, "min"],
  [1, "s"],
  [1e-3, "ms"],
  [1e-6, "µs"],
  [1e-9, "ns"],
];

function formatSeconds(value: number, decimals?: number): string {
  if (value === 0) return "0 s";
  const [step, unit] = STEPS.find(([least]) => Math.abs(value) >= least * 0.9995) ?? [1e-9, "ns"];
  return joined(digits(value / step, decimals), unit);
}

function formatOther(value: number, unit: string, decimals?: number): string {
  if (unit === "percentunit") return `${digits(value * 100, decimals)} %`;
  if (unit === "percent") return `${digits(value, decimals)} %`;
  if (unit === "locale") return formatCount(value);
  if (unit.startsWith("dateTime")) return formatDateTime(value);
  if (unit === "none" || unit === "string" || unit === "") return digits(value, decimals);
  if (unit.startsWith("prefix:")) return `${unit.slice(7)}${digits(value, decimals)}`;
  return joined(digits(value, decimals), unit.replace(/^(suffix|si|count):/, ""));
}

/** Three significant digits, or as many decimals as are asked for; whole numbers stay whole. */
function digits(value: number, decimals?: number): string {
  if (decimals !== undefined) return minus(value.toFixed(decimals));
  const size = Math.abs(value);
  // 5e-6 / 1e-6 is not quite 5.
  const whole = Math.round(value);
  if (Math.abs(value - whole) <= size * 1e-9 && size < 1e6) return minus(String(whole));
  if (size !== 0 && size < 0.01) return minus(value.toFixed(decimalsOf(size)).replace(/\.?0+$/, ""));
  return minus(value.toFixed(size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2));
}

/** For two significant digits, as far as a number with so many zeros can be read; an exponent fewer readers can. */
function decimalsOf(size: number): number {
  return Math.min(9, 1 - Math.floor(Math.log10(size)));
}

function minus(text: string): string {
  return text.replace("-", "−");
}

/** `1.5 MB/s`, but `172/s`, as the command line has it: a bare "per second" belongs to its number. */
function joined(number: string, unit: string): string {
  return unit === "" || unit.startsWith("/") ? `${number}${unit}` : `${number} ${unit}`;
}
