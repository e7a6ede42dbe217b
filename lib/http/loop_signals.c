/* SPDX-License-Identifier: Apache-2.0 */
#include "loop_signals.h"

#include <signal.h>

static void on_stop(evutil_socket_t signal_number, short what, void *context);
static void on_reload(evutil_socket_t signal_number, short what, void *context);

lw_status loop_signals_open(struct loop_signals *signals, struct event_base *base)
{
    signal(SIGPIPE, SIG_IGN);
    signals->events[0] = evsignal_new(base, SIGTERM, on_stop, signals);
    signals->events[1] = evsignal_new(base, SIGINT, on_stop, signals);
    signals->events[2] = evsignal_new(base, SIGHUP, on_reload, signals);
    for (int i = 0; i < 3; i++)
        if (!signals->events[i] || evsignal_add(signals->events[i], NULL) != 0)
            return LW_NO_MEMORY;
    return LW_OK;
}

void loop_signals_close(struct loop_signals *signals)
{
    for (int i = 0; i < 3; i++) {
        if (signals->events[i])
            event_free(signals->events[i]);
        signals->events[i] = NULL;
    }
}

static void on_stop(evutil_socket_t signal_number, short what, void *context)
{
    (void)signal_number;
    (void)what;
    struct loop_signals *signals = context;
    signals->stop(signals->context);
}

static void on_reload(evutil_socket_t signal_number, short what, void *context)
{
    (void)signal_number;
    (void)what;
    struct loop_signals *signals = context;
    signals->reload(signals->context);
}
