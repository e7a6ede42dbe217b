/* SPDX-License-Identifier: Apache-2.0
 *
 * loop_signals - a process's signals, on its event loop: SIGTERM and SIGINT call stop, SIGHUP calls reload; SIGUSR1 and
 * SIGUSR2 show more and less in the log; SIGPIPE is ignored.
 * The service manager (supervisor.h) is told when the loop begins to turn, reloads, is asked to end, and, if it wants to know, that it
 * still turns.
 * Threads: one owner, that of the event base.
 */
#ifndef LOOP_SIGNALS_H
#define LOOP_SIGNALS_H

#include <event2/event.h>
#include <leadwire/status.h>

enum { LOOP_SIGNALS = 5 };

struct loop_signals {
    struct event *events[LOOP_SIGNALS], *ready, *watchdog;   /* ready: once; watchdog: NULL when nobody waits for it */
    void (*stop)(void *context);
    void (*reload)(void *context);
    void *context;
};

/* stop, reload and context are set by the caller. Errors: LW_NO_MEMORY; close it all the same. */
LW_MUST_CHECK lw_status loop_signals_open(struct loop_signals *signals, struct event_base *base);
void loop_signals_close(struct loop_signals *signals);   /* zeroed: accepted */

#endif
