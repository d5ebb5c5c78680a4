import type uPlot from "uplot";
import { plainText } from "../../lib/plain-text.ts";

interface Line {
  text: string;
  value: string;
  /** CSS colour of its mark. */
  color?: string | undefined;
  /** How its line is dashed. */
  dash?: readonly number[];
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
  heading.textContent = plainText(title);
  box.replaceChildren(heading, ...lines.map(lineOf));
  const over = plot.over.getBoundingClientRect();
  const x = over.left + (plot.cursor.left ?? 0);
  const y = over.top + (plot.cursor.top ?? 0);
  const fits = x + AWAY_PX + box.offsetWidth < innerWidth;
  box.style.left = `${Math.max(4, fits ? x + AWAY_PX : x - AWAY_PX - box.offsetWidth)}px`;
  box.style.top = `${Math.max(4, Math.min(y, innerHeight - box.offsetHeight - 4))}px`;
}

const SVG = "http://www.w3.org/2000/svg";

/** A piece of the line, as the chart draws it. */
function markOf({ color = "none", dash = [] }: Line): SVGElement {
  const mark = document.createElementNS(SVG, "svg");
  mark.setAttribute("class", "mark");
  const stroke = document.createElementNS(SVG, "line");
  const values = { x2: "22", y1: "2", y2: "2", stroke: color, "stroke-dasharray": dash.join(" ") };
  for (const [name, value] of Object.entries(values)) stroke.setAttribute(name, value);
  mark.append(stroke);
  return mark;
}

function lineOf(told: Line): HTMLElement {
  const { text, value } = told;
  const line = document.createElement("div");
  const mark = markOf(told);
  const name = document.createElement("span");
  name.textContent = plainText(text);
  const number = document.createElement("b");
  number.textContent = value;
  line.append(mark, name, number);
  return line;
}
