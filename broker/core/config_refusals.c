/* SPDX-License-Identifier: Apache-2.0 */
#include "config_refusals.h"

#include <stdlib.h>
#include <string.h>

#include "config_check.h"
#include "config_parts.h"

lw_status core_config_add_decline_reason(struct core_config *config, const char *reason)
{
    struct config_refusals *refusals = &config->refusals;
    for (uint32_t i = 0; i < refusals->reason_count; i++) {
        if (strcmp(refusals->reasons[i], reason) == 0)
            return LW_DUPLICATE;
    }
    if (refusals->reason_count == CONFIG_DECLINE_REASONS_MAX)
        return LW_FULL;
    char **reasons = config_grown(refusals->reasons, refusals->reason_count, CONFIG_DECLINE_REASONS_MAX, sizeof *reasons);
    char *copy = config_copy_text(reason);
    if (reasons)
        refusals->reasons = reasons;
    if (!reasons || !copy) {
        free(copy);
        return LW_NO_MEMORY;
    }
    refusals->reasons[refusals->reason_count++] = copy;
    return LW_OK;
}

void config_refusals_fini(struct config_refusals *refusals)
{
    for (uint32_t i = 0; i < refusals->reason_count; i++)
        free(refusals->reasons[i]);
    free(refusals->reasons);
}

lw_status config_refusals_check(const struct core_config *config, char *reason, size_t size)
{
    const struct config_refusals *refusals = &config->refusals;
    if (refusals->retry_factor < 1 || refusals->retry_factor > CONFIG_RETRY_FACTOR_MAX)
        return config_wrong(reason, size, "the factor of retry_same_rep must be 1 to %d", CONFIG_RETRY_FACTOR_MAX);
    if (refusals->retry_max_ms < config->retry_same_rep_ms || refusals->retry_max_ms > CONFIG_RETRY_MAX_MS)
        return config_wrong(reason, size, "the longest pause of retry_same_rep must be at least the first, and at most 7 days");
    for (uint32_t i = 0; i < refusals->reason_count; i++) {
        if (!config_is_name(refusals->reasons[i]))
            return config_wrong(reason, size, "decline reason %u must have 1 to %d bytes", i + 1, LW_NAME_MAX);
    }
    return LW_OK;
}

void config_refusals_put(struct byte_buffer *out, const struct config_refusals *refusals)
{
    byte_buffer_put_varint(out, refusals->retry_factor);
    byte_buffer_put_varint(out, refusals->retry_max_ms);
    byte_buffer_put_varint(out, refusals->reason_count);
    for (uint32_t i = 0; i < refusals->reason_count; i++)
        byte_buffer_put_text(out, refusals->reasons[i]);
}

bool config_refusals_read(struct byte_reader *in, struct core_config *config)
{
    char reason[CONFIG_TEXT_MAX + 1];
    config->refusals.retry_factor = (uint32_t)byte_reader_varint_max(in, CONFIG_RETRY_FACTOR_MAX);
    config->refusals.retry_max_ms = (uint32_t)byte_reader_varint_max(in, CONFIG_RETRY_MAX_MS);
    uint32_t count = (uint32_t)byte_reader_varint_max(in, CONFIG_DECLINE_REASONS_MAX);
    for (uint32_t i = 0; i < count; i++) {
        byte_reader_text(in, reason, sizeof reason);
        if (in->failed || core_config_add_decline_reason(config, reason) != LW_OK)
            return false;
    }
    return !in->failed;
}
