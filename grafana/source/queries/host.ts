import { RATE } from "./select.ts";

// Memory file systems and images fill up by design, or are always full.
const REAL_FILE_SYSTEMS = 'fstype!~"tmpfs|ramfs|overlay|squashfs|iso9660|erofs"';
const REAL_DISKS = 'device!~"loop.*|ram.*|zram.*"';

const cpus = 'scalar(count(node_cpu_seconds_total{mode="idle"}))';

export const cpuUtilisation = `1 - avg(rate(node_cpu_seconds_total{mode="idle"}${RATE}))`;
export const cpuByMode = `sum by (mode) (rate(node_cpu_seconds_total{mode!="idle"}${RATE})) / ${cpus}`;

export const memoryUtilisation = "1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes";

export const diskBusy = `max(rate(node_disk_io_time_seconds_total{${REAL_DISKS}}${RATE}))`;
export const diskRead = `rate(node_disk_read_bytes_total{${REAL_DISKS}}${RATE})`;
export const diskWritten = `rate(node_disk_written_bytes_total{${REAL_DISKS}}${RATE})`;
export const fullestFileSystem = `max(1 - node_filesystem_avail_bytes{${REAL_FILE_SYSTEMS}} / node_filesystem_size_bytes)`;

/** By name, as ebpf_exporter spells them: `pread` is pread64. */
export const readCalls = systemCalls("read|pread|pread64|readv|preadv|preadv2");
export const writeCalls = systemCalls("write|pwrite|pwrite64|writev|pwritev|pwritev2");
export const llcMisses = `sum by (cpu) (rate(ebpf_exporter_llc_misses_total${RATE}))`;
export const writeLatency = bioLatency("write");
export const readLatency = bioLatency("read");

function systemCalls(names: string): string {
  return `sum by (syscall) (rate(ebpf_exporter_syscalls_total{syscall=~"${names}"}${RATE}))`;
}

function bioLatency(operation: string): string {
  return `sum by (le) (rate(ebpf_exporter_bio_latency_seconds_bucket{operation="${operation}"}${RATE}))`;
}
