/* SPDX-License-Identifier: Apache-2.0 */
#include "sip_bytes.h"

#include <stdbool.h>
#include <string.h>

#include "seeded.h"
#include "sip_contact.h"
#include "sip_frame.h"
#include "sip_lead.h"
#include "sip_request.h"

static void answer_holds(struct arena *arena, const struct sip_request *request)
{
    struct byte_buffer reply;
    struct sip_frame *frame = arena_calloc(arena, 1, sizeof *frame);
    byte_buffer_init(&reply, 1 << 20);
    sip_reply_write(&reply, request, 302, "0123456789abcdef", "Contact: <tel:+390255500101>\r\n");
    MUST_HOLD(frame && !reply.failed);
    MUST_HOLD(sip_frame_read(arena, (const char *)reply.data, reply.size, frame) == SIP_FRAME_WHOLE);
    MUST_HOLD(frame->head_size == reply.size && frame->has_length && !frame->doubled && !frame->bad_length);
    MUST_HOLD(strcmp(frame->start, "SIP/2.0 302 Moved Temporarily") == 0);
    MUST_HOLD(strcmp(sip_frame_find(frame, "call-id", 0), request->call_id) == 0);
    MUST_HOLD(sip_frame_find(frame, "via", 0) && !sip_frame_find(frame, "contact", 1) && sip_frame_find(frame, "server", 0));
    for (size_t i = 0; i < frame->header_count; i++) {
        static const char *const ours[] = {"via", "from", "to", "call-id", "cseq", "contact", "server", "content-length"};
        bool known = false;
        for (size_t n = 0; n < sizeof ours / sizeof *ours; n++)
            known = known || strcmp(ours[n], frame->headers[i].name) == 0;
        MUST_HOLD(known);
    }
    byte_buffer_fini(&reply);
}

static void lead_holds(const struct sip_request *request)
{
    static const struct lead_defaults defaults = {.channel = LW_CHANNEL_PHONE, .source = "trunk", .region = "IT", .language = "it"};
    static struct lead_builder builder;
    const struct lw_lead *lead = NULL;
    const char *reason = NULL;
    lead_builder_init(&builder, &defaults);
    sip_lead_fill(&builder, request, true);
    lw_status status = lead_builder_finish(&builder, &lead, &reason);
    MUST_HOLD(status == LW_OK ? lead != NULL : status == LW_INVALID && reason);
    lead_builder_fini(&builder);
}

int sip_bytes_hold(const uint8_t *bytes, size_t size)
{
    static const struct sip_source source = {.name = "trunk"};
    struct arena arena;
    struct sip_request request, again;
    arena_init(&arena, 4 * SIP_REQUEST_ARENA_CAP);
    enum sip_verdict verdict = sip_request_read(&arena, "192.0.2.7", 5062, (const char *)bytes, size, &request);
    MUST_HOLD(sip_request_read(&arena, "192.0.2.7", 5062, (const char *)bytes, size, &again) == verdict);
    if (verdict == SIP_IS_REQUEST) {
        MUST_HOLD(request.key && *request.key && strcmp(request.key, again.key) == 0 && request.refusal == again.refusal);
        answer_holds(&arena, &request);
        lead_holds(&request);
        const char *contact = request.from.user ? sip_contact_of_device(&arena, &source, request.from.user) : NULL;
        MUST_HOLD(!contact || strstr(contact, "\r\n") == contact + strlen(contact) - 2);
    }
    arena_fini(&arena);
    return (int)verdict;
}
