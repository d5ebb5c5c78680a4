/**
 * Panels that no dashboard of ours has: one of a type nobody draws, one without an answer, one that is refused, one whose
 * parts are zero but for the lowest.
 */
export const ODDITIES = {
  uid: "oddities",
  title: "Oddities",
  folder: "",
  panels: [
    { id: 1, type: "candlestick", title: "Unknown type", gridPos: { x: 0, y: 0, w: 8, h: 4 } },
    panelOf(2, "Nothing", 8, "nothing"),
    panelOf(3, "Broken", 16, "broken("),
    {
      ...panelOf(5, "Parts of a whole", 0, "only_iowait by (mode)", "{{mode}}"),
      gridPos: { x: 0, y: 7, w: 12, h: 9 },
      fieldConfig: { defaults: { custom: { stacking: { mode: "normal" } } } },
    },
    {
      id: 4,
      type: "text",
      title: "Words",
      gridPos: { x: 0, y: 4, w: 24, h: 3 },
      options: { content: "# Heading\n\nA line." },
    },
  ],
};

function panelOf(id: number, title: string, x: number, expr: string, legendFormat = ""): object {
  return { id, type: "timeseries", title, gridPos: { x, y: 0, w: 8, h: 4 }, targets: [{ expr, legendFormat }] };
}
