/* SPDX-License-Identifier: Apache-2.0
 *
 * chaos_clock - preloaded into every process of a chaos run: the wall clock runs by as much off as the file
 * LEADWIRE_CHAOS_CLOCK says (chaos_clock.h). The monotonic clock is untouched.
 */
#define _GNU_SOURCE   /* syscall, program_invocation_short_name */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "chaos_clock.h"

int clock_gettime(clockid_t clock, struct timespec *out);
int gettimeofday(struct timeval *restrict out, void *restrict zone);
time_t time(time_t *out);

static _Atomic(const struct chaos_clock *) shared;
static int program = -1;      /* of CHAOS_CLOCK_PROGRAMS; -1: none of them */

/* Before it gives itself another name. */
__attribute__((constructor)) static void know_program(void)
{
    static const char *const names[CHAOS_CLOCK_APART] = {CHAOS_CLOCK_PROGRAMS};
    const char *name = program_invocation_short_name;

    for (int i = 0; name && i < CHAOS_CLOCK_APART; i++)
        if (strcmp(name, names[i]) == 0 || (i == CHAOS_CLOCK_REDIS && strcmp(name, "valkey-server") == 0))
            program = i;
}

static int64_t offset_ms(void)
{
    const struct chaos_clock *place = atomic_load(&shared);
    const char *path = place ? NULL : getenv("LEADWIRE_CHAOS_CLOCK");
    int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (fd >= 0) {
        void *mapped = mmap(NULL, sizeof *place, PROT_READ, MAP_SHARED, fd, 0);
        close(fd);
        place = mapped == MAP_FAILED ? NULL : mapped;
        atomic_store(&shared, place);
    }
    return place ? atomic_load(&place->all_ms) + (program < 0 ? 0 : atomic_load(&place->apart_ms[program])) : 0;
}

static int read_clock(clockid_t clock, struct timespec *out)
{
    int result = (int)syscall(SYS_clock_gettime, clock, out);
    if (result != 0 || (clock != CLOCK_REALTIME && clock != CLOCK_REALTIME_COARSE))
        return result;
    int64_t ms = out->tv_nsec / 1000000 + offset_ms(), seconds = ms / 1000, rest_ms = ms % 1000;
    if (rest_ms < 0) {
        rest_ms += 1000;
        seconds--;
    }
    out->tv_sec += seconds;
    out->tv_nsec = rest_ms * 1000000 + out->tv_nsec % 1000000;
    return 0;
}

int clock_gettime(clockid_t clock, struct timespec *out)
{
    return read_clock(clock, out);
}

int gettimeofday(struct timeval *restrict out, void *restrict zone)
{
    struct timespec now;
    (void)zone;
    read_clock(CLOCK_REALTIME, &now);
    out->tv_sec = now.tv_sec;
    out->tv_usec = now.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *out)
{
    struct timespec now;
    read_clock(CLOCK_REALTIME, &now);
    if (out)
        *out = now.tv_sec;
    return now.tv_sec;
}
