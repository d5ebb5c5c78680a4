// SPDX-License-Identifier: Apache-2.0
#include "numbers.h"

#include <ctype.h>
#include <stdlib.h>

#include "log.h"

int parse_number(unsigned int *number, unsigned int most, const char *name, const char *text)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (!isdigit((unsigned char)*text) || *end != '\0' || value == 0 || value > most) {
		log_line(LOG_ERROR, "BAD_OPTION", "--%s takes 1 to %u, not \"%s\"", name, most, text);
		return -1;
	}
	*number = value;
	return 0;
}
