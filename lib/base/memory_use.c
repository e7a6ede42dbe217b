/* SPDX-License-Identifier: Apache-2.0 */
#include "memory_use.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static uint64_t bound_in(const char *directory);

uint64_t memory_use_resident(void)
{
    unsigned long long all, resident = 0;
    FILE *file = fopen("/proc/self/statm", "re");

    if (!file)
        return 0;
    if (fscanf(file, "%llu %llu", &all, &resident) != 2)
        resident = 0;
    fclose(file);
    return resident * (uint64_t)sysconf(_SC_PAGESIZE);
}

/* Control groups of version 2, where "0::/a/b" names ours: the least of what /a/b, /a and the root allow. */
uint64_t memory_use_group_max(void)
{
    char line[PATH_MAX], path[PATH_MAX + 32];
    uint64_t least = UINT64_MAX;
    FILE *file = fopen("/proc/self/cgroup", "re");

    if (!file)
        return least;
    while (fgets(line, sizeof line, file)) {
        if (strncmp(line, "0::/", 4) != 0)
            continue;
        line[strcspn(line, "\n")] = '\0';
        snprintf(path, sizeof path, "/sys/fs/cgroup%s", line + 3);
        for (char *end; (end = strrchr(path, '/')) != NULL && end >= path + strlen("/sys/fs"); *end = '\0') {
            uint64_t bound = bound_in(path);
            least = bound < least ? bound : least;
        }
    }
    fclose(file);
    return least;
}

uint64_t memory_use_machine(void)
{
    return (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE);
}

/* "max" is no number. */
static uint64_t bound_in(const char *directory)
{
    char path[PATH_MAX + 64];
    unsigned long long bound = 0;

    snprintf(path, sizeof path, "%s/memory.max", directory);
    FILE *file = fopen(path, "re");
    if (!file)
        return UINT64_MAX;
    bool is_number = fscanf(file, "%llu", &bound) == 1;
    fclose(file);
    return is_number ? bound : UINT64_MAX;
}
