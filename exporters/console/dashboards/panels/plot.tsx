import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { theme } from "../../ui/theme.ts";

interface Props {
  /** Options but for the size; made anew for every new plot. */
  options(): Omit<uPlot.Options, "width" | "height">;
  data: uPlot.AlignedData;
  /** A new plot is made when this changes; else only the data are exchanged. */
  structure: string;
  /** What is seen, in words. */
  label: string;
}

/** A plot that fills its parent. */
export function Plot({ options, data, structure, label }: Props) {
  const element = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  const latest = useRef({ options, data });
  latest.current = { options, data };

  // The theme is read from the style sheets.
  useEffect(() => {
    const parent = element.current;
    if (!parent) return;
    const made = new uPlot({ ...latest.current.options(), ...sizeOf(parent) }, latest.current.data, parent);
    plot.current = made;
    const resized = new ResizeObserver(() => made.setSize(sizeOf(parent)));
    resized.observe(parent);
    return () => {
      resized.disconnect();
      made.destroy();
    };
  }, [structure, theme.value]);

  useEffect(() => {
    if (plot.current && plot.current.data !== data) plot.current.setData(data);
  }, [data]);

  return <div ref={element} class="plot" role="img" aria-label={label} />;
}

function sizeOf({ clientWidth, clientHeight }: HTMLElement): { width: number; height: number } {
  return { width: Math.max(60, clientWidth), height: Math.max(60, clientHeight) };
}
