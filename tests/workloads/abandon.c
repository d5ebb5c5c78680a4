// SPDX-License-Identifier: Apache-2.0
/*
 * abandon CONNECTIONS WORKERS: WORKERS processes connect, each to a server process of its own, and keep all sockets
 * open; then the servers are killed at once, and the clients too a moment later. Each client end is a line on stdout,
 * "cookie sent".
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common.h"

static void connect_all(const struct sockaddr_in *to, int connections)
{
	for (int i = 0; i < connections; i++) {
		unsigned long long cookie = 0;
		socklen_t size = sizeof(cookie);
		char line[64], payload[256] = "";
		int fd = socket(AF_INET, SOCK_STREAM, 0);

		check(connect(fd, (void *)to, sizeof(*to)), "connect");
		check(getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &size), "SO_COOKIE");
		check(send(fd, payload, 1 + i % 256, MSG_NOSIGNAL), "send");
		check(write(STDOUT_FILENO, line, snprintf(line, sizeof(line), "%llu %d\n", cookie, 1 + i % 256)), "write");
	}
}

static void hold_all(int listener, int connections)
{
	for (int i = 0; i < connections; i++)
		check(accept(listener, NULL, NULL), "accept");
	pause();
}

static pid_t start_server(struct sockaddr_in *to, int connections)
{
	socklen_t size = sizeof(*to);
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	pid_t server;

	*to = (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	check(bind(listener, (void *)to, size), "bind");
	check(listen(listener, 4096), "listen");
	check(getsockname(listener, (void *)to, &size), "getsockname");
	server = fork();
	check(server, "fork");
	if (server == 0)
		hold_all(listener, connections);
	close(listener);
	return server;
}

static pid_t start_client(const struct sockaddr_in *to, int connections, int done)
{
	pid_t client = fork();

	check(client, "fork");
	if (client)
		return client;
	connect_all(to, connections);
	check(write(done, "", 1), "write");
	for (;;)
		pause();
}

static void kill_all(const pid_t *processes, int count)
{
	for (int i = 0; i < count; i++)
		kill(processes[i], SIGKILL);
	for (int i = 0; i < count; i++)
		waitpid(processes[i], NULL, 0);
}

int main(int argc, char **argv)
{
	const struct rlimit files = { 20000, 20000 };
	pid_t servers[64], clients[64];
	int connections, workers, done[2];
	struct sockaddr_in to;
	char byte;

	if (argc != 3 || atoi(argv[2]) > 64)
		return 2;
	setrlimit(RLIMIT_NOFILE, &files);
	workers = atoi(argv[2]);
	connections = atoi(argv[1]) / workers;
	check(pipe(done), "pipe");
	for (int i = 0; i < workers; i++) {
		servers[i] = start_server(&to, connections);
		clients[i] = start_client(&to, connections, done[1]);
	}
	close(done[1]);
	for (int i = 0; i < workers; i++)
		check(read(done[0], &byte, 1) - 1, "a client ended");
	kill_all(servers, workers);
	kill_all(clients, workers);
	return 0;
}
