// SPDX-License-Identifier: Apache-2.0
/*
 * socket-activate SOCKET PROGRAM [ARGUMENT...]: becomes PROGRAM, which inherits a listener at the unix socket SOCKET in
 * the way in which systemd hands one over (sd_listen_fds). For a program that listens at no unix socket by itself.
 * Everybody may connect who gets into the socket's folder.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* Where the protocol has the first listener. */
#define LISTENER_FD 3

static int fail(const char *what, const char *why)
{
	fprintf(stderr, "socket-activate: %s: %s\n", what, why);
	return 1;
}

/* The listener, or -1. One that ended leaves its socket behind, which would keep the next from the path. */
static int listen_at(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	if (fd < 0 || (unlink(address->sun_path) && errno != ENOENT))
		return -1;
	if (bind(fd, (const struct sockaddr *)address, sizeof(*address)) || chmod(address->sun_path, 0666))
		return -1;
	return listen(fd, SOMAXCONN) ? -1 : fd;
}

int main(int argc, char **argv)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	char pid[16];
	int fd;

	if (argc < 3)
		return fail("usage", "socket-activate SOCKET PROGRAM [ARGUMENT...]");
	if (strlen(argv[1]) >= sizeof(address.sun_path))
		return fail(argv[1], "too long for the path of a socket");
	strcpy(address.sun_path, argv[1]);
	fd = listen_at(&address);
	if (fd < 0 || (fd != LISTENER_FD && dup2(fd, LISTENER_FD) < 0))
		return fail(argv[1], strerror(errno));
	if (fd != LISTENER_FD)
		close(fd);
	snprintf(pid, sizeof(pid), "%d", getpid());
	setenv("LISTEN_PID", pid, 1);
	setenv("LISTEN_FDS", "1", 1);
	execv(argv[2], argv + 2);
	return fail(argv[2], strerror(errno));
}
