// SPDX-License-Identifier: Apache-2.0
/*
 * connect serve PORT WORKERS
 * connect call ADDRESS PORT WORKERS SECONDS RATE
 * Short TCP connections: connect, 64 bytes each way, close (the caller first). `call` prints how many it made as one
 * JSON line; RATE is connections a second over all workers, 0 as many as go. `serve` prints "ready", ends on SIGTERM.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PAYLOAD 64
#define MOST_WORKERS 64
#define SLICE 0.001 /* a paced worker wakes up this often, seconds */

struct count {
	long made;
	long failed;
};

static void check(int result, const char *what)
{
	if (result >= 0)
		return;
	perror(what);
	exit(1);
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec + time.tv_nsec * 1e-9;
}

static void sleep_for(double seconds)
{
	struct timespec time = { .tv_nsec = seconds * 1e9 };

	nanosleep(&time, NULL);
}

static pid_t worker(void)
{
	pid_t parent = getpid();
	pid_t child = fork();

	check(child, "fork");
	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			_exit(1);
	}
	return child;
}

static void answer(int listener)
{
	char bytes[PAYLOAD] = {};

	for (;;) {
		int fd = accept(listener, NULL, NULL);

		check(fd, "accept");
		if (recv(fd, bytes, PAYLOAD, MSG_WAITALL) == PAYLOAD && send(fd, bytes, PAYLOAD, MSG_NOSIGNAL) == PAYLOAD)
			recv(fd, bytes, 1, 0);
		close(fd);
	}
}

static void serve(int port, int workers)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(port) };
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	pid_t children[MOST_WORKERS];
	int on = 1, signal;
	sigset_t end;

	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	check(bind(listener, (void *)&address, sizeof(address)), "bind");
	check(listen(listener, 4096), "listen");
	sigemptyset(&end);
	sigaddset(&end, SIGTERM);
	sigprocmask(SIG_BLOCK, &end, NULL);
	for (int i = 0; i < workers; i++) {
		children[i] = worker();
		if (children[i] == 0)
			answer(listener);
	}
	dprintf(STDOUT_FILENO, "ready\n");
	sigwait(&end, &signal);
	for (int i = 0; i < workers; i++) {
		kill(children[i], SIGKILL);
		waitpid(children[i], NULL, 0);
	}
}

static int exchange(const struct sockaddr_in *to)
{
	char bytes[PAYLOAD] = {};
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	int done = fd >= 0 && connect(fd, (const void *)to, sizeof(*to)) == 0 &&
		   send(fd, bytes, PAYLOAD, MSG_NOSIGNAL) == PAYLOAD && recv(fd, bytes, PAYLOAD, MSG_WAITALL) == PAYLOAD;

	close(fd);
	return done;
}

static void call(const struct sockaddr_in *to, double seconds, double rate, struct count *count)
{
	double start = now();

	for (double time = 0; time < seconds; time = now() - start) {
		if (rate > 0 && count->made + count->failed >= time * rate)
			sleep_for(SLICE);
		else if (exchange(to))
			count->made++;
		else
			count->failed++;
	}
}

static void call_all(const struct sockaddr_in *to, int workers, double seconds, double rate)
{
	struct count *counts = mmap(NULL, workers * sizeof(*counts), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct count sum = {};
	double start = now();

	for (int i = 0; i < workers; i++)
		if (worker() == 0) {
			call(to, seconds, rate / workers, &counts[i]);
			_exit(0);
		}
	while (wait(NULL) > 0)
		;
	for (int i = 0; i < workers; i++) {
		sum.made += counts[i].made;
		sum.failed += counts[i].failed;
	}
	printf("{\"made\":%ld,\"failed\":%ld,\"seconds\":%.3f}\n", sum.made, sum.failed, now() - start);
}

int main(int argc, char **argv)
{
	struct sockaddr_in to = { .sin_family = AF_INET };

	if (argc == 4 && strcmp(argv[1], "serve") == 0 && atoi(argv[3]) <= MOST_WORKERS) {
		serve(atoi(argv[2]), atoi(argv[3]));
		return 0;
	}
	if (argc != 7 || strcmp(argv[1], "call") || inet_pton(AF_INET, argv[2], &to.sin_addr) != 1)
		return 2;
	to.sin_port = htons(atoi(argv[3]));
	call_all(&to, atoi(argv[4]), atof(argv[5]), atof(argv[6]));
	return 0;
}
