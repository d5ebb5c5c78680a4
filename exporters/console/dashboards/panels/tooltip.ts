import type uPlot from "uplot";

interface Line {
  text: string;
  value: string;
  /** CSS colour of its mark. */
  color?: string | undefined;
}

export interface Told {
  title: string;
  lines: readonly Line[];
}

const AWAY_PX = 14;

/** Tells what is under the mouse, beside it; only in the plot that the mouse is in. */
export function tooltip(tell: (plot: uPlot) => Told | undefined): uPlot.Plugin {
  const box = document.createElement("div");
  box.className = "tooltip";
  box.hidden = true;
  let inside = false;
  const leave = () => {
    inside = false;
    box.hidden = true;
  };
  return {
    hooks: {
      ready: (plot) => {
        document.body.append(box);
        plot.over.addEventListener("mouseenter", () => {
          inside = true;
        });
        plot.over.addEventListener("mouseleave", leave);
      },
      setCursor: (plot) => {
        const told = inside ? tell(plot) : undefined;
        box.hidden = told === undefined;
        if (told) show(box, told, plot);
      },
      destroy: () => box.remove(),
    },
  };
}

function show(box: HTMLElement, { title, lines }: Told, plot: uPlot): void {
  const heading = document.createElement("p");
  heading.textContent = title;
  box.replaceChildren(heading, ...lines.map(lineOf));
  const over = plot.over.getBoundingClientRect();
  const x = over.left + (plot.cursor.left ?? 0);
  const y = over.top + (plot.cursor.top ?? 0);
  const fits = x + AWAY_PX + box.offsetWidth < innerWidth;
  box.style.left = `${Math.max(4, fits ? x + AWAY_PX : x - AWAY_PX - box.offsetWidth)}px`;
  box.style.top = `${Math.max(4, Math.min(y, innerHeight - box.offsetHeight - 4))}px`;
}

function lineOf({ text, value, color }: Line): HTMLElement {
  const line = document.createElement("div");
  const mark = document.createElement("i");
  mark.style.background = color ?? "none";
  const name = document.createElement("span");
  name.textContent = text;
  const number = document.createElement("b");
  number.textContent = value;
  line.append(mark, name, number);
  return line;
}
