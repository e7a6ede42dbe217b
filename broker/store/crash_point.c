/* SPDX-License-Identifier: Apache-2.0 */
#include "crash_point.h"

#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool prepared;
static const char *wanted;          /* NULL: none */
static size_t wanted_size;
static unsigned long passings_left;

void crash_point(const char *point)
{
    if (!prepared)
        crash_point_arm(getenv("LEADWIRE_CRASH_AT"));
    if (!wanted)
        return;
    if (strncmp(point, wanted, wanted_size) != 0 || point[wanted_size] != '\0' || --passings_left > 0)
        return;
    kill(getpid(), SIGKILL);
    _exit(137);
}

void crash_point_arm(const char *specification)
{
    prepared = true;
    wanted = specification && *specification ? specification : NULL;
    if (!wanted)
        return;
    const char *colon = strchr(wanted, ':');
    wanted_size = colon ? (size_t)(colon - wanted) : strlen(wanted);
    passings_left = colon ? strtoul(colon + 1, NULL, 10) : 1;
    if (passings_left == 0)
        passings_left = 1;
}
