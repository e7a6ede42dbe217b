/* SPDX-License-Identifier: Apache-2.0 */
#include "sip_call.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "call_refuse.h"
#include "contact_id.h"
#include "lw_log.h"
#include "phone_config.h"
#include "sip_contact.h"
#include "sip_lead.h"
#include "sip_reading.h"
#include "wall_clock.h"

enum {
    REPLY_SIZE_MAX = 256 * 1024, LEAD_ID_MAX = 64, WHILE_AWAY_MS = 500, RINGING_EVERY_MS = 60 * 1000,
    T1_ACK_MAX = 64, T1_RESEND_MAX = 8, T1_LINGER = 10,   /* RFC 3261: timer H, T2, T4, in t1 */
};

enum call_state { CALL_PUBLISHING, CALL_WAITING, CALL_ANSWERED, CALL_CONFIRMED };

struct sip_call {
    struct sip_calls *calls;
    struct worker_rules *rules;          /* held */
    const struct sip_config *config;
    const struct sip_source *source;
    struct sip_origin origin;
    struct arena arena;
    struct sip_request request;
    const char *bytes;                   /* the INVITE, for the raw store and to publish it again */
    size_t size;
    char id[LW_IDEMPOTENCY_ID_MAX + 1];
    uint32_t slot, key_hash, call_id_hash;
    enum call_state state;
    uint64_t ticket;                     /* asked of the broker; 0: nothing */
    struct event *timer;
    uint64_t began_ms, rang_ms, give_up_ms;
    uint32_t resend_ms;
    struct byte_buffer last;             /* the last answer */
    char lead_id[LEAD_ID_MAX];           /* of a 302 that the broker has not heard the end of; "": none */
    uint32_t offer_number;
};

static void publish(struct sip_call *call);
static void query(struct sip_call *call);
static void on_published(void *context, const struct lw_publisher_answer *answer);
static void on_state(void *context, const struct lw_publisher_answer *answer);
static void on_timer(evutil_socket_t fd, short what, void *context);
static void decide(struct sip_call *call, const struct lw_publisher_answer *lead);
static void redirect(struct sip_call *call, const struct lw_publisher_answer *lead);
static void refuse(struct sip_call *call, int status, uint32_t retry_after_s, const char *cancel_reason);
static void answer_finally(struct sip_call *call, int status, const char *extra);
static void resend_or_give_up(struct sip_call *call);
static void reply(struct sip_call *call, int status, const char *extra);
static void send_last(const struct sip_call *call);
static void tell_redirected(struct sip_call *call, lw_dial_outcome outcome);
static void arm(struct sip_call *call, uint64_t after_ms);
static void call_free(struct sip_call *call);

lw_status sip_calls_init(struct sip_calls *calls, struct http_worker *worker)
{
    *calls = (struct sip_calls){.worker = worker};
    sip_tells_init(&calls->tells, worker);
    random_bytes(&calls->hash_key, sizeof calls->hash_key);
    calls->slots = calloc(SIP_CALLS_LIMIT, sizeof(struct sip_call *));
    calls->free_slots = calloc(SIP_CALLS_LIMIT, sizeof *calls->free_slots);
    for (uint32_t i = 0; calls->free_slots && i < SIP_CALLS_LIMIT; i++)
        calls->free_slots[i] = i;
    lw_status status = index_table_init(&calls->by_key, SIP_CALLS_LIMIT);
    if (status == LW_OK)
        status = index_table_init(&calls->by_call_id, SIP_CALLS_LIMIT);
    return status == LW_OK && (!calls->slots || !calls->free_slots) ? LW_NO_MEMORY : status;
}

void sip_calls_fini(struct sip_calls *calls)
{
    for (uint32_t i = 0; calls->slots && i < SIP_CALLS_LIMIT; i++)
        if (calls->slots[i])
            call_free(calls->slots[i]);
    sip_tells_fini(&calls->tells);
    index_table_fini(&calls->by_key);
    index_table_fini(&calls->by_call_id);
    free(calls->slots);
    free(calls->free_slots);
}

static uint32_t hash_of(const struct sip_calls *calls, const char *text)
{
    return (uint32_t)siphash_64(calls->hash_key, text, strlen(text));
}

