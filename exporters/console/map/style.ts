import type { StylesheetJson } from "cytoscape";
import { between, COLORS } from "../lib/colors.ts";
import { TEXT_PX } from "../lib/map/labels.ts";
import { LOOP } from "../lib/map/loop.ts";
import { color } from "../ui/theme.ts";

export const HEADING_PX = 12;
export const FRAME_PADDING_PX = 7;
const FONT = "system-ui, sans-serif";
/** How much of its family's colour a node is filled with. */
const TINT = 0.2;
/** How much darker, in the dark theme lighter, the second half of the families is. */
const SHADE = 0.45;
export const FAMILIES = 2 * COLORS;
/** The names of a map so small that they cannot be read are left out. */
const LEAST_TEXT_PX = 6;

/** How a family of nodes is coloured. */
interface Colors {
  color: string;
  fill: string;
}

export type Palette = readonly Colors[];

/** How a container does, by colour and by shape: the `level` of conditionOf, a colour of the style sheets, and what is drawn. */
const LEVELS = [
  { level: "open", name: "good", shape: '<circle cx="4" cy="4" r="3.5" stroke="none"/>' },
  { level: "closed", name: "warn", shape: '<circle cx="4" cy="4" r="2.8" fill="none" stroke-width="1.8"/>' },
  { level: "unstable", name: "warn", shape: '<path d="M4 .5 8 7.5H0Z" stroke="none"/>' },
  { level: "failed", name: "bad", shape: '<path d="M4 0 8 4 4 8 0 4Z" stroke="none"/>' },
] as const;

