/* SPDX-License-Identifier: Apache-2.0 */
#include "voice_request.h"

#include <stdlib.h>
#include <string.h>

#include "call_markup.h"
#include "call_refuse.h"
#include "http_signature.h"
#include "lw_log.h"
#include "phone_state.h"
#include "wall_clock.h"

enum { ROUND_MAX = 1000000, RING_MIN_S = 5 };

static void answer(struct voice_request *request, const char *markup);
static void answer_hold(struct voice_request *request, const char *text, uint32_t position, const char *step_and_query);
static void answer_dial(struct voice_request *request, const struct lw_publisher_answer *lead);
static lw_status hold(struct voice_request *request);
static void answer_held(struct voice_request *request);
static void answer_nobody(struct voice_request *request, const char *text);
static void end(struct voice_request *request);
static uint32_t number(const char *text, uint32_t max);

struct voice_request *voice_request_new(struct http_worker *worker, struct worker_rules *rules, struct http_call *call,
                                        const struct phone_source *source)
{
    struct arena *arena = http_call_arena(call);
    const struct form_fields *query = http_call_query(call);
    size_t size;
    const char *body = http_call_body(call, &size);
    struct voice_request *request = arena_calloc(arena, 1, sizeof *request);
    if (!request || form_fields_read(arena, body, size, &request->params) != LW_OK)
        return NULL;
    request->worker = worker;
    request->rules = worker_rules_hold(rules);
    request->call = call;
    request->config = rules->own;
    request->source = source;
    request->texts = phone_texts_for(source, form_fields_text(&request->params, "From", NULL));
    request->call_id = form_fields_text(&request->params, "CallSid", NULL);
    request->round = number(form_fields_text(query, "n", "0"), ROUND_MAX);
    request->position_said = number(form_fields_text(query, "p", "0"), UINT32_MAX);
    request->lead_id = form_fields_text(query, "lead", NULL);
    request->offer_number = number(form_fields_text(query, "offer", "0"), UINT32_MAX);
    request->is_kept = strcmp(form_fields_text(query, "kept", ""), "1") == 0;
    request->received_unix_ms = wall_clock_unix_ms();
    return request;
}

static const char *find(const void *context, const struct signature_place *place, size_t *size_out)
{
    const struct voice_request *request = context;
    if (!place->is_field)
        return http_signature_header(request->call, place->name, size_out);
    for (size_t i = 0; i < request->params.count; i++) {
        const struct form_field *field = &request->params.items[i];
        *size_out = field->value_size;
        if (strcmp(field->name, place->name) == 0)
            return field->value;
    }
    *size_out = 0;
    return NULL;
}

enum signature_verdict voice_request_check_signature(const struct voice_request *request)
{
    struct signed_request what;
    if (!request->source->signature)
        return SIGNATURE_GOOD;
    if (!http_signature_request(request->call, request->config->public_base, &request->params, &what))
        return SIGNATURE_FAILED;
    what.find = find;
    what.context = request;
    return signature_check(request->source->signature, &what, wall_clock_unix_ms());
}

const char *voice_request_url(const struct voice_request *request, const char *step_and_query)
{
    return step_and_query ? arena_printf(http_call_arena(request->call), "%s/voice/%s/%s", request->config->public_base,
                                         request->source->name, step_and_query) : NULL;
}

uint32_t voice_request_patience_ms(const struct voice_request *request)
{
    enum { WHILE_AWAY_MS = 500 };
    uint32_t whole_ms = request->rules->common.answer_within_ms;
    return broker_link_connected(request->worker->link) || whole_ms < WHILE_AWAY_MS ? whole_ms : WHILE_AWAY_MS;
}

void voice_request_keep_raw(struct voice_request *request, const char *bytes, size_t size)
{
    if (http_worker_keep_raw(request->worker, request->source->name, "form", bytes, size, NULL, request->raw_ref) != LW_OK)
        worker_counts_add(&request->worker->counts, WORKER_COUNT_STORE_FULL);
}

bool voice_request_goes_behind(const struct voice_request *request)
{
    const struct contact_spool *spool = phone_state_spool(request->worker);
    return spool && (!broker_link_connected(request->worker->link) || contact_spool_is_busy(spool, request->source->name));
}

