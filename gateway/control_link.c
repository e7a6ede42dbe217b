/* SPDX-License-Identifier: Apache-2.0
 *
 * The session's descriptor tells of news only once: so after each call on the session `pump` runs from the loop, until there is nothing more.
 */
#include "control_link.h"

#include <stdlib.h>

#include "link_trouble.h"
#include "session.h"

enum { RESEND_MS = CONTROL_WITHIN_MS + 2000, EVENTS_PER_TURN_MAX = 64 };   /* within a session nothing is sent twice */

struct asked {
    uint64_t ticket;   /* 0: free */
    bool is_act;
    control_link_answer *answer;
    void *context;
};

struct control_link {
    struct session session;
    struct event *readable, *pump;
    struct asked asked[CONTROL_ASKED_MAX];
    struct link_trouble trouble;
};

static void on_event(evutil_socket_t fd, short what, void *context);

lw_status control_link_open(struct event_base *base, const char *endpoint, const char *desk, const char *key_file, struct control_link **out)
{
    *out = NULL;
    struct control_link *link = calloc(1, sizeof *link);
    if (!link)
        return LW_NO_MEMORY;
    link_trouble_init(&link->trouble, "control", "");
    const struct session_options options = {.role = LEADWIRE__V1__ROLE__ROLE_CONTROL, .endpoint = endpoint, .desk = desk, .key_file = key_file,
                                            .client = "leadwire-gateway " LEADWIRE_VERSION, .pending_max = CONTROL_ASKED_MAX, .resend_ms = RESEND_MS};
    lw_status status = session_open(&link->session, &options);
    if (status == LW_OK) {
        link->readable = event_new(base, link->session.fd, EV_READ | EV_PERSIST, on_event, link);
        link->pump = event_new(base, -1, 0, on_event, link);
        if (!link->readable || !link->pump || event_add(link->readable, NULL) != 0)
            status = LW_NO_MEMORY;
    }
    if (status != LW_OK) {
        control_link_close(&link);
        return status;
    }
    event_active(link->pump, EV_TIMEOUT, 0);
    *out = link;
    return LW_OK;
}

static void tell(struct asked *asked, const struct wire_message *reply)
{
    struct asked told = *asked;
    *asked = (struct asked){0};
    if (told.ticket != 0)
        told.answer(told.context, reply);
}

void control_link_close(struct control_link **link_place)
{
    struct control_link *link = *link_place;
    *link_place = NULL;
    if (!link)
        return;
    if (link->readable)
        event_free(link->readable);
    if (link->pump)
        event_free(link->pump);
    for (int i = 0; i < CONTROL_ASKED_MAX; i++)
        tell(&link->asked[i], NULL);
    session_close(&link->session, "closed");
    free(link);
}

lw_status control_link_ask(struct control_link *link, struct wire_message *request, control_link_answer *answer, void *context)
{
    struct pending_tag tag = {0};
    struct asked *asked = NULL;
    for (int i = 0; i < CONTROL_ASKED_MAX && !asked; i++)
        if (link->asked[i].ticket == 0)
            asked = &link->asked[i];
    if (!asked)
        return LW_FULL;
    lw_status status = session_request(&link->session, request, &tag, CONTROL_WITHIN_MS, &asked->ticket);
    if (status != LW_OK) {
        asked->ticket = 0;
        return status;
    }
    asked->is_act = request->type == WIRE_LEAD_COMMAND || request->type == WIRE_REP_COMMAND || request->type == WIRE_SOURCE_COMMAND || request->type == WIRE_APPLY_CONFIG;
    asked->answer = answer;
    asked->context = context;
    event_active(link->pump, EV_TIMEOUT, 0);
    return LW_OK;
}

bool control_link_is_open(const struct control_link *link)
{
    return link->session.state == SESSION_OPEN;
}

static void answered(struct control_link *link, uint64_t ticket, const struct wire_message *reply)
{
    for (int i = 0; i < CONTROL_ASKED_MAX; i++) {
        if (link->asked[i].ticket != ticket)
            continue;
        tell(&link->asked[i], reply);
        return;
    }
}

/* The session would send them again to the next broker. */
static void give_up_acts(struct control_link *link)
{
    for (int i = 0; i < CONTROL_ASKED_MAX; i++) {
        struct asked *asked = &link->asked[i];
        if (asked->ticket == 0 || !asked->is_act)
            continue;
        session_forget(&link->session, asked->ticket);
        tell(asked, NULL);
    }
}

static void on_event(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    struct control_link *link = context;
    struct session_event event;
    int left = EVENTS_PER_TURN_MAX;
    enum session_event_kind kind = SESSION_NOTHING;
    while (left-- > 0 && (kind = session_next(&link->session, &event)) != SESSION_NOTHING) {
        if (kind == SESSION_ANSWER)
            answered(link, event.ticket, &event.message);
        else if (kind == SESSION_EXPIRED)
            answered(link, event.ticket, NULL);
        else if (kind == SESSION_LOST || kind == SESSION_REFUSED)
            give_up_acts(link);
    }
    link_trouble_look(&link->trouble, control_link_is_open(link), session_error(&link->session));
    int wait_ms = kind != SESSION_NOTHING ? 0 : session_wait_ms(&link->session);
    const struct timeval wait = {.tv_sec = wait_ms / 1000, .tv_usec = wait_ms % 1000 * 1000};
    event_add(link->pump, &wait);
}
