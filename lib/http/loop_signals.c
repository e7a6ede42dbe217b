/* SPDX-License-Identifier: Apache-2.0 */
#include "loop_signals.h"

#include <signal.h>
#include <stdbool.h>

#include "lw_log.h"
#include "supervisor.h"

static void on_stop(evutil_socket_t signal_number, short what, void *context);
static void on_reload(evutil_socket_t signal_number, short what, void *context);
static void on_log_level(evutil_socket_t signal_number, short what, void *context);
static void on_ready(evutil_socket_t none, short what, void *context);
static void on_watchdog(evutil_socket_t none, short what, void *context);

/* The first event of a loop that turns. */
static bool supervise(struct loop_signals *signals, struct event_base *base)
{
    const struct timeval at_once = {0};
    uint32_t watchdog_ms = supervisor_watchdog_ms();
    const struct timeval every = {.tv_sec = (time_t)(watchdog_ms / 1000), .tv_usec = (suseconds_t)(watchdog_ms % 1000 * 1000)};
    signals->ready = evtimer_new(base, on_ready, NULL);
    signals->watchdog = watchdog_ms > 0 ? event_new(base, -1, EV_PERSIST, on_watchdog, NULL) : NULL;
    if (!signals->ready || event_add(signals->ready, &at_once) != 0)
        return false;
    return watchdog_ms == 0 || (signals->watchdog && event_add(signals->watchdog, &every) == 0);
}

lw_status loop_signals_open(struct loop_signals *signals, struct event_base *base)
{
    signal(SIGPIPE, SIG_IGN);
    signals->events[0] = evsignal_new(base, SIGTERM, on_stop, signals);
    signals->events[1] = evsignal_new(base, SIGINT, on_stop, signals);
    signals->events[2] = evsignal_new(base, SIGHUP, on_reload, signals);
    signals->events[3] = evsignal_new(base, SIGUSR1, on_log_level, signals);
    signals->events[4] = evsignal_new(base, SIGUSR2, on_log_level, signals);
    for (int i = 0; i < LOOP_SIGNALS; i++)
        if (!signals->events[i] || evsignal_add(signals->events[i], NULL) != 0)
            return LW_NO_MEMORY;
    return supervise(signals, base) ? LW_OK : LW_NO_MEMORY;
}

void loop_signals_close(struct loop_signals *signals)
{
    for (int i = 0; i < LOOP_SIGNALS; i++) {
        if (signals->events[i])
            event_free(signals->events[i]);
        signals->events[i] = NULL;
    }
    if (signals->ready)
        event_free(signals->ready);
    if (signals->watchdog)
        event_free(signals->watchdog);
    signals->ready = signals->watchdog = NULL;
}

static void on_stop(evutil_socket_t signal_number, short what, void *context)
{
    (void)signal_number;
    (void)what;
    struct loop_signals *signals = context;
    supervisor_stopping();
    signals->stop(signals->context);
}

static void on_reload(evutil_socket_t signal_number, short what, void *context)
{
    (void)signal_number;
    (void)what;
    struct loop_signals *signals = context;
    supervisor_reloading();
    signals->reload(signals->context);
    (void)supervisor_ready();
}

static void on_log_level(evutil_socket_t signal_number, short what, void *context)
{
    (void)what;
    (void)context;
    if (signal_number == SIGUSR1)
        lw_log_show_more();
    else
        lw_log_show_less();
}

static void on_ready(evutil_socket_t none, short what, void *context)
{
    (void)none;
    (void)what;
    (void)context;
    (void)supervisor_ready();
}

static void on_watchdog(evutil_socket_t none, short what, void *context)
{
    (void)none;
    (void)what;
    (void)context;
    supervisor_turns();
}
