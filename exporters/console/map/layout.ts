import type { LayoutOptions } from "cytoscape";

/** Beyond so many edges the arrangement is made roughly: in under a second, also with 2,000. */
const MANY_EDGES = 400;

/** fcose's options for a graph of so many edges. */
export function layoutOptions(edges: number): LayoutOptions {
  const options = {
    name: "fcose",
    quality: edges > MANY_EDGES ? "draft" : "default",
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
  return options as LayoutOptions;
}
