import type { Core, LayoutOptions } from "cytoscape";
import { inBlocks } from "../lib/blocks.ts";
import { widening } from "../lib/scale.ts";

/** Beyond so many edges forces take seconds, and end in a knot. */
const MANY_EDGES = 400;

/** Whether a graph of so many edges is drawn as a crowd: in blocks, and roughly while it moves. */
export function isCrowd(edges: number): boolean {
  return edges > MANY_EDGES;
}

/** Gives every node a place: by forces, or, in a crowd, in blocks. */
export function arrange(cy: Core): void {
  if (isCrowd(cy.edges().length)) arrangeBlocks(cy);
  else {
    cy.layout(FORCES as LayoutOptions).run();
    widen(cy);
  }
}

const FORCES = {
  name: "fcose",
  quality: "default",
  animate: false,
  randomize: true,
  fit: false,
  nodeDimensionsIncludeLabels: true,
  packComponents: true,
  nodeSeparation: 90,
  idealEdgeLength: 80,
  nodeRepulsion: 6000,
  tilingPaddingVertical: 30,
  tilingPaddingHorizontal: 30,
};

function arrangeBlocks(cy: Core): void {
  const groups = new Map<string, string[]>();
  cy.nodes("[!group]").forEach((node) => {
    const group: string = node.data("parent") ?? "";
    groups.set(group, [...(groups.get(group) ?? []), node.id()]);
  });
  const places = inBlocks([...groups.values()], cy.width() / Math.max(1, cy.height()));
  cy.nodes("[!group]").positions((node) => places.get(node.id()) ?? { x: 0, y: 0 });
}

/** Screens are wider than they are high, and so are names. */
function widen(cy: Core): void {
  const factor = widening(cy.nodes().boundingBox(), { w: cy.width(), h: cy.height() });
  cy.nodes("[!group]").positions((node) => ({ x: node.position("x") * factor, y: node.position("y") }));
}
