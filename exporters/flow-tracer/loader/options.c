// SPDX-License-Identifier: Apache-2.0
#include "options.h"

#include <getopt.h>
#include <stdlib.h>

#include "log.h"

#define MAX_FLOWS_LIMIT (16U << 20)

static int parse_max_flows(unsigned int *max_flows, const char *text)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (*text == '\0' || *end != '\0' || value == 0 || value > MAX_FLOWS_LIMIT) {
		log_line(LOG_ERROR, "BAD_OPTION", "--max-flows takes 1 to %u, not \"%s\"", MAX_FLOWS_LIMIT, text);
		return -1;
	}
	*max_flows = value;
	return 0;
}

int parse_options(struct options *options, int argc, char **argv)
{
	static const struct option known[] = {
		{ "pins", required_argument, NULL, 'p' },
		{ "max-flows", required_argument, NULL, 'm' },
		{ "health", no_argument, NULL, 'h' },
		{},
	};
	int option;

	opterr = 0;
	*options = (struct options){ .pins = "/sys/fs/bpf/flowtally", .max_flows = 262144 };
	while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
		if (option == 'p')
			options->pins = optarg;
		else if (option == 'h')
			options->health = true;
		else if (option != 'm' || parse_max_flows(&options->max_flows, optarg))
			break;
	}
	if (option == -1 && optind == argc)
		return 0;
	log_line(LOG_ERROR, "BAD_OPTION", "usage: flow-tracer [--pins DIR] [--max-flows N] [--health]");
	return -1;
}
