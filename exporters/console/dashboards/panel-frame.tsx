import type { ComponentType } from "preact";
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { exporterDown, prometheusDown } from "../api/health.ts";
import type { Panel } from "../lib/dashboard/model.ts";
import { route, setQuery } from "../router.ts";
import { useEscape } from "../ui/use-escape.ts";
import type { Context } from "./context.ts";
import { filled } from "./context.ts";
import { ChartPanel } from "./panels/chart.tsx";
import { HeatmapPanel } from "./panels/heatmap.tsx";
import { MapPanel } from "./panels/map.tsx";
import { StatPanel } from "./panels/stat.tsx";
import { StatesPanel } from "./panels/states.tsx";
import { TablePanel } from "./panels/table.tsx";
import { TextPanel } from "./panels/text.tsx";
import type { PanelProps } from "./panels/types.ts";
import { Queries } from "./queries.tsx";
import { type Loaded, type PanelData, usePanelData } from "./use-panel.ts";

const PANELS: Readonly<Record<string, ComponentType<PanelProps>>> = {
  timeseries: ChartPanel,
  "state-timeline": StatesPanel,
  stat: StatPanel,
  gauge: StatPanel,
  heatmap: HeatmapPanel,
  table: TablePanel,
  text: TextPanel,
  nodeGraph: MapPanel,
};
/** They have nothing to ask for. */
const WITHOUT_DATA: ReadonlySet<string> = new Set(["text", "nodeGraph"]);

/** Rows of a panel that is but a link. */
const LINK_ROWS = 2;

interface Props {
  panel: Panel;
  /** First row of its section. */
  top: number;
  context: Context;
}

/** A panel in its place, with its title, what it means, and what is wrong with it. */
export function PanelFrame({ panel, top, context }: Props) {
  const { grid, title, type } = panel;
  const element = useRef<HTMLElement>(null);
  const visible = useVisible(element);
  const [asked, setAsked] = useState(false);
  const full = route.value.query.get("panel") === String(panel.id);
  const close = useCallback(() => setAsked(false), []);
  useEscape(asked, close);
  // One key closes one thing.
  useEscape(full && !asked, leaveFullScreen);
  const height = type === "nodeGraph" ? LINK_ROWS : grid.h;
  const place = {
    "--column": `${grid.x + 1} / span ${grid.w}`,
    "--row": `${grid.y - top + 1} / span ${height}`,
    "--rows": String(height),
  };
  return (
    <article
      ref={element}
      class={classOf({ full, asked, bare: type === "nodeGraph" })}
      style={place}
      aria-label={title}
      data-testid="panel"
      data-type={type}
    >
      <header>
        <h3>{filled(title, context)}</h3>
        <Corner panel={panel} full={full} asked={asked} onAsk={() => setAsked(!asked)} />
      </header>
      <div class="panel-body">
        {asked ? (
          <Queries panel={panel} context={context} />
        ) : (
          <Body panel={panel} context={context} visible={visible} />
        )}
      </div>
    </article>
  );
}

interface CornerProps {
  panel: Panel;
  full: boolean;
  asked: boolean;
  onAsk(): void;
}

/** What can be done with a panel, and what it means. */
function Corner({ panel: { id, title, type, targets, description }, full, asked, onAsk }: CornerProps) {
  return (
    <span class="corner">
      {targets.length > 0 && !WITHOUT_DATA.has(type) && (
        <span class="tools">
          <Tool name={`Query of ${title}`} sign="{ }" pressed={asked} onClick={onAsk} />
          <Tool
            name={full ? `Close ${title}` : `${title} in full screen`}
            sign={full ? "✕" : "⤢"}
            pressed={full}
            onClick={() => setQuery({ panel: full ? undefined : String(id) })}
          />
        </span>
      )}
      {description !== "" && <About title={title} text={description} />}
    </span>
  );
}

function leaveFullScreen(): void {
  setQuery({ panel: undefined });
}

function classOf(is: Readonly<Record<string, boolean>>): string {
  return ["panel", ...Object.keys(is).filter((name) => is[name])].join(" ");
}

interface ToolProps {
  name: string;
  sign: string;
  pressed: boolean;
  onClick(): void;
}

function Tool({ name, sign, pressed, onClick }: ToolProps) {
  return (
    <button type="button" class="quiet tool" aria-label={name} title={name} aria-pressed={pressed} onClick={onClick}>
      {sign}
    </button>
  );
}

function Body({ panel, context, visible }: { panel: Panel; context: Context; visible: boolean }) {
  const Draw = PANELS[panel.type];
  const wanted = visible && Draw !== undefined && !WITHOUT_DATA.has(panel.type);
  const loaded = usePanelData(panel, context, wanted, Math.round((panel.grid.w / 24) * 480));
  if (!Draw) {
    return <Note state="unknown">Panels of the type “{panel.type}” are not drawn here; Grafana draws them.</Note>;
  }
  if (WITHOUT_DATA.has(panel.type)) return <Draw panel={panel} context={context} data={NOTHING} />;
  return <Shown panel={panel} context={context} loaded={loaded} Draw={Draw} />;
}

type ShownProps = PanelProps & { loaded: Loaded; Draw: ComponentType<PanelProps> };

function Shown({ panel, context, loaded: { data, error }, Draw }: Omit<ShownProps, "data">) {
  if (!data) return <WithoutData error={error} />;
  const empty = data.frame.series.length === 0 && data.found.every(({ results }) => results.length === 0);
  return (
    <>
      {error && !isOutage(error) && <Note state="error">The query failed: {error.message}</Note>}
      {empty ? <Note state="empty">{panel.noValue || "No data"}</Note> : <Draw {...{ panel, context, data }} />}
    </>
  );
}

/** What does not answer is told of by all panels that wait for it, in the same words; the banner says the rest. */
function WithoutData({ error }: { error: Loaded["error"] }) {
  if (error && !isOutage(error)) return <Note state="error">The query failed: {error.message}</Note>;
  if (exporterDown.value !== undefined) return <Note state="waiting">Waiting for the exporter</Note>;
  if (prometheusDown.value !== undefined) return <Note state="waiting">Waiting for Prometheus</Note>;
  return <Note state="loading">…</Note>;
}

function isOutage({ code }: NonNullable<Loaded["error"]>): boolean {
  return code === "PROMETHEUS_DOWN" || code === "UNREACHABLE";
}

function Note({ state, children }: { state: string; children: preact.ComponentChildren }) {
  return (
    <p class={`panel-note ${state}`} data-state={state}>
      {children}
    </p>
  );
}

function About({ title, text }: { title: string; text: string }) {
  return (
    <span class="about">
      <button type="button" class="quiet" aria-label={`About ${title}: ${text}`}>
        i
      </button>
      <span class="about-text" aria-hidden="true">
        {text}
      </span>
    </span>
  );
}

const NOTHING: PanelData = { frame: { times: [], series: [] }, found: [] };
/** Panels a little out of sight are asked for already. */
const MARGIN = "200px";

function useVisible(element: { current: HTMLElement | null }): boolean {
  const [visible, setVisible] = useState(false);
  useEffect(() => {
    if (!element.current) return;
    const seen = new IntersectionObserver((entries) => setVisible(entries.at(-1)?.isIntersecting === true), {
      rootMargin: MARGIN,
    });
    seen.observe(element.current);
    return () => seen.disconnect();
  }, [element]);
  return visible;
}
