/* SPDX-License-Identifier: Apache-2.0 */
#include "voice_call.h"

#include <string.h>

#include "lw_log.h"
#include "voice_lead.h"
#include "voice_message.h"
#include "voice_request.h"
#include "wall_clock.h"

typedef void step_function(struct voice_request *request);

static step_function step_incoming, step_hold, step_leg, step_dial_result, step_status;

static const struct { const char *name; step_function *run; } steps[] = {
    {"incoming", step_incoming}, {"hold", step_hold}, {"leg", step_leg}, {"dial-result", step_dial_result}, {"status", step_status},
    {"message", voice_message_taken}, {"recording", voice_message_recorded},
};

static broker_link_done on_published, on_hold_state, on_leg_told, on_result_told, on_end_state, on_cancelled;

static lw_status ask(struct voice_request *request, broker_link_done *done);
static lw_status tell_result(struct voice_request *request, lw_dial_outcome outcome, const char *leg_id, broker_link_done *done);
static bool dial_outcome(const char *text, lw_dial_outcome *out);

void voice_handle(struct http_worker *worker, struct worker_rules *rules, struct http_call *call)
{
    const char *first = http_call_path_part(call, 0), *name = http_call_path_part(call, 1), *step = http_call_path_part(call, 2);
    const struct phone_source *source = NULL;
    step_function *run = NULL;
    if (first && name && step && strcmp(first, "voice") == 0 && !http_call_path_part(call, 3))
        source = phone_config_find(rules->own, name);
    for (size_t i = 0; source && i < sizeof steps / sizeof *steps; i++)
        if (strcmp(steps[i].name, step) == 0)
            run = steps[i].run;

    if (!run) {
        http_worker_refuse(worker, call, WORKER_COUNT_NOT_FOUND, 404, "no such source or step", 0);
        return;
    }
    if (http_call_method(call) != HTTP_POST) {
        http_call_add_header(call, "Allow", "POST");
        http_worker_refuse(worker, call, WORKER_COUNT_WRONG_METHOD, 405, "use POST", 0);
        return;
    }
    if (!http_call_has_type(call, "application/x-www-form-urlencoded")) {
        http_worker_refuse(worker, call, WORKER_COUNT_WRONG_TYPE, 415, "send application/x-www-form-urlencoded", 0);
        return;
    }
    struct voice_request *request = voice_request_new(worker, rules, call, source);
    enum signature_verdict verdict = request ? voice_request_check_signature(request) : SIGNATURE_FAILED;
    if (!request)
        http_worker_refuse(worker, call, WORKER_COUNT_TOO_LARGE, 413, "too many parameters", 0);
    else if (verdict != SIGNATURE_GOOD)
        voice_answer_unsigned(request, verdict);
    else if (!request->call_id)
        voice_answer_refused(request, WORKER_COUNT_MALFORMED, 400, "CallSid is missing");
    else
        run(request);
}

static void step_incoming(struct voice_request *request)
{
    static struct lead_builder builder;   /* large; used by one request at a time */
    const struct lw_lead *lead;
    const char *reason;
    size_t size;
    request->again = arena_printf(http_call_arena(request->call), "incoming?n=%u", request->round + 1);
    request->held.kind = VOICE_HELD_CALL;

    const char *body = http_call_body(request->call, &size);
    voice_request_keep_raw(request, body, size);
    lead_builder_init(&builder, &request->source->defaults);
    voice_lead_fill(&builder, &request->params, request->texts);
    lead_builder_set_text(&builder, LEAD_FIELD_RAW_REF, request->raw_ref);
    lw_status status = lead_builder_finish(&builder, &lead, &reason);
    if (status == LW_OK) {
        struct broker_link_call call = {voice_request_patience_ms(request), on_published, request};
        status = broker_link_publish(request->worker->link, request->call_id, wall_clock_unix_ms(), lead, &call, NULL);
    }
    lead_builder_fini(&builder);
    voice_request_check(request, status);
}

