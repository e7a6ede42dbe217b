/* SPDX-License-Identifier: Apache-2.0 */
#include "mail_intake.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ack_outbox.h"
#include "lw_log.h"
#include "wall_clock.h"

static void drop_ack(struct mail_request *request);
static void on_answer(void *context, const struct lw_publisher_answer *answer);
static struct mail_outcome by_reason(enum mail_reason reason);
static struct mail_outcome later(const char *why);

bool mail_intake_take(const struct mail_intake *intake, const struct mail_source *source, const void *bytes, size_t size,
                      int64_t received_unix_ms, struct mail_request *request, struct mail_outcome *out)
{
    struct mail_lead *mail = intake->scratch;
    char ref[RAW_REF_MAX] = "";
    enum mail_reason reason = mail_lead_read(source, bytes, size, mail);
    if (reason == MAIL_LEAD && intake->raw) {
        lw_status kept = raw_store_put(intake->raw, source->name, "eml", bytes, size, NULL, ref);
        if (kept != LW_OK) {
            *out = later("the raw bytes cannot be kept");
            out->store_full = kept == LW_FULL;
            return true;
        }
    }
    if (reason == MAIL_LEAD)
        reason = mail_lead_build(source, bytes, size, ref[0] ? ref : NULL, mail);
    if (reason != MAIL_LEAD) {
        *out = by_reason(reason);
        return true;
    }
    request->ack = ack_mail_make(source->acknowledge, mail, wall_clock_unix_ms());
    const struct broker_link_call call = {intake->answer_within_ms, on_answer, request};
    lw_status status = broker_link_publish(intake->link, mail->idempotency_id, received_unix_ms, mail->lead, &call,
                                           &request->ticket);
    if (status == LW_OK)
        return false;
    drop_ack(request);
    if (status == LW_INVALID || status == LW_TOO_LARGE) {
        *out = by_reason(MAIL_REJECTED);
        out->why = broker_link_error(intake->link);
    } else {
        *out = later(lw_status_text(status));
    }
    return true;
}

void mail_intake_drop(const struct mail_intake *intake, struct mail_request *request)
{
    drop_ack(request);
    broker_link_forget(intake->link, request->ticket);
}

const char *mail_outcome_name(const struct mail_outcome *outcome)
{
    if (outcome->end == MAIL_END_TAKEN)
        return outcome->duplicate ? "duplicate" : "accepted";
    return outcome->end == MAIL_END_LATER ? "later" : mail_reason_name(outcome->reason);
}

void mail_intake_acknowledge(const struct ack_mail *ack)
{
    switch (ack ? ack_outbox_put(ack, wall_clock_unix_ms()) : ACK_TOLD_ALREADY) {
    case ACK_WRITTEN:
        log_info("acknowledgement written");
        break;
    case ACK_OUTBOX_FULL:
        log_warning("acknowledgement left out: %u wait in %s already; does anything send them?", ack->config->waiting_max, ack->config->outbox);
        break;
    case ACK_FAILED:
        log_warning("acknowledgement cannot be written to %s: %s", ack->config->outbox, strerror(errno));
        break;
    case ACK_TOLD_ALREADY:
        break;
    }
}

static void drop_ack(struct mail_request *request)
{
    free(request->ack);
    request->ack = NULL;
}

static struct mail_outcome by_reason(enum mail_reason reason)
{
    enum mail_end end = mail_reason_place(reason) == MAIL_KEEP ? MAIL_END_NO_LEAD : MAIL_END_REFUSED;
    return (struct mail_outcome){.end = end, .reason = reason, .lead_id = "", .why = ""};
}

static struct mail_outcome later(const char *why)
{
    return (struct mail_outcome){.end = MAIL_END_LATER, .reason = MAIL_LEAD, .lead_id = "", .why = why};
}

static void on_answer(void *context, const struct lw_publisher_answer *answer)
{
    struct mail_request *request = context;
    struct mail_outcome outcome = {.end = MAIL_END_TAKEN, .reason = MAIL_LEAD, .lead_id = "", .why = ""};
    switch (answer->outcome) {
    case LW_OUTCOME_DUPLICATE:
    case LW_OUTCOME_ACCEPTED:
        outcome.duplicate = answer->outcome == LW_OUTCOME_DUPLICATE;
        outcome.lead_id = answer->lead_id;
        break;
    case LW_OUTCOME_DUPLICATE_DIFFERS:
        outcome = by_reason(MAIL_DUPLICATE_DIFFERS);
        break;
    case LW_OUTCOME_REJECTED:
        outcome = by_reason(MAIL_REJECTED);
        outcome.why = answer->reason;
        break;
    case LW_OUTCOME_BUSY:
    case LW_OUTCOME_NOT_FOUND:
    case LW_OUTCOME_NOT_YOURS:
    case LW_OUTCOME_NONE:
        outcome = later(answer->reason[0] ? answer->reason : lw_outcome_name(answer->outcome));
        outcome.retry_after_ms = answer->retry_after_ms;
        break;
    }
    if (outcome.end == MAIL_END_TAKEN && !outcome.duplicate)
        mail_intake_acknowledge(request->ack);
    drop_ack(request);
    request->done(request->context, &outcome);
}
