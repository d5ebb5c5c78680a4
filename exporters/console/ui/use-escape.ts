import { useLayoutEffect } from "preact/hooks";

/**
 * Calls when Escape is pressed, while active. It listens from the moment that what it closes is drawn: an effect would
 * come a frame later, or much later on a busy machine, and the key would have gone by unheard.
 */
export function useEscape(active: boolean, onEscape: () => void): void {
  useLayoutEffect(() => {
    if (!active) return;
    const onKey = (event: KeyboardEvent) => {
      if (event.key === "Escape") onEscape();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [active, onEscape]);
}
