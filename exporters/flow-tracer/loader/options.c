// SPDX-License-Identifier: Apache-2.0
#include "options.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"

#define NUMBER_LIMIT (16U << 20)

static int parse_number(unsigned int *number, const char *name, const char *text)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (*text == '\0' || *end != '\0' || value == 0 || value > NUMBER_LIMIT) {
		log_line(LOG_ERROR, "BAD_OPTION", "--%s takes 1 to %u, not \"%s\"", name, NUMBER_LIMIT, text);
		return -1;
	}
	*number = value;
	return 0;
}

static int parse_switch(bool *on, const char *name, const char *text)
{
	*on = strcmp(text, "on") == 0;
	if (*on || strcmp(text, "off") == 0)
		return 0;
	log_line(LOG_ERROR, "BAD_OPTION", "--%s takes on or off, not \"%s\"", name, text);
	return -1;
}

static int take_option(struct options *options, int option)
{
	switch (option) {
	case 'p':
		options->pins = optarg;
		return 0;
	case 'm':
		return parse_number(&options->max_flows, "max-flows", optarg);
	case 'c':
		return parse_number(&options->max_closed, "max-closed", optarg);
	case 'u':
		return parse_switch(&options->udp, "udp", optarg);
	case 'i':
		return parse_number(&options->udp_idle, "udp-idle", optarg);
	case 'h':
		options->health = true;
		return 0;
	default:
		return -1;
	}
}

int parse_options(struct options *options, int argc, char **argv)
{
	static const struct option known[] = {
		{ "pins", required_argument, NULL, 'p' },
		{ "max-flows", required_argument, NULL, 'm' },
		{ "max-closed", required_argument, NULL, 'c' },
		{ "udp", required_argument, NULL, 'u' },
		{ "udp-idle", required_argument, NULL, 'i' },
		{ "health", no_argument, NULL, 'h' },
		{},
	};
	int option;

	opterr = 0;
	*options = (struct options){
		.pins = "/sys/fs/bpf/flowtally",
		.max_flows = 262144,
		.max_closed = 65536,
		.udp = true,
		.udp_idle = 60,
	};
	do
		option = getopt_long(argc, argv, "", known, NULL);
	while (option != -1 && take_option(options, option) == 0);
	if (option == -1 && optind == argc)
		return 0;
	log_line(LOG_ERROR, "BAD_OPTION",
		 "usage: flow-tracer [--pins DIR] [--max-flows N] [--max-closed N] [--udp on|off] [--udp-idle SECONDS] [--health]");
	return -1;
}
