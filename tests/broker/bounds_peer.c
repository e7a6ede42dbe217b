/* SPDX-License-Identifier: Apache-2.0 */
#include "bounds_peer.h"

#include <stdio.h>
#include <string.h>

#include "cmocka_all.h"

enum { TEXT_MAX = 16000 };

static const Leadwire__V1__StatusReply *ask(struct raw_peer *control, const char *run_dir);
static const Leadwire__V1__StatusReply *read_status(struct raw_peer *control);

Leadwire__V1__Status bounds_peer_publish(struct raw_peer *publisher, const char *id, uint32_t number, size_t size)
{
    static char filler[TEXT_MAX + 1];
    char name[64];
    Leadwire__V1__Publish publish = LEADWIRE__V1__PUBLISH__INIT;
    Leadwire__V1__Lead lead = LEADWIRE__V1__LEAD__INIT;

    assert_true(size <= TEXT_MAX);
    memset(filler, 'x', size);
    filler[size] = '\0';
    snprintf(name, sizeof name, "%s-%u", id, number);
    lead.channel = LEADWIRE__V1__CHANNEL__CHANNEL_WEB;
    lead.source = (char *)(uintptr_t)"form";
    lead.summary = filler;
    publish.request_id = ++publisher->request_id;
    publish.idempotency_id = name;
    publish.lead = &lead;
    raw_peer_send(publisher, WIRE_PUBLISH, &publish.base);
    const Leadwire__V1__Reply *reply = raw_peer_expect(publisher, WIRE_REPLY)->reply;
    assert_int_equal(reply->request_id, publisher->request_id);
    if (reply->status == LEADWIRE__V1__STATUS__STATUS_BUSY) {
        assert_true(reply->retry_after_ms > 0);
        assert_true(reply->reason[0] != '\0');
    }
    if (publisher->request_id % 500 == 0)
        raw_peer_ping(publisher);            /* its Pong is skipped */
    return reply->status;
}

/* An offer, its holding and the answers may come between those of the other lead in hand. */
void bounds_peer_work_off(struct raw_peer *rep, uint32_t count)
{
    char id[96];

    for (uint32_t answers = 0; answers < 2 * count;) {
        assert_true(raw_peer_receive(rep, RAW_PEER_WAIT_MS));
        const struct wire_message *message = &rep->message;
        if (message->type == WIRE_OFFER) {
            raw_peer_answer(rep, message->offer->lead_id, message->offer->offer_number, true);
        } else if (message->type == WIRE_HOLDING) {
            snprintf(id, sizeof id, "done-%.60s", message->holding->lead_id);
            raw_peer_complete(rep, message->holding->lead_id, id);
        } else if (message->type == WIRE_REPLY) {
            assert_int_equal(message->reply->status, LEADWIRE__V1__STATUS__STATUS_ACCEPTED);
            if (++answers % 100 == 0)
                raw_peer_ping(rep);
        }
    }
    raw_peer_ping(rep);      /* who confirms nothing is slow */
}

struct bound_seen bounds_peer_ask(const char *run_dir, const char *bound)
{
    struct raw_peer control;

    raw_peer_open(&control, run_dir, "control");
    raw_peer_enter(&control, LEADWIRE__V1__ROLE__ROLE_CONTROL, NULL);
    struct bound_seen seen = bounds_peer_read(&control, bound);
    raw_peer_close(&control);
    return seen;
}

struct bound_seen bounds_peer_read(struct raw_peer *control, const char *bound)
{
    const Leadwire__V1__StatusReply *status = read_status(control);

    for (size_t i = 0; i < status->n_bounds; i++) {
        const Leadwire__V1__Bound *row = status->bounds[i];
        if (strcmp(row->name, bound) == 0)
            return (struct bound_seen){row->used, row->max, row->refused_total, row->is_shut};
    }
    fail_msg("the broker tells of no bound %s", bound);
    return (struct bound_seen){0};
}

struct desk_seen bounds_peer_ask_desk(const char *run_dir)
{
    struct raw_peer control;
    const Leadwire__V1__StatusReply *status = ask(&control, run_dir);
    struct desk_seen seen = {status->waiting + status->offered + status->assigned, status->published_total, status->completed_total,
                             status->busy_total, status->handshakes_failed_total, status->silent_cut_total};

    raw_peer_close(&control);
    return seen;
}

/* Lives as long as the session. */
static const Leadwire__V1__StatusReply *ask(struct raw_peer *control, const char *run_dir)
{
    raw_peer_open(control, run_dir, "control");
    raw_peer_enter(control, LEADWIRE__V1__ROLE__ROLE_CONTROL, NULL);
    return read_status(control);
}

static const Leadwire__V1__StatusReply *read_status(struct raw_peer *control)
{
    Leadwire__V1__StatusRequest request = LEADWIRE__V1__STATUS_REQUEST__INIT;

    request.request_id = ++control->request_id;
    raw_peer_send(control, WIRE_STATUS_REQUEST, &request.base);
    return raw_peer_expect(control, WIRE_STATUS_REPLY)->status_reply;
}
