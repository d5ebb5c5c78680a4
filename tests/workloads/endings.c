// SPDX-License-Identifier: Apache-2.0
/*
 * endings: TCP connections that end in every way there is, one after the other, on loopback. A line on stdout for each
 * flow of each socket that is of interest: "case cookie sent received error last-state", with the numbers a tracer is
 * to find.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common.h"

#define ESTABLISHED 1
#define SYN_SENT 2
#define FIN_WAIT2 5
#define LAST_ACK 9

struct pair {
	int client, server;
	unsigned long long client_cookie, server_cookie;
};

static char buffer[1 << 16];
static struct sockaddr_in home;
static int listener;

static void note(const char *name, unsigned long long cookie, long sent, long received, int error, int last_state)
{
	printf("%s %llu %ld %ld %d %d\n", name, cookie, sent, received, error, last_state);
}

static struct sockaddr_in at(in_addr_t address, int port)
{
	return (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr.s_addr = address, .sin_port = htons(port) };
}

static int try_connect(int fd, struct sockaddr_in to)
{
	return connect(fd, (void *)&to, sizeof(to)) ? errno : 0;
}

static struct sockaddr_in start_listening(int *fd, int backlog)
{
	struct sockaddr_in address = at(htonl(INADDR_LOOPBACK), 0);
	socklen_t size = sizeof(address);

	*fd = socket(AF_INET, SOCK_STREAM, 0);
	check(bind(*fd, (void *)&address, size), "bind");
	check(listen(*fd, backlog), "listen");
	check(getsockname(*fd, (void *)&address, &size), "getsockname");
	return address;
}

/* A listener whose queue is full does not answer. */
static struct sockaddr_in silent_address(void)
{
	int fd;
	struct sockaddr_in address = start_listening(&fd, 0);

	check(-try_connect(socket(AF_INET, SOCK_STREAM, 0), address), "fill the queue");
	return address;
}

static struct pair make_pair(int client)
{
	struct pair pair = { .client = client, .client_cookie = cookie_of(client) };

	check(-try_connect(client, home), "connect");
	pair.server = accept(listener, NULL, NULL);
	check(pair.server, "accept");
	pair.server_cookie = cookie_of(pair.server);
	return pair;
}

static struct pair new_pair(void)
{
	return make_pair(socket(AF_INET, SOCK_STREAM, 0));
}

static void carry(int from, int to, long bytes)
{
	check(send(from, buffer, bytes, MSG_NOSIGNAL) - bytes, "send");
	check(recv(to, buffer, bytes, MSG_WAITALL) - bytes, "recv");
}

static void end_of(int fd)
{
	while (recv(fd, buffer, sizeof(buffer), 0) > 0)
		;
}

/* One socket, two flows: a descriptor can connect again. */
static void refused(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	for (int i = 0; i < 2; i++) {
		check(try_connect(fd, at(htonl(INADDR_LOOPBACK), 1 + i)) == ECONNREFUSED ? 0 : -1, "refused");
		note("refused", cookie_of(fd), 0, 0, ECONNREFUSED, SYN_SENT);
	}
	close(fd);
}

static void timed_out(struct sockaddr_in silent)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0), retries = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_SYNCNT, &retries, sizeof(retries));
	check(try_connect(fd, silent) == ETIMEDOUT ? 0 : -1, "timed out");
	note("timed-out", cookie_of(fd), 0, 0, ETIMEDOUT, SYN_SENT);
	close(fd);
}

static void given_up(struct sockaddr_in silent)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

	check(try_connect(fd, silent) == EINPROGRESS ? 0 : -1, "given up");
	note("given-up", cookie_of(fd), 0, 0, 0, SYN_SENT);
	close(fd);
}

static void reset(void)
{
	struct linger now = { .l_onoff = 1 };
	struct pair pair = new_pair();

	carry(pair.client, pair.server, 500);
	setsockopt(pair.client, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(pair.client);
	end_of(pair.server);
	note("reset-by", pair.client_cookie, 500, 0, 0, ESTABLISHED);
	note("reset", pair.server_cookie, 0, 500, ECONNRESET, ESTABLISHED);
	close(pair.server);
}

static void half_closed(void)
{
	struct pair pair = new_pair();

	carry(pair.client, pair.server, 100);
	shutdown(pair.client, SHUT_WR);
	end_of(pair.server);
	carry(pair.server, pair.client, 5000);
	close(pair.server);
	end_of(pair.client);
	close(pair.client);
	note("half-closed", pair.client_cookie, 100, 5000, 0, FIN_WAIT2);
	note("half-closed-peer", pair.server_cookie, 5000, 100, 0, LAST_ACK);
}

/* The client's process has let go of the socket while its data waits for a peer that does not read. */
static void orphaned(void)
{
	struct pair pair = new_pair();
	long sent = 0, n;

	fcntl(pair.client, F_SETFL, O_NONBLOCK);
	while ((n = send(pair.client, buffer, sizeof(buffer), MSG_NOSIGNAL)) > 0)
		sent += n;
	close(pair.client);
	end_of(pair.server);
	close(pair.server);
	note("orphaned", pair.client_cookie, sent, 0, 0, FIN_WAIT2);
	note("orphaned-peer", pair.server_cookie, 0, sent, 0, LAST_ACK);
}

/* connect(AF_UNSPEC) ends a flow; the same socket then carries a second one. */
static void reconnected(void)
{
	struct sockaddr none = { .sa_family = AF_UNSPEC };
	struct pair first = new_pair(), second;

	carry(first.client, first.server, 10);
	check(connect(first.client, &none, sizeof(none)), "disconnect");
	note("reconnected", first.client_cookie, 10, 0, 0, ESTABLISHED);
	close(first.server);
	second = make_pair(first.client);
	carry(second.client, second.server, 20);
	close(second.server);
	end_of(second.client);
	close(second.client);
	note("reconnected", second.client_cookie, 20, 0, 0, LAST_ACK);
}

static void never_accepted(void)
{
	int client = socket(AF_INET, SOCK_STREAM, 0);

	check(-try_connect(client, home), "connect");
	check(send(client, buffer, 77, MSG_NOSIGNAL), "send");
	close(listener);
	end_of(client);
	note("never-accepted", cookie_of(client), 77, 0, ECONNRESET, ESTABLISHED);
	close(client);
}

int main(void)
{
	struct sockaddr_in silent = silent_address();

	home = start_listening(&listener, 16);
	refused();
	timed_out(silent);
	given_up(silent);
	reset();
	half_closed();
	orphaned();
	reconnected();
	never_accepted();
	return 0;
}
