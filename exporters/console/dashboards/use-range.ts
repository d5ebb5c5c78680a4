import { useEffect, useMemo, useState } from "preact/hooks";
import type { Range } from "../api/prometheus.ts";
import { refreshOf, type Shown, shownOf } from "../lib/dashboard/range.ts";

/** The time shown, as the address has it; "the last …" moves on with every refresh while the page can be seen. */
export function useRange(query: URLSearchParams, rangeSeconds: number, refreshSeconds: number) {
  const asked = shownOf(query, rangeSeconds);
  // A change of the address that leaves the time as it is must not let all panels ask anew.
  const shown = useMemo(() => asked, [JSON.stringify(asked)]);
  const refresh = refreshOf(query, refreshSeconds, shown);
  const [now, setNow] = useState(seconds);
  useEffect(() => {
    setNow(seconds());
    if (refresh === 0) return;
    const look = () => {
      if (!document.hidden) setNow(seconds());
    };
    const timer = setInterval(look, refresh * 1000);
    document.addEventListener("visibilitychange", look);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", look);
    };
  }, [refresh]);
  const range = useMemo(() => rangeOf(shown, now), [shown, now]);
  return { shown, refresh, range, refreshNow: () => setNow(seconds()) };
}

function rangeOf(shown: Shown, now: number): Range {
  return "from" in shown ? shown : { from: now - shown.last, to: now };
}

function seconds(): number {
  return Date.now() / 1000;
}