static void on_published(void *context, const struct lw_publisher_answer *answer)
{
    struct voice_request *request = context;
    switch (answer->outcome) {
    case LW_OUTCOME_ACCEPTED:
        worker_counts_add(&request->worker->counts, WORKER_COUNT_ACCEPTED);
        break;
    case LW_OUTCOME_DUPLICATE:
    case LW_OUTCOME_DUPLICATE_DIFFERS:   /* a CallSid names one call only: its webhook came again with other details */
        worker_counts_add(&request->worker->counts, WORKER_COUNT_DUPLICATE);
        break;
    case LW_OUTCOME_BUSY:
        voice_answer_busy(request, http_worker_retry_after_s(answer));
        return;
    case LW_OUTCOME_REJECTED:
    case LW_OUTCOME_NONE:
    case LW_OUTCOME_NOT_FOUND:
    case LW_OUTCOME_NOT_YOURS:
        worker_counts_add(&request->worker->counts, WORKER_COUNT_REJECTED);
        log_warning("call rejected source=%s: %s", request->source->name, answer->reason);
        voice_answer_end(request, true);
        return;
    }
    request->again = arena_printf(http_call_arena(request->call), "hold?n=%u", request->round + 1);
    request->held.kind = VOICE_HELD_NOTHING;   /* the broker has it */
    voice_request_check(request, ask(request, on_hold_state));
}

static void step_hold(struct voice_request *request)
{
    request->again = arena_printf(http_call_arena(request->call), "hold?n=%u&p=%u", request->round + 1, request->position_said);
    voice_request_check(request, ask(request, on_hold_state));
}

static void on_hold_state(void *context, const struct lw_publisher_answer *answer)
{
    struct voice_request *request = context;
    if (answer->outcome == LW_OUTCOME_BUSY)
        voice_answer_busy(request, http_worker_retry_after_s(answer));
    else if (answer->outcome == LW_OUTCOME_NOT_FOUND)   /* the broker forgot, the call is still here: publish it again */
        voice_answer_redirect(request, arena_printf(http_call_arena(request->call), "incoming?n=%u", request->round + 1));
    else
        voice_answer_state(request, answer);
}

static void step_leg(struct voice_request *request)
{
    const char *state = voice_request_param(request, "CallStatus");
    lw_dial_outcome outcome;
    if (!request->lead_id || request->offer_number == 0)
        voice_answer_refused(request, WORKER_COUNT_MALFORMED, 400, "lead or offer is missing");
    else if (strcmp(state, "canceled") == 0 || !dial_outcome(state, &outcome))
        voice_answer_done(request);   /* still ringing; or the caller hung up, which the call's own status tells */
    else
        voice_request_check(request, tell_result(request, outcome, request->call_id, on_leg_told));
}

static void on_leg_told(void *context, const struct lw_publisher_answer *answer)
{
    struct voice_request *request = context;
    if (answer->outcome == LW_OUTCOME_BUSY)
        voice_answer_busy(request, http_worker_retry_after_s(answer));
    else
        voice_answer_done(request);
}

/* While the broker is busy the caller comes back here by <Redirect>, which does not repeat DialCallStatus: the URL does. */
static void step_dial_result(struct voice_request *request)
{
    const struct form_fields *query = http_call_query(request->call);
    const char *state = form_fields_text(&request->params, "DialCallStatus", form_fields_text(query, "result", ""));
    lw_dial_outcome outcome;
    if (!request->lead_id || request->offer_number == 0 || !dial_outcome(state, &outcome)) {
        voice_answer_refused(request, WORKER_COUNT_MALFORMED, 400, "lead, offer or DialCallStatus is missing or not known");
        return;
    }
    request->talked = outcome == LW_DIAL_ANSWERED;
    struct arena *arena = http_call_arena(request->call);
    const char *lead_id = form_encode(arena, request->lead_id);
    request->again = arena_printf(arena, "dial-result?lead=%s&offer=%u&result=%s&n=%u", lead_id ? lead_id : "",
                                  request->offer_number, state, request->round + 1);
    const char *leg_id = form_fields_text(&request->params, "DialCallSid", "");
    voice_request_check(request, tell_result(request, outcome, leg_id, on_result_told));
}

