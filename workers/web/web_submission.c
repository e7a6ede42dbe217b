/* SPDX-License-Identifier: Apache-2.0 */
#include "web_submission.h"

#include <string.h>

#include "contact_id.h"
#include "lw_log.h"
#include "wall_clock.h"
#include "web_answer.h"
#include "web_config.h"
#include "web_signature.h"
#include "web_state.h"

enum body_kind { BODY_FORM, BODY_MULTIPART, BODY_JSON, BODY_KINDS };

static const struct { const char *media_type, *suffix; } body_kinds[BODY_KINDS] = {
    [BODY_FORM] = {"application/x-www-form-urlencoded", "form"},
    [BODY_MULTIPART] = {"multipart/form-data", "multipart"},
    [BODY_JSON] = {"application/json", "json"},
};

/* A request between its publish and the broker's answer. Lives in the call's arena. */
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
    enum body_kind kind;
};

static void take(struct http_worker *worker, struct worker_rules *rules, struct http_call *call, const struct web_source *source);
static bool read_body(struct submission *submission);
static bool check_signature(struct submission *submission);
static bool below_limit(struct submission *submission, uint32_t wait_s);
static bool is_robot(const struct submission *submission);
static void choose_id(struct submission *submission);
static void publish(struct submission *submission, const char *raw_ref);
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
        .kind = BODY_FORM,
    };
    if (!below_limit(submission, web_state_client_wait_s(worker->own, source, &submission->origin)))
        return;
    while (submission->kind < BODY_KINDS && !http_call_has_type(call, body_kinds[submission->kind].media_type))
        submission->kind++;
    if (submission->kind == BODY_KINDS) {
        refuse(submission, WORKER_COUNT_WRONG_TYPE, 415, "send application/x-www-form-urlencoded, multipart/form-data or application/json", 0);
        return;
    }
    /* Before the body is read, wherever the signature does not stand in it. */
    bool signature_first = source->signature && !signature_needs_fields(source->signature);
    if ((signature_first && !check_signature(submission)) || !read_body(submission))
        return;
    if (source->signature && !signature_first && !check_signature(submission))
        return;
    /* Only now: who cannot sign shall not use up what the source may send. */
    if (!below_limit(submission, web_state_source_wait_s(worker->own, source)))
        return;
    if (is_robot(submission)) {   /* told what a person would be told, so that it learns nothing */
        taken(submission, WORKER_COUNT_ROBOT, "", "accepted");
        return;
    }
    char raw_ref[RAW_REF_MAX];
    size_t size;
    const char *body = http_call_body(call, &size);
    lw_status kept = http_worker_keep_raw(worker, source->name, body_kinds[submission->kind].suffix, body, size, raw_ref);
    if (kept != LW_OK)
        refuse(submission, WORKER_COUNT_STORE_FULL, kept == LW_FULL ? 507 : 503, "the raw bytes cannot be kept", 60);
    else
        publish(submission, raw_ref);
}

