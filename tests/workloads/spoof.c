// SPDX-License-Identifier: Apache-2.0
/*
 * spoof SOURCES PEERS BYTES: in a network namespace of its own, one socket hears a datagram from each of so many sources
 * that a raw socket makes up, and another one sends a datagram to each of so many peers where nobody listens. Prints the
 * cookies of both.
 */
#include "network.h"

#include <netinet/ip.h>
#include <netinet/udp.h>

#define PORT 19000
#define FIRST_PORT 20000

struct packet {
	struct iphdr ip;
	struct udphdr udp;
	char bytes[64];
} __attribute__((packed));

static int listen_at_port(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(PORT), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	check(bind(fd, (void *)&at, sizeof(at)), "bind");
	return fd;
}

static void make_up(int sources, int bytes)
{
	const struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int raw = socket(AF_INET, SOCK_RAW, IPPROTO_RAW);

	check(raw, "raw socket");
	for (int source = 0; source < sources; source++) {
		struct packet packet = {
			.ip = { .version = 4, .ihl = 5, .ttl = 64, .protocol = IPPROTO_UDP, .daddr = htonl(INADDR_LOOPBACK),
				.saddr = htonl(INADDR_LOOPBACK + 1) },
			.udp = { .source = htons(FIRST_PORT + source), .dest = htons(PORT), .len = htons(sizeof(struct udphdr) + bytes) },
		};
		const int size = sizeof(packet.ip) + sizeof(packet.udp) + bytes;

		check(sendto(raw, &packet, size, 0, (const void *)&to, sizeof(to)), "sendto");
	}
}

static int send_to(int peers, int bytes)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	char payload[64] = {};

	for (int peer = 0; peer < peers; peer++) {
		to.sin_port = htons(FIRST_PORT + peer);
		check(sendto(fd, payload, bytes, 0, (void *)&to, sizeof(to)), "sendto");
	}
	return fd;
}

int main(int argc, char **argv)
{
	int heard;

	if (argc != 4 || atoi(argv[3]) > 64 || atoi(argv[1]) > 40000)
		return 2;
	enter_own_network();
	heard = listen_at_port();
	make_up(atoi(argv[1]), atoi(argv[3]));
	printf("%llu %llu\n", cookie_of(heard), cookie_of(send_to(atoi(argv[2]), atoi(argv[3]))));
	return 0;
}
