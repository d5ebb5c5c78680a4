/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FLOWTALLY_CLOCK_H
#define FLOWTALLY_CLOCK_H

#include <linux/types.h>
#include <time.h>

/* Nanoseconds since boot, suspended time included: the clock of bpf_ktime_get_boot_ns(). */
static inline __u64 boot_time_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (__u64)now.tv_sec * 1000000000 + now.tv_nsec;
}

#endif
