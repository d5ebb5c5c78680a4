import { StartError } from "../../start/errors.ts";
import { abortOnSignals } from "../../start/lib/interrupt.ts";
import { renderError } from "../../start/render/error.ts";
import { lanesOf } from "./lanes.ts";
import { provideForLanes } from "./provide.ts";
import { renderEnds, runLanes } from "./run.ts";

// Runs the integration, kernel and browser tests, as `npm test` does; exit code 1 says that some failed.

const { signal, dispose } = abortOnSignals();
try {
  await provideForLanes(signal);
  const ends = await runLanes(lanesOf(), signal);
  console.log(`\n${renderEnds(ends)}`);
  if (ends.some(({ hasPassed }) => !hasPassed)) process.exitCode = 1;
} catch (error) {
  if (!(error instanceof StartError)) throw error;
  process.stderr.write(renderError(error));
  process.exitCode = 1;
} finally {
  dispose();
}
