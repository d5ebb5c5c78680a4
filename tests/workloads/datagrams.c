// SPDX-License-Identifier: Apache-2.0
/*
 * datagrams 4|6: UDP on loopback with known numbers. One unconnected server answers three clients: two that connect, of
 * which one sends several datagrams in one call (UDP_SEGMENT), and one that does not. A line on stdout for each socket
 * and peer, "role cookie port sent received sent-packets received-packets", then "ready"; the sockets stay open until
 * stdin ends. All this in a thread with a name of its own. On each line of stdin before that, the first client sends a byte more and "sent" is printed.
 */
#include <arpa/inet.h>
#include <netinet/udp.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif
#define CLIENTS 3
#define DATAGRAMS 37
#define SEGMENT 1000
#define SEGMENTED_BYTES 10500

static char buffer[65536];
static int family;

static void check(long result, const char *what)
{
	if (result >= 0)
		return;
	perror(what);
	exit(1);
}

static socklen_t loopback(struct sockaddr_storage *address)
{
	memset(address, 0, sizeof(*address));
	address->ss_family = family;
	if (family == AF_INET) {
		((struct sockaddr_in *)address)->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		return sizeof(struct sockaddr_in);
	}
	((struct sockaddr_in6 *)address)->sin6_addr = in6addr_loopback;
	return sizeof(struct sockaddr_in6);
}

static int bound_socket(struct sockaddr_storage *address)
{
	int fd = socket(family, SOCK_DGRAM, 0);
	socklen_t size = loopback(address);

	check(bind(fd, (void *)address, size), "bind");
	check(getsockname(fd, (void *)address, &size), "getsockname");
	return fd;
}

static void report(const char *role, int fd, in_port_t port, long sent, long received, long packets_out, long packets_in)
{
	unsigned long long cookie = 0;
	socklen_t size = sizeof(cookie);

	check(getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &size), "SO_COOKIE");
	printf("%s %llu %d %ld %ld %ld %ld\n", role, cookie, ntohs(port), sent, received, packets_out, packets_in);
}

/* Datagrams of 0, 37, 74 … bytes; each is answered with one byte. */
static long converse(int client, int server, const struct sockaddr_storage *to, bool connected)
{
	struct sockaddr_storage from;
	long sent = 0;

	for (int i = 0; i < DATAGRAMS; i++) {
		socklen_t size = sizeof(from);
		socklen_t to_size = family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);

		check(sendto(client, buffer, i * 37, 0, connected ? NULL : (void *)to, connected ? 0 : to_size), "send");
		check(recvfrom(server, buffer, sizeof(buffer), 0, (void *)&from, &size), "recvfrom");
		check(sendto(server, buffer, 1, 0, (void *)&from, size), "sendto");
		check(recv(client, buffer, sizeof(buffer), 0) - 1, "recv");
		sent += i * 37;
	}
	return sent;
}

static long send_segmented(int client, int server)
{
	int segment = SEGMENT;

	check(setsockopt(client, IPPROTO_UDP, UDP_SEGMENT, &segment, sizeof(segment)), "UDP_SEGMENT");
	check(send(client, buffer, SEGMENTED_BYTES, 0) - SEGMENTED_BYTES, "send");
	for (long received = 0; received < SEGMENTED_BYTES;)
		received += recv(server, buffer, sizeof(buffer), 0);
	return SEGMENTED_BYTES;
}

static void *work(void *unused)
{
	struct sockaddr_storage to, own;
	int server, clients[CLIENTS];
	char line[16];

	prctl(PR_SET_NAME, "worker");
	server = bound_socket(&to);
	for (int i = 0; i < CLIENTS; i++) {
		bool connected = i < 2;
		long sent, packets = DATAGRAMS;

		clients[i] = bound_socket(&own);
		if (connected)
			check(connect(clients[i], (void *)&to, sizeof(to)), "connect");
		sent = converse(clients[i], server, &to, connected);
		if (i == 1) {
			sent += send_segmented(clients[i], server);
			packets += (SEGMENTED_BYTES + SEGMENT - 1) / SEGMENT;
		}
		report("client", clients[i], ((struct sockaddr_in *)&to)->sin_port, sent, DATAGRAMS, packets, DATAGRAMS);
		report("server", server, ((struct sockaddr_in *)&own)->sin_port, DATAGRAMS, sent, DATAGRAMS, packets);
	}
	puts("ready");
	fflush(stdout);
	while (fgets(line, sizeof(line), stdin)) {
		check(send(clients[0], buffer, 1, 0) - 1, "send");
		puts("sent");
		fflush(stdout);
	}
	return unused;
}

int main(int argc, char **argv)
{
	pthread_t worker;

	if (argc != 2)
		return 2;
	family = strcmp(argv[1], "6") ? AF_INET : AF_INET6;
	check(-pthread_create(&worker, NULL, work, NULL), "pthread_create");
	pthread_join(worker, NULL);
	return 0;
}
