/* SPDX-License-Identifier: Apache-2.0 */
#include "sip_tell.h"

#include <stdlib.h>
#include <string.h>

#include "lw_log.h"
#include "sip_config.h"
#include "wall_clock.h"

enum { GIVE_UP_AFTER_MS = 5 * 60 * 1000, AGAIN_MS = 1000, TELL_ARENA_CAP = 8 * 1024 };

struct sip_tell {
    struct sip_tells *tells;
    struct sip_tell *next, **place;
    struct event *timer;
    struct arena arena;
    uint64_t give_up_at_ms;
    const char *source, *id, *reason;   /* of a cancel */
    const char *lead_id, *leg_id;       /* of a dial result; lead_id NULL: a cancel */
    uint32_t offer_number;
    lw_dial_outcome outcome;
};

static struct sip_tell *add(struct sip_tells *tells);
static void tell_free(struct sip_tell *tell);
static void tell_now(struct sip_tell *tell);
static void on_heard(void *context, const struct lw_publisher_answer *answer);
static void on_again(evutil_socket_t fd, short what, void *context);

void sip_tells_init(struct sip_tells *tells, struct http_worker *worker)
{
    *tells = (struct sip_tells){.worker = worker};
}

void sip_tells_fini(struct sip_tells *tells)
{
    while (tells->first)
        tell_free(tells->first);
}

void sip_tells_cancel(struct sip_tells *tells, const char *source, const char *idempotency_id, const char *reason)
{
    struct sip_tell *tell = add(tells);
    if (!tell)
        return;
    tell->source = arena_strdup(&tell->arena, source);
    tell->id = arena_strdup(&tell->arena, idempotency_id);
    tell->reason = reason;
    tell_now(tell);
}

void sip_tells_dialled(struct sip_tells *tells, const char *lead_id, uint32_t offer_number, lw_dial_outcome outcome, const char *leg_id)
{
    struct sip_tell *tell = add(tells);
    if (!tell)
        return;
    tell->lead_id = arena_strdup(&tell->arena, lead_id);
    tell->leg_id = arena_strdup(&tell->arena, leg_id);
    tell->offer_number = offer_number;
    tell->outcome = outcome;
    tell_now(tell);
}

static struct sip_tell *add(struct sip_tells *tells)
{
    struct sip_tell *tell = tells->count < SIP_CALLS_LIMIT ? calloc(1, sizeof *tell) : NULL;
    struct event *timer = tell ? event_new(tells->worker->base, -1, 0, on_again, tell) : NULL;
    if (!timer) {
        log_error("sip: the end of a call is not told to the broker: too many wait for it already");
        free(tell);
        return NULL;
    }
    *tell = (struct sip_tell){.tells = tells, .next = tells->first, .place = &tells->first, .timer = timer,
                              .give_up_at_ms = wall_clock_monotonic_ms() + GIVE_UP_AFTER_MS};
    arena_init(&tell->arena, TELL_ARENA_CAP);
    if (tell->next)
        tell->next->place = &tell->next;
    tells->first = tell;
    tells->count++;
    return tell;
}

static void tell_free(struct sip_tell *tell)
{
    *tell->place = tell->next;
    if (tell->next)
        tell->next->place = tell->place;
    tell->tells->count--;
    event_free(tell->timer);
    arena_fini(&tell->arena);
    free(tell);
}

static void later(struct sip_tell *tell, uint32_t after_ms)
{
    const struct timeval after = {after_ms / 1000, (suseconds_t)(after_ms % 1000 * 1000)};
    if (wall_clock_monotonic_ms() < tell->give_up_at_ms) {
        event_add(tell->timer, &after);
        return;
    }
    log_warning("sip: the broker was away for too long to hear of the end of a call");
    tell_free(tell);
}

static void tell_now(struct sip_tell *tell)
{
    struct http_worker *worker = tell->tells->worker;
    struct broker_link_call call = {worker->rules->common.answer_within_ms, on_heard, tell};
    struct lw_lead_name name = {.source = tell->source, .idempotency_id = tell->id};
    lw_status status;
    if (tell->lead_id)
        status = broker_link_dial_result(worker->link, tell->lead_id, tell->offer_number, tell->outcome, tell->leg_id, &call, NULL);
    else
        status = broker_link_cancel(worker->link, &name, tell->reason, &call, NULL);
    if (status == LW_INVALID || status == LW_TOO_LARGE) {
        log_error("sip: the end of a call cannot be told: %s", broker_link_error(worker->link));
        tell_free(tell);
    } else if (status != LW_OK) {
        later(tell, AGAIN_MS);
    }
}

static void on_heard(void *context, const struct lw_publisher_answer *answer)
{
    struct sip_tell *tell = context;
    if (answer->outcome == LW_OUTCOME_BUSY)
        later(tell, answer->retry_after_ms > AGAIN_MS ? answer->retry_after_ms : AGAIN_MS);
    else
        tell_free(tell);   /* not found, not yours: somebody else has ended it */
}

static void on_again(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    tell_now(context);
}
