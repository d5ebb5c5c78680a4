import { useEffect, useRef, useState } from "preact/hooks";

/** Longer than the time between two keys of someone who types. */
const PAUSE_MS = 250;

/** What is wrong with a text; undefined: nothing. */
export type FaultOf = (text: string) => string | undefined;

export interface Draft {
  text: string;
  fault: string | undefined;
  /** For every key. */
  type(text: string): void;
  /** Does not wait for the pause. */
  finish(): void;
}

/**
 * What is typed into a field, which belongs to the field until there is a pause: only then is it committed. Else each
 * refresh of the page would put the committed text back between two keys. A value that changes from outside (Back, a
 * button that clears) replaces the draft. What has a fault is not committed, and stays to be corrected.
 */
export function useDraft(value: string, commit: (text: string) => void, faultOf: FaultOf = () => undefined): Draft {
  const [text, setText] = useState(value);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const latest = useRef({ value, text, commit });
  latest.current.commit = commit;

  const stop = () => {
    clearTimeout(timer.current);
    timer.current = undefined;
  };
  const finish = () => {
    if (timer.current === undefined) return;
    stop();
    const typed = latest.current.text.trim();
    if (typed === latest.current.value || faultOf(typed) !== undefined) return;
    latest.current.value = typed;
    latest.current.commit(typed);
  };
  const type = (next: string) => {
    stop();
    latest.current.text = next;
    setText(next);
    timer.current = setTimeout(finish, PAUSE_MS);
  };

  useEffect(() => {
    if (latest.current.value === value) return;
    stop();
    latest.current.value = value;
    latest.current.text = value;
    setText(value);
  }, [value]);
  useEffect(() => stop, []);

  return { text, fault: faultOf(text.trim()), type, finish };
}
