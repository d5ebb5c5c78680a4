import { largest, RATE, WHOLE } from "./select.ts";

const ANY = 'name!=""';
const CHOSEN = 'name="$container"';

/** Seconds of CPU per second: 1 is one core. */
export const cpuOf = (name: string) => sumByName(`rate(container_cpu_usage_seconds_total{name="${name}"}${RATE})`);
export const receivedBy = (name: string) =>
  sumByName(`rate(container_network_receive_bytes_total{name="${name}"}${RATE})`);
export const transmittedBy = (name: string) =>
  sumByName(`rate(container_network_transmit_bytes_total{name="${name}"}${RATE})`);
export const memoryOf = (name: string) => maxByName(`container_memory_working_set_bytes{name="${name}"}`);
/** A container without a limit has none here, instead of 0. */
export const memoryLimitOf = (name: string) => `${maxByName(`container_spec_memory_limit_bytes{name="${name}"}`)} > 0`;
/** The rule of `npm run tune`: what is used on average over the whole time shown, and a fifth more. */
export const memoryAverageAndFifth = (name: string) =>
  `1.2 * max by (name) (avg_over_time(container_memory_working_set_bytes{name="${name}"}${WHOLE}))`;

/** cAdvisor shows a container for a while after its end. */
export const running = `count(time() - container_last_seen{${ANY}} < 60)`;

export const cpuByContainer = largest(
  12,
  "name",
  sumByName(`rate(container_cpu_usage_seconds_total{${ANY}}${RATE})`),
  sumByName(`rate(container_cpu_usage_seconds_total{${ANY}}${WHOLE})`),
);
export const memoryByContainer = largest(
  12,
  "name",
  maxByName(`container_memory_working_set_bytes{${ANY}}`),
  maxByName(`avg_over_time(container_memory_working_set_bytes{${ANY}}${WHOLE})`),
);

/** The chosen container's. */
export const chosen = {
  cpuTotal: cpuOf("$container"),
  cpuUser: sumByName(`rate(container_cpu_user_seconds_total{${CHOSEN}}${RATE})`),
  cpuSystem: sumByName(`rate(container_cpu_system_seconds_total{${CHOSEN}}${RATE})`),
  workingSet: memoryOf("$container"),
  anonymous: maxByName(`container_memory_rss{${CHOSEN}}`),
  pageCache: maxByName(`container_memory_cache{${CHOSEN}}`),
  memoryLimit: memoryLimitOf("$container"),
  diskRead: sumByName(`rate(container_fs_reads_bytes_total{${CHOSEN}}${RATE})`),
  diskWritten: sumByName(`rate(container_fs_writes_bytes_total{${CHOSEN}}${RATE})`),
  /** By its processes, also where what they wrote goes to the disk later. */
  causedReads: `rate(flow_endpoint_read_bytes_total{endpoint="$container"}${RATE})`,
  causedWrites: `rate(flow_endpoint_written_bytes_total{endpoint="$container"}${RATE})`,
  pageFaults: `sum by (failure_type) (rate(container_memory_failures_total{${CHOSEN},scope="container"}${RATE}))`,
  received: receivedBy("$container"),
  transmitted: transmittedBy("$container"),
  upFor: `time() - max(container_start_time_seconds{${CHOSEN}})`,
  outOfMemory: `max(container_oom_events_total{${CHOSEN}})`,
};

function sumByName(vector: string): string {
  return `sum by (name) (${vector})`;
}

/** cAdvisor's series linger five minutes: a container replaced under its name would count twice in a sum. */
function maxByName(vector: string): string {
  return `max by (name) (${vector})`;
}
