// SPDX-License-Identifier: Apache-2.0
/*
 * churn CONNECTIONS WORKERS [MODE]: short loopback connections of known bytes, ended in five ways by turns, or all in
 * one. WORKERS processes connect, as many accept. Each end is a line on stdout, "cookie role mode sent received", as
 * soon as it has closed.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common.h"

enum mode {
	CLIENT_CLOSES,
	SERVER_CLOSES,
	CLIENT_RESETS,
	SERVER_CLOSES_UNREAD, /* which resets the connection */
	CLIENT_HALF_CLOSES,
	MODES,
};

struct request {
	unsigned int mode, bytes, answer; /* bytes of payload after this header, and of the answer */
};

static char buffer[8192];

static long send_all(int fd, long bytes)
{
	long sent = 0;

	while (sent < bytes) {
		ssize_t n = send(fd, buffer, bytes - sent, MSG_NOSIGNAL);

		check(n, "send");
		sent += n;
	}
	return sent;
}

static void until_end(int fd)
{
	while (recv(fd, buffer, sizeof(buffer), 0) > 0)
		;
}

static void report(unsigned long long cookie, const char *role, unsigned int mode, long sent, long received)
{
	char line[128];
	int length = snprintf(line, sizeof(line), "%llu %s %u %ld %ld\n", cookie, role, mode, sent, received);

	check(write(STDOUT_FILENO, line, length), "write");
}

static void answer(int fd)
{
	unsigned long long cookie = cookie_of(fd);
	struct request request;
	long sent = 0;

	check(recv(fd, &request, sizeof(request), MSG_WAITALL), "recv");
	if (request.mode == SERVER_CLOSES_UNREAD) {
		check(recv(fd, buffer, request.bytes, MSG_PEEK | MSG_WAITALL), "peek");
	} else {
		check(recv(fd, buffer, request.bytes, MSG_WAITALL), "recv");
		sent = send_all(fd, request.answer);
		if (request.mode != SERVER_CLOSES)
			until_end(fd);
	}
	close(fd);
	report(cookie, "server", request.mode, sent, sizeof(request) + request.bytes);
}

static void ask(const struct sockaddr_in *to, const struct request *request)
{
	struct linger reset = { .l_onoff = 1 };
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	unsigned long long cookie = cookie_of(fd);
	long sent, received = 0;

	check(connect(fd, (void *)to, sizeof(*to)), "connect");
	check(send(fd, request, sizeof(*request), MSG_NOSIGNAL), "send");
	sent = sizeof(*request) + send_all(fd, request->bytes);
	if (request->mode != SERVER_CLOSES_UNREAD)
		check(received = recv(fd, buffer, request->answer, MSG_WAITALL), "recv");
	if (request->mode == CLIENT_HALF_CLOSES)
		shutdown(fd, SHUT_WR);
	if (request->mode == CLIENT_RESETS)
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	else if (request->mode != CLIENT_CLOSES)
		until_end(fd);
	close(fd);
	report(cookie, "client", request->mode, sent, received);
}

static void ask_all(const struct sockaddr_in *to, int connections, int worker, int workers, int mode)
{
	for (int i = worker; i < connections; i += workers) {
		struct request request = {
			.mode = mode < 0 ? i % MODES : mode,
			.bytes = 1 + i * 7919L % 8000,
			.answer = 1 + i * 104729L % 8000,
		};

		ask(to, &request);
	}
}

int main(int argc, char **argv)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(to);
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	int connections, workers, status, failed = 0, mode = argc == 4 ? atoi(argv[3]) : -1;
	pid_t servers[64], clients[64];

	if (argc < 3 || argc > 4 || atoi(argv[2]) > 64 || mode >= MODES)
		return 2;
	connections = atoi(argv[1]);
	workers = atoi(argv[2]);
	check(bind(listener, (void *)&to, size), "bind");
	check(listen(listener, 4096), "listen");
	check(getsockname(listener, (void *)&to, &size), "getsockname");
	for (int i = 0; i < workers; i++)
		if ((servers[i] = fork()) == 0)
			for (;;)
				answer(accept(listener, NULL, NULL));
	for (int i = 0; i < workers; i++)
		if ((clients[i] = fork()) == 0) {
			ask_all(&to, connections, i, workers, mode);
			_exit(0);
		}
	for (int i = 0; i < workers; i++) {
		waitpid(clients[i], &status, 0);
		failed |= status;
	}
	sleep(1); /* for the servers' last lines */
	for (int i = 0; i < workers; i++) {
		kill(servers[i], SIGKILL);
		waitpid(servers[i], NULL, 0);
	}
	return failed ? 1 : 0;
}
