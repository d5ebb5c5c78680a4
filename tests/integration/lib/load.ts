/** How many connections the heavy tests make: FLOW_TEST_CONNECTIONS, else 20,000. An emulated machine is ten times slower. */
export const CONNECTIONS = connections(process.env.FLOW_TEST_CONNECTIONS);

/** The same number for the names of tests. */
export const MANY = CONNECTIONS.toLocaleString("en");

function connections(setting: string | undefined): number {
  if (setting === undefined || setting === "") return 20_000;
  // The workloads share them out among four workers, in five ways of closing.
  const valid =
    /^\d+$/.test(setting) && Number(setting) >= 20 && Number(setting) <= 20_000 && Number(setting) % 20 === 0;
  if (!valid) throw new Error(`FLOW_TEST_CONNECTIONS is ${setting}, not a multiple of 20 up to 20000`);
  return Number(setting);
}
