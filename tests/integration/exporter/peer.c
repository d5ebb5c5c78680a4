// SPDX-License-Identifier: Apache-2.0
/*
 * peer serve PORT REQUEST RESPONSE: answers each connection's REQUEST bytes with RESPONSE bytes.
 * peer call ADDRESS PORT COUNT REQUEST RESPONSE: makes COUNT connections that carry them, then prints "done".
 * Both keep every socket open until they are ended.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int check(int result, const char *what)
{
	if (result >= 0)
		return result;
	perror(what);
	exit(1);
}

static struct sockaddr_in address_of(const char *host, const char *port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(atoi(port)) };

	inet_pton(AF_INET, host, &address.sin_addr);
	return address;
}

static void send_bytes(int fd, size_t left)
{
	static char buffer[65536];

	while (left > 0)
		left -= check(write(fd, buffer, left < sizeof(buffer) ? left : sizeof(buffer)), "write");
}

static void receive_bytes(int fd, size_t left)
{
	static char buffer[65536];
	int got;

	while (left > 0) {
		got = check(read(fd, buffer, left < sizeof(buffer) ? left : sizeof(buffer)), "read");
		if (got == 0)
			return;
		left -= got;
	}
}

static void serve(char **arguments)
{
	struct sockaddr_in address = address_of("0.0.0.0", arguments[0]);
	int listener = check(socket(AF_INET, SOCK_STREAM, 0), "socket");
	int yes = 1, fd;

	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	check(bind(listener, (void *)&address, sizeof(address)), "bind");
	check(listen(listener, 128), "listen");
	puts("done");
	for (;;) {
		fd = check(accept(listener, NULL, NULL), "accept");
		receive_bytes(fd, atol(arguments[1]));
		send_bytes(fd, atol(arguments[2]));
	}
}

static void call(char **arguments)
{
	struct sockaddr_in address = address_of(arguments[0], arguments[1]);
	int fd, left;

	for (left = atoi(arguments[2]); left > 0; left--) {
		fd = check(socket(AF_INET, SOCK_STREAM, 0), "socket");
		check(connect(fd, (void *)&address, sizeof(address)), "connect");
		send_bytes(fd, atol(arguments[3]));
		receive_bytes(fd, atol(arguments[4]));
	}
	puts("done");
	pause();
}

int main(int count, char **arguments)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	signal(SIGTERM, SIG_DFL);
	if (count == 5 && strcmp(arguments[1], "serve") == 0)
		serve(arguments + 2);
	if (count == 7 && strcmp(arguments[1], "call") == 0)
		call(arguments + 2);
	return 2;
}
