/* SPDX-License-Identifier: Apache-2.0
 *
 * voice_request - one webhook in progress, and the answers it may get. Between voice_*.c only.
 */
#ifndef VOICE_REQUEST_H
#define VOICE_REQUEST_H

#include "http_worker.h"
#include "phone_config.h"
#include "voice_spool.h"

/* Lives in the call's arena; ends with any of the answering functions. */
struct voice_request {
    struct http_worker *worker;
    struct worker_rules *rules;          /* held */
    struct http_call *call;
    const struct phone_config *config;
    const struct phone_source *source;
    const struct phone_texts *texts;     /* in the caller's language */
    struct form_fields params;
    const char *call_id;                 /* CallSid */
    int64_t received_unix_ms;
    uint32_t round;                      /* how often this caller came back; 0: first */
    uint32_t position_said;
    const char *lead_id;                 /* leg and dial-result: from the URL */
    uint32_t offer_number;
    bool talked;                         /* dial-result: the rep's device was answered */
    struct voice_held held;              /* what goes into the spool if the broker cannot take it; kind NOTHING: nothing is lost */
    bool is_kept;                        /* it went there the time before */
    char raw_ref[RAW_REF_MAX];           /* "": the raw is not kept */
    const char *again;                   /* step and query to come back to while the broker is busy; NULL: not spoken to */
};

/* The parts of URL and body; NULL at the arena's cap. rules are held from here on. */
struct voice_request *voice_request_new(struct http_worker *worker, struct worker_rules *rules, struct http_call *call,
                                        const struct phone_source *source);
/* SIGNATURE_GOOD too if signatures are off. */
enum signature_verdict voice_request_check_signature(const struct voice_request *request);
/* "{public_base}/voice/{source}/{step_and_query}"; NULL at the cap. */
const char *voice_request_url(const struct voice_request *request, const char *step_and_query);
/* How long the broker may take: a caller hears nothing meanwhile, so not long for one that is known to be away. */
uint32_t voice_request_patience_ms(const struct voice_request *request);
/* Keeps these bytes, which are the body or begin so (without that the call goes on: see the log); their name is in raw_ref. */
void voice_request_keep_raw(struct voice_request *request, const char *bytes, size_t size);
/* The broker need not be asked now: it is away, or earlier ones of this source wait in the spool. */
bool voice_request_goes_behind(const struct voice_request *request);
const char *voice_request_param(const struct voice_request *request, const char *name);   /* "" if absent */

/* Of a request to the broker: what could not even be asked is answered now; the rest when the broker has. */
void voice_request_check(struct voice_request *request, lw_status status);

/* Each answers and ends the request. */
void voice_answer_refused(struct voice_request *request, enum worker_count what, int status, const char *reason);
void voice_answer_unsigned(struct voice_request *request, enum signature_verdict verdict);
void voice_answer_done(struct voice_request *request);    /* 204 */
/* What is to be held goes into the spool, and is answered as if the broker had it. Else hold and come `again`, or 503; 507 of a full spool. */
void voice_answer_busy(struct voice_request *request, uint32_t retry_after_s);
void voice_answer_end(struct voice_request *request, bool say_goodbye);
void voice_answer_text(struct voice_request *request, const char *text);   /* says it, NULL: nothing, and hangs up */
void voice_answer_redirect(struct voice_request *request, const char *step_and_query);
/* By where the lead is: hold, dial, goodbye. */
void voice_answer_state(struct voice_request *request, const struct lw_publisher_answer *lead);

#endif
