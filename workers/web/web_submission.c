/* SPDX-License-Identifier: Apache-2.0 */
#include "web_submission.h"

#include <string.h>
#include <strings.h>

#include "lw_log.h"
#include "wall_clock.h"
#include "web_answer.h"
#include "web_config.h"
#include "web_push.h"
#include "web_signature.h"
#include "web_state.h"

/* A request until the broker's answer. Lives in the call's arena. */
struct submission {
    struct http_worker *worker;
    struct worker_rules *rules;        /* held */
    struct http_call *call;
    const struct web_source *source;
    struct http_origin origin;
    struct input_fields fields;
    char id[LW_IDEMPOTENCY_ID_MAX + 1];
    bool id_is_hash;                   /* so equal ids mean equal bytes */
    bool browser;
    struct web_body body;
    char raw_ref[RAW_REF_MAX];
    struct raw_waiter raw_waiter;
    int64_t received_unix_ms;
};

static void take(struct http_worker *worker, struct worker_rules *rules, struct http_call *call, const struct web_source *source);
static bool find_kind(struct submission *submission);
static bool admit(struct submission *submission);
static bool read_body(struct submission *submission);
static bool check_signature(struct submission *submission);
static bool below_limit(struct submission *submission, uint32_t wait_s);
static void on_kept(void *context, lw_status kept);
static void publish(struct submission *submission);
static bool goes_behind(const struct submission *submission);
static void hold_or_refuse(struct submission *submission, const char *reason, uint32_t retry_after_s);
static void on_answer(void *context, const struct lw_publisher_answer *answer);
static void taken(struct submission *submission, enum worker_count what, const char *lead_id, const char *status);
static void refuse(struct submission *submission, enum worker_count what, int status, const char *reason, uint32_t retry_after_s);

void web_handle(struct http_worker *worker, struct worker_rules *rules, struct http_call *call)
{
    const char *first = http_call_path_part(call, 0), *name = http_call_path_part(call, 1);
    const struct web_source *source = NULL;
    if (first && name && strcmp(first, "in") == 0 && !http_call_path_part(call, 2))
        source = web_config_find(rules->own, name);

    if (!source) {
        http_worker_refuse(worker, call, WORKER_COUNT_NOT_FOUND, 404, "no such source", 0);
    } else if (http_call_method(call) == HTTP_OPTIONS) {
        web_answer_preflight(call, source);
    } else if (http_call_method(call) == HTTP_GET && source->verify_token) {
        if (!web_answer_handshake(call, source))
            http_worker_refuse(worker, call, WORKER_COUNT_UNAUTHORIZED, 403, "the token is missing or wrong", 0);
    } else if (http_call_method(call) != HTTP_POST) {
        http_call_add_header(call, "Allow", "POST, OPTIONS");
        http_worker_refuse(worker, call, WORKER_COUNT_WRONG_METHOD, 405, "use POST", 0);
    } else {
        web_answer_allow_origin(call, source);
        take(worker, rules, call, source);
    }
}

static void take(struct http_worker *worker, struct worker_rules *rules, struct http_call *call, const struct web_source *source)
{
    struct submission *submission = arena_calloc(http_call_arena(call), 1, sizeof *submission);
    if (!submission) {
        http_worker_refuse(worker, call, WORKER_COUNT_BUSY, 503, "out of memory", 1);
        return;
    }
    *submission = (struct submission){
        .worker = worker,
        .rules = worker_rules_hold(rules),
        .call = call,
        .source = source,
        .origin = http_worker_origin(rules, call),
        .browser = web_answer_is_for_browser(call),
        .body = {.content_type = http_call_header(call, "Content-Type")},
        .received_unix_ms = wall_clock_unix_ms(),
    };
    submission->body.bytes = http_call_body(call, &submission->body.size);
    if (!find_kind(submission) || !admit(submission))
        return;
    if (web_body_is_of_robot(submission->source, &submission->fields)) {   /* told what a person would be told, so that it learns nothing */
        taken(submission, WORKER_COUNT_ROBOT, "", "accepted");
        return;
    }
    const struct web_body *body = &submission->body;
    if (source->fetch.url && body->kind != WEB_BODY_JSON) {
        refuse(submission, WORKER_COUNT_WRONG_TYPE, 415, "send application/json", 0);
        return;
    }
    if (source->fetch.url) {
        struct worker_rules *held = submission->rules;   /* the submission goes with the call, which may be answered at once */
        web_push_take(worker, rules, call, source, submission->fields.document);
        worker_rules_drop(&held);
        return;
    }
    submission->raw_waiter = (struct raw_waiter){.done = on_kept, .context = submission};
    lw_status kept = http_worker_gather_raw(worker, source->name, web_body_suffix(body->kind), body->bytes, body->size,
                                            http_call_header(call, "Idempotency-Key"), submission->raw_ref, &submission->raw_waiter);
    if (kept != LW_OK)
        on_kept(submission, kept);
}

