import type { Page } from "playwright";

export interface Drawn {
  /** On the screen. */
  x: number;
  y: number;
  /** The heading of the frame it is in; empty: none. */
  group: string;
  color: string;
  /** How a container does: open, closed, failed; empty: it is none. */
  level: string;
}

/** Where a node is drawn; undefined: it is not. Cytoscape keeps itself at the element it draws into. */
export async function drawnNode(page: Page, id: string): Promise<Drawn | undefined> {
  return await page.evaluate(`(() => {
    const picture = document.querySelector(".map-picture");
    const node = picture._cyreg.cy.getElementById(${JSON.stringify(id)});
    if (node.empty()) return undefined;
    const box = picture.getBoundingClientRect();
    const { x, y } = node.renderedPosition();
    return { x: box.x + x, y: box.y + y, group: node.parent().data("label") ?? "", color: node.data("color"), level: node.data("level") };
  })()`);
}

/** Where a node is in the picture, however that is zoomed and moved. */
export async function placeOf(page: Page, id: string): Promise<{ x: number; y: number }> {
  return await page.evaluate(`(() => {
    const { x, y } = document.querySelector(".map-picture")._cyreg.cy.getElementById(${JSON.stringify(id)}).position();
    return { x, y };
  })()`);
}

/** What the picture does not fade: names of nodes, and edges as `source→destination`, those that fail with a `!`. */
export async function litElements(page: Page): Promise<string[]> {
  return await page.evaluate(`(() => {
    const { cy } = document.querySelector(".map-picture")._cyreg;
    const lit = cy.elements("[!group]").not(".faded");
    const textOf = (one) =>
      one.isNode() ? one.id() : one.source().id() + "→" + one.target().id() + (one.hasClass("failing") ? "!" : "");
    return lit.map(textOf).sort();
  })()`);
}

/** What is written at an edge. */
export async function edgeLabel(page: Page, id: string): Promise<string> {
  return await page.evaluate(
    `document.querySelector(".map-picture")._cyreg.cy.getElementById(${JSON.stringify(id)}).style("source-label")`,
  );
}

/** At how many edges something is written. */
export async function labelledEdges(page: Page): Promise<number> {
  return await page.evaluate(
    'document.querySelector(".map-picture")._cyreg.cy.edges().filter((edge) => edge.style("source-label") !== "").length',
  );
}

/** By how much the picture is enlarged, and where its origin is on the screen. */
export async function viewOf(page: Page): Promise<{ zoom: number; x: number; y: number }> {
  return await page.evaluate(`(() => {
    const { cy } = document.querySelector(".map-picture")._cyreg;
    return { zoom: cy.zoom(), ...cy.pan() };
  })()`);
}

/** The headings of the frames around each node, the innermost first. */
export async function framesOf(page: Page): Promise<Record<string, string[]>> {
  return await page.evaluate(`(() => {
    const nodes = document.querySelector(".map-picture")._cyreg.cy.nodes("[w]");
    return Object.fromEntries(nodes.map((node) => [node.id(), node.parents().map((frame) => frame.data("label"))]));
  })()`);
}

/** As what an edge is drawn: what `EdgeClasses` says of it. */
export async function drawnClasses(page: Page, id: string): Promise<string[]> {
  return await page.evaluate(`(() => {
    const edge = document.querySelector(".map-picture")._cyreg.cy.getElementById(${JSON.stringify(id)});
    const known = ["active", "failing", "told", "both", "dropping"];
    return known.filter((name) => edge.hasClass(name)).sort();
  })()`);
}
