/* SPDX-License-Identifier: Apache-2.0 */
/* What of this machine the sizes of tables depend on. */
#ifndef FLOWTALLY_MACHINE_H
#define FLOWTALLY_MACHINE_H

#include <linux/types.h>

struct machine {
	__u64 memory_bytes; /* of the whole machine; 0 unknown */
	__u64 limit_bytes; /* the least memory limit of the control groups this process is in; 0: none */
	__u64 tcp_sockets; /* that exist now, in all network namespaces */
};

struct machine read_machine(void);

/* As memory_limit.c finds it; 0: none. */
__u64 memory_limit(void);

#endif
