// SPDX-License-Identifier: Apache-2.0
/* stand-in: does nothing in a service's place, and ends in good order when told to. `stand-in healthy` says that it is well. */
#include <signal.h>
#include <string.h>
#include <unistd.h>

static void end(int number)
{
	_exit(number == SIGTERM ? 0 : 1);
}

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "healthy") == 0)
		return 0;
	signal(SIGTERM, end);
	for (;;)
		pause();
}
