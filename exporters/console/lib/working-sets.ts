/** Of every container that cAdvisor knows, by its control group: names can be given again. */
export const WORKING_SETS = 'container_memory_working_set_bytes{name!=""}';

interface Sample {
  metric: Readonly<Record<string, string>>;
  value: readonly [time: number, value: string];
}

/** Bytes by the id of a container, which is part of its control group's name. */
export function workingSetsOf(samples: readonly Sample[]): ReadonlyMap<string, number> {
  const known = new Map<string, number>();
  for (const { metric, value } of samples) {
    const [id] = /[0-9a-f]{64}/.exec(metric.id ?? "") ?? [];
    if (id !== undefined) known.set(id, Number(value[1]));
  }
  return known;
}
