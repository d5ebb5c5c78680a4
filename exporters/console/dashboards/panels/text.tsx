import { filled } from "../context.ts";
import type { PanelProps } from "./types.ts";

/** Text as it is written; of Markdown, paragraphs and headings only. */
export function TextPanel({ panel, context }: PanelProps) {
  const blocks = filled(panel.text, context).split(/\n\s*\n/);
  return (
    <div class="text-panel">
      {blocks.map((block) => {
        const heading = /^#+\s+(.*)$/.exec(block)?.[1];
        return heading === undefined ? <p key={block}>{block}</p> : <h4 key={block}>{heading}</h4>;
      })}
    </div>
  );
}
