import cytoscape, { type Core, type ElementDefinition, type NodeSingular } from "cytoscape";
import fcose from "cytoscape-fcose";
import { ColorBook } from "../lib/colors.ts";
import { groupOf, type MapEdge, type MapModel, structureOf } from "../lib/graph.ts";
import { needsLayout, type Point } from "../lib/place.ts";
import { edgeWidth, nodeSize, textScale, widening } from "../lib/scale.ts";
import { formatRate } from "../lib/units.ts";
import { layoutOptions } from "./layout.ts";
import { placeFresh, rememberedPositions, rememberPositions } from "./positions.ts";
import { mapStyle, nodeColors, shapeOf } from "./style.ts";

cytoscape.use(fcose);
// It warns of edges between nodes that lie on each other for a moment.
cytoscape.warnings(false);

/** Up to so many edges are drawn curved, so that both directions can be told apart. */
const FEW_EDGES = 250;
/** Up to so many edges tell their rate. */
const TOLD_EDGES = 40;

export interface Choice {
  kind: "node" | "edge";
  id: string;
}

/** The picture of the service map; it draws what it is told, and says what is clicked. */
export class MapDrawing {
  readonly #cy: Core;
  readonly #colors = new ColorBook();
  readonly #known: Map<string, Point> = rememberedPositions();
  #structure = "";
  #text = 1;
  #colorList = nodeColors();

  constructor(container: HTMLElement, onChoose: (choice: Choice | undefined) => void) {
    this.#cy = cytoscape({
      container,
      style: mapStyle(1),
      minZoom: 0.05,
      maxZoom: 4,
      boxSelectionEnabled: false,
      autounselectify: true,
      hideEdgesOnViewport: false,
      textureOnViewport: false,
    });
    this.#cy.on("tap", (event) => {
      const { target } = event;
      if (target === this.#cy) onChoose(undefined);
      else onChoose({ kind: target.isNode() ? "node" : "edge", id: target.id() });
    });
    this.#cy.on("dragfree", () => rememberPositions(this.#cy));
    this.#cy.on("zoom", () => this.#scaleText());
  }

  /** Draws a new state; what was there stays where it is. */
  update(model: MapModel, rateOf: (edge: MapEdge) => number | undefined): void {
    const structure = structureOf(model);
    if (structure !== this.#structure) this.#rebuild(model);
    this.#structure = structure;
    this.#cy.batch(() => this.#refresh(model, rateOf));
  }

  /** Points out the chosen element, or else what a search has found. */
  emphasise(choice: Choice | undefined, found: ReadonlySet<string> | undefined): void {
    const cy = this.#cy;
    cy.batch(() => {
      cy.elements().removeClass("faded found chosen");
      if (choice) return this.#emphasiseChoice(choice);
      if (!found) return;
      const hits = cy.nodes("[!group]").filter((node) => found.has(node.id()));
      hits.addClass("found");
      cy.elements("[!group]").not(hits).not(hits.edgesWith(hits)).addClass("faded");
    });
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
  }

  zoom(factor: number): void {
    const { width, height } = this.#cy.container()?.getBoundingClientRect() ?? { width: 0, height: 0 };
    this.#cy.zoom({ level: this.#cy.zoom() * factor, renderedPosition: { x: width / 2, y: height / 2 } });
  }

  pan(x: number, y: number): void {
    this.#cy.panBy({ x, y });
  }

  /** Arranges everything anew. */
  arrange(): void {
    this.#cy.layout(layoutOptions(this.#cy.edges().length)).run();
    this.#widen();
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
    this.#cy.resize();
  }

  destroy(): void {
    this.#cy.destroy();
  }

  /** Screens are wider than they are high, and so are names. */
  #widen(): void {
    const factor = widening(this.#cy.nodes().boundingBox(), { w: this.#cy.width(), h: this.#cy.height() });
    this.#cy.nodes("[!group]").positions((node) => ({ x: node.position("x") * factor, y: node.position("y") }));
  }

  #scaleText(): void {
    const next = textScale(this.#cy.zoom(), this.#cy.nodes().length);
    if (next === this.#text) return;
    this.#text = next;
    this.#cy.style(mapStyle(next));
  }

  #emphasiseChoice({ kind, id }: Choice): void {
    const chosen = this.#cy.getElementById(id);
    if (chosen.empty()) return;
    const near = kind === "node" ? chosen.closedNeighborhood() : chosen.union(chosen.connectedNodes());
    chosen.addClass("chosen");
    this.#cy.elements("[!group]").not(near).addClass("faded");
  }

  #rebuild(model: MapModel): void {
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
      cy.add(this.#elements(model).filter(({ data }) => cy.getElementById(data.id ?? "").empty()));
      cy.edges().toggleClass("few", model.edges.size <= FEW_EDGES);
      cy.edges().toggleClass("told", model.edges.size <= TOLD_EDGES);
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

  #elements(model: MapModel): ElementDefinition[] {
    const groups = [...model.groups.values()].map(({ id, label }) => ({ data: { id, label, group: 1 } }));
    const nodes = [...model.nodes.values()].map((node) => {
      const [group] = groupOf(node);
      const colorIndex = this.#colors.of(group?.label ?? node.kind);
      const parent = group && { parent: group.id };
      const look = { shape: shapeOf(node.kind), colorIndex, color: this.#colorList[colorIndex], size: 20 };
      return { data: { id: node.id, label: node.id, ...look, ...parent } };
    });
    const edges = [...model.edges.values()].map(({ id, source, destination }) => ({
      data: { id, source, target: destination, width: 1, label: "" },
    }));
    return [...groups, ...nodes, ...edges];
  }

  /** Only what has changed is touched: every touched element is styled anew. */
  #refresh(model: MapModel, rateOf: (edge: MapEdge) => number | undefined): void {
    for (const [id, edge] of model.edges) {
      const rate = rateOf(edge);
      const drawn = this.#cy.getElementById(id);
      const width = edgeWidth(rate ?? 0);
      const label = rate ? formatRate(rate) : "";
      if (drawn.data("width") !== width) drawn.data("width", width);
      if (drawn.hasClass("told") && drawn.data("label") !== label) drawn.data("label", label);
      drawn.toggleClass("active", (rate ?? 0) > 0);
      drawn.toggleClass("failing", edge.failed > 0 && edge.failed * 10 > edge.opened);
    }
    for (const [id, node] of model.nodes) {
      const drawn = this.#cy.getElementById(id);
      const size = nodeSize(node.sent_bytes + node.received_bytes);
      if (drawn.data("size") !== size) drawn.data("size", size);
    }
  }
}
