/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKLOADS_COMMON_H
#define WORKLOADS_COMMON_H

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

/* A workload that cannot do its work ends, and says what it could not do. */
static inline void check(long result, const char *what)
{
	if (result >= 0)
		return;
	perror(what);
	exit(1);
}

/* What a tracer knows a socket by. */
static inline unsigned long long cookie_of(int fd)
{
	unsigned long long cookie = 0;
	socklen_t size = sizeof(cookie);

	check(getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &size), "SO_COOKIE");
	return cookie;
}

#endif
