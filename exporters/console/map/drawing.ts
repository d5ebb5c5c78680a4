import cytoscape, { type Core, type ElementDefinition, type NodeSingular } from "cytoscape";
import fcose from "cytoscape-fcose";
import { colorsOf } from "../lib/colors.ts";
import {
  type Found,
  failureShare,
  familyOf,
  groupOf,
  isLit,
  type MapEdge,
  type MapModel,
  structureOf,
} from "../lib/graph.ts";
import { needsLayout, type Point } from "../lib/place.ts";
import { edgeWidth, nodeSize, textScale } from "../lib/scale.ts";
import { formatRate, formatValue } from "../lib/units.ts";
import { arrange, isCrowd } from "./layout.ts";
import { placeFresh, rememberedPositions, rememberPositions } from "./positions.ts";
import { mapStyle, nodeColors, shapeOf } from "./style.ts";

cytoscape.use(fcose);
// It warns of edges between nodes that lie on each other for a moment.
cytoscape.warnings(false);

const HEADING_PX = 12;
/** More nodes than that lose their names when the map is zoomed out. */
const CROWDED_NODES = 80;
/** Up to so many edges are drawn curved, so that both directions can be told apart. */
const FEW_EDGES = 250;
/** Where there is no room for the edges' rates. */
const NARROW_PX = 600;
/** Up to so many edges tell their rate. */
const TOLD_EDGES = 40;

type RateOf = (edge: MapEdge) => number | undefined;

export interface Choice {
  kind: "node" | "edge";
  id: string;
}

/** The picture of the service map; it draws what it is told, and says what is clicked. */
export class MapDrawing {
  readonly #cy: Core;
  readonly #known: Map<string, Point> = rememberedPositions();
  #structure = "";
  #model: MapModel | undefined;
  /** The view before a search. */
  #before: { zoom: number; pan: Point; fitted: boolean } | undefined;
  /** All is shown, and nobody has moved the picture since. */
  #fitted = false;
  #text = 1;
  #colorList = nodeColors();

