/* SPDX-License-Identifier: Apache-2.0 */
/* Include first: it asks for what is Linux's own. */
#ifndef WORKLOADS_NETWORK_H
#define WORKLOADS_NETWORK_H

#define _GNU_SOURCE
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "common.h"

/* A network namespace in which there is a loopback and nobody else. */
static inline void enter_own_network(void)
{
	struct ifreq loopback = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
	int any;

	check(unshare(CLONE_NEWNET), "unshare");
	any = socket(AF_INET, SOCK_DGRAM, 0);
	check(ioctl(any, SIOCSIFFLAGS, &loopback), "lo up");
}

#endif
