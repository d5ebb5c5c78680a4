// SPDX-License-Identifier: Apache-2.0
/*
 * datagrams 4|6|mapped: UDP on loopback with known numbers. One unconnected server answers five clients: one that
 * connects, one that connects and sends several datagrams in one call (UDP_SEGMENT), one that does not connect, one that
 * puts a datagram together in several calls (MSG_MORE), and one whose packets carry options between IP's header and
 * UDP's. "mapped": the clients' sockets are of IPv6, and their packets of IPv4. A line on stdout for each socket and peer,
 * "role cookie port sent received sent-packets received-packets", then "ready"; the sockets stay open until stdin ends.
 * A raw socket hears all of it, and sends what is too short for a datagram where the kernel lets it: it is nobody's peer.
 * All this in a thread with a name of its own. On each line of stdin before that, the first client sends a byte more and
 * "sent" is printed.
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

#include "common.h"

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif
#define DATAGRAMS 37
#define SEGMENT 1000
#define SEGMENTED_BYTES 10500

static char buffer[65536];
static int family; /* of the packets */
static int client_family; /* of the clients' sockets */

enum client { CONNECTED, SEGMENTED, UNCONNECTED, CORKED, WITH_OPTIONS, CLIENTS };

/* As a socket of this family names it. */
static socklen_t loopback(struct sockaddr_storage *address, int socket_family)
{
	struct in6_addr *ipv6 = &((struct sockaddr_in6 *)address)->sin6_addr;

	memset(address, 0, sizeof(*address));
	address->ss_family = socket_family;
	if (socket_family == AF_INET) {
		((struct sockaddr_in *)address)->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		return sizeof(struct sockaddr_in);
	}
	if (family == AF_INET6)
		*ipv6 = in6addr_loopback;
	else
		inet_pton(AF_INET6, "::ffff:127.0.0.1", ipv6);
	return sizeof(struct sockaddr_in6);
}

static int bound_socket(struct sockaddr_storage *address, int socket_family)
{
	int fd = socket(socket_family, SOCK_DGRAM, 0);
	socklen_t size = loopback(address, socket_family);

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
		socklen_t to_size = client_family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);

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

/* One datagram out of three calls. */
static long send_corked(int client, int server)
{
	check(send(client, buffer, 100, MSG_MORE) - 100, "send");
	check(send(client, buffer, 200, MSG_MORE) - 200, "send");
	check(send(client, buffer, 300, 0) - 300, "send");
	check(recv(server, buffer, sizeof(buffer), 0) - 600, "recv");
	return 600;
}

/* Eight bytes that say nothing: options of IPv4, or an extension header of IPv6 for the destination. */
static void add_options(int client)
{
	static const unsigned char nothing[8] = { 1, 1, 1, 1, 1, 1, 1, 0 }, padding[8] = { 0, 0, 1, 4 };

	if (family == AF_INET)
		check(setsockopt(client, IPPROTO_IP, IP_OPTIONS, nothing, sizeof(nothing)), "IP_OPTIONS");
	else
		check(setsockopt(client, IPPROTO_IPV6, IPV6_DSTOPTS, padding, sizeof(padding)), "IPV6_DSTOPTS");
}

static void open_raw_socket(void)
{
	struct sockaddr_storage to;
	socklen_t size = loopback(&to, family);
	int raw = socket(family, SOCK_RAW, IPPROTO_UDP);

	check(raw, "raw socket");
	check(sendto(raw, "raw", 3, 0, (void *)&to, size), "send raw");
}

static void *work(void *unused)
{
	struct sockaddr_storage to, own;
	int server, clients[CLIENTS];
	char line[16];

	prctl(PR_SET_NAME, "worker");
	open_raw_socket();
	server = bound_socket(&to, family);
	for (int i = 0; i < CLIENTS; i++) {
		struct sockaddr_storage peer = to;
		bool connected = i != UNCONNECTED;
		long sent, packets = DATAGRAMS;

		clients[i] = bound_socket(&own, client_family);
		if (client_family != family) {
			loopback(&peer, client_family);
			((struct sockaddr_in6 *)&peer)->sin6_port = ((struct sockaddr_in *)&to)->sin_port;
		}
		if (i == WITH_OPTIONS)
			add_options(clients[i]);
		if (connected)
			check(connect(clients[i], (void *)&peer, sizeof(peer)), "connect");
		sent = converse(clients[i], server, &peer, connected);
		if (i == SEGMENTED) {
			sent += send_segmented(clients[i], server);
			packets += (SEGMENTED_BYTES + SEGMENT - 1) / SEGMENT;
		} else if (i == CORKED) {
			sent += send_corked(clients[i], server);
			packets++;
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
	client_family = strcmp(argv[1], "4") ? AF_INET6 : AF_INET;
	check(-pthread_create(&worker, NULL, work, NULL), "pthread_create");
	pthread_join(worker, NULL);
	return 0;
}
