/* SPDX-License-Identifier: Apache-2.0
 *
 * The part of a lead's record that says who refused it and how its last offers were decided.
 */
#include "record.h"

enum { EXCLUSION_AGAIN = 128 };   /* beside its cause: it is not the rep's first, and their number follows */
enum { EXCLUSION_SIZE_MAX = 5 * BYTE_VARINT_MAX, DECISION_SIZE_MAX = 12 * BYTE_VARINT_MAX };

void record_put_exclusions(struct byte_buffer *out, const struct lead_image *image)
{
    byte_buffer_put_varint(out, image->exclusion_count);
    for (uint32_t i = 0; i < image->exclusion_count; i++) {
        const struct exclusion *exclusion = &image->exclusions[i];
        uint8_t *at = byte_buffer_reserve(out, EXCLUSION_SIZE_MAX);
        if (!at)
            return;
        at = byte_put_varint(at, exclusion->rep);
        at = byte_put_varint(at, exclusion->offer_number);
        at = byte_put_zigzag(at, (int64_t)(exclusion->until_ms - image->at_ms));
        at = byte_put_u8(at, (uint8_t)(exclusion->cause | (exclusion->times > 1 ? EXCLUSION_AGAIN : 0)));
        byte_buffer_commit(out, exclusion->times > 1 ? byte_put_u8(at, exclusion->times) : at);
    }
}

void record_read_exclusions(struct byte_reader *in, struct lead_image *image)
{
    image->exclusion_count = (uint32_t)byte_reader_varint_max(in, EXCLUSIONS_PER_LEAD_MAX);
    image->exclusions = image->exclusions_read;
    for (uint32_t i = 0; i < image->exclusion_count; i++) {
        struct exclusion *exclusion = &image->exclusions_read[i];
        exclusion->rep = (uint32_t)byte_reader_varint_max(in, UINT32_MAX);
        exclusion->offer_number = (uint32_t)byte_reader_varint_max(in, UINT32_MAX);
        exclusion->until_ms = image->at_ms + (uint64_t)byte_reader_zigzag(in);
        uint8_t cause = byte_reader_u8(in);
        exclusion->cause = cause & (uint8_t)~EXCLUSION_AGAIN;
        exclusion->times = cause & EXCLUSION_AGAIN ? byte_reader_u8(in) : 1;
    }
}

void record_put_decisions(struct byte_buffer *out, const struct lead_image *image)
{
    byte_buffer_put_varint(out, image->decision_count);
    for (uint32_t i = 0; i < image->decision_count; i++) {
        const struct decision *decision = &image->decisions[i];
        uint8_t *at = byte_buffer_reserve(out, DECISION_SIZE_MAX);
        if (!at)
            return;
        at = byte_put_zigzag(at, (int64_t)(decision->at_ms - image->at_ms));
        at = byte_put_varint(at, decision->rep);
        at = byte_put_varint(at, decision->offer_number);
        at = byte_put_varint(at, decision->config_version);
        at = byte_put_varint(at, decision->able);
        at = byte_put_varint(at, decision->load);
        at = byte_put_varint(at, decision->capacity);
        at = byte_put_zigzag(at, (int64_t)(decision->idle_since_ms - image->at_ms));
        at = byte_put_u8(at, decision->cause);
        at = byte_put_u8(at, decision->outcome);
        at = byte_put_varint(at, decision->refusals);
        byte_buffer_commit(out, byte_put_zigzag(at, decision->standing));
    }
}

void record_read_decisions(struct byte_reader *in, struct lead_image *image)
{
    image->decision_count = (uint32_t)byte_reader_varint_max(in, CORE_DECISIONS_MAX);
    image->decisions = image->decisions_read;
    for (uint32_t i = 0; i < image->decision_count; i++) {
        struct decision *decision = &image->decisions_read[i];
        *decision = (struct decision){0};
        decision->at_ms = image->at_ms + (uint64_t)byte_reader_zigzag(in);
        decision->rep = (uint32_t)byte_reader_varint_max(in, UINT32_MAX);
        decision->offer_number = (uint32_t)byte_reader_varint_max(in, UINT32_MAX);
        decision->config_version = (uint32_t)byte_reader_varint_max(in, UINT32_MAX);
        decision->able = (uint16_t)byte_reader_varint_max(in, UINT16_MAX);
        decision->load = (uint16_t)byte_reader_varint_max(in, UINT16_MAX);
        decision->capacity = (uint16_t)byte_reader_varint_max(in, UINT16_MAX);
        decision->idle_since_ms = image->at_ms + (uint64_t)byte_reader_zigzag(in);
        decision->cause = byte_reader_u8(in);
        decision->outcome = byte_reader_u8(in);
        decision->refusals = (uint32_t)byte_reader_varint_max(in, UINT32_MAX);
        decision->standing = (int32_t)byte_reader_zigzag(in);
    }
}
