import { sparkline } from "../lib/dashboard/sparkline.ts";

/** How a value went, as a small chart without axes: whoever shows it says in words what it is. */
export function Sparkline({ values }: { values: readonly (number | null)[] }) {
  const { line, area } = sparkline(values, 100, 30);
  return (
    <svg class="sparkline" viewBox="0 0 100 30" preserveAspectRatio="none" aria-hidden="true">
      <path class="spark-area" d={area} />
      <path class="spark-line" d={line} vector-effect="non-scaling-stroke" />
    </svg>
  );
}