/* The raw bytes are on the disk before the broker has the contact. */
static void on_kept(void *context, lw_status kept)
{
    struct submission *submission = context;
    if (kept != LW_OK)
        refuse(submission, WORKER_COUNT_STORE_FULL, kept == LW_FULL ? 507 : 503, "the raw bytes cannot be kept", 60);
    else
        publish(submission);
}

static bool find_kind(struct submission *submission)
{
    struct web_body *body = &submission->body;
    const char *encoding = http_call_header(submission->call, "Content-Encoding");
    if (encoding && *encoding && strcasecmp(encoding, "identity") != 0) {
        refuse(submission, WORKER_COUNT_WRONG_TYPE, 415, "send the body as it is: no content encoding is undone here", 0);
        return false;
    }
    body->kind = body->content_type ? web_body_kind_of(body->content_type) : WEB_BODY_KINDS;
    if (body->kind < WEB_BODY_KINDS)
        return true;
    refuse(submission, WORKER_COUNT_WRONG_TYPE, 415, "send application/x-www-form-urlencoded, multipart/form-data or application/json", 0);
    return false;
}

/* Reads the body of a sender who may send now. The cheaper check comes first, and the signature before the body is read wherever it does
 * not stand in it. What the source may send is counted last: who cannot sign shall not use it up. */
static bool admit(struct submission *submission)
{
    struct web_state *state = submission->worker->own;
    const struct web_source *source = submission->source;
    bool is_in_body = source->signature && signature_needs_fields(source->signature);
    if (!below_limit(submission, web_state_client_wait_s(state, source, &submission->origin)))
        return false;
    if (source->signature && !is_in_body && !check_signature(submission))
        return false;
    if (!read_body(submission) || (is_in_body && !check_signature(submission)))
        return false;
    return below_limit(submission, web_state_source_wait_s(state, source));
}

static bool read_body(struct submission *submission)
{
    static const char *const problems[WEB_BODY_KINDS] = {
        [WEB_BODY_FORM] = "the body holds no fields",
        [WEB_BODY_MULTIPART] = "the body is not multipart/form-data, or holds no fields",
        [WEB_BODY_JSON] = "the body is not a JSON object or array, or holds no fields",
    };
    const struct web_body *body = &submission->body;
    lw_status status = web_body_read(submission->source, body, http_call_arena(submission->call), &submission->fields);
    if (status == LW_INVALID)
        refuse(submission, WORKER_COUNT_MALFORMED, 400, problems[body->kind], 0);
    else if (status != LW_OK)
        refuse(submission, WORKER_COUNT_TOO_LARGE, 413, "too many fields", 0);
    return status == LW_OK;
}

static bool check_signature(struct submission *submission)
{
    const struct web_config *config = submission->rules->own;
    const char *base = config->public_base ? config->public_base : submission->origin.base;
    enum signature_verdict verdict = web_signature_check(submission->call, base, submission->source, &submission->fields);
    if (verdict == SIGNATURE_GOOD)
        return true;
    struct http_signature_refusal refusal = http_signature_refusal(submission->source->signature, verdict);
    refuse(submission, refusal.what, refusal.status, refusal.reason, refusal.retry_after_s);
    return false;
}

static bool below_limit(struct submission *submission, uint32_t wait_s)
{
    if (wait_s > 0)
        refuse(submission, WORKER_COUNT_RATE_LIMITED, 429, "too many requests", wait_s);
    return wait_s == 0;
}

static void publish(struct submission *submission)
{
    static struct lead_builder builder;   /* large; used by one request after the other, with the memory it has */
    struct http_worker *worker = submission->worker;
    const struct lw_lead *lead;
    const char *reason;

    submission->id_is_hash = web_body_id(submission->source, &submission->body, &submission->fields,
                                         http_call_header(submission->call, "Idempotency-Key"), submission->id);
    lw_status status = web_body_lead(submission->source, &submission->fields, submission->raw_ref, &builder, &lead, &reason);
    if (status == LW_OK && goes_behind(submission)) {
        status = LW_AGAIN;
        reason = "the broker is away";
    } else if (status == LW_OK) {
        struct broker_link_call call = {submission->rules->common.answer_within_ms, on_answer, submission};
        struct lw_lead traced = *lead;
        traced.trace_parent = http_call_header(submission->call, "traceparent");
        status = broker_link_publish(worker->link, submission->id, submission->received_unix_ms, &traced, &call, NULL);
        reason = status == LW_INVALID ? broker_link_error(worker->link) : lw_status_text(status);
    }
    if (status == LW_INVALID || status == LW_TOO_LARGE)
        refuse(submission, WORKER_COUNT_REJECTED, 422, reason, 0);
    else if (status != LW_OK)
        hold_or_refuse(submission, reason, 1);
}

