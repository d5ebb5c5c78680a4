// SPDX-License-Identifier: Apache-2.0
/*
 * scatter PEERS BYTES [RATE]: in a network namespace of its own, one socket sends a datagram of so many bytes to each of so
 * many peers of the loopback, where nobody listens; RATE is peers a second, without it as many as go. Prints the socket's
 * cookie.
 */
#include "network.h"

#include <time.h>

#define FIRST_PORT 20000
#define PORTS 32768 /* of one address */

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec + time.tv_nsec * 1e-9;
}

static void wait_for_turn(int peer, double start, double rate)
{
	const struct timespec slice = { .tv_nsec = 1000000 };

	while (rate > 0 && now() - start < peer / rate)
		nanosleep(&slice, NULL);
}

int main(int argc, char **argv)
{
	struct sockaddr_in to = { .sin_family = AF_INET };
	char bytes[1024] = {};
	double rate = argc == 4 ? atof(argv[3]) : 0, start;
	int fd;

	if (argc < 3 || argc > 4 || atoi(argv[2]) > (int)sizeof(bytes))
		return 2;
	enter_own_network();
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	start = now();
	for (int peer = 0; peer < atoi(argv[1]); peer++) {
		wait_for_turn(peer, start, rate);
		to.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + peer / PORTS);
		to.sin_port = htons(FIRST_PORT + peer % PORTS);
		check(sendto(fd, bytes, atoi(argv[2]), 0, (void *)&to, sizeof(to)), "sendto");
	}
	printf("%llu\n", cookie_of(fd));
	return 0;
}
