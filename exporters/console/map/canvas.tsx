import { useEffect, useRef } from "preact/hooks";
import type { Choice } from "../lib/choice.ts";
import { type Found, isEdgeTold, type MapModel } from "../lib/graph.ts";
import { theme } from "../ui/theme.ts";
import { isCrowd, MapDrawing } from "./drawing.ts";
import { Legend } from "./legend.tsx";

export interface CanvasProps {
  /** The only machine of which endpoints are shown; undefined: all. */
  of: string | undefined;
  model: MapModel;
  choice: Choice | undefined;
  found: Found | undefined;
  onChoose(choice: Choice | undefined): void;
}

const PAN_PX = 60;

/** The map itself, with its buttons; arrow keys move it, + and − zoom, 0 shows all. */
export function MapCanvas({ of, model, choice, found, onChoose }: CanvasProps) {
  const section = useRef<HTMLElement>(null);
  const element = useRef<HTMLDivElement>(null);
  const drawing = useRef<MapDrawing | undefined>(undefined);

  const crowd = isCrowd(model.edges.size);

  useEffect(() => {
    if (!element.current) return;
    const made = new MapDrawing(element.current, { of, crowd, onChoose });
    drawing.current = made;
    const resized = new ResizeObserver(() => made.resize());
    resized.observe(element.current);
    return () => {
      resized.disconnect();
      made.destroy();
    };
  }, [of, onChoose, crowd]);

  useEffect(() => {
    drawing.current?.update(model);
    tellDrawn(section.current, model);
  }, [model, crowd]);
  // Elements that came with a new model are to be faded too.
  useEffect(() => drawing.current?.emphasise(choice, found), [choice, found, model]);
  // The theme is read from the style sheets.
  useEffect(() => drawing.current?.restyle(), [theme.value]);
  useEffect(() => drawing.current?.lookAt(found), [found]);

  const onKeyDown = (event: KeyboardEvent) => {
    const act = keyOf(drawing.current, event.key);
    if (!act) return;
    event.preventDefault();
    act();
  };

  return (
    <section
      ref={section}
      class="map-canvas"
      aria-label={`Service map with ${model.nodes.size} endpoints; the same edges are in the table`}
      data-testid="map"
    >
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the picture is moved with the keyboard */}
      <div ref={element} class="map-picture" role="img" aria-label="Service map" tabIndex={0} onKeyDown={onKeyDown} />
      <footer class="map-footer">
        <Legend isMany={model.machines.size > 0} isTold={[...model.edges.values()].some(isEdgeTold)} />
        <fieldset class="map-buttons">
          <legend class="unseen">View of the map</legend>
          <button type="button" onClick={() => drawing.current?.zoom(1.3)} aria-label="Zoom in" title="Zoom in (+)">
            +
          </button>
          <button
            type="button"
            onClick={() => drawing.current?.zoom(1 / 1.3)}
            aria-label="Zoom out"
            title="Zoom out (−)"
          >
            −
          </button>
          <button type="button" onClick={() => drawing.current?.fit()} title="Show all (0)">
            Fit
          </button>
          <button type="button" onClick={() => drawing.current?.arrange()} title="Arrange all nodes anew">
            Arrange
          </button>
        </fieldset>
      </footer>
    </section>
  );
}

/**
 * Notes at the element how much is drawn. Not a property of it: the page is there some frames before its picture,
 * and who waits for this (a test, a user's script) means the picture.
 */
function tellDrawn(element: HTMLElement | null, model: MapModel): void {
  if (!element) return;
  element.dataset.nodes = String(model.nodes.size);
  element.dataset.edges = String(model.edges.size);
}

function keyOf(drawing: MapDrawing | undefined, key: string): (() => void) | undefined {
  const actions: Record<string, () => void> = {
    ArrowLeft: () => drawing?.pan(PAN_PX, 0),
    ArrowRight: () => drawing?.pan(-PAN_PX, 0),
    ArrowUp: () => drawing?.pan(0, PAN_PX),
    ArrowDown: () => drawing?.pan(0, -PAN_PX),
    "+": () => drawing?.zoom(1.3),
    "-": () => drawing?.zoom(1 / 1.3),
    "0": () => drawing?.fit(),
  };
  return actions[key];
}