void voice_request_check(struct voice_request *request, lw_status status)
{
    if (status == LW_OK)
        return;
    if (status != LW_INVALID && status != LW_TOO_LARGE)
        voice_answer_busy(request, 1);
    else if (request->again)
        voice_answer_end(request, true);
    else
        voice_answer_refused(request, WORKER_COUNT_MALFORMED, 400, "the parameters break a rule");
}

const char *voice_request_param(const struct voice_request *request, const char *name)
{
    return form_fields_text(&request->params, name, "");
}

void voice_answer_refused(struct voice_request *request, enum worker_count what, int status, const char *reason)
{
    struct http_worker *worker = request->worker;
    struct http_call *call = request->call;
    end(request);
    http_worker_refuse(worker, call, what, status, reason, 0);
}

void voice_answer_unsigned(struct voice_request *request, enum signature_verdict verdict)
{
    const struct http_signature_refusal refusal = http_signature_refusal(request->source->signature, verdict);
    struct http_worker *worker = request->worker;
    struct http_call *call = request->call;
    end(request);
    http_worker_refuse(worker, call, refusal.what, refusal.status, refusal.reason, refusal.retry_after_s);
}

void voice_answer_done(struct voice_request *request)
{
    end(request);
    http_call_reply(request->call, 204, NULL, NULL, 0);
}

void voice_answer_busy(struct voice_request *request, uint32_t retry_after_s)
{
    const lw_status status = hold(request);
    if (status == LW_OK) {
        answer_held(request);
        return;
    }
    if (status != LW_AGAIN && !request->again) {
        struct http_worker *worker = request->worker;
        struct http_call *call = request->call;
        end(request);
        http_worker_refuse(worker, call, WORKER_COUNT_STORE_FULL, status == LW_FULL ? 507 : 503, "the spool cannot take it", 60);
        return;
    }
    worker_counts_add(&request->worker->counts, WORKER_COUNT_BUSY);
    if (request->again) {
        answer_hold(request, request->texts->hold, 0, request->again);
        return;
    }
    end(request);
    http_call_reply_error(request->call, 503, "try again later", retry_after_s);
}

/* LW_AGAIN: there is nothing to hold, or no spool. */
static lw_status hold(struct voice_request *request)
{
    struct contact_spool *spool = phone_state_spool(request->worker);
    struct voice_held *held = &request->held;
    if (!spool || held->kind == VOICE_HELD_NOTHING)
        return LW_AGAIN;
    if (request->is_kept)
        return LW_OK;
    held->source = request->source->name;
    held->call_id = request->call_id;
    held->raw_ref = request->raw_ref;
    held->received_unix_ms = request->received_unix_ms;
    held->body = http_call_body(request->call, &held->body_size);
    const lw_status status = voice_spool_hold(spool, held);
    if (status == LW_OK)
        worker_counts_add(&request->worker->counts, WORKER_COUNT_HELD);
    return status;
}

/* A caller who is still on the line waits on, and is looked after as before; what they said is taken. */
static void answer_held(struct voice_request *request)
{
    if (!request->again)
        voice_answer_done(request);
    else if (request->held.kind == VOICE_HELD_MESSAGE)
        voice_answer_text(request, request->texts->message_taken);
    else if (request->held.kind == VOICE_HELD_DIAL && request->talked)
        voice_answer_end(request, false);
    else
        answer_hold(request, request->texts->hold, 0, arena_printf(http_call_arena(request->call), "%s&kept=1", request->again));
}

void voice_answer_end(struct voice_request *request, bool say_goodbye)
{
    voice_answer_text(request, say_goodbye ? request->texts->goodbye : NULL);
}

void voice_answer_redirect(struct voice_request *request, const char *step_and_query)
{
    answer_hold(request, request->texts->hold, 0, step_and_query);
}

