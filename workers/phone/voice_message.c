/* SPDX-License-Identifier: Apache-2.0 */
#include "voice_message.h"

#include <string.h>

#include "lw_log.h"
#include "wall_clock.h"

static void publish(struct voice_request *request, const struct voice_recording *recording);
static broker_link_done on_published;

/* While the broker is busy the caller comes back here by <Redirect>, which does not repeat the recording: the URL does. */
void voice_message_taken(struct voice_request *request)
{
    struct arena *arena = http_call_arena(request->call);
    struct voice_recording recording;
    if (!voice_recording_read(&request->params, http_call_query(request->call), &recording)) {
        voice_answer_refused(request, WORKER_COUNT_MALFORMED, 400, "RecordingSid or RecordingUrl is missing");
        return;
    }
    if (recording.is_empty) {   /* what becomes of the lead, the end of the call tells */
        voice_answer_text(request, NULL);
        return;
    }
    const char *id = form_encode(arena, recording.id), *url = form_encode(arena, recording.url);
    request->again = id && url ? arena_printf(arena, "message?recording=%s&seconds=%u&url=%s&n=%u", id, recording.duration_s, url, request->round + 1) : NULL;
    publish(request, &recording);
}

void voice_message_recorded(struct voice_request *request)
{
    static const struct form_fields nothing;
    struct voice_recording recording;
    if (strcmp(voice_request_param(request, "RecordingStatus"), "completed") != 0)
        voice_answer_done(request);   /* begun; or there is none */
    else if (!voice_recording_read(&request->params, &nothing, &recording))
        voice_answer_refused(request, WORKER_COUNT_MALFORMED, 400, "RecordingSid or RecordingUrl is missing");
    else if (recording.is_empty)
        voice_answer_done(request);
    else
        publish(request, &recording);
}

/* The raw is to tell of the recording too where only the URL does, as whoever reads it again has no URL. */
static void keep_raw(struct voice_request *request, const struct voice_recording *recording)
{
    struct arena *arena = http_call_arena(request->call);
    size_t size;
    const char *body = http_call_body(request->call, &size), *whole = NULL;
    if (form_fields_find(&request->params, "RecordingSid") == NULL) {
        const char *id = form_encode(arena, recording->id), *url = form_encode(arena, recording->url);
        const char *seconds = recording->duration_s > 0 ? arena_printf(arena, "&RecordingDuration=%u", recording->duration_s) : "";
        whole = id && url && seconds ? arena_printf(arena, "%.*s&RecordingSid=%s&RecordingUrl=%s%s", (int)size, body, id, url, seconds) : NULL;
    }
    voice_request_keep_raw(request, whole ? whole : body, whole ? strlen(whole) : size);
}

static void publish(struct voice_request *request, const struct voice_recording *recording)
{
    static struct lead_builder builder;   /* large; used by one request at a time */
    const struct lw_lead *lead;
    const char *reason;
    lead_builder_init(&builder, &request->source->defaults);
    if (!voice_recording_fill(&builder, &request->params, request->texts, recording)) {
        lead_builder_fini(&builder);
        voice_answer_refused(request, WORKER_COUNT_MALFORMED, 400, "RecordingUrl is not an http or https address, or is too long");
        return;
    }
    keep_raw(request, recording);
    request->held.kind = VOICE_HELD_MESSAGE;
    request->held.recording = *recording;
    lead_builder_set_text(&builder, LEAD_FIELD_RAW_REF, request->raw_ref);
    lw_status status = lead_builder_finish(&builder, &lead, &reason);
    if (status == LW_OK && voice_request_goes_behind(request)) {
        status = LW_AGAIN;
    } else if (status == LW_OK) {
        struct broker_link_call call = {voice_request_patience_ms(request), on_published, request};
        status = broker_link_publish(request->worker->link, recording->id, wall_clock_unix_ms(), lead, &call, NULL);
    }
    lead_builder_fini(&builder);
    voice_request_check(request, status);
}

static void answer_kept(struct voice_request *request, enum worker_count what)
{
    worker_counts_add(&request->worker->counts, what);
    if (request->again)
        voice_answer_text(request, request->texts->message_taken);
    else
        voice_answer_done(request);
}

static void on_published(void *context, const struct lw_publisher_answer *answer)
{
    struct voice_request *request = context;
    switch (answer->outcome) {
    case LW_OUTCOME_ACCEPTED:
        answer_kept(request, WORKER_COUNT_ACCEPTED);
        return;
    case LW_OUTCOME_DUPLICATE:
    case LW_OUTCOME_DUPLICATE_DIFFERS:   /* the other webhook of the same recording, which knows less or more of the call */
        answer_kept(request, WORKER_COUNT_DUPLICATE);
        return;
    case LW_OUTCOME_BUSY:
        voice_answer_busy(request, http_worker_retry_after_s(answer));
        return;
    case LW_OUTCOME_REJECTED:
    case LW_OUTCOME_NONE:
    case LW_OUTCOME_NOT_FOUND:
    case LW_OUTCOME_NOT_YOURS:
        break;
    }
    worker_counts_add(&request->worker->counts, WORKER_COUNT_REJECTED);
    log_warning("message rejected source=%s: %s", request->source->name, answer->reason);
    if (request->again)
        voice_answer_end(request, true);
    else
        voice_answer_done(request);
}
