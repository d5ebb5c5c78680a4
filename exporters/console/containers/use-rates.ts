import { useMemo, useRef } from "preact/hooks";
import type { Container, ContainersPage } from "../api/types.ts";
import { RateBook } from "../lib/rates.ts";

const WINDOW_MS = 16_000;
const COUNTERS = ["cpu_seconds", "read_bytes", "written_bytes", "sent_bytes", "received_bytes"] as const;

export type Counter = (typeof COUNTERS)[number];

/** Per second; undefined before the second look. */
export type Rates = (container: Container, counter: Counter) => number | undefined;

/** What each container does just now, from its counters over the last refreshes. */
export function useContainerRates(data: ContainersPage | undefined, at: number | undefined): Rates {
  const book = useRef(new RateBook(WINDOW_MS));
  return useMemo(() => {
    if (data && at) book.current.add(at, countersOf(data));
    return (container: Container, counter: Counter) => book.current.rate(`${counter} ${container.id}`);
  }, [data, at]);
}

function countersOf({ containers }: ContainersPage): Map<string, number> {
  return new Map(
    containers.flatMap((container) =>
      COUNTERS.map((counter): [string, number] => [`${counter} ${container.id}`, container[counter]]),
    ),
  );
}
