// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/*
 * What:   histogram of block requests' latency by disk and operation.
 * Hook:   tp_btf/block_rq_issue, tp_btf/block_rq_complete: a request's way through the driver and the disk.
 * Maps:   started: request → time of issue; bio_latency_seconds: (disk, operation, bucket) → requests.
 * Cost:   some 200 ns a request; nothing for cached reads and writes.
 * Reader: ebpf_exporter (bio_latency.yaml), which turns powers of two into seconds.
 */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "counter.h"

#define HIGHEST_BUCKET 26 /* 2^26 µs, 67 s; slower ones count there */
#define SUM_BUCKET (HIGHEST_BUCKET + 1) /* where ebpf_exporter looks for the sum */
#define OPERATION_MASK 0xff
#define OTHER_OPERATION 255

enum operation { READ_REQUEST = 0, WRITE_REQUEST = 1, FLUSH_REQUEST = 2, DISCARD_REQUEST = 3 };

struct latency_key {
	__u32 device; /* as stat(2) encodes it */
	__u32 operation;
	__u64 bucket;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH); /* requests that are merged or requeued never complete as they were issued */
	__uint(max_entries, 10240);
	__type(key, struct request *);
	__type(value, __u64);
} started SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__type(key, struct latency_key);
	__type(value, __u64);
} bio_latency_seconds SEC(".maps");

/* Before 5.17 the disk hung on the request itself. */
struct request___old {
	struct gendisk *rq_disk;
} __attribute__((preserve_access_index));

static __always_inline __u32 device_of(struct request *request)
{
	struct request___old *old = (void *)request;
	struct gendisk *disk;
	__u32 major, minor;

	if (bpf_core_field_exists(old->rq_disk))
		disk = BPF_CORE_READ(old, rq_disk);
	else
		disk = BPF_CORE_READ(request, q, disk);
	if (!disk)
		return 0;
	major = BPF_CORE_READ(disk, major);
	minor = BPF_CORE_READ(disk, first_minor);
	return (minor & 0xff) | major << 8 | (minor & ~0xffU) << 12;
}

static __always_inline __u32 operation_of(struct request *request)
{
	__u32 operation = BPF_CORE_READ(request, cmd_flags) & OPERATION_MASK;

	return operation <= DISCARD_REQUEST ? operation : OTHER_OPERATION;
}

/* The smallest power of two that is not below the value: a bucket's upper bound is part of it. */
static __always_inline __u64 bucket_of(__u64 microseconds)
{
	__u64 bucket = 0;

	while (bucket < HIGHEST_BUCKET && (1ULL << bucket) < microseconds)
		bucket++;
	return bucket;
}

SEC("tp_btf/block_rq_issue")
int BPF_PROG(issue, struct request *request)
{
	__u64 now = bpf_ktime_get_ns();

	bpf_map_update_elem(&started, &request, &now, BPF_ANY);
	return 0;
}

SEC("tp_btf/block_rq_complete")
int BPF_PROG(complete, struct request *request, int error, unsigned int bytes)
{
	struct latency_key key = {};
	__u64 *issued, microseconds;

	if (bytes < request->__data_len)
		return 0; /* a part of it: the request goes on */
	issued = bpf_map_lookup_elem(&started, &request);
	if (!issued)
		return 0;
	microseconds = (bpf_ktime_get_ns() - *issued) / 1000;
	bpf_map_delete_elem(&started, &request);
	key.device = device_of(request);
	key.operation = operation_of(request);
	key.bucket = bucket_of(microseconds);
	count(&bio_latency_seconds, &key, 1);
	key.bucket = SUM_BUCKET;
	count(&bio_latency_seconds, &key, microseconds);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
