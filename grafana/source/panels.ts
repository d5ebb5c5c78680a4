import * as common from "@grafana/grafana-foundation-sdk/common";
import {
  type DynamicConfigValue,
  FieldColorBuilder,
  FieldColorModeId,
  MappingType,
  type Threshold,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from "@grafana/grafana-foundation-sdk/dashboard";
import * as heatmaps from "@grafana/grafana-foundation-sdk/heatmap";
import * as graphs from "@grafana/grafana-foundation-sdk/nodegraph";
import * as stats from "@grafana/grafana-foundation-sdk/stat";
import * as timelines from "@grafana/grafana-foundation-sdk/statetimeline";
import * as charts from "@grafana/grafana-foundation-sdk/timeseries";
import { over } from "./targets.ts";

/** The only data source, as grafana/provisioning names it. */
export const PROMETHEUS = { type: "prometheus", uid: "prometheus" };

/** Lines over time, half the width; the legend has mean, maximum and the last value. */
export function chart(title: string, description: string, unit: string): charts.PanelBuilder {
  return new charts.PanelBuilder()
    .title(title)
    .description(description)
    .datasource(PROMETHEUS)
    .unit(unit)
    .min(0)
    .span(12)
    .height(9)
    .lineWidth(1)
    .fillOpacity(10)
    .showPoints(common.VisibilityMode.Never)
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.PaletteClassicByName))
    .tooltip(
      new common.VizTooltipOptionsBuilder().mode(common.TooltipDisplayMode.Multi).sort(common.SortOrder.Descending),
    )
    .legend(
      new common.VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(common.LegendDisplayMode.Table)
        .placement(common.LegendPlacement.Bottom)
        .calcs(["mean", "max", "lastNotNull"]),
    );
}

/** Areas on top of each other: the parts of a whole. */
export function stacked(title: string, description: string, unit: string): charts.PanelBuilder {
  return chart(title, description, unit)
    .fillOpacity(40)
    .stacking(new common.StackingConfigBuilder().mode(common.StackingMode.Normal).group("A"));
}

/** What works and what does not, a row each: 1 is up, 0 is down. */
export function states(title: string, description: string): timelines.PanelBuilder {
  const words = {
    "0": { text: "down", color: "red", index: 0 },
    "1": { text: "up", color: "green", index: 1 },
  };
  return new timelines.PanelBuilder()
    .title(title)
    .description(description)
    .datasource(PROMETHEUS)
    .unit("short")
    .span(12)
    .height(9)
    .mappings([{ type: MappingType.ValueToText, options: words }])
    .showValue(common.VisibilityMode.Never);
}

/** The series of a limit; its query is asked a second time, under this letter, for Grafana's threshold. */
const LIMIT = "limit";
const HIDDEN_LINE: DynamicConfigValue[] = [
  { id: "custom.hideFrom", value: { viz: true, legend: false, tooltip: false } },
  { id: "color", value: { mode: "fixed", fixedColor: "red" } },
];

/**
 * Marks the limit of what a chart shows. As a line it would press everything far below it against the axis, since Grafana
 * scales by all lines. So the line is hidden, the legend has its value, and a threshold, which the scale does not reach for,
 * is drawn once what is used comes near it. The console scales by the other lines, and names a limit above them.
 */
export function limited(panel: charts.PanelBuilder, expr: string): charts.PanelBuilder {
  return panel
    .withTarget(over(expr, LIMIT))
    .withTarget(over(expr, LIMIT).refId(LIMIT))
    .withTransformation({
      id: "configFromData",
      options: {
        configRefId: LIMIT,
        mappings: [{ fieldName: LIMIT, handlerKey: "threshold1", reducerId: "lastNotNull" }],
      },
    })
    .thresholds(thresholds())
    .thresholdsStyle(DASHED)
    .overrideByName(LIMIT, HIDDEN_LINE);
}

/** A sixth of the width: the value now, coloured by its thresholds, with its course in small. */
export function stat(title: string, description: string, unit: string): stats.PanelBuilder {
  return new stats.PanelBuilder()
    .title(title)
    .description(description)
    .datasource(PROMETHEUS)
    .unit(unit)
    .span(4)
    .height(4)
    .thresholds(thresholds())
    .colorMode(common.BigValueColorMode.Value)
    .graphMode(common.BigValueGraphMode.Area)
    .reduceOptions(new common.ReduceDataOptionsBuilder().calcs(["lastNotNull"]).values(false).fields(""));
}

/** How many observations a second fell into each bucket, over time. @param unit of the buckets */
export function heatmap(title: string, description: string, unit: string): heatmaps.PanelBuilder {
  return (
    new heatmaps.PanelBuilder()
      .title(title)
      .description(description)
      .datasource(PROMETHEUS)
      .span(12)
      .height(9)
      // Wider fields are easier to see, and buckets of many edges are dear to read.
      .maxDataPoints(90)
      .calculate(false)
      .color(
        new heatmaps.HeatmapColorOptionsBuilder()
          .mode(heatmaps.HeatmapColorMode.Scheme)
          .scheme("Viridis")
          .scale(heatmaps.HeatmapColorScale.Exponential)
          .exponent(0.5)
          .steps(64)
          .reverse(false)
          .fill("dark-blue"),
      )
      .cellGap(1)
      .cellValues(new heatmaps.CellValuesBuilder().unit("ops").decimals(2))
      .filterValues(new heatmaps.FilterValueRangeBuilder().le(1e-9))
      .rowsFrame(new heatmaps.RowsHeatmapOptionsBuilder().layout(common.HeatmapCellLayout.Auto))
      .yAxis(new heatmaps.YAxisConfigBuilder().unit(unit).axisPlacement(common.AxisPlacement.Left))
      .tooltip(new heatmaps.HeatmapTooltipBuilder().mode(common.TooltipDisplayMode.Single).yHistogram(true))
  );
}

/** Who talks to whom. The frames `nodes` and `edges` have the columns id, title, subtitle; id, source, target. */
export function map(title: string, description: string, unit: string): graphs.PanelBuilder {
  return new graphs.PanelBuilder()
    .title(title)
    .description(description)
    .datasource(PROMETHEUS)
    .span(24)
    .height(12)
    .nodes(new graphs.NodeOptionsBuilder().mainStatUnit(unit))
    .edges(new graphs.EdgeOptionsBuilder().mainStatUnit(unit))
    .withTransformation({
      id: "organize",
      options: {
        excludeByName: { Time: true },
        renameByName: { "Value #nodes": "mainstat", "Value #edges": "mainstat" },
      },
    });
}

/** Blue below the first step, then orange, then red. */
export function thresholds(orange?: number, red?: number): ThresholdsConfigBuilder {
  const steps: Threshold[] = [{ value: null, color: "blue" }];
  if (orange !== undefined) steps.push({ value: orange, color: "orange" });
  if (red !== undefined) steps.push({ value: red, color: "red" });
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(steps);
}

/** Draws a chart's thresholds as dashed lines. */
export const DASHED = new common.GraphThresholdsStyleConfigBuilder().mode(common.GraphThresholdsStyleMode.Dashed);
