/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* Loads from kernel memory without a call. For one object only: libbpf before 1.2 links no more with a kernel function. */
#ifndef FLOWTALLY_CAST_H
#define FLOWTALLY_CAST_H

#include "tracer.h"

/*
 * Whether the kernel has bpf_rdonly_cast (6.2): then what a pointer points to can be loaded as if it were of any type,
 * where else a call has to copy it. Set by the loader.
 */
const volatile bool can_cast;

extern void *bpf_rdonly_cast(const void *address, __u32 type) __ksym __weak;

#define CAST(type, address) ((const type *)bpf_rdonly_cast(address, bpf_core_type_id_kernel(type)))

/* Any of the kernel's types that begins with 64-bit numbers will do to load them from anywhere. */
#define WORDS(address) CAST(struct rtnl_link_stats64, address)
#define first_word rx_packets
#define second_word tx_packets
#define third_word rx_bytes

#endif
