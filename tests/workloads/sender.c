// SPDX-License-Identifier: Apache-2.0
/*
 * sender 4|6 PORT: does to connections to that port of this machine what stdin says, a line each, and answers each with a line
 * on stdout:
 *   connect                 makes a connection, beside those there are
 *   send BYTES              one blocking call on the newest: the times before and after it, nanoseconds since boot
 *   fresh BYTES             one call, of memory that nobody has touched: its process' page faults before and after it
 *   cork BYTES BYTES        two calls, whose bytes leave once both have returned
 *   corked BYTES            one call, whose bytes wait, as long as the kernel lets them (200 ms), for the next command
 *   uncork                  lets them go
 *   close                   ends the newest, and waits for the server to: what the socket has sent, what of it anew, what came
 */
#include <arpa/inet.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "common.h"

#define MOST 64

static int connections[MOST];
static int newest = -1;
static char payload[8 << 20];

static long long now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static void connect_one(int family, int port)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_port = htons(port), .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	struct sockaddr *to = family == AF_INET ? (void *)&v4 : (void *)&v6;
	int fd = socket(family, SOCK_STREAM, 0);

	check(fd, "socket");
	check(connect(fd, to, family == AF_INET ? sizeof(v4) : sizeof(v6)), "connect");
	check(MOST - 2 - newest, "too many connections");
	connections[++newest] = fd;
	printf("connected\n");
}

static void send_all(size_t bytes)
{
	long long before = now_ns();

	check(send(connections[newest], payload, bytes, MSG_NOSIGNAL) == (ssize_t)bytes ? 0 : -1, "send");
	printf("%lld %lld\n", before, now_ns());
}

static long page_faults(void)
{
	struct rusage usage;

	check(getrusage(RUSAGE_SELF, &usage), "getrusage");
	return usage.ru_minflt + usage.ru_majflt;
}

static void send_fresh(size_t bytes)
{
	char *memory = mmap(NULL, bytes, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	long before;

	check(memory == MAP_FAILED ? -1 : 0, "mmap");
	before = page_faults();
	check(send(connections[newest], memory, bytes, MSG_NOSIGNAL), "send");
	printf("%ld %ld\n", before, page_faults());
	munmap(memory, bytes);
}

static void set_cork(int is_on)
{
	check(setsockopt(connections[newest], IPPROTO_TCP, TCP_CORK, &is_on, sizeof(is_on)), "TCP_CORK");
}

static void cork(size_t first, size_t second)
{
	set_cork(1);
	check(send(connections[newest], payload, first, MSG_NOSIGNAL), "send");
	check(send(connections[newest], payload, second, MSG_NOSIGNAL), "send");
	set_cork(0);
	printf("sent\n");
}

static void corked(size_t bytes)
{
	set_cork(1);
	check(send(connections[newest], payload, bytes, MSG_NOSIGNAL), "send");
	printf("waits\n");
}

static void uncork(void)
{
	set_cork(0);
	printf("sent\n");
}

static void close_newest(void)
{
	struct tcp_info info = {};
	socklen_t size = sizeof(info);
	int fd = connections[newest--];
	long received = 0, part;

	check(shutdown(fd, SHUT_WR), "shutdown");
	while ((part = read(fd, payload, sizeof(payload))) > 0)
		received += part;
	check(part, "read");
	check(getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size), "TCP_INFO");
	close(fd);
	printf("%llu %llu %ld\n", info.tcpi_bytes_sent, info.tcpi_bytes_retrans, received);
}

int main(int argc, char **argv)
{
	char line[128];
	size_t first, second;
	int family, port;

	check(argc - 3, "usage: sender 4|6 PORT");
	family = strcmp(argv[1], "6") == 0 ? AF_INET6 : AF_INET;
	port = atoi(argv[2]);
	setvbuf(stdout, NULL, _IOLBF, 0);
	while (fgets(line, sizeof(line), stdin)) {
		if (strncmp(line, "connect", 7) == 0)
			connect_one(family, port);
		else if (sscanf(line, "send %zu", &first) == 1)
			send_all(first);
		else if (sscanf(line, "fresh %zu", &first) == 1)
			send_fresh(first);
		else if (sscanf(line, "cork %zu %zu", &first, &second) == 2)
			cork(first, second);
		else if (sscanf(line, "corked %zu", &first) == 1)
			corked(first);
		else if (strncmp(line, "uncork", 6) == 0)
			uncork();
		else
			close_newest();
	}
	return 0;
}