void voice_answer_state(struct voice_request *request, const struct lw_publisher_answer *lead)
{
    if (lead->call_back) {   /* they have talked, or a rep will call */
        voice_answer_end(request, false);
        return;
    }
    switch (lead->state) {
    case LW_LEAD_WAITING:
    case LW_LEAD_OFFERED: {
        if (call_refuse_bit(lead->say) & request->source->refuse) {   /* hanging up, the service tells the call's end */
            answer_nobody(request, phone_texts_of(request->texts, lead->say, NULL));
            return;
        }
        uint32_t position = lead->position > 0 ? lead->position : 1;   /* offered: nobody is before them */
        answer_hold(request, phone_texts_of(request->texts, lead->say, request->texts->hold), position,
                    arena_printf(http_call_arena(request->call), "hold?n=%u&p=%u", request->round + 1, position));
        return;
    }
    case LW_LEAD_CONNECTING:
        answer_dial(request, lead);
        return;
    case LW_LEAD_ASSIGNED:
    case LW_LEAD_SCHEDULED:
    case LW_LEAD_COMPLETED:
    case LW_LEAD_CANCELLED:
    case LW_LEAD_MERGED:
        voice_answer_end(request, false);   /* they have talked, or the call is over */
        return;
    case LW_LEAD_PARKED:
    case LW_LEAD_EXPIRED:
        answer_nobody(request, NULL);
        return;
    case LW_LEAD_NONE:
        break;
    }
    voice_answer_end(request, true);
}

/* text: why; NULL: there are no words of its own for that. */
static void answer_nobody(struct voice_request *request, const char *text)
{
    if (!request->source->voicemail) {
        voice_answer_text(request, text ? text : request->texts->goodbye);
        return;
    }
    const char *taken = voice_request_url(request, "message"), *recording = voice_request_url(request, "recording");
    answer(request, taken && recording ? call_markup_record(http_call_arena(request->call), request->source, request->texts, text, taken, recording) : NULL);
}

/* The text at first, when the position changed, and now and then; silence or music in between. */
static void answer_hold(struct voice_request *request, const char *text, uint32_t position, const char *step_and_query)
{
    bool say = request->round % request->source->say_every == 0 || (position > 0 && position != request->position_said);
    const char *url = voice_request_url(request, step_and_query);
    answer(request, url ? call_markup_hold(http_call_arena(request->call), request->source, request->texts, say ? text : NULL, position, url) : NULL);
}

void voice_answer_text(struct voice_request *request, const char *text)
{
    answer(request, call_markup_end(http_call_arena(request->call), request->texts, text));
}

static void answer_dial(struct voice_request *request, const struct lw_publisher_answer *lead)
{
    struct arena *arena = http_call_arena(request->call);
    if (!*lead->device) {   /* a rule's mistake: nobody can be rung; the offer's deadline ends this */
        log_warning("rep has no device to ring: lead=%s rep=%s", lead->lead_id, lead->rep);
        answer_hold(request, request->texts->hold, 1, arena_printf(arena, "hold?n=%u&p=1", request->round + 1));
        return;
    }
    /* Not longer than the broker waits for the leg: after that the lead is somebody else's. */
    int64_t left_s = (lead->deadline_unix_ms - wall_clock_unix_ms()) / 1000;
    uint32_t ring_s = request->source->ring_for_s;
    if (lead->deadline_unix_ms > 0 && left_s < (int64_t)ring_s)
        ring_s = left_s > RING_MIN_S ? (uint32_t)left_s : RING_MIN_S;

    const char *lead_id = form_encode(arena, lead->lead_id);
    const char *leg = lead_id ? voice_request_url(request, arena_printf(arena, "leg?lead=%s&offer=%u", lead_id, lead->offer_number)) : NULL;
    const char *result = lead_id ? voice_request_url(request, arena_printf(arena, "dial-result?lead=%s&offer=%u&n=%u", lead_id,
                                                                           lead->offer_number, request->round + 1)) : NULL;
    answer(request, leg && result ? call_markup_dial(arena, request->source, lead->device, ring_s, leg, result) : NULL);
}

static void answer(struct voice_request *request, const char *markup)
{
    struct http_call *call = request->call;
    end(request);
    if (markup)
        http_call_reply(call, 200, "text/xml; charset=utf-8", markup, strlen(markup));
    else
        http_call_reply_error(call, 503, "out of memory", 1);
}

/* The request's memory goes with the call. */
static void end(struct voice_request *request)
{
    worker_rules_drop(&request->rules);
}

static uint32_t number(const char *text, uint32_t max)
{
    uint64_t value = 0;
    for (; *text >= '0' && *text <= '9' && value <= max; text++)
        value = value * 10 + (uint64_t)(*text - '0');
    return *text || value > max ? 0 : (uint32_t)value;
}
