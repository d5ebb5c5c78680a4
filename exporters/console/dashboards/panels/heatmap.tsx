import { useMemo, useRef } from "preact/hooks";
import type uPlot from "uplot";
import { type Heatmap, heatmapOf } from "../../lib/dashboard/heatmap.ts";
import { Message } from "../../ui/message.tsx";
import { heatmapOptions } from "./heatmap-options.ts";
import { Plot } from "./plot.tsx";
import type { PanelProps } from "./types.ts";

/** How much fell into which bucket, over time. */
export function HeatmapPanel({ panel, context, data: { frame } }: PanelProps) {
  const map = useMemo(() => heatmapOf(frame.series), [frame]);
  const latest = useRef({ map, context });
  latest.current = { map, context };
  const data = useMemo<uPlot.AlignedData>(() => [[...frame.times], frame.times.map(() => null)], [frame]);
  if (map.bounds.length === 0) return <Message title="Not a histogram">Its series have no label “le”.</Message>;
  return (
    <div class="chart">
      <Plot
        structure={String(panel.id)}
        options={() => heatmapOptions(panel, () => latest.current)}
        data={data}
        label={`${panel.title}: ${rowsInWords(map)}`}
      />
      {map.most === 0 && <p class="panel-note over">Nothing was counted in this time.</p>}
    </div>
  );
}

function rowsInWords({ bounds }: Heatmap): string {
  return `heatmap of ${bounds.length} buckets`;
}
