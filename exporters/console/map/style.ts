import type { StylesheetJson } from "cytoscape";
import { COLORS } from "../lib/colors.ts";
import { color } from "../ui/theme.ts";

const SHAPES: Readonly<Record<string, string>> = {
  container: "round-rectangle",
  process: "ellipse",
  dns: "hexagon",
  world: "diamond",
  unknown: "octagon",
  other: "barrel",
};

/** How the map looks in the present theme; `text` enlarges what is written. */
export function mapStyle(text: number): StylesheetJson {
  return [...nodeStyle(text), ...edgeStyle(text), ...stateStyle()];
}

/** Every node takes its group's colour. */
export function nodeColors(): string[] {
  return Array.from({ length: COLORS }, (_, index) => color(`series-${index}`));
}

export function shapeOf(kind: string): string {
  return SHAPES[kind] ?? "ellipse";
}

function nodeStyle(enlarged: number): StylesheetJson {
  const text = { color: color("text"), "font-family": "system-ui, sans-serif", "font-size": 11 * enlarged };
  return [
    {
      selector: "node[size]",
      style: {
        ...text,
        label: "data(label)",
        width: "data(size)",
        height: "data(size)",
        shape: "data(shape)" as "ellipse",
        "background-color": "data(color)",
        "border-width": 2,
        "border-color": color("surface"),
        "text-valign": "bottom",
        "text-margin-y": 4,
        "text-background-color": color("surface"),
        "text-background-opacity": 0.75,
        "text-background-padding": "2px",
        "text-max-width": `${160 * enlarged}px`,
        "text-wrap": "ellipsis",
        "min-zoomed-font-size": 6,
      },
    },
    {
      selector: "node[?group]",
      style: {
        ...text,
        label: "data(label)",
        shape: "round-rectangle",
        "background-color": color("raised"),
        "background-opacity": 0.6,
        "border-color": color("line"),
        "border-width": 1,
        color: color("muted"),
        "font-size": "data(heading)" as unknown as number,
        "min-zoomed-font-size": 4,
        "font-weight": "bold",
        "text-valign": "top",
        "text-margin-y": -4,
        "text-background-opacity": 0,
        padding: "18px",
        events: "no",
      },
    },
  ];
}

function edgeStyle(enlarged: number): StylesheetJson {
  return [
    {
      selector: "edge",
      style: {
        width: "data(width)",
        "line-color": color("edge"),
        "target-arrow-color": color("edge"),
        "target-arrow-shape": "triangle",
        "arrow-scale": 0.9,
        "curve-style": "straight",
        opacity: 0.8,
      },
    },
    { selector: "edge.few", style: { "curve-style": "bezier", "control-point-step-size": 30 } },
    { selector: "edge.crowd", style: { opacity: 0.35, "arrow-scale": 0.7 } },
    {
      selector: "edge.active",
      style: { "line-color": color("edge-active"), "target-arrow-color": color("edge-active") },
    },
    {
      selector: "edge.failing",
      style: { "line-color": color("bad"), "target-arrow-color": color("bad"), "line-style": "dashed" },
    },
    {
      selector: "edge.told, edge.failing",
      style: {
        label: "data(label)",
        "font-size": 10 * enlarged,
        "font-family": "system-ui, sans-serif",
        color: color("text"),
        "text-rotation": "autorotate",
        "text-background-color": color("surface"),
        "text-background-opacity": 0.85,
        "text-background-padding": "2px",
        "min-zoomed-font-size": 8,
      },
    },
  ];
}

function stateStyle(): StylesheetJson {
  return [
    { selector: "node.faded", style: { opacity: 0.3 } },
    { selector: "edge.faded", style: { opacity: 0.12, "text-opacity": 0.25 } },
    { selector: "node.found", style: { "border-color": color("focus"), "border-width": 4 } },
    { selector: "node.chosen", style: { "border-color": color("text"), "border-width": 4 } },
    {
      selector: "edge.chosen",
      style: { "line-color": color("focus"), "target-arrow-color": color("focus"), opacity: 1, "z-index": 9 },
    },
    { selector: "core", style: { "active-bg-opacity": 0.1 } as never },
  ];
}
