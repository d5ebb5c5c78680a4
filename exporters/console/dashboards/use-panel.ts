import { useEffect, useState } from "preact/hooks";
import { ApiError } from "../api/client.ts";
import { activeAlerts, queryInstant, queryRange } from "../api/prometheus.ts";
import { asksForAlerts, withAlertTexts } from "../lib/dashboard/alerts.ts";
import { aligned, SCRAPE_SECONDS, stepFor } from "../lib/dashboard/interval.ts";
import type { Panel, Target } from "../lib/dashboard/model.ts";
import { type Frame, onSteps, parseValue, type Series, seriesName, stepsOf } from "../lib/dashboard/series.ts";
import type { Found } from "../lib/dashboard/table.ts";
import { type Context, filled } from "./context.ts";

export interface PanelData {
  frame: Frame;
  /** Of the queries that ask for one moment. */
  found: readonly Found[];
}

export interface Loaded {
  /** Kept from before while the next is on its way, and when that fails. */
  data: PanelData | undefined;
  error: ApiError | undefined;
}

/** What a panel's queries find; asked only while the panel is in sight, and anew with every context. */
export function usePanelData(panel: Panel, context: Context, visible: boolean, points: number): Loaded {
  const [loaded, setLoaded] = useState<Loaded>({ data: undefined, error: undefined });
  useEffect(() => {
    if (!visible || panel.targets.length === 0) return;
    const left = new AbortController();
    ask(panel, context, points, left.signal).then(
      (data) => setLoaded({ data, error: undefined }),
      (error: unknown) => {
        if (error instanceof ApiError) setLoaded((before) => ({ ...before, error }));
      },
    );
    return () => left.abort();
  }, [panel, context, visible, points]);
  return loaded;
}

async function ask(panel: Panel, context: Context, points: number, signal: AbortSignal): Promise<PanelData> {
  const { from, to } = context.range;
  const least = Math.max(...panel.targets.map(({ minStep }) => minStep ?? SCRAPE_SECONDS));
  const step = stepFor(to - from, panel.maxPoints ?? points, least);
  const range = aligned(context.range, step);
  const times = stepsOf(range, step);
  const over = panel.targets.filter(({ instant }) => !instant);
  const at = panel.targets.filter(({ instant }) => instant);

  const askSeries = async (target: Target): Promise<Series[]> => {
    const expr = filled(target.expr, context, step, target.minStep);
    const result = await queryRange(expr, range, step, signal);
    return result.map(({ metric, values }) => ({
      name: seriesName(metric, filled(target.legend, context)),
      labels: metric,
      values: onSteps(values, range.from, step, times.length),
    }));
  };
  const askMoment = async (target: Target): Promise<Found> => {
    const result = await queryInstant(filled(target.expr, context, step, target.minStep), to, signal);
    const results = result.map(({ metric, value }) => ({ metric, value: parseValue(value[1]) }));
    const found = { refId: target.refId, results };
    return asksForAlerts(target.expr) ? withAlertTexts(found, await activeAlerts(signal)) : found;
  };

  const [series, found] = await Promise.all([Promise.all(over.map(askSeries)), Promise.all(at.map(askMoment))]);
  return { frame: { times, series: series.flat() }, found };
}
