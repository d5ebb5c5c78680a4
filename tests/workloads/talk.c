// SPDX-License-Identifier: Apache-2.0
/*
 * talk 4|6|mapped CONNECTIONS REQUEST RESPONSE: loopback connections that carry known numbers of bytes.
 * One process listens and connects, a forked one accepts. Prints a JSON line for each end, then "ready", and keeps
 * all sockets open until stdin ends.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common.h"

static struct sockaddr_storage address(const char *family, int port, socklen_t *size)
{
	struct sockaddr_storage storage = {};
	struct sockaddr_in *v4 = (void *)&storage;
	struct sockaddr_in6 *v6 = (void *)&storage;

	if (strcmp(family, "4") == 0) {
		*v4 = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = port };
		inet_pton(AF_INET, "127.0.0.1", &v4->sin_addr);
		*size = sizeof(*v4);
	} else {
		*v6 = (struct sockaddr_in6){ .sin6_family = AF_INET6, .sin6_port = port };
		inet_pton(AF_INET6, strcmp(family, "6") ? "::ffff:127.0.0.1" : "::1", &v6->sin6_addr);
		*size = sizeof(*v6);
	}
	return storage;
}

static int listen_on(const char *family, in_port_t *port)
{
	socklen_t size;
	struct sockaddr_storage any = address(family, 0, &size);
	int fd = socket(any.ss_family, SOCK_STREAM, 0);

	check(bind(fd, (void *)&any, size), "bind");
	check(listen(fd, 128), "listen");
	check(getsockname(fd, (void *)&any, &size), "getsockname");
	*port = ((struct sockaddr_in *)&any)->sin_port;
	return fd;
}

static void send_all(int fd, long bytes)
{
	char buffer[4096] = {};

	for (long sent = 0; sent < bytes;) {
		ssize_t n = send(fd, buffer, bytes - sent < 4096 ? bytes - sent : 4096, MSG_NOSIGNAL);

		check(n, "send");
		sent += n;
	}
}

static void receive_all(int fd, long bytes)
{
	char buffer[4096];

	for (long received = 0; received < bytes;) {
		ssize_t n = recv(fd, buffer, bytes - received < 4096 ? bytes - received : 4096, 0);

		check(n > 0 ? 0 : -1, "recv");
		received += n;
	}
}

static void report(const char *role, int fd, int port, long sent, long received)
{
	unsigned long long cookie = 0;
	socklen_t size = sizeof(cookie);

	check(getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &size), "SO_COOKIE");
	dprintf(STDOUT_FILENO, "{\"role\":\"%s\",\"cookie\":\"%llu\",\"pid\":%d,\"port\":%d,\"sent\":%ld,\"received\":%ld}\n",
		role, cookie, getpid(), port, sent, received);
}

static void serve(int listener, int port, int connections, long request, long response)
{
	for (int i = 0; i < connections; i++) {
		int fd = accept(listener, NULL, NULL);

		check(fd, "accept");
		receive_all(fd, request);
		report("server", fd, port, response, request); /* first: the client says "ready" once it has the answer */
		send_all(fd, response);
	}
	pause();
}

int main(int argc, char **argv)
{
	int connections, listener;
	long request, response;
	in_port_t port;
	pid_t server;

	if (argc != 5)
		return 2;
	connections = atoi(argv[2]);
	request = atol(argv[3]);
	response = atol(argv[4]);
	listener = listen_on(argv[1], &port);
	server = fork();
	check(server, "fork");
	if (server == 0)
		serve(listener, ntohs(port), connections, request, response);
	close(listener);
	for (int i = 0; i < connections; i++) {
		socklen_t size;
		struct sockaddr_storage to = address(argv[1], port, &size);
		int fd = socket(to.ss_family, SOCK_STREAM, 0);

		check(connect(fd, (void *)&to, size), "connect");
		send_all(fd, request);
		receive_all(fd, response);
		report("client", fd, ntohs(port), request, response);
	}
	dprintf(STDOUT_FILENO, "ready\n");
	while (getchar() != EOF)
		;
	kill(server, SIGKILL);
	waitpid(server, NULL, 0);
	return 0;
}
