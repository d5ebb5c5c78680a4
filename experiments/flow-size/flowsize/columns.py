"""Which columns of a recorded run say what, and how they may be used."""

from __future__ import annotations

TARGET = "flow_size"
FIRST_CALL = "first_call"
#: Names, not numbers: the peer, and the container that sends.
NAMES = ("machine", "container")

#: Of the container, counted up since the recording began. What happened between two of its flows is their difference.
CONTAINER_TOTALS = (
    "agg_net_out",
    "agg_net_in",
    "disk_read",
    "disk_write",
    "number_of_disk_reads",
    "number_of_disk_writes",
    "memory_read",
    "memory_write",
    "host_disk_read",
    "host_disk_write",
)
#: The same of a container and one peer: the difference is to the previous flow to that peer.
PAIR_TOTALS = ("agg_net_out_per_machine", "agg_net_in_per_machine")
#: Of the process and of the thread that send. The previous flow may be another process': a negative difference says so.
PROCESS_TOTALS = (
    "process_cpu_seconds",
    "process_disk_read",
    "process_disk_write",
    "process_minor_faults",
    "process_major_faults",
    "thread_cpu_seconds",
    "thread_read_bytes",
    "thread_reads",
    "thread_voluntary_switches",
    "thread_involuntary_switches",
)
TOTALS = CONTAINER_TOTALS + PAIR_TOTALS + PROCESS_TOTALS

#: What the kernel's own records add: no counter file tells it of the sender at the moment of sending.
KERNEL = PROCESS_TOTALS + ("process_ram",)
#: Of disks and of memory, whosever they are.
IO = tuple(name for name in TOTALS if "disk" in name or name.startswith("memory_")) + ("thread_read_bytes", "thread_reads")
#: The columns of the first public set (its k-means job), without the target.
PUBLISHED = (
    "index",
    "time",
    "previous_flow_time",
    "agg_net_out",
    "agg_net_in",
    "agg_net_out_per_machine",
    "agg_net_in_per_machine",
    "tcp_queue",
    "machine",
    "cpu",
    "ram",
    "disk_write",
    "memory_read",
    "memory_write",
    "first_call",
)
#: A port of a client is drawn anew for each connection, and tells nothing but when it was drawn.
LEFT_OUT = ("source_port", "destination_port")


def group_of(column: str) -> str:
    """The kind of knowledge that a column is, for the picture of what a model goes by."""
    if column == FIRST_CALL:
        return "first call"
    if column in KERNEL:
        return "kernel traces"
    if column in IO:
        return "disk and memory I/O"
    if column in ("cpu", "ram", "host_cpu", "host_ram", "execution_time"):
        return "CPU and RAM"
    if column == TARGET:
        return "sizes of previous flows"
    return "network and time"
