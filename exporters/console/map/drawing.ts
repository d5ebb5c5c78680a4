import cytoscape, { type Core, type EventObject } from "cytoscape";
import type { Choice } from "../lib/choice.ts";
import { type Found, isLit, type MapEdge, type MapModel, structureOf } from "../lib/graph.ts";
import { needsLayout, type Placed, placesWith, recalled, scaleOf } from "../lib/map/added.ts";
import type { Item } from "../lib/map/block.ts";
import type { Point, Size } from "../lib/map/geometry.ts";
import { itemOf } from "../lib/map/labels.ts";
import { isNarrow, layoutOf, MOST_HEADING } from "../lib/map/layout.ts";
import { textScale } from "../lib/scale.ts";
import { type EdgeLook, edgeElement, levelOf, lookOf, nodeElements } from "./elements.ts";
import { type Arrangement, rememberArrangement, rememberedArrangement } from "./positions.ts";
import { bendEdges } from "./routes.ts";
import { HEADING_PX, mapStyle, paletteOf, widthOfText } from "./style.ts";

// It warns of edges between nodes that lie on each other for a moment.
cytoscape.warnings(false);

/** Beyond so many edges no way around nodes is searched for, and, while the picture moves, an image of it moves instead. */
const CROWD_EDGES = 600;
/** More edges than that are drawn fainter, so that names stay readable. */
const MANY_EDGES = 150;
/** Around the picture in its frame. */
const PADDING_PX = 12;
/** A small graph is not blown up beyond this. */
const MOST_ZOOM = 1.15;
/** How much larger or smaller the frame may become before all is arranged anew for it. */
const OTHER_FRAME = 1.25;
/** How much smaller all may be shown for what came later before it is arranged anew. */
const OUTGROWN = 1.4;

interface Options {
  /** The only machine of which endpoints are shown; undefined: all. */
  of: string | undefined;
  /** So many edges that, while the picture moves, an image of it moves instead. */
  crowd: boolean;
  onChoose(choice: Choice | undefined): void;
}

export function isCrowd(edges: number): boolean {
  return edges > CROWD_EDGES;
}

/** The picture of the service map; it draws what it is told, and says what is clicked. */
export class MapDrawing {
  readonly #cy: Core;
  readonly #of: string | undefined;
  #arrangement: Arrangement;
  #structure = "";
  #model: MapModel | undefined;
  /** The view before a search. */
  #before: { zoom: number; pan: Point; fitted: boolean } | undefined;
  /** All is shown, and nobody has moved the picture since. */
  #fitted = false;
  #choice: Choice | undefined;
  #palette = paletteOf();