  /** @param crowd so many edges that, while the picture moves, an image of it moves instead */
  constructor(container: HTMLElement, crowd: boolean, onChoose: (choice: Choice | undefined) => void) {
    this.#cy = cytoscape({
      container,
      style: mapStyle(1),
      minZoom: 0.05,
      maxZoom: 4,
      boxSelectionEnabled: false,
      autounselectify: true,
      textureOnViewport: crowd,
      ...(crowd && { pixelRatio: 1 }),
    });
    this.#cy.on("tap", (event) => {
      const { target } = event;
      if (target === this.#cy) onChoose(undefined);
      else onChoose({ kind: target.isNode() ? "node" : "edge", id: target.id() });
    });
    this.#cy.on("dragfree", () => rememberPositions(this.#cy));
    this.#cy.on("zoom", () => this.#scaleText());
    this.#cy.on("dragpan scrollzoom pinchzoom", () => {
      this.#fitted = false;
    });
  }

  /** Draws a new state; what was there stays where it is. */
  update(model: MapModel, rateOf: RateOf): void {
    this.#model = model;
    const structure = structureOf(model);
    if (structure !== this.#structure) this.#rebuild(model, rateOf);
    this.#structure = structure;
    this.#cy.batch(() => this.#refresh(model, rateOf));
  }

  /** Points out the chosen element, or else what a search has found. */
  emphasise(choice: Choice | undefined, found: Found | undefined): void {
    const cy = this.#cy;
    cy.batch(() => {
      cy.elements().removeClass("faded found chosen");
      if (choice) return this.#emphasiseChoice(choice);
      if (!found) return;
      const hits = cy.nodes("[!group]").filter((node) => found.nodes.has(node.id()));
      const lit = cy.edges().filter((edge) => isEdgeLit(this.#model?.edges.get(edge.id()), found));
      hits.addClass("found");
      cy.elements("[!group]").not(hits).not(lit).addClass("faded");
    });
  }

  /** Turns to what a search has found; without one, back to where the picture was before it. */
  lookAt(found: Found | undefined): void {
    if (!found) {
      if (this.#before) this.#cy.viewport(this.#before);
      this.#fitted = this.#before?.fitted ?? this.#fitted;
      this.#before = undefined;
      return;
    }
    this.#before ??= { zoom: this.#cy.zoom(), pan: { ...this.#cy.pan() }, fitted: this.#fitted };
    if (found.nodes.size > 0) this.fit(found.nodes);
  }

  /** Shows all, or the nodes named. */
  fit(ids?: ReadonlySet<string>): void {
    const nodes = this.#cy.nodes("[!group]");
    const wanted = ids ? nodes.filter((node) => ids.has(node.id())) : nodes;
    if (wanted.length > 0) this.#cy.fit(wanted, 48);
    if (this.#cy.zoom() > 1.4) {
      this.#cy.zoom(1.4);
      this.#cy.center(wanted);
    }
    this.#fitted = ids === undefined;
  }

  zoom(factor: number): void {
    this.#fitted = false;
    const { width, height } = this.#cy.container()?.getBoundingClientRect() ?? { width: 0, height: 0 };
    this.#cy.zoom({ level: this.#cy.zoom() * factor, renderedPosition: { x: width / 2, y: height / 2 } });
  }

  pan(x: number, y: number): void {
    this.#fitted = false;
    this.#cy.panBy({ x, y });
  }

  /** Arranges everything anew. */
  arrange(): void {
    arrange(this.#cy);
    rememberPositions(this.#cy);
    this.fit();
  }

  restyle(): void {
    this.#colorList = nodeColors();
    this.#cy.nodes("[!group]").forEach((node) => {
      node.data("color", this.#colorList[node.data("colorIndex")]);
    });
    this.#cy.style(mapStyle(this.#text));
  }

  resize(): void {
    const fitted = this.#fitted;
    this.#cy.resize();
    if (fitted) this.fit();
  }

  destroy(): void {
    this.#cy.destroy();
  }

  /** Headings always; the names of a crowd are left out instead: to style all of them takes too long. */
  #scaleText(): void {
    const heading = HEADING_PX * textScale(this.#cy.zoom(), 6);
    const groups = this.#cy.nodes("[?group]").filter((group) => group.data("heading") !== heading);
    if (groups.nonempty()) groups.data("heading", heading);
    const text = this.#cy.nodes().length > CROWDED_NODES ? 1 : textScale(this.#cy.zoom(), 2.5);
    if (text === this.#text) return;
    this.#text = text;
    this.#cy.style(mapStyle(text));
  }

  #emphasiseChoice({ kind, id }: Choice): void {
    const chosen = this.#cy.getElementById(id);
    if (chosen.empty()) return;
    const near = kind === "node" ? chosen.closedNeighborhood() : chosen.union(chosen.connectedNodes());
    chosen.addClass("chosen");
    this.#cy.elements("[!group]").not(near).addClass("faded");
  }

  #rebuild(model: MapModel, rateOf: RateOf): void {
    const cy = this.#cy;
    const before = new Set(cy.nodes("[!group]").map((node) => node.id()));
    const wanted = new Set([...model.nodes.keys(), ...model.edges.keys(), ...model.groups.keys()]);
    cy.batch(() => {
      cy.nodes("[!group]").forEach((node) => {
        this.#known.set(node.id(), { ...node.position() });
      });
      cy.elements()
        .filter((one) => !wanted.has(one.id()))
        .remove();
      cy.add(this.#elements(model, rateOf).filter(({ data }) => cy.getElementById(data.id ?? "").empty()));
      this.#recolor(model);
      for (const [name, on] of this.#sizeClasses(model.edges.size)) {
        cy.edges()
          .filter((edge) => edge.hasClass(name) !== on)
          .toggleClass(name, on);
      }
    });
    this.#place(before);
  }

  #place(before: ReadonlySet<string>): void {
    const cy = this.#cy;
    const nodes = cy.nodes("[!group]").toArray() as NodeSingular[];
    const fresh = nodes.filter((node) => !before.has(node.id()));
    const unplaced = fresh.filter((node) => {
      const point = this.#known.get(node.id());
      if (point) node.position({ ...point });
      return !point;
    });
    if (needsLayout(nodes.length - unplaced.length, unplaced.length)) this.arrange();
    else {
      placeFresh(cy, unplaced);
      if (fresh.length > 0) rememberPositions(cy);
      if (before.size === 0) this.fit();
    }
  }

  /** How edges are drawn, by how many there are. */
  #sizeClasses(edges: number): [string, boolean][] {
    return [
      ["few", edges <= FEW_EDGES],
      ["crowd", isCrowd(edges)],
      ["told", edges <= TOLD_EDGES && this.#cy.width() > NARROW_PX],
    ];
  }

  #elements(model: MapModel, rateOf: RateOf): ElementDefinition[] {
    const groups = [...model.groups.values()].map(({ id, label }) => ({
      data: { id, label, group: 1, heading: HEADING_PX },
    }));
    const nodes = [...model.nodes.values()].map((node) => {
      const [group] = groupOf(node);
      const parent = group && { parent: group.id };
      const look = {
        shape: shapeOf(node.kind),
        size: nodeSize(node.sent_bytes + node.received_bytes),
      };
      return { data: { id: node.id, label: node.id, ...look, ...parent } };
    });
    const classes = this.#sizeClasses(model.edges.size).flatMap(([name, on]) => (on ? [name] : []));
    const edges = [...model.edges.values()].map((edge) => {
      const { id, source, destination } = edge;
      const { width, label, active, failing } = lookOf(edge, rateOf(edge));
      const state = [active ? "active" : "", failing ? "failing" : ""].filter(Boolean);
      return { data: { id, source, target: destination, width, label }, classes: [...classes, ...state] };
    });
    return [...groups, ...nodes, ...edges];
  }

  /** Of all nodes, since one that comes can make another step aside. */
  #recolor({ nodes }: MapModel): void {
    const colors = colorsOf([...nodes.values()].map(familyOf));
    for (const node of nodes.values()) {
      const drawn = this.#cy.getElementById(node.id);
      const colorIndex = colors.get(familyOf(node)) ?? 0;
      if (drawn.data("colorIndex") === colorIndex) continue;
      drawn.data({ colorIndex, color: this.#colorList[colorIndex] });
    }
  }

  /** Only what has changed is touched: every touched element is styled and drawn anew. */
  #refresh(model: MapModel, rateOf: RateOf): void {
    for (const [id, edge] of model.edges) this.#refreshEdge(id, lookOf(edge, rateOf(edge)));
    for (const [id, node] of model.nodes) {
      const drawn = this.#cy.getElementById(id);
      const size = nodeSize(node.sent_bytes + node.received_bytes);
      if (drawn.data("size") !== size) drawn.data("size", size);
    }
  }

  #refreshEdge(id: string, { width, label, active, failing }: EdgeLook): void {
    const drawn = this.#cy.getElementById(id);
    if (drawn.data("width") !== width) drawn.data("width", width);
    if ((failing || drawn.hasClass("told")) && drawn.data("label") !== label) drawn.data("label", label);
    if (drawn.hasClass("active") !== active) drawn.toggleClass("active", active);
    if (drawn.hasClass("failing") !== failing) drawn.toggleClass("failing", failing);
  }
}

interface EdgeLook {
  width: number;
  label: string;
  active: boolean;
  failing: boolean;
}

function lookOf(edge: MapEdge, rate = 0): EdgeLook {
  const label = edge.failing ? failureText(edge) : rate > 0 ? formatRate(rate) : "";
  return { width: edgeWidth(rate), label, active: rate > 0, failing: edge.failing };
}

/** `:9999 fails 100 %` */
function failureText(edge: MapEdge): string {
  const ports = edge.links.map((link) => link.destination_port).join(", ");
  return `:${ports} fails ${formatValue(failureShare(edge), "percentunit", 0)}`;
}

function isEdgeLit(edge: MapEdge | undefined, found: Found): boolean {
  return edge !== undefined && isLit(edge, found);
}
