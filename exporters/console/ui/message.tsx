import type { ComponentChildren } from "preact";

interface Props {
  title: string;
  /** What to do about it. */
  children?: ComponentChildren;
}

/** An empty or broken part of a page, in words. */
export function Message({ title, children }: Props) {
  return (
    <div class="message">
      <p class="message-title">{title}</p>
      {children !== undefined && <p>{children}</p>}
    </div>
  );
}