static struct contact_spool *spool_of(const struct submission *submission)
{
    const struct web_state *state = submission->worker->own;
    return submission->source->cannot_retry ? state->spool : NULL;
}

/* True if there is no use in asking the broker now, and the contact may be held. */
static bool goes_behind(const struct submission *submission)
{
    const struct contact_spool *spool = spool_of(submission);
    return spool && (contact_spool_is_busy(spool, submission->source->name) || !broker_link_connected(submission->worker->link));
}

/* The broker cannot take the contact now. */
static void hold_or_refuse(struct submission *submission, const char *reason, uint32_t retry_after_s)
{
    struct contact_spool *spool = spool_of(submission);
    const struct web_held held = {
        .source = submission->source->name, .id = submission->id, .raw_ref = submission->raw_ref, .id_is_hash = submission->id_is_hash,
        .received_unix_ms = submission->received_unix_ms, .body = submission->body,
    };
    lw_status status = spool ? web_spool_hold(spool, &held) : LW_AGAIN;
    if (status == LW_OK) {
        struct worker_rules *rules = submission->rules;
        worker_counts_add(&submission->worker->counts, WORKER_COUNT_HELD);
        log_debug("held source=%s", submission->source->name);
        web_answer_held(submission->call, submission->source, submission->browser);
        worker_rules_drop(&rules);
    } else if (spool) {
        refuse(submission, WORKER_COUNT_STORE_FULL, status == LW_FULL ? 507 : 503, "the spool cannot take it", 60);
    } else {
        refuse(submission, WORKER_COUNT_BUSY, 503, reason, retry_after_s);
    }
}

static void on_answer(void *context, const struct lw_publisher_answer *answer)
{
    struct submission *submission = context;
    lw_outcome outcome = answer->outcome;
    if (outcome == LW_OUTCOME_DUPLICATE_DIFFERS && submission->id_is_hash)
        outcome = LW_OUTCOME_DUPLICATE;   /* the same bytes, mapped by other rules than the first time: the contact is in */

    switch (outcome) {
    case LW_OUTCOME_ACCEPTED:
        taken(submission, WORKER_COUNT_ACCEPTED, answer->lead_id, "accepted");
        return;
    case LW_OUTCOME_DUPLICATE:
        taken(submission, WORKER_COUNT_DUPLICATE, answer->lead_id, "duplicate");
        return;
    case LW_OUTCOME_DUPLICATE_DIFFERS:
        refuse(submission, WORKER_COUNT_DIFFERS, 409, "this id was used for other content", 0);
        return;
    case LW_OUTCOME_REJECTED:
        refuse(submission, WORKER_COUNT_REJECTED, 422, answer->reason, 0);
        return;
    case LW_OUTCOME_BUSY:
        hold_or_refuse(submission, "try again later", http_worker_retry_after_s(answer));
        return;
    case LW_OUTCOME_NONE:
    case LW_OUTCOME_NOT_FOUND:
    case LW_OUTCOME_NOT_YOURS:
        break;   /* not answers to a publish */
    }
    refuse(submission, WORKER_COUNT_OTHER, 503, "unexpected answer of the broker", 1);
}

/* Each ends the submission, as hold_or_refuse does, whose memory goes with the call; the source lives as long as the rules are held. */
static void taken(struct submission *submission, enum worker_count what, const char *lead_id, const char *status)
{
    struct worker_rules *rules = submission->rules;
    worker_counts_add(&submission->worker->counts, what);
    log_debug("%s lead=%s source=%s", status, lead_id, submission->source->name);
    web_answer_taken(submission->call, submission->source, submission->browser, lead_id, status);
    worker_rules_drop(&rules);
}

static void refuse(struct submission *submission, enum worker_count what, int status, const char *reason, uint32_t retry_after_s)
{
    struct worker_rules *rules = submission->rules;
    worker_counts_add(&submission->worker->counts, what);
    log_debug("refused with %d source=%s: %s", status, submission->source->name, reason);
    web_answer_refused(submission->call, submission->source, submission->browser, status, reason, retry_after_s);
    worker_rules_drop(&rules);
}
