import { availableParallelism, totalmem } from "node:os";
import { StartError, UsageError } from "../../start/errors.ts";
import { abortOnSignals } from "../../start/lib/interrupt.ts";
import { renderError } from "../../start/render/error.ts";
import { lanesNamed } from "./lanes.ts";
import { provideForLanes } from "./provide.ts";
import { inTurn, renderEnds, runLanes } from "./run.ts";

/** What guests, a stack, a browser and the largest test of an exporter take at once. */
const NEEDED_BYTES = 7 * 2 ** 30;

// Runs the integration, kernel and browser tests, as `npm test` does, or the lanes of them that are named. The exit code is 1
// where some failed, and 2 where there is no such lane.

const { signal, dispose } = abortOnSignals();
try {
  const lanes = lanesNamed(process.argv.slice(2));
  await provideForLanes(signal);
  const ends = await runLanes(isRoomy() ? lanes : inTurn(lanes), signal);
  console.log(`\n${renderEnds(ends)}`);
  if (ends.some(({ hasPassed }) => !hasPassed)) process.exitCode = 1;
} catch (error) {
  if (error instanceof UsageError) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 2;
  } else if (error instanceof StartError) {
    process.stderr.write(renderError(error));
    process.exitCode = 1;
  } else throw error;
} finally {
  dispose();
}

/** Where memory is short, or there is one CPU, lanes run one after the other. */
function isRoomy(): boolean {
  return totalmem() >= NEEDED_BYTES && availableParallelism() > 1;
}
