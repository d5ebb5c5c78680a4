// SPDX-License-Identifier: Apache-2.0
/*
 * routes COUNT RATE: what any user may do. In a user and network namespace of its own, makes COUNT local routes of IPv4
 * and as many of IPv6, prints "done", and then sends RATE datagrams a second until it is ended: each from a socket of its
 * own, at an address that is not local there (IP_TRANSPARENT), to a socket at one that is.
 */
#include "network.h"

#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PORT 19100
#define ONE_OF_MANY 0x0a000001 /* 10.0.0.1 */
#define NOT_LOCAL 0xc0a80001 /* 192.168.0.1 */
#define OTHERS 65000

static void write_to(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	check(fd, path);
	check(write(fd, text, strlen(text)), path);
	close(fd);
}

static void become_root_of_own(void)
{
	char map[64];

	snprintf(map, sizeof(map), "0 %u 1", geteuid());
	check(unshare(CLONE_NEWUSER), "unshare user");
	write_to("/proc/self/uid_map", map);
}

static void add_routes(int count)
{
	FILE *ip = popen("ip -batch -", "w");

	for (unsigned int route = 0; route < (unsigned int)count; route++) {
		unsigned int address = ONE_OF_MANY + route;

		fprintf(ip, "route add local %u.%u.%u.%u/32 dev lo table local\n", address >> 24, address >> 16 & 255,
			address >> 8 & 255, address & 255);
		fprintf(ip, "route add local fd00::%x:%x/128 dev lo table local\n", route >> 16, route & 0xffff);
	}
	check(pclose(ip) == 0 ? 0 : -1, "ip");
}

static struct sockaddr_in at(unsigned int address, int port)
{
	return (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr.s_addr = htonl(address), .sin_port = htons(port) };
}

static void send_from(unsigned int address)
{
	const struct sockaddr_in from = at(address, 0), to = at(ONE_OF_MANY, PORT);
	int fd = socket(AF_INET, SOCK_DGRAM, 0), on = 1;

	check(setsockopt(fd, SOL_IP, IP_TRANSPARENT, &on, sizeof(on)), "IP_TRANSPARENT");
	check(bind(fd, (const void *)&from, sizeof(from)), "bind");
	check(sendto(fd, "x", 1, 0, (const void *)&to, sizeof(to)), "sendto");
	close(fd);
}

int main(int argc, char **argv)
{
	const struct sockaddr_in here = at(ONE_OF_MANY, PORT);
	struct timespec pause = {};
	char byte;
	int ears;

	if (argc != 3 || atoi(argv[1]) < 1 || atoi(argv[2]) < 2)
		return 2;
	become_root_of_own();
	enter_own_network();
	add_routes(atoi(argv[1]));
	ears = socket(AF_INET, SOCK_DGRAM, 0);
	check(bind(ears, (const void *)&here, sizeof(here)), "bind");
	puts("done");
	fflush(stdout);
	pause.tv_nsec = 1000000000 / atoi(argv[2]);
	for (unsigned int sent = 0;; sent++) {
		send_from(NOT_LOCAL + sent % OTHERS);
		recv(ears, &byte, sizeof(byte), 0);
		nanosleep(&pause, NULL);
	}
}