  constructor(container: HTMLElement, { of, crowd, onChoose }: Options) {
    this.#of = of;
    this.#arrangement = rememberedArrangement(of);
    this.#cy = cytoscape({
      container,
      style: mapStyle(),
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
    this.#cy.on("mouseover mouseout", "node[w], edge", (event) => this.#point(event));
    this.#cy.on("dragfree", () => this.#settle(true));
    this.#cy.on("zoom", () => this.#scaleHeadings());
    this.#cy.on("dragpan scrollzoom pinchzoom", () => {
      this.#fitted = false;
    });
  }

  /** Draws a new state; what was there stays where it is. */
  update(model: MapModel): void {
    this.#model = model;
    const structure = structureOf(model);
    if (structure !== this.#structure) this.#rebuild(model);
    this.#structure = structure;
    this.#cy.batch(() => {
      for (const [id, node] of model.nodes) this.#refreshNode(id, levelOf(node));
      for (const [id, edge] of model.edges) this.#refreshEdge(id, lookOf(edge));
    });
  }

  /** Points out the chosen element, or else what a search has found. */
  emphasise(choice: Choice | undefined, found: Found | undefined): void {
    const cy = this.#cy;
    // The details that close give their part of the frame back, mostly before this is told.
    const closed = this.#choice !== undefined && choice === undefined;
    this.#choice = choice;
    if (closed) this.resize();
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

  /** Turns to what a search has found, unless all is seen; without one, back to where the picture was before it. */
  lookAt(found: Found | undefined): void {
    if (!found) {
      if (this.#before) this.#cy.viewport(this.#before);
      this.#fitted = this.#before?.fitted ?? this.#fitted;
      this.#before = undefined;
      return;
    }
    this.#before ??= { zoom: this.#cy.zoom(), pan: { ...this.#cy.pan() }, fitted: this.#fitted };
    if (found.nodes.size > 0 && !this.#isSeen(found.nodes)) this.fit(found.nodes);
  }

  #isSeen(ids: ReadonlySet<string>): boolean {
    const { x1, y1, x2, y2 } = this.#cy.extent();
    const isIn = ({ x, y }: Point) => x > x1 && x < x2 && y > y1 && y < y2;
    const places = [...ids].map((id) => this.#cy.getElementById(id)).filter((node) => node.nonempty());
    return this.#cy.zoom() > 0.8 && places.every((node) => isIn(node.position()));
  }

  /** Shows all, or the nodes named. */
  fit(ids?: ReadonlySet<string>): void {
    const nodes = this.#cy.nodes("[!group]");
    const wanted = ids ? nodes.filter((node) => ids.has(node.id())) : this.#cy.nodes();
    if (wanted.length > 0) this.#cy.fit(wanted, PADDING_PX);
    if (this.#cy.zoom() > MOST_ZOOM) {
      this.#cy.zoom(MOST_ZOOM);
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

  /** Arranges everything anew, for the frame as it is now. */
  arrange(): void {
    if (!this.#model) return;
    const frame = this.#frame();
    const places = layoutOf(this.#items(), [...this.#model.edges.values()], frame);
    const placed = this.#moveTo(places);
    this.#arrangement = { frame, scale: scaleOf(placed, frame), moved: false, places };
    this.#settle(false);
    this.#show();
  }

  restyle(): void {
    this.#palette = paletteOf();
    this.#cy.nodes("[!group]").forEach((node) => {
      node.data(this.#palette[node.data("family")] ?? {});
    });
    this.#cy.style(mapStyle());
  }

  resize(): void {
    this.#cy.resize();
    // The details beside the map take a part of it, and give it back.
    if (this.#choice) this.#showChoice(this.#choice);
    else if (this.#fitted) this.#refit();
  }

  destroy(): void {
    this.#cy.destroy();
  }

  #refit(): void {
    if (!this.#arrangement.moved && isOtherFrame(this.#arrangement.frame, this.#frame())) this.arrange();
    else this.#show();
  }

  /** Shows all, or, where that would be too small to read on a telephone, as much as is readable, from the top. */
  #show(): void {
    this.fit();
    if (!isNarrow(this.#frame()) || this.#cy.zoom() >= 1) return;
    const { x1, y1, w } = this.#cy.nodes().boundingBox();
    const zoom = Math.min(1, this.#frame().w / w);
    this.#cy.viewport({ zoom, pan: { x: (this.#cy.width() - w * zoom) / 2 - x1 * zoom, y: PADDING_PX - y1 * zoom } });
  }

  /** After nodes have moved: their lines find new ways, and where all is, is kept. */
  #settle(byHand: boolean): void {
    this.#arrangement.moved ||= byHand;
    const lines = isCrowd(this.#model?.edges.size ?? 0) ? [] : [...(this.#model?.edges.values() ?? [])];
    this.#cy.batch(() => bendEdges(this.#cy, lines, !isNarrow(this.#frame())));
    rememberArrangement(this.#cy, this.#arrangement, this.#of);
  }

  #frame(): Size {
    return {
      w: Math.max(200, this.#cy.width() - 2 * PADDING_PX),
      h: Math.max(200, this.#cy.height() - 2 * PADDING_PX),
    };
  }

  /** Headings stay readable longer than names do. */
  #scaleHeadings(): void {
    const heading = HEADING_PX * textScale(this.#cy.zoom(), MOST_HEADING);
    const groups = this.#cy.nodes("[?group]").filter((group) => group.data("heading") !== heading);
    if (groups.nonempty()) groups.data("heading", heading);
  }

  /** What is pointed at shows its edges before all others, with their labels. */
  #point({ target, type }: EventObject): void {
    const edges = target.isNode() ? target.connectedEdges() : target;
    edges.toggleClass("near", type === "mouseover");
  }

  #emphasiseChoice({ kind, id }: Choice): void {
    const chosen = this.#cy.getElementById(id);
    if (chosen.empty()) return;
    const near = kind === "node" ? chosen.closedNeighborhood() : chosen.union(chosen.connectedNodes());
    chosen.addClass("chosen");
    this.#cy.elements("[!group]").not(near).addClass("faded");
  }

  #showChoice({ id }: Choice): void {
    const chosen = this.#cy.getElementById(id);
    if (chosen.empty()) return;
    const { x1, x2, y1, y2 } = chosen.renderedBoundingBox();
    if (x1 < 0 || y1 < 0 || x2 > this.#cy.width() || y2 > this.#cy.height()) this.#cy.center(chosen);
  }

  #rebuild(model: MapModel): void {
    const cy = this.#cy;
    const { nodes, edges: lines, groups, machines } = model;
    const wanted = new Set([nodes, lines, groups, machines].flatMap((all) => [...all.keys()]));
    let before: ReadonlySet<string> = new Set();
    cy.batch(() => {
      cy.nodes("[!group]").forEach((node) => {
        this.#arrangement.places.set(node.id(), { ...node.position() });
      });
      // With a frame goes what is in it, which then comes back without.
      const framed = nodeElements(model, this.#palette);
      const parents = new Map(framed.map(({ data }) => [data.id, data.parent]));
      cy.elements()
        .filter((one) => !wanted.has(one.id()) || (one.isNode() && one.data("parent") !== parents.get(one.id())))
        .remove();
      before = new Set(cy.nodes("[!group]").map((node) => node.id()));
      const edges = [...model.edges.values()].map((edge) => edgeElement(edge, lookOf(edge)));
      const elements = [...framed, ...edges];
      cy.add(elements.filter(({ data }) => cy.getElementById(data.id ?? "").empty()));
      cy.edges()
        .toggleClass("many", model.edges.size > MANY_EDGES)
        .toggleClass("crowd", isCrowd(model.edges.size));
    });
    this.#place(before);
  }

  /** Nodes that have a place keep it; new ones are placed among them, as long as the frame has room. */
  #place(before: ReadonlySet<string>): void {
    const { kept, fresh } = this.#sorted(before);
    if (needsLayout(kept.length, fresh.length) || !this.#add(kept, fresh)) this.arrange();
    else if (before.size === 0 || (this.#fitted && !this.#choice && fresh.length > 0)) this.#show();
  }

  /** Places new nodes; false: all would have to be shown much smaller then. */
  #add(kept: readonly Placed[], fresh: readonly Item[]): boolean {
    const frame = this.#frame();
    const placed = this.#moveTo(placesWith(kept, fresh, [...(this.#model?.edges.values() ?? [])], frame));
    const { moved, scale } = this.#arrangement;
    const outgrown = fresh.length > 0 && scaleOf(placed, frame) > OUTGROWN * Math.max(1, scale);
    if (outgrown && !moved) return false;
    this.#settle(false);
    return true;
  }

  /** Which nodes have a place: where they are, or were when they were seen last. */
  #sorted(before: ReadonlySet<string>): { kept: Placed[]; fresh: Item[] } {
    const { frame, moved, places } = this.#arrangement;
    const items = this.#items();
    const present = items.filter(({ id }) => before.has(id));
    const there = present.map((item) => ({ ...item, ...this.#cy.getElementById(item.id).position() }));
    const absent = items.filter(({ id }) => !before.has(id));
    const forget = before.size === 0 && !moved && isOtherFrame(frame, this.#frame());
    const back = forget ? [] : recalled(absent, places, there);
    const known = new Set([...there, ...back].map(({ id }) => id));
    return { kept: [...there, ...back], fresh: absent.filter(({ id }) => !known.has(id)) };
  }

  #items(): Item[] {
    const model = this.#model;
    return model ? [...model.nodes.values()].map((node) => itemOf(node, model, widthOfText)) : [];
  }

  #moveTo(places: ReadonlyMap<string, Point>): Placed[] {
    this.#cy.nodes("[!group]").positions((node) => ({ ...(places.get(node.id()) ?? { x: 0, y: 0 }) }));
    return this.#items().map((item) => ({ ...item, ...(places.get(item.id) ?? { x: 0, y: 0 }) }));
  }

  #refreshNode(id: string, level: string): void {
    const drawn = this.#cy.getElementById(id);
    if (drawn.data("level") !== level) drawn.data("level", level);
  }

  /** Only what has changed is touched: every touched element is styled and drawn anew. */
  #refreshEdge(id: string, { classes, ...look }: EdgeLook): void {
    const drawn = this.#cy.getElementById(id);
    for (const [key, value] of Object.entries(look)) if (drawn.data(key) !== value) drawn.data(key, value);
    for (const [name, isSo] of Object.entries(classes))
      if (drawn.hasClass(name) !== isSo) drawn.toggleClass(name, isSo);
  }
}

function isOtherFrame(a: Size, b: Size): boolean {
  const ratios = [a.w / b.w, b.w / a.w, a.h / b.h, b.h / a.h];
  return ratios.some((ratio) => ratio > OTHER_FRAME);
}

function isEdgeLit(edge: MapEdge | undefined, found: Found): boolean {
  return edge !== undefined && isLit(edge, found);
}
