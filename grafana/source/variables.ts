import {
  CustomVariableBuilder,
  QueryVariableBuilder,
  VariableRefresh,
  VariableSort,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { PROMETHEUS } from "./panels.ts";

/** Several values or all; used in a regular expression. */
function several(name: string, label: string, query: string): QueryVariableBuilder {
  return labelValues(name, label, query)
    .multi(true)
    .includeAll(true)
    .allValue(".*")
    .current({ selected: true, text: ["All"], value: ["$__all"] });
}

function labelValues(name: string, label: string, query: string): QueryVariableBuilder {
  return new QueryVariableBuilder(name)
    .label(label)
    .datasource(PROMETHEUS)
    .query(query)
    .definition(query)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalCaseInsensitiveAsc);
}

export const project = several(
  "project",
  "Compose project",
  'label_values(flow_endpoint_info{compose_project!=""}, compose_project)',
);

export const flowContainer = several(
  "container",
  "Container",
  'label_values(flow_endpoint_info{kind="container",compose_project=~"$project"}, endpoint)',
);

/** Its value is what label `monitoring` has where an endpoint is to be hidden: the stack's own, or none there is. */
export const monitoring = new CustomVariableBuilder("monitoring")
  .label("Monitoring's own traffic")
  .values("hidden : true,shown : -")
  .options([
    { selected: true, text: "hidden", value: "true" },
    { selected: false, text: "shown", value: "-" },
  ])
  .current({ selected: true, text: "hidden", value: "true" });

/** One container; Prometheus' own is on every host. */
export const container = labelValues("container", "Container", 'label_values(container_last_seen{name!=""}, name)')
  .multi(false)
  .includeAll(false)
  .current({ selected: true, text: "prometheus", value: "prometheus" });

export const loader = several("loaded_by", "Loaded by", "label_values(ebpf_program_info, loaded_by)");
