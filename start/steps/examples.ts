import { hasPmu } from "../checks/pmu.ts";
import { EXAMPLES } from "../examples/catalogue.ts";
import { compileExamples } from "../examples/compile.ts";
import type { Step } from "./step.ts";

export const examples: Step = {
  title: "Compile the eBPF examples",
  run: async (context, report) => {
    const { host, layout, signal } = context;
    const pmu = await hasPmu(host);
    const names = EXAMPLES.filter(({ needsPmu }) => pmu || !needsPmu).map(({ name }) => name);
    for (const { name } of EXAMPLES.filter((example) => !names.includes(example.name))) {
      context.leftOut.push({ part: name, reason: "the CPU has no hardware performance counters" });
    }
    const compiled = await compileExamples({
      host,
      sources: layout.examples,
      types: layout.kernelTypes,
      names,
      outDir: layout.ebpf,
      onProgress: report,
      signal,
    });
    context.examples = names;
    return `${names.join(", ")}${compiled ? "" : " (unchanged)"}`;
  },
};
