// SPDX-License-Identifier: Apache-2.0
#include "tables.h"

#include <bpf/libbpf.h>

#include "rooms.h"
#include "sizes.h"
#include "tracer.skel.h"

#define GROUP_SLOTS (BUCKET_SLOTS * GROUP_BUCKETS)
#define UDP_GROUP_SLOTS (UDP_BUCKET_SLOTS * UDP_GROUP_BUCKETS)

static unsigned int next_power_of_two(unsigned int number)
{
	return number <= 1 ? 1 : 1U << (32 - __builtin_clz(number - 1));
}

/* Elements that have room for so many, where one has room for some. */
static unsigned int elements(unsigned int wanted, unsigned int in_one)
{
	return next_power_of_two((wanted + in_one - 1) / in_one);
}

/* Of a table that is not filled beyond four fifths: until there most flows are in one of the buckets they look in first. */
static unsigned int groups(unsigned int wanted, unsigned int slots)
{
	return ((__u64)wanted * 5 / 4 + slots - 1) / slots;
}

static unsigned int room_of(unsigned int groups, unsigned int slots)
{
	return (__u64)groups * slots * 4 / 5;
}

/* A quarter of all flows: a table that has been full for long has a tenth of them elsewhere than in their buckets. */
static unsigned int strays_among(unsigned int flows)
{
	return flows / 4 + 1;
}

struct rooms rooms_made(const struct rooms *asked)
{
	return (struct rooms){
		.flows = room_of(groups(asked->flows, GROUP_SLOTS), GROUP_SLOTS),
		.closed = elements(asked->closed, CHUNK_ROWS) * CHUNK_ROWS,
		.udp = room_of(groups(asked->udp, UDP_GROUP_SLOTS), UDP_GROUP_SLOTS),
	};
}

/* Each slot of `flows` finds room in `live_rows`, so that a snapshot shows all that the table holds. */
void size_tables(struct tracer *tracer, const struct rooms *rooms)
{
	unsigned int flow_groups = groups(rooms->flows, GROUP_SLOTS);
	unsigned int closed_chunks = elements(rooms->closed, CHUNK_ROWS);
	unsigned int udp_groups = groups(rooms->udp, UDP_GROUP_SLOTS);

	bpf_map__set_max_entries(tracer->maps.flows, flow_groups);
	tracer->rodata->flow_buckets = flow_groups * GROUP_BUCKETS;
	bpf_map__set_max_entries(tracer->maps.strays, strays_among(rooms->flows));
	bpf_map__set_max_entries(tracer->maps.live_rows, flow_groups * GROUP_SLOTS / CHUNK_ROWS);
	bpf_map__set_max_entries(tracer->maps.closed_rows, closed_chunks);
	tracer->rodata->closed_chunk_mask = closed_chunks - 1;
	bpf_map__set_max_entries(tracer->maps.udp_flows, udp_groups);
	tracer->rodata->udp_buckets = udp_groups * UDP_GROUP_BUCKETS;
	tracer->rodata->udp_slots_shared = room_of(udp_groups, UDP_GROUP_SLOTS);
}

static __u64 array_bytes(const struct bpf_map *map)
{
	return (__u64)bpf_map__value_size(map) * bpf_map__max_entries(map);
}

/* The kernel's hash table: 48 bytes beside key and value for each element, and as many lists, a power of two. */
static __u64 hash_bytes(const struct bpf_map *map)
{
	const __u64 element = 48 + bpf_map__key_size(map) + bpf_map__value_size(map);

	return element * bpf_map__max_entries(map) + 16ULL * next_power_of_two(bpf_map__max_entries(map));
}

void tell_tables(struct tracer *tracer)
{
	bool udp = bpf_map__autocreate(tracer->maps.udp_flows);

	tracer->bss->flows_room = room_of(bpf_map__max_entries(tracer->maps.flows), GROUP_SLOTS);
	tracer->bss->closed_room = bpf_map__max_entries(tracer->maps.closed_rows) * CHUNK_ROWS;
	tracer->bss->udp_room = udp ? room_of(bpf_map__max_entries(tracer->maps.udp_flows), UDP_GROUP_SLOTS) : 0;
	tracer->bss->table_bytes = array_bytes(tracer->maps.flows) + hash_bytes(tracer->maps.strays) +
				   array_bytes(tracer->maps.live_rows) + array_bytes(tracer->maps.closed_rows) +
				   (udp ? array_bytes(tracer->maps.udp_flows) + hash_bytes(tracer->maps.udp_spaces) : 0) +
				   array_bytes(tracer->maps.cgroup_rows);
}
