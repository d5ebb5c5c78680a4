import type { Builder } from "@grafana/grafana-foundation-sdk/cog";
import {
  AnnotationQueryBuilder,
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  type Panel,
  RowBuilder,
  type VariableModel,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { PROMETHEUS } from "./panels.ts";

/** By which dashboards of one folder of Grafana's know each other. */
type Tag = "flowtally" | "cilium";

export interface Description {
  tag?: Tag;
  /** File name without `.json`; the uid has `flowtally-` before it. */
  name: string;
  title: string;
  description: string;
  variables?: readonly Builder<VariableModel>[];
  /** From the top; a row's panels go from left to right, and on in the next line when 24 columns are full. */
  rows: readonly { title: string; panels: readonly Builder<Panel>[] }[];
}

/** A dashboard as Grafana provisions it from a file, with the same clothes for all of them. */
export function dashboard(about: Description): Dashboard {
  const { tag = "flowtally", name, title, description, variables = [], rows } = about;
  const builder = new DashboardBuilder(title)
    .uid(`flowtally-${name}`)
    .description(description)
    .tags([tag])
    .time({ from: "now-15m", to: "now" })
    .refresh("10s")
    .tooltip(DashboardCursorSync.Crosshair)
    .link(links("Flowtally", "flowtally", tag))
    .link(links("Cilium", "cilium", tag))
    .annotation(alerts());
  for (const variable of variables) builder.withVariable(variable);
  for (const row of rows) {
    builder.withRow(new RowBuilder(row.title));
    for (const panel of row.panels) builder.withPanel(panel);
  }
  return numbered(builder.build());
}

/** The dashboards of a tag, with the time that is looked at: in a row beside those of the own tag, else in a list that opens. */
function links(title: string, tag: Tag, own: Tag) {
  return new DashboardLinkBuilder(title)
    .type(DashboardLinkType.Dashboards)
    .tags([tag])
    .icon("external link")
    .tooltip("")
    .url("")
    .asDropdown(tag !== own)
    .targetBlank(false)
    .includeVars(false)
    .keepTime(true);
}

/** Firing alerts, marked on every time axis. */
function alerts() {
  return new AnnotationQueryBuilder()
    .name("Alerts")
    .datasource(PROMETHEUS)
    .enable(true)
    .iconColor("red")
    .expr('ALERTS{alertstate="firing"}')
    .titleFormat("{{alertname}}")
    .textFormat("{{job}}{{name}}{{mountpoint}}{{kind}}");
}

/** Panels need ids, and queries letters: Grafana would give its own on every load. */
function numbered(built: Dashboard): Dashboard {
  for (const [index, panel] of (built.panels ?? []).entries()) {
    panel.id = index + 1;
    for (const [at, target] of ("targets" in panel ? (panel.targets ?? []) : []).entries()) {
      const query = target as { refId?: string; datasource?: object };
      query.refId ??= String.fromCharCode("A".charCodeAt(0) + at);
      query.datasource = PROMETHEUS;
    }
  }
  return built;
}
