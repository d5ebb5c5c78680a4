import type { ComponentChildren } from "preact";
import { useCallback, useEffect, useMemo } from "preact/hooks";
import type { Range } from "../api/prometheus.ts";
import type { Dashboard } from "../lib/dashboard/model.ts";
import { missingText } from "../lib/dashboard/variables.ts";
import { route, setQuery } from "../router.ts";
import { Message } from "../ui/message.tsx";
import type { Context } from "./context.ts";
import { TimeControls, VariableControls } from "./controls.tsx";
import { PanelFrame } from "./panel-frame.tsx";
import { useRange } from "./use-range.ts";
import { useVariables } from "./use-variables.ts";

/** One dashboard: what can be chosen, then its panels under their headings. */
export function DashboardView({ dashboard, tabs }: { dashboard: Dashboard; tabs: ComponentChildren }) {
  const { query } = route.value;
  const time = useRange(query, dashboard.rangeSeconds, dashboard.refreshSeconds);
  const variables = useVariables(dashboard.variables, query, time.range);
  const onZoom = useCallback(({ from, to }: Range) => {
    setQuery({ from: String(Math.floor(from)), to: String(Math.ceil(to)) });
  }, []);
  const bound = variables?.bound;
  const context = useMemo<Context | undefined>(
    () => bound && { range: time.range, bound, onZoom },
    [time.range, bound, onZoom],
  );
  const choosable = variables?.choosable ?? [];
  const [missing] = choosable.flatMap((one) => missingText(one.variable, one.options, one.chosen) ?? []);
  useEffect(() => {
    document.title = `${dashboard.title} · Flowtally`;
  }, [dashboard]);

  return (
    <>
      <h1 class="unseen">{dashboard.title}</h1>
      <div class="dashboards-head">
        {tabs}
        <TimeControls {...time} />
      </div>
      <VariableControls choosable={choosable} />
      {missing !== undefined && <Message title={missing}>Choose another above, or a longer time.</Message>}
      {context &&
        missing === undefined &&
        dashboard.sections.map((section) => (
          <section key={section.title} class="section">
            {section.title !== "" && <h2>{section.title}</h2>}
            <div class="grid">
              {section.panels.map((panel) => (
                <PanelFrame key={panel.id} panel={panel} top={section.panels[0]?.grid.y ?? 0} context={context} />
              ))}
            </div>
          </section>
        ))}
    </>
  );
}