static void on_result_told(void *context, const struct lw_publisher_answer *answer)
{
    struct voice_request *request = context;
    if (answer->outcome != LW_OUTCOME_BUSY)
        request->held.kind = VOICE_HELD_NOTHING;
    if (answer->outcome == LW_OUTCOME_BUSY)
        voice_answer_busy(request, http_worker_retry_after_s(answer));
    else if (request->talked)   /* whoever's the lead is now, this call has had its talk */
        voice_answer_end(request, false);
    else                        /* the lead waits again, or the first result was another's */
        voice_request_check(request, ask(request, on_hold_state));
}

static void step_status(struct voice_request *request)
{
    static const char *const ended[] = {"completed", "canceled", "busy", "no-answer", "failed"};
    const char *state = voice_request_param(request, "CallStatus");
    for (size_t i = 0; i < sizeof ended / sizeof *ended; i++) {
        if (strcmp(state, ended[i]) == 0) {
            request->held.kind = VOICE_HELD_END;
            voice_request_check(request, ask(request, on_end_state));
            return;
        }
    }
    voice_answer_done(request);
}

static void on_end_state(void *context, const struct lw_publisher_answer *answer)
{
    struct voice_request *request = context;
    const bool may_come = (answer->outcome == LW_OUTCOME_NOT_FOUND || answer->state == LW_LEAD_CONNECTING) &&
                          voice_request_goes_behind(request);   /* the call itself, or that they have talked, may be in the spool */
    if (answer->outcome == LW_OUTCOME_BUSY || may_come) {
        voice_answer_busy(request, http_worker_retry_after_s(answer));
        return;
    }
    if (answer->outcome == LW_OUTCOME_NOT_FOUND || !voice_lead_waits(answer)) {
        voice_answer_done(request);
        return;
    }
    struct lw_lead_name name = {.source = request->source->name, .idempotency_id = request->call_id};
    struct broker_link_call call = {voice_request_patience_ms(request), on_cancelled, request};
    voice_request_check(request, broker_link_cancel(request->worker->link, &name, voice_hung_up, &call, NULL));
}

static void on_cancelled(void *context, const struct lw_publisher_answer *answer)
{
    on_leg_told(context, answer);
}

static lw_status ask(struct voice_request *request, broker_link_done *done)
{
    struct lw_lead_name name = {.source = request->source->name, .idempotency_id = request->call_id};
    struct broker_link_call call = {voice_request_patience_ms(request), done, request};
    return broker_link_query(request->worker->link, &name, &call, NULL);
}

static lw_status tell_result(struct voice_request *request, lw_dial_outcome outcome, const char *leg_id, broker_link_done *done)
{
    struct broker_link_call call = {voice_request_patience_ms(request), done, request};
    request->held.kind = VOICE_HELD_DIAL;   /* of a lead that the broker has: it goes behind nothing */
    request->held.lead_id = request->lead_id;
    request->held.offer_number = request->offer_number;
    request->held.outcome = outcome;
    request->held.leg_id = leg_id;
    return broker_link_dial_result(request->worker->link, request->lead_id, request->offer_number, outcome, leg_id, &call, NULL);
}

static bool dial_outcome(const char *text, lw_dial_outcome *out)
{
    static const struct { const char *text; lw_dial_outcome outcome; } table[] = {
        {"in-progress", LW_DIAL_ANSWERED}, {"answered", LW_DIAL_ANSWERED}, {"completed", LW_DIAL_ANSWERED},
        {"busy", LW_DIAL_BUSY}, {"no-answer", LW_DIAL_NO_ANSWER}, {"failed", LW_DIAL_FAILED}, {"canceled", LW_DIAL_FAILED},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (strcmp(table[i].text, text) == 0) {
            *out = table[i].outcome;
            return true;
        }
    }
    return false;
}