function signSvg(shape: string, paint: string): string {
  const size = 'width="16" height="16" viewBox="0 0 8 8"';
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} fill="${paint}" stroke="${paint}">${shape}</svg>`;
}

/** How the map looks in the present theme. */
export function mapStyle(): StylesheetJson {
  return [...nodeStyle(), ...edgeStyle(), ...stateStyle()];
}

/** The colours of all families in the present theme: those of series, and each once more, nearer to the text's. */
export function paletteOf(): Palette {
  return Array.from({ length: FAMILIES }, (_, index) => {
    const line = color(`series-${index % COLORS}`);
    const shade = index < COLORS ? 0 : SHADE;
    const fill = between([color("surface"), line], TINT + shade / 3);
    return { color: between([line, color("text")], shade), fill };
  });
}

/** Size of what is written at edges, in screen pixels. */
export const EDGE_TEXT_PX = 11;

/** How wide a name is written, in pixels. */
export function widthOfText(text: string): number {
  measuring ??= document.createElement("canvas").getContext("2d");
  if (!measuring) return text.length * TEXT_PX * 0.6;
  measuring.font = `${TEXT_PX}px ${FONT}`;
  return measuring.measureText(text).width;
}

let measuring: CanvasRenderingContext2D | null | undefined;

function nodeStyle(): StylesheetJson {
  const text = { color: color("text"), "font-family": FONT, "font-size": TEXT_PX };
  return [
    {
      selector: "node[w]",
      style: {
        ...text,
        label: "data(label)",
        width: "data(w)",
        height: "data(h)",
        shape: "round-rectangle",
        "corner-radius": "4px",
        "background-color": "data(fill)",
        "border-width": 1.5,
        "border-color": "data(color)",
        "text-valign": "center",
        "text-halign": "center",
        "min-zoomed-font-size": LEAST_TEXT_PX,
      },
    },
    { selector: "node[kind = 'process']", style: { "corner-radius": "11px" } },
    { selector: "node[kind = 'dns']", style: { shape: "hexagon" } },
    { selector: "node[kind = 'world'], node[kind = 'node']", style: { shape: "ellipse" } },
    { selector: "node[kind = 'unknown']", style: { "border-style": "dashed" } },
    { selector: "node[kind = 'other']", style: { shape: "barrel" } },
    { selector: "node[?told]", style: { "border-style": "dotted", "border-color": color("told") } },
    ...LEVELS.map(({ level, name, shape }) => ({
      selector: `node[level = '${level}']`,
      style: {
        "background-image": `data:image/svg+xml;utf8,${encodeURIComponent(signSvg(shape, color(name)))}`,
        "background-width": "8px",
        "background-height": "8px",
        "background-position-x": "5px",
        "background-position-y": "7px",
        "text-margin-x": 4,
      },
    })),
    {
      selector: "node[?group]",
      style: {
        ...text,
        label: "data(label)",
        shape: "round-rectangle",
        "corner-radius": "6px",
        "background-color": color("raised"),
        "background-opacity": 0.6,
        "border-color": color("line"),
        "border-width": 1,
        color: color("muted"),
        "font-size": "data(heading)" as unknown as number,
        "min-zoomed-font-size": 4,
        "font-weight": "bold",
        "text-valign": "top",
        "text-margin-y": -2,
        padding: `${FRAME_PADDING_PX}px`,
        events: "no",
      },
    },
    {
      selector: "node[?machine]",
      style: {
        "background-opacity": 0,
        "border-color": color("muted"),
        "border-width": 1.5,
        color: color("text"),
      },
    },
  ];
}

/** Above all other edges: those lie on each other in the order in which their texts were placed. */
const TOPMOST = 100_000;

function edgeStyle(): StylesheetJson {
  return [
    {
      selector: "edge",
      style: {
        width: "data(width)",
        "line-color": color("edge"),
        "target-arrow-color": color("edge"),
        "target-arrow-shape": "triangle",
        "arrow-scale": 0.8,
        "curve-style": "straight",
        opacity: 0.85,
        "font-size": EDGE_TEXT_PX,
        "font-family": FONT,
        color: color("text"),
        "text-background-color": color("surface"),
        "text-background-opacity": 0.85,
        "text-background-padding": "1px",
        "text-wrap": "wrap",
        "min-zoomed-font-size": 8,
      },
    },
    {
      selector: "edge[weights]",
      style: {
        "curve-style": "round-segments",
        "edge-distances": "node-position",
        "segment-weights": "data(weights)" as unknown as number,
        "segment-distances": "data(distances)" as unknown as number,
        "segment-radii": [12],
      },
    },
    {
      selector: "edge:loop",
      style: {
        "curve-style": "bezier",
        "control-point-step-size": LOOP.step,
        "loop-direction": "0deg",
        "loop-sweep": `${LOOP.sweep}deg`,
      },
    },
    { selector: "edge.failing:loop", style: { "loop-direction": "180deg" } },
    { selector: "edge.many", style: { opacity: 0.55 } },
    { selector: "edge.crowd", style: { opacity: 0.35, "arrow-scale": 0.7 } },
    {
      selector: "edge.active",
      style: { "line-color": color("edge-active"), "target-arrow-color": color("edge-active") },
    },
    {
      selector: "edge.failing",
      style: {
        "line-color": color("bad"),
        "target-arrow-color": color("bad"),
        "line-style": "dashed",
        color: color("bad"),
      },
    },
    {
      selector: "edge.both",
      style: { "source-arrow-shape": "circle", "source-arrow-color": color("told") },
    },
    {
      selector: "edge.told",
      style: { "line-color": color("told"), "target-arrow-color": color("told"), "line-style": "dotted" },
    },
    {
      selector: "edge.dropping",
      style: {
        "line-color": color("bad"),
        "target-arrow-color": color("bad"),
        "target-arrow-shape": "tee",
        "arrow-scale": 1.1,
        color: color("bad"),
      },
    },
    {
      selector: "edge[labelAt]",
      style: {
        "source-text-offset": "data(labelAt)" as unknown as number,
        "source-text-margin-x": "data(labelX)" as unknown as number,
        "source-text-margin-y": "data(labelY)" as unknown as number,
        "z-index": "data(above)" as unknown as number,
      },
    },
    { selector: "edge.brief", style: { "source-label": "data(brief)" } },
    { selector: "edge.rated, edge.crowd.failing, edge.crowd.dropping", style: { "source-label": "data(label)" } },
    { selector: "edge.full, edge.near, edge.chosen", style: { "source-label": "data(full)" } },
    { selector: "edge.near", style: { opacity: 1, "z-index": TOPMOST - 1 } },
  ];
}

function stateStyle(): StylesheetJson {
  return [
    { selector: "node.faded", style: { opacity: 0.3 } },
    { selector: "edge.faded", style: { opacity: 0.12, "text-opacity": 0.25 } },
    { selector: "node.found", style: { "border-color": color("focus"), "border-width": 3 } },
    { selector: "node.chosen", style: { "border-color": color("text"), "border-width": 3 } },
    {
      selector: "edge.chosen",
      style: { "line-color": color("focus"), "target-arrow-color": color("focus"), opacity: 1, "z-index": TOPMOST },
    },
    { selector: "core", style: { "active-bg-opacity": 0.1 } as never },
  ];
}
