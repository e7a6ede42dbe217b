/* SPDX-License-Identifier: Apache-2.0
 *
 * chaos_clock - preloaded into every process of a chaos run: the wall clock runs by as much off as the file
 * LEADWIRE_CHAOS_CLOCK says (a 64-bit number of milliseconds that may change at any time). The monotonic clock is untouched.
 */
#define _GNU_SOURCE   /* syscall */
#include <fcntl.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

int clock_gettime(clockid_t clock, struct timespec *out);
int gettimeofday(struct timeval *restrict out, void *restrict zone);
time_t time(time_t *out);

static _Atomic(const _Atomic int64_t *) shared;

static int64_t offset_ms(void)
{
    const _Atomic int64_t *place = atomic_load(&shared);
    const char *path = place ? NULL : getenv("LEADWIRE_CHAOS_CLOCK");
    int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (fd >= 0) {
        void *mapped = mmap(NULL, sizeof *place, PROT_READ, MAP_SHARED, fd, 0);
        close(fd);
        place = mapped == MAP_FAILED ? NULL : mapped;
        atomic_store(&shared, place);
    }
    return place ? atomic_load(place) : 0;
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
