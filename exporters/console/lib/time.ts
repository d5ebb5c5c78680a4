/** Clock time of a moment in milliseconds since 1970, in the reader's time zone: `12:03:10`. */
export function formatClock(ms: number): string {
  const date = new Date(ms);
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map(twoDigits).join(":");
}

/** Clock time of today, else day and time: `01-31 12:03`. */
export function formatMoment(ms: number, nowMs: number): string {
  const date = new Date(ms);
  const today = date.toDateString() === new Date(nowMs).toDateString();
  return today ? formatClock(ms) : `${formatDay(date)} ${formatClock(ms).slice(0, 5)}`;
}

/** Day and clock time in full, the same in every browser's language: `2030-01-31 12:03:10`. */
export function formatDateTime(ms: number): string {
  const date = new Date(ms);
  return `${date.getFullYear()}-${formatDay(date)} ${formatClock(ms)}`;
}

/** Label of a time axis whose marks are `stepSeconds` apart. */
export function formatTick(seconds: number, stepSeconds: number): string {
  const date = new Date(seconds * 1000);
  if (stepSeconds >= 86_400) return formatDay(date);
  const clock = formatClock(seconds * 1000);
  if (clock === "00:00:00") return formatDay(date);
  return stepSeconds < 60 ? clock : clock.slice(0, 5);
}

function formatDay(date: Date): string {
  return `${twoDigits(date.getMonth() + 1)}-${twoDigits(date.getDate())}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}

/** As `formatMoment`, of an ISO 8601 text; null: there is none. */
export function momentOf(text: string | null): string {
  return text === null ? "–" : formatMoment(Date.parse(text), Date.now());
}
