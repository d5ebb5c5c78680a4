/** Of Prometheus' own metrics those that questions add no series to. */
export const SERIES = '{__name__=~"(go|net|process|prometheus_(engine|rule|sd|target|tsdb))_.*"}';
/** Every sample holds for five minutes: a range into the future is full of them at once. */
const RANGE_SECONDS = 280;

/** Asks for the same range of them so many times at once; what came of each. */
export async function storm(url: string, times: number, points: number): Promise<number[]> {
  const start = Date.now() / 1000;
  const range = { start, end: start + RANGE_SECONDS, step: RANGE_SECONDS / points };
  const parameters = new URLSearchParams({ query: SERIES });
  for (const [key, value] of Object.entries(range)) parameters.set(key, String(value));
  return Promise.all(Array.from({ length: times }, () => outcomeOf(`${url}/query_range?${parameters}`)));
}

/** The status; 0 where the connection broke. */
async function outcomeOf(url: string): Promise<number> {
  try {
    const response = await fetch(url);
    // Not kept: one is a hundred megabytes.
    for await (const _chunk of response.body ?? []);
    return response.status;
  } catch {
    return 0;
  }
}
