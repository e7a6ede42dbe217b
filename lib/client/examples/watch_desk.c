/* SPDX-License-Identifier: Apache-2.0
 *
 * Prints what is on a desk, and then every change.
 *
 *   watch_desk ipc:///run/leadwire/events ipc:///run/leadwire/control sales 100
 *
 * Ends with 0 after that many changes of leads (0: never), 1 when the broker refuses.
 */
#include <leadwire/leadwire.h>

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

static void print_event(const struct lw_event *event)
{
    switch (event->kind) {
    case LW_EVENTS_RESET:
        printf("-- from the start\n");
        break;
    case LW_EVENTS_LIVE:
        printf("-- live\n");
        break;
    case LW_EVENTS_LEAD:
        printf("lead %s %s%s%s%s%s\n", event->lead_id, lw_lead_state_name(event->to), *event->rep ? " " : "",
               event->rep, *event->cause ? ": " : "", event->cause);
        break;
    case LW_EVENTS_REP:
        printf("rep %s %s %u/%u\n", event->rep, lw_rep_state_name(event->rep_state), event->load, event->capacity);
        break;
    case LW_EVENTS_DESK:
        printf("desk: %s\n", event->cause);
        break;
    case LW_EVENTS_NONE:
        break;
    }
}

static int watch(struct lw_events *events, long left)
{
    struct lw_event event;
    for (;;) {
        lw_status status;
        while ((status = lw_events_next(events, &event)) == LW_OK) {
            print_event(&event);
            if (event.kind == LW_EVENTS_LEAD && !event.is_snapshot && left > 0 && --left == 0)
                return 0;
        }
        if (status == LW_REFUSED) {
            fprintf(stderr, "refused: %s\n", lw_events_error(events));
            return 1;
        }
        fflush(stdout);
        int fds[2];
        struct pollfd polled[2] = {{.events = POLLIN}, {.events = POLLIN}};
        int count = lw_events_fds(events, fds);
        for (int i = 0; i < count; i++)
            polled[i].fd = fds[i];
        poll(polled, (nfds_t)count, lw_events_wait_ms(events));
    }
}

int main(int argc, char **argv)
{
    struct lw_events *events;
    if (argc != 5) {
        fprintf(stderr, "usage: watch_desk EVENTS-ENDPOINT CONTROL-ENDPOINT DESK COUNT\n");
        return 2;
    }
    struct lw_events_options options = {.events_endpoint = argv[1], .control_endpoint = argv[2], .desk = argv[3],
                                        .client = "watch_desk"};
    lw_status status = lw_events_open(&options, &events);
    if (status != LW_OK) {
        fprintf(stderr, "cannot open: %s\n", lw_status_text(status));
        return 2;
    }
    int code = watch(events, strtol(argv[4], NULL, 10));
    lw_events_close(&events);
    return code;
}