static bool read_body(struct submission *submission)
{
    size_t size;
    const char *body = http_call_body(submission->call, &size);
    struct arena *arena = http_call_arena(submission->call);
    const char *type = http_call_header(submission->call, "Content-Type");
    lw_status status = submission->kind == BODY_JSON ? input_fields_from_json(arena, body, size, &submission->fields)
        : submission->kind == BODY_FORM ? input_fields_from_form(arena, body, size, &submission->fields)
                                        : input_fields_from_multipart(arena, type, body, size, &submission->fields);
    if (status == LW_INVALID)
        refuse(submission, WORKER_COUNT_MALFORMED, 400,
               submission->kind == BODY_JSON ? "the body is not a JSON object or array" : "the body is not multipart/form-data", 0);
    else if (status == LW_OK && submission->fields.count == 0)
        refuse(submission, WORKER_COUNT_MALFORMED, 400, "the body holds no fields", 0);
    else if (status != LW_OK)
        refuse(submission, WORKER_COUNT_TOO_LARGE, 413, "too many fields", 0);
    else {
        input_pairs_apply(&submission->source->mapping.pairs, arena, &submission->fields);
        return true;
    }
    return false;
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

static bool is_robot(const struct submission *submission)
{
    size_t index;
    struct input_field *trap = submission->source->honeypot
        ? input_fields_find(&submission->fields, submission->source->honeypot, 0, &index) : NULL;
    if (trap)
        trap->used = true;
    return trap && trap->size > 0;
}

/* The configured field, else the header, else a hash of the body. */
static void choose_id(struct submission *submission)
{
    size_t index, size;
    const struct web_source *source = submission->source;
    const struct input_field *field = source->idempotency
        ? input_fields_find(&submission->fields, source->idempotency, 0, &index) : NULL;
    const char *header = http_call_header(submission->call, "Idempotency-Key");
    const char *body = http_call_body(submission->call, &size);

    if (field && field->size > 0)
        contact_id_from_source(source->name, field->value, field->size, submission->id);
    else if (header && *header)
        contact_id_from_source(source->name, header, strlen(header), submission->id);
    else {
        contact_id_from_bytes(source->name, body, size, submission->id);
        submission->id_is_hash = true;
    }
}

static void publish(struct submission *submission, const char *raw_ref)
{
    static struct lead_builder builder;   /* large; used by one request at a time */
    struct http_worker *worker = submission->worker;
    const struct lw_lead *lead;
    const char *reason;

    choose_id(submission);
    lead_builder_init(&builder, &submission->source->defaults);
    web_mapping_apply(&submission->source->mapping, &submission->fields, &builder);
    lead_builder_set_text(&builder, LEAD_FIELD_RAW_REF, raw_ref);
    lw_status status = lead_builder_finish(&builder, &lead, &reason);
    if (status == LW_OK) {
        struct broker_link_call call = {submission->rules->common.answer_within_ms, on_answer, submission};
        status = broker_link_publish(worker->link, submission->id, wall_clock_unix_ms(), lead, &call, NULL);
        reason = status == LW_INVALID ? broker_link_error(worker->link) : lw_status_text(status);
    }
    if (status == LW_INVALID || status == LW_TOO_LARGE)
        refuse(submission, WORKER_COUNT_REJECTED, 422, reason, 0);
    else if (status != LW_OK)
        refuse(submission, WORKER_COUNT_BUSY, 503, reason, 1);
    lead_builder_fini(&builder);
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
        refuse(submission, WORKER_COUNT_BUSY, 503, "try again later", http_worker_retry_after_s(answer));
        return;
    case LW_OUTCOME_NONE:
    case LW_OUTCOME_NOT_FOUND:
    case LW_OUTCOME_NOT_YOURS:
        break;   /* not answers to a publish */
    }
    refuse(submission, WORKER_COUNT_OTHER, 503, "unexpected answer of the broker", 1);
}

/* Both end the submission, whose memory goes with the call; the source lives as long as the rules are held. */
static void taken(struct submission *submission, enum worker_count what, const char *lead_id, const char *status)
{
    struct worker_rules *rules = submission->rules;
    worker_counts_add(&submission->worker->counts, what);
    log_debug("%s lead=%s source=%s", status, lead_id, submission->source->name);
    input_fields_release(&submission->fields);
    web_answer_taken(submission->call, submission->source, submission->browser, lead_id, status);
    worker_rules_drop(&rules);
}

static void refuse(struct submission *submission, enum worker_count what, int status, const char *reason, uint32_t retry_after_s)
{
    struct worker_rules *rules = submission->rules;
    worker_counts_add(&submission->worker->counts, what);
    log_debug("refused with %d source=%s: %s", status, submission->source->name, reason);
    input_fields_release(&submission->fields);
    web_answer_refused(submission->call, submission->source, submission->browser, status, reason, retry_after_s);
    worker_rules_drop(&rules);
}