void sip_calls_tag(const struct sip_calls *calls, const struct sip_request *request, char tag[SIP_TAG_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    uint64_t hash = siphash_64(calls->hash_key, request->key, strlen(request->key));
    for (int i = 0; i < SIP_TAG_SIZE - 1; i++, hash >>= 4)
        tag[i] = digits[hash & 15];
    tag[SIP_TAG_SIZE - 1] = '\0';
}

static struct sip_call *find(const struct sip_calls *calls, const char *key)
{
    uint32_t hash = hash_of(calls, key), slot;
    for (uint32_t at = index_table_first(&calls->by_key, hash); index_table_at(&calls->by_key, hash, &at, &slot);)
        if (strcmp(calls->slots[slot]->request.key, key) == 0)
            return calls->slots[slot];
    return NULL;
}

bool sip_calls_again(struct sip_calls *calls, const struct sip_request *request)
{
    struct sip_call *call = find(calls, request->key);
    if (call)
        send_last(call);
    return call != NULL;
}

static bool is_unanswered(const struct sip_call *call)
{
    return call->state == CALL_PUBLISHING || call->state == CALL_WAITING;
}

bool sip_calls_waits(const struct sip_calls *calls, const struct sip_request *request)
{
    uint32_t hash = hash_of(calls, request->call_id), slot;
    for (uint32_t at = index_table_first(&calls->by_call_id, hash); index_table_at(&calls->by_call_id, hash, &at, &slot);)
        if (strcmp(calls->slots[slot]->request.call_id, request->call_id) == 0 && is_unanswered(calls->slots[slot]))
            return true;
    return false;
}

/* A call that was redirected and comes again: the rep's device did not answer. */
static void take_back(struct sip_calls *calls, const char *call_id)
{
    uint32_t hash = hash_of(calls, call_id), slot;
    for (uint32_t at = index_table_first(&calls->by_call_id, hash); index_table_at(&calls->by_call_id, hash, &at, &slot);)
        if (strcmp(calls->slots[slot]->request.call_id, call_id) == 0)
            tell_redirected(calls->slots[slot], LW_DIAL_NO_ANSWER);
}

static bool enter(struct sip_calls *calls, struct sip_call *call)
{
    enum sip_verdict verdict = sip_request_read(&call->arena, call->origin.text, call->origin.port, call->bytes, call->size, &call->request);
    if (verdict != SIP_IS_REQUEST || calls->count == SIP_CALLS_LIMIT)
        return false;
    call->slot = calls->free_slots[SIP_CALLS_LIMIT - 1 - calls->count];
    call->key_hash = hash_of(calls, call->request.key);
    call->call_id_hash = hash_of(calls, call->request.call_id);
    bool added = index_table_add(&calls->by_key, call->key_hash, call->slot) &&
                 index_table_add(&calls->by_call_id, call->call_id_hash, call->slot);
    assert(added);   /* as many as there are slots */
    calls->slots[call->slot] = call;
    calls->count++;
    return true;
}

static struct sip_call *call_new(struct sip_calls *calls, const struct sip_origin *origin, const char *bytes, size_t size)
{
    struct sip_call *call = calloc(1, sizeof *call);
    if (!call)
        return NULL;
    call->calls = calls;
    call->origin = *origin;
    arena_init(&call->arena, SIP_REQUEST_ARENA_CAP);
    byte_buffer_init(&call->last, REPLY_SIZE_MAX);
    call->bytes = arena_copy(&call->arena, bytes, size);
    call->size = size;
    call->timer = event_new(calls->worker->base, -1, 0, on_timer, call);
    if (call->bytes && call->timer && enter(calls, call))
        return call;
    if (call->timer)
        event_free(call->timer);
    arena_fini(&call->arena);
    free(call);
    return NULL;
}

bool sip_calls_begin(struct sip_calls *calls, struct worker_rules *rules, const struct sip_source *source,
                     const struct sip_origin *origin, const char *bytes, size_t size)
{
    struct sip_call *call = call_new(calls, origin, bytes, size);
    if (!call)
        return false;
    call->rules = worker_rules_hold(rules);
    call->config = phone_config_sip(rules->own);
    call->source = source;
    call->began_ms = wall_clock_monotonic_ms();
    contact_id_from_source(source->name, call->request.call_id, strlen(call->request.call_id), call->id);
    sip_transport_hold(calls->transport, origin->connection, 1);
    take_back(calls, call->request.call_id);
    reply(call, 100, NULL);
    publish(call);
    return true;
}

void sip_calls_ack(struct sip_calls *calls, const struct sip_request *request)
{
    struct sip_call *call = find(calls, request->key);
    if (!call || call->state != CALL_ANSWERED)
        return;
    uint32_t wait_ms = call->lead_id[0] ? call->source->answered_after_ms : 0;
    call->state = CALL_CONFIRMED;
    if (wait_ms == 0)
        tell_redirected(call, LW_DIAL_ANSWERED);
    arm(call, wait_ms > 0 ? wait_ms : T1_LINGER * call->config->t1_ms);
}

bool sip_calls_knows(const struct sip_calls *calls, const struct sip_request *request)
{
    return find(calls, request->key) != NULL;
}

void sip_calls_cancel(struct sip_calls *calls, const struct sip_request *request)
{
    struct sip_call *call = find(calls, request->key);
    if (call && is_unanswered(call)) {
        worker_counts_add(&calls->worker->counts, WORKER_COUNT_ABANDONED);
        refuse(call, 487, 0, "caller hung up");
    } else if (call && call->state == CALL_ANSWERED && call->lead_id[0]) {   /* it crossed our 302 */
        call->lead_id[0] = '\0';
        sip_tells_cancel(&calls->tells, call->source->name, call->id, "caller hung up");
    }
}

void sip_calls_cancel_unknown(struct sip_calls *calls, const struct sip_source *source, const struct sip_request *request)
{
    char id[LW_IDEMPOTENCY_ID_MAX + 1];
    contact_id_from_source(source->name, request->call_id, strlen(request->call_id), id);
    sip_tells_cancel(&calls->tells, source->name, id, "caller hung up");
}

void sip_calls_gone(struct sip_calls *calls, uint64_t connection)
{
    for (uint32_t i = 0; i < SIP_CALLS_LIMIT; i++) {
        struct sip_call *call = calls->slots[i];
        if (!call || call->origin.connection != connection || !is_unanswered(call))
            continue;
        worker_counts_add(&calls->worker->counts, WORKER_COUNT_ABANDONED);
        sip_tells_cancel(&calls->tells, call->source->name, call->id, "the connection of the call was lost");
        call_free(call);
    }
}

void sip_calls_drain(struct sip_calls *calls)
{
    for (uint32_t i = 0; i < SIP_CALLS_LIMIT; i++)
        if (calls->slots[i] && is_unanswered(calls->slots[i]))
            refuse(calls->slots[i], 503, 1, "the telephone worker stops");
}

uint32_t sip_calls_in_flight(const struct sip_calls *calls)
{
    uint32_t count = calls->tells.count;
    for (uint32_t i = 0; i < SIP_CALLS_LIMIT; i++)
        count += calls->slots[i] && calls->slots[i]->state == CALL_ANSWERED;
    return count;
}

static struct broker_link_call asking(struct sip_call *call, broker_link_done *done)
{
    uint32_t whole_ms = call->rules->common.answer_within_ms;
    bool away = !broker_link_connected(call->calls->worker->link) && whole_ms > WHILE_AWAY_MS;
    return (struct broker_link_call){away ? WHILE_AWAY_MS : whole_ms, done, call};
}

static void publish(struct sip_call *call)
{
    static struct lead_builder builder;   /* large; used by one call at a time */
    struct http_worker *worker = call->calls->worker;
    const struct lw_lead *lead;
    const char *reason;
    char raw_ref[RAW_REF_MAX];
    /* A store that is full must not send a caller away: the call goes on without its raw bytes (logged there). */
    const bool is_trusted = sip_config_is_trusted(call->config, &call->origin.address);
    if (http_worker_keep_raw(worker, call->source->name, "sip", call->bytes, call->size, is_trusted ? sip_reading_trusted : NULL, raw_ref) != LW_OK)
        worker_counts_add(&worker->counts, WORKER_COUNT_STORE_FULL);
    lead_builder_init(&builder, &call->source->defaults);
    sip_lead_fill(&builder, &call->request, is_trusted);
    lead_builder_set_text(&builder, LEAD_FIELD_RAW_REF, raw_ref);
    lw_status status = lead_builder_finish(&builder, &lead, &reason);
    call->state = CALL_PUBLISHING;
    if (status == LW_OK) {
        struct broker_link_call asked = asking(call, on_published);
        status = broker_link_publish(worker->link, call->id, wall_clock_unix_ms(), lead, &asked, &call->ticket);
    }
    lead_builder_fini(&builder);
    if (status == LW_INVALID || status == LW_TOO_LARGE) {
        worker_counts_add(&worker->counts, WORKER_COUNT_REJECTED);
        refuse(call, 403, 0, NULL);
    } else if (status != LW_OK) {
        worker_counts_add(&worker->counts, WORKER_COUNT_BUSY);
        refuse(call, 503, 1, NULL);
    }
}

static void on_published(void *context, const struct lw_publisher_answer *answer)
{
    struct sip_call *call = context;
    struct worker_counts *counts = &call->calls->worker->counts;
    call->ticket = 0;
    switch (answer->outcome) {
    case LW_OUTCOME_ACCEPTED:
        worker_counts_add(counts, WORKER_COUNT_ACCEPTED);
        break;
    case LW_OUTCOME_DUPLICATE:
    case LW_OUTCOME_DUPLICATE_DIFFERS:   /* a Call-ID names one call only: it came again with other details */
        worker_counts_add(counts, WORKER_COUNT_DUPLICATE);
        break;
    case LW_OUTCOME_BUSY:                /* it may be in the journal all the same: nobody is on that line any more */
        worker_counts_add(counts, WORKER_COUNT_BUSY);
        refuse(call, 503, http_worker_retry_after_s(answer), "the caller was sent away");
        return;
    case LW_OUTCOME_REJECTED:
    case LW_OUTCOME_NONE:
    case LW_OUTCOME_NOT_FOUND:
    case LW_OUTCOME_NOT_YOURS:
        worker_counts_add(counts, WORKER_COUNT_REJECTED);
        log_warning("call rejected source=%s: %s", call->source->name, answer->reason);
        refuse(call, 403, 0, NULL);
        return;
    }
    call->state = CALL_WAITING;
    call->rang_ms = wall_clock_monotonic_ms();
    reply(call, 180, sip_contact_of_us(&call->arena, &call->request));
    query(call);
}

static void query(struct sip_call *call)
{
    struct lw_lead_name name = {.source = call->source->name, .idempotency_id = call->id};
    struct broker_link_call asked = asking(call, on_state);
    if (broker_link_query(call->calls->worker->link, &name, &asked, &call->ticket) != LW_OK)
        call->ticket = 0;
    arm(call, call->source->poll_ms);
}

static void on_state(void *context, const struct lw_publisher_answer *answer)
{
    struct sip_call *call = context;
    call->ticket = 0;
    if (answer->outcome == LW_OUTCOME_NOT_FOUND)   /* the broker forgot, the caller is still here */
        publish(call);
    else if (answer->outcome != LW_OUTCOME_BUSY)
        decide(call, answer);
}

static void decide(struct sip_call *call, const struct lw_publisher_answer *lead)
{
    uint32_t retry_after_s = call->source->retry_after_s;
    unsigned nobody = call_refuse_bit(lead->say) & call->source->refuse;
    if (lead->call_back) {   /* a rep will call */
        refuse(call, 480, retry_after_s, NULL);
        return;
    }
    switch (lead->state) {
    case LW_LEAD_WAITING:
    case LW_LEAD_OFFERED:
        if (nobody) {
            worker_counts_add(&call->calls->worker->counts, WORKER_COUNT_NOBODY);
            if (nobody == CALL_REFUSE_BUSY)
                refuse(call, 486, retry_after_s, "all reps are busy");
            else
                refuse(call, 480, retry_after_s, "nobody is there");
        }
        return;
    case LW_LEAD_CONNECTING:
        redirect(call, lead);
        return;
    case LW_LEAD_PARKED:
    case LW_LEAD_EXPIRED:
        worker_counts_add(&call->calls->worker->counts, WORKER_COUNT_NOBODY);
        refuse(call, 480, retry_after_s, lead->state == LW_LEAD_PARKED ? "nobody in time" : NULL);
        return;
    case LW_LEAD_NONE:
    case LW_LEAD_ASSIGNED:
    case LW_LEAD_SCHEDULED:
    case LW_LEAD_COMPLETED:
    case LW_LEAD_CANCELLED:
    case LW_LEAD_MERGED:
        break;
    }
    refuse(call, 480, retry_after_s, NULL);   /* they have talked, or the call is over: it came again too late */
}

static void redirect(struct sip_call *call, const struct lw_publisher_answer *lead)
{
    const char *contact = sip_contact_of_device(&call->arena, call->source, lead->device);
    size_t size = strlen(lead->lead_id);
    if (!contact || size >= sizeof call->lead_id) {   /* a rule's mistake: nobody can be rung; the offer's deadline ends this */
        log_warning("rep has no device that a call can be sent to: lead=%s rep=%s", lead->lead_id, lead->rep);
        return;
    }
    memcpy(call->lead_id, lead->lead_id, size + 1);
    call->offer_number = lead->offer_number;
    worker_counts_add(&call->calls->worker->counts, WORKER_COUNT_REDIRECTED);
    answer_finally(call, 302, contact);
}

/* cancel_reason NULL: the lead needs no end. */
static void refuse(struct sip_call *call, int status, uint32_t retry_after_s, const char *cancel_reason)
{
    const char *extra = retry_after_s > 0 ? arena_printf(&call->arena, "Retry-After: %u\r\n", retry_after_s) : NULL;
    if (cancel_reason)
        sip_tells_cancel(&call->calls->tells, call->source->name, call->id, cancel_reason);
    answer_finally(call, status, extra);
}

static void answer_finally(struct sip_call *call, int status, const char *extra)
{
    if (call->ticket)
        broker_link_forget(call->calls->worker->link, call->ticket);
    call->ticket = 0;
    call->state = CALL_ANSWERED;
    call->resend_ms = call->config->t1_ms;
    call->give_up_ms = wall_clock_monotonic_ms() + T1_ACK_MAX * (uint64_t)call->config->t1_ms;
    reply(call, status, extra);
    sip_transport_hold(call->calls->transport, call->origin.connection, -1);
    arm(call, call->origin.connection ? T1_ACK_MAX * (uint64_t)call->config->t1_ms : call->resend_ms);
}

static void on_timer(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    struct sip_call *call = context;
    uint64_t now_ms = wall_clock_monotonic_ms();
    switch (call->state) {
    case CALL_PUBLISHING:
        return;
    case CALL_WAITING:
        if (now_ms - call->began_ms >= call->source->wait_ms) {
            worker_counts_add(&call->calls->worker->counts, WORKER_COUNT_NOBODY);
            refuse(call, 480, call->source->retry_after_s, "nobody in time");
            return;
        }
        if (now_ms - call->rang_ms >= RINGING_EVERY_MS) {   /* RFC 3261, 13.3.1.1: so that proxies keep waiting */
            call->rang_ms = now_ms;
            reply(call, 180, sip_contact_of_us(&call->arena, &call->request));
        }
        if (call->ticket == 0)
            query(call);
        else
            arm(call, call->source->poll_ms);
        return;
    case CALL_ANSWERED:
        resend_or_give_up(call);
        return;
    case CALL_CONFIRMED:
        tell_redirected(call, LW_DIAL_ANSWERED);
        call_free(call);
        return;
    }
}

static void resend_or_give_up(struct sip_call *call)
{
    uint64_t now_ms = wall_clock_monotonic_ms();
    if (now_ms >= call->give_up_ms) {
        if (call->lead_id[0])
            sip_tells_cancel(&call->calls->tells, call->source->name, call->id, "the redirection was not acknowledged");
        call_free(call);
        return;
    }
    uint32_t longest_ms = T1_RESEND_MAX * call->config->t1_ms;
    call->resend_ms = call->resend_ms * 2 < longest_ms ? call->resend_ms * 2 : longest_ms;
    send_last(call);
    uint64_t left_ms = call->give_up_ms - now_ms;
    arm(call, left_ms < call->resend_ms ? left_ms : call->resend_ms);
}

static void reply(struct sip_call *call, int status, const char *extra)
{
    char tag[SIP_TAG_SIZE];
    sip_calls_tag(call->calls, &call->request, tag);
    byte_buffer_clear(&call->last);
    sip_reply_write(&call->last, &call->request, status, status == 100 ? "" : tag, extra);
    send_last(call);
}

static void send_last(const struct sip_call *call)
{
    if (!call->last.failed)
        sip_transport_send(call->calls->transport, &call->origin, call->request.reply_to_source, call->request.via_port,
                           call->last.data, call->last.size);
}

/* Once. */
static void tell_redirected(struct sip_call *call, lw_dial_outcome outcome)
{
    if (call->lead_id[0])
        sip_tells_dialled(&call->calls->tells, call->lead_id, call->offer_number, outcome, call->id);
    call->lead_id[0] = '\0';
}

static void arm(struct sip_call *call, uint64_t after_ms)
{
    const struct timeval after = {(time_t)(after_ms / 1000), (suseconds_t)(after_ms % 1000 * 1000)};
    event_add(call->timer, &after);
}

static void call_free(struct sip_call *call)
{
    struct sip_calls *calls = call->calls;
    if (call->ticket && calls->worker->link)
        broker_link_forget(calls->worker->link, call->ticket);
    index_table_remove(&calls->by_key, call->key_hash, call->slot);
    index_table_remove(&calls->by_call_id, call->call_id_hash, call->slot);
    calls->slots[call->slot] = NULL;
    calls->count--;
    calls->free_slots[SIP_CALLS_LIMIT - 1 - calls->count] = call->slot;
    event_free(call->timer);
    byte_buffer_fini(&call->last);
    arena_fini(&call->arena);
    worker_rules_drop(&call->rules);
    free(call);
}
