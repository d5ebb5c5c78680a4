// SPDX-License-Identifier: Apache-2.0
/*
 * peer serve PORT REQUEST RESPONSE: answers each connection's REQUEST bytes with RESPONSE bytes.
 * peer call ADDRESS PORT COUNT REQUEST RESPONSE: makes COUNT connections that carry them, then prints "done".
 * Both keep every socket open until they are ended.
 * peer answer and peer brief: the same, but each connection is closed as soon as it has carried them, and brief ends.
 * peer hear PORT: takes datagrams, and answers each with its first half.
 * peer ask ADDRESS PORT COUNT BYTES: sends COUNT datagrams and takes their answers, from one socket, then prints "done".
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

static void serve(char **arguments, int brief)
{
	struct sockaddr_in address = address_of("0.0.0.0", arguments[0]);
	int listener = check(socket(AF_INET, SOCK_STREAM, 0), "socket");
	int yes = 1, fd;
	char end;

	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	check(bind(listener, (void *)&address, sizeof(address)), "bind");
	check(listen(listener, 128), "listen");
	puts("done");
	for (;;) {
		fd = check(accept(listener, NULL, NULL), "accept");
		receive_bytes(fd, atol(arguments[1]));
		send_bytes(fd, atol(arguments[2]));
		if (!brief)
			continue;
		check(read(fd, &end, 1), "read"); /* the caller closes first, so that its port rests in TIME_WAIT */
		close(fd);
	}
}

static void call(char **arguments, int brief)
{
	struct sockaddr_in address = address_of(arguments[0], arguments[1]);
	int fd, left;

	for (left = atoi(arguments[2]); left > 0; left--) {
		fd = check(socket(AF_INET, SOCK_STREAM, 0), "socket");
		check(connect(fd, (void *)&address, sizeof(address)), "connect");
		send_bytes(fd, atol(arguments[3]));
		receive_bytes(fd, atol(arguments[4]));
		if (brief)
			close(fd);
	}
	puts("done");
	if (!brief)
		pause();
}

static void hear(char **arguments)
{
	struct sockaddr_in address = address_of("0.0.0.0", arguments[0]), from;
	int fd = check(socket(AF_INET, SOCK_DGRAM, 0), "socket");
	static char buffer[65536];
	socklen_t length;
	int got;

	check(bind(fd, (void *)&address, sizeof(address)), "bind");
	puts("done");
	for (;;) {
		length = sizeof(from);
		got = check(recvfrom(fd, buffer, sizeof(buffer), 0, (void *)&from, &length), "recvfrom");
		check(sendto(fd, buffer, got / 2, 0, (void *)&from, length), "sendto");
	}
}

static void ask(char **arguments)
{
	struct sockaddr_in address = address_of(arguments[0], arguments[1]);
	int fd = check(socket(AF_INET, SOCK_DGRAM, 0), "socket");
	static char buffer[65536];
	int left;

	for (left = atoi(arguments[2]); left > 0; left--) {
		check(sendto(fd, buffer, atol(arguments[3]), 0, (void *)&address, sizeof(address)), "sendto");
		check(recv(fd, buffer, sizeof(buffer), 0), "recv");
	}
	puts("done");
	pause();
}

int main(int count, char **arguments)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	signal(SIGTERM, SIG_DFL);
	if (count == 5 && strcmp(arguments[1], "serve") == 0)
		serve(arguments + 2, 0);
	if (count == 5 && strcmp(arguments[1], "answer") == 0)
		serve(arguments + 2, 1);
	if (count == 7 && strcmp(arguments[1], "call") == 0)
		call(arguments + 2, 0);
	if (count == 7 && strcmp(arguments[1], "brief") == 0) {
		call(arguments + 2, 1);
		return 0;
	}
	if (count == 3 && strcmp(arguments[1], "hear") == 0)
		hear(arguments + 2);
	if (count == 6 && strcmp(arguments[1], "ask") == 0)
		ask(arguments + 2);
	return 2;
}
