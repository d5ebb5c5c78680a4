import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { useEscape } from "./use-escape.ts";

interface Props {
  title: string;
  onClose(): void;
  children: ComponentChildren;
}

/** Details beside a page's content, below it on a narrow screen. Escape closes it, and the focus goes back. */
export function SidePanel({ title, onClose, children }: Props) {
  const element = useRef<HTMLElement>(null);
  useEscape(true, onClose);
  useEffect(() => {
    const before = document.activeElement;
    return () => {
      if (element.current?.contains(document.activeElement) && before instanceof HTMLElement) before.focus();
    };
  }, [onClose]);

  return (
    <aside class="side" aria-label={title} ref={element} data-testid="details">
      <header>
        <h2>{title}</h2>
        <button type="button" class="quiet" onClick={onClose} aria-label="Close details">
          ✕
        </button>
      </header>
      <div class="side-body">{children}</div>
    </aside>
  );
}
