/* SPDX-License-Identifier: Apache-2.0 */
#include "control_client.h"

#include "session.h"
#include "wall_clock.h"

#include <poll.h>
#include <stdlib.h>

enum { RESEND_MS = 2000 };

struct control_client {
    struct session session;
};

lw_status control_client_open(const char *endpoint, const char *desk, const char *client, const char *key_file,
                              struct control_client **out)
{
    *out = NULL;
    struct control_client *control = calloc(1, sizeof *control);
    if (!control)
        return LW_NO_MEMORY;
    struct session_options session = {
        .role = LEADWIRE__V1__ROLE__ROLE_CONTROL,
        .endpoint = endpoint,
        .desk = desk,
        .client = client,
        .key_file = key_file,
        .pending_max = CONTROL_REQUESTS_MAX,
        .resend_ms = RESEND_MS,
    };
    lw_status status = session_open(&control->session, &session);
    if (status != LW_OK)
        control_client_close(&control);
    *out = control;
    return status;
}

void control_client_close(struct control_client **control)
{
    if (!*control)
        return;
    session_close(&(*control)->session, "closed");
    free(*control);
    *control = NULL;
}

lw_status control_client_send(struct control_client *control, struct wire_message *request, int timeout_ms, uint64_t *ticket_out)
{
    struct pending_tag tag = {0};
    session_set_error(&control->session, "");
    return session_request(&control->session, request, &tag, timeout_ms > 0 ? (uint32_t)timeout_ms : 1, ticket_out);
}

lw_status control_client_next(struct control_client *control, uint64_t *ticket_out, struct wire_message *reply)
{
    *reply = (struct wire_message){.type = WIRE_NONE};
    for (;;) {
        struct session_event event;
        enum session_event_kind kind = session_next(&control->session, &event);
        *ticket_out = event.ticket;
        if (kind == SESSION_ANSWER) {
            *reply = event.message;
            return LW_OK;
        }
        if (kind == SESSION_EXPIRED) {
            const bool was_put_off = *event.busy_reason && session_is_connected(&control->session);
            const bool said_busy = was_put_off || session_is_turned_away(&control->session);
            if (was_put_off)
                session_set_error(&control->session, event.busy_reason);
            else if (!*session_error(&control->session))
                session_set_error(&control->session, "no answer in time");
            return said_busy ? LW_AGAIN : LW_TIMEOUT;
        }
        if (kind == SESSION_REFUSED)
            return LW_REFUSED;
        if (kind == SESSION_NOTHING)
            poll(&(struct pollfd){.fd = control->session.fd, .events = POLLIN}, 1, session_wait_ms(&control->session));
    }
}

lw_status control_client_ask(struct control_client *control, struct wire_message *request, int timeout_ms,
                             struct wire_message *reply)
{
    uint64_t ticket, told;

    *reply = (struct wire_message){.type = WIRE_NONE};
    lw_status status = control_client_send(control, request, timeout_ms, &ticket);
    if (status != LW_OK)
        return status;
    do {
        status = control_client_next(control, &told, reply);
    } while (told != ticket && status != LW_REFUSED);
    if (status == LW_REFUSED)
        pending_free(&control->session.pending, pending_find(&control->session.pending, ticket));
    return status;
}

const char *control_client_error(const struct control_client *control)
{
    return session_error(&control->session);
}
