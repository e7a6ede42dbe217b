/* SPDX-License-Identifier: Apache-2.0
 *
 * What a process gets from outside, from the seed instead: clocks, randomness, sleep, crashes. And what it tells
 * outside: its log goes to the tail of a failure. These functions take the place of those of lib/base, broker and
 * libzmq in this program, so all of an object's functions are here, or both would be linked.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <zmq.h>

#include "crash_point.h"
#include "faults_desk.h"
#include "lw_log.h"
#include "wall_clock.h"

/* ---- wall_clock.h ---- */

int64_t wall_clock_unix_ms(void)
{
    return (int64_t)faults_desk_now->world->now_ms + faults_desk_now->wall_offset_ms;
}

uint64_t wall_clock_monotonic_ms(void)
{
    return faults_desk_now->world->now_ms;
}

uint64_t wall_clock_monotonic_us(void)
{
    return faults_desk_now->world->now_ms * 1000;
}

/* Nothing costs anything here: what it did would differ from run to run. */
uint64_t wall_clock_thread_cpu_us(void)
{
    return 0;
}

void random_bytes(void *bytes, size_t size)
{
    struct sim_random random = {faults_desk_now->random_state};
    for (size_t i = 0; i < size; i++)
        ((unsigned char *)bytes)[i] = (unsigned char)(sim_random_next(&random) >> 32);
    faults_desk_now->random_state = random.state;
}

void wall_clock_format(int64_t unix_ms, char text[25])
{
    snprintf(text, 25, "%lld", (long long)unix_ms);
}

/* ---- lw_log.h ---- */

void lw_log_open(const char *program)
{
    (void)program;
}

void lw_log(enum lw_log_level level, const char *format, ...)
{
    static const char *const names[] = {"error", "warning", "info", "debug"};
    char words[FAULTS_LINE_MAX];
    va_list arguments;
    if (!faults_desk_now)
        return;
    va_start(arguments, format);
    vsnprintf(words, sizeof words, format, arguments);
    va_end(arguments);
    faults_note(faults_desk_now, "%s: %s", names[level], words);
}

/* ---- crash_point.h: from here on the process does nothing that anybody sees ---- */

void crash_point(const char *point)
{
    struct faults_desk *desk = faults_desk_now;
    if (!desk->turning || desk->turning->is_dying || strcmp(point, desk->crash_at) != 0 || --desk->crash_passings > 0)
        return;
    desk->crash_at[0] = '\0';
    if (!faults_desk_is_whole(desk) && faults_desk_serving(desk))
        return;            /* Redis lost what this broker still has: two faults at once are promised to nobody */
    faults_note(desk, "broker %llu dies at %s", (unsigned long long)desk->turning->number, point);
    desk->turning->is_dying = true;
}

/* ---- the rest of the process ---- */

lw_status run_dir_write_status(const struct run_dir *dir, const char *desk, uint64_t epoch, const char *addresses)
{
    (void)dir, (void)desk, (void)epoch, (void)addresses;
    return LW_OK;
}

/* Never sleeps: tells the calendar when the broker would wake. */
int zmq_poll(zmq_pollitem_t *items, int count, long timeout_ms)
{
    struct faults_broker *broker = faults_desk_now->turning;
    uint64_t now_ms = faults_desk_now->world->now_ms;
    bool ready = false;
    memset(broker->polls, 0, sizeof broker->polls);
    for (int i = 0; i < count; i++) {
        if (!items[i].socket)
            continue;
        int door = *(const int *)items[i].socket;
        broker->polls[door] = true;
        ready |= faults_net_can_read(broker->broker.net, door);
    }
    faults_broker_wake(broker, ready ? now_ms : now_ms + (uint64_t)(timeout_ms < 0 ? 60000 : timeout_ms));
    return 0;
}
