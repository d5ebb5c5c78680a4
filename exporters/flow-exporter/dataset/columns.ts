/** A column of the data set, as the header, the sidecar, Parquet and the docs have it. */
export interface Column {
  name: string;
  /** In which sets it is: those of the first published job have it too, or only `all` has it. */
  set: ColumnSet;
  kind: "integer" | "number" | "text";
  /** Empty: it has none. */
  unit: "" | "bytes" | "seconds" | "fraction" | "operations" | "calls" | "faults" | "switches" | "flows/second";
  about: string;
  /** Where its values come from. */
  source: string;
}

export type ColumnSet = "k-means" | "all";

const FLOW = "the kernel, at the flow's first segment";
const PACKETS = "the kernel, which counts payload at the container's cgroup; read at the flow's first segment";
const SAMPLE = "the container's cgroup, by the last sample that ended before the flow's first system call began";
const HOST = "/proc, by the last sample that ended before the flow's first system call began";
const PROCESS = "the kernel's account of the process that sends, as the system call began that the first byte is of";
const THREAD = "the kernel's account of the thread that sends, as that call began";

/** All columns, in the order of the header; `k-means` is those of them that are marked so, in the same order. */
const TABLE = [
  {
    name: "index",
    set: "k-means",
    kind: "integer",
    unit: "",
    about: "which row of the file this is, from 0",
    source: "counted",
  },
  {
    name: "time",
    set: "k-means",
    kind: "number",
    unit: "seconds",
    about: "when the flow began, since the recording did",
    source: FLOW,
  },
  {
    name: "previous_flow_time",
    set: "k-means",
    kind: "number",
    unit: "seconds",
    about: "since the container's previous flow began; empty for its first",
    source: FLOW,
  },
  {
    name: "agg_net_out",
    set: "k-means",
    kind: "integer",
    unit: "bytes",
    about: "what the container had sent since the recording began, to all",
    source: PACKETS,
  },
  {
    name: "agg_net_in",
    set: "k-means",
    kind: "integer",
    unit: "bytes",
    about: "what the container had received since the recording began, from all",
    source: PACKETS,
  },
  {
    name: "agg_net_out_per_machine",
    set: "k-means",
    kind: "integer",
    unit: "bytes",
    about: "what the container had sent since the recording began, to this flow's peer",
    source: PACKETS,
  },
  {
    name: "agg_net_in_per_machine",
    set: "k-means",
    kind: "integer",
    unit: "bytes",
    about: "what the container had received since the recording began, from this flow's peer",
    source: PACKETS,
  },
  {
    name: "tcp_queue",
    set: "k-means",
    kind: "integer",
    unit: "bytes",
    about: "what the container's processes had written to TCP sockets and its peers had not acknowledged yet",
    source: "the kernel's sockets, by the last sample before the flow began",
  },
  {
    name: "machine",
    set: "k-means",
    kind: "text",
    unit: "",
    about: "the peer that the flow goes to: a container's name, or an address",
    source: "the flow's destination address, named by Docker",
  },
  {
    name: "cpu",
    set: "k-means",
    kind: "number",
    unit: "fraction",
    about: "how much of the machine's CPUs the container had over the last sampling interval",
    source: SAMPLE,
  },
  {
    name: "ram",
    set: "k-means",
    kind: "number",
    unit: "fraction",
    about: "the container's memory, of its limit or else of the machine's memory",
    source: SAMPLE,
  },
  {
    name: "disk_write",
    set: "k-means",
    kind: "integer",
    unit: "bytes",
    about: "what the container had written to block devices since the recording began",
    source: SAMPLE,
  },
  {
    name: "memory_read",
    set: "k-means",
    kind: "integer",
    unit: "bytes",
    about: "what the container had read from memory since the recording began",
    source: "misses of the last cache times a line's size, or page faults times a page's: the sidecar says which",
  },
  {
    name: "memory_write",
    set: "k-means",
    kind: "integer",
    unit: "bytes",
    about: "what the container had written to memory since the recording began",
    source: "misses of the last cache times a line's size, or page faults times a page's: the sidecar says which",
  },
  {
    name: "first_call",
    set: "k-means",
    kind: "integer",
    unit: "bytes",
    about: "what the first send call handed over; of a flow with one call it is the size",
    source: "the kernel, when that call returned",
  },
  {
    name: "flow_frequency",
    set: "all",
    kind: "number",
    unit: "flows/second",
    about: "how many flows the container had begun before, per second of the recording",
    source: "counted",
  },
  {
    name: "execution_time",
    set: "all",
    kind: "number",
    unit: "seconds",
    about: "since the process that sends had started",
    source: PROCESS,
  },
  {
    name: "disk_read",
    set: "all",
    kind: "integer",
    unit: "bytes",
    about: "what the container had read from block devices since the recording began",
    source: SAMPLE,
  },
  {
    name: "number_of_disk_reads",
    set: "all",
    kind: "integer",
    unit: "operations",
    about: "the container's reads from block devices since the recording began",
    source: SAMPLE,
  },
  {
    name: "number_of_disk_writes",
    set: "all",
    kind: "integer",
    unit: "operations",
    about: "the container's writes to block devices since the recording began",
    source: SAMPLE,
  },
  {
    name: "container",
    set: "all",
    kind: "text",
    unit: "",
    about: "the container that sends",
    source: "Docker",
  },
  {
    name: "destination_port",
    set: "all",
    kind: "integer",
    unit: "",
    about: "the TCP port that the flow goes to",
    source: FLOW,
  },
  {
    name: "source_port",
    set: "all",
    kind: "integer",
    unit: "",
    about: "the TCP port that the flow comes from",
    source: FLOW,
  },
  {
    name: "is_client",
    set: "all",
    kind: "integer",
    unit: "",
    about: "1: the container opened the connection; 0: its peer did",
    source: FLOW,
  },
  {
    name: "host_cpu",
    set: "all",
    kind: "number",
    unit: "fraction",
    about: "how much of the machine's CPUs was busy over the last sampling interval",
    source: HOST,
  },
  {
    name: "host_ram",
    set: "all",
    kind: "number",
    unit: "fraction",
    about: "how much of the machine's memory was in use",
    source: HOST,
  },
  {
    name: "host_disk_read",
    set: "all",
    kind: "integer",
    unit: "bytes",
    about: "what the machine had read from disks since the recording began",
    source: HOST,
  },
  {
    name: "host_disk_write",
    set: "all",
    kind: "integer",
    unit: "bytes",
    about: "what the machine had written to disks since the recording began",
    source: HOST,
  },
  {
    name: "process_cpu_seconds",
    set: "all",
    kind: "number",
    unit: "seconds",
    about: "CPU time of the process that sends, since it started",
    source: PROCESS,
  },
  {
    name: "process_disk_read",
    set: "all",
    kind: "integer",
    unit: "bytes",
    about: "what the process had read from block devices",
    source: PROCESS,
  },
  {
    name: "process_disk_write",
    set: "all",
    kind: "integer",
    unit: "bytes",
    about: "what the process had written to block devices",
    source: PROCESS,
  },
  {
    name: "process_minor_faults",
    set: "all",
    kind: "integer",
    unit: "faults",
    about: "page faults of the process that needed no disk",
    source: PROCESS,
  },
  {
    name: "process_major_faults",
    set: "all",
    kind: "integer",
    unit: "faults",
    about: "page faults of the process that waited for a disk",
    source: PROCESS,
  },
  {
    name: "process_ram",
    set: "all",
    kind: "integer",
    unit: "bytes",
    about: "what the process had in memory",
    source: PROCESS,
  },
  {
    name: "thread_cpu_seconds",
    set: "all",
    kind: "number",
    unit: "seconds",
    about: "CPU time of the thread that sends",
    source: THREAD,
  },
  {
    name: "thread_read_bytes",
    set: "all",
    kind: "integer",
    unit: "bytes",
    about: "what the thread had got from read calls, whatever it read from",
    source: THREAD,
  },
  {
    name: "thread_reads",
    set: "all",
    kind: "integer",
    unit: "calls",
    about: "the thread's read calls",
    source: THREAD,
  },
  {
    name: "thread_voluntary_switches",
    set: "all",
    kind: "integer",
    unit: "switches",
    about: "how often the thread had waited for something",
    source: THREAD,
  },
  {
    name: "thread_involuntary_switches",
    set: "all",
    kind: "integer",
    unit: "switches",
    about: "how often the thread had been made to wait for others",
    source: THREAD,
  },
  {
    name: "rtt_seconds",
    set: "all",
    kind: "number",
    unit: "seconds",
    about: "the connection's smoothed round-trip time; empty where none had been measured",
    source: FLOW,
  },
  {
    name: "flow_size",
    set: "k-means",
    kind: "integer",
    unit: "bytes",
    about: "payload that the flow has carried, each sent byte once: what is to be predicted",
    source: "the kernel, when the flow had ended",
  },
] as const satisfies readonly Column[];

export type ColumnName = (typeof TABLE)[number]["name"];

/** A value of a row; undefined: it is not known. */
export type Cell = number | string | undefined;

/** A flow, with all columns. */
export type Row = Readonly<Record<ColumnName, Cell>>;

/** The columns of a set, in the order of its header. */
export function columnsOf(set: ColumnSet): readonly (Column & { name: ColumnName })[] {
  return set === "all" ? TABLE : TABLE.filter((column) => column.set === set);
}
