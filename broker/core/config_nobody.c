/* SPDX-License-Identifier: Apache-2.0 */
#include "config_nobody.h"

#include <stdlib.h>
#include <string.h>

#include "config_check.h"
#include "config_parts.h"

lw_status core_config_tell_nobody(struct core_config *config, enum core_nobody kind, uint32_t after_ms)
{
    if (kind <= NOBODY_NONE || kind >= NOBODY_KINDS)
        return LW_NOT_FOUND;
    if (config->nobody_there.kinds & (1u << kind))
        return LW_DUPLICATE;
    config->nobody_there.kinds |= (uint8_t)(1u << kind);
    config->nobody_there.after_ms[kind] = after_ms;
    return LW_OK;
}

lw_status core_config_nobody_address(struct core_config *config, enum core_nobody kind, const char *address)
{
    struct config_nobody *nobody = &config->nobody_there;
    if (nobody->tell_count[kind] == CONFIG_ADDRESSES_MAX)
        return LW_FULL;
    char **addresses = config_grown(nobody->tell[kind], nobody->tell_count[kind], CONFIG_ADDRESSES_MAX, sizeof *addresses);
    char *copy = config_copy_text(address);
    if (addresses)
        nobody->tell[kind] = addresses;
    if (!addresses || !copy) {
        free(copy);
        return LW_NO_MEMORY;
    }
    nobody->tell[kind][nobody->tell_count[kind]++] = copy;
    return LW_OK;
}

void config_nobody_fini(struct config_nobody *nobody)
{
    for (int kind = NOBODY_CLOSED; kind < NOBODY_KINDS; kind++) {
        for (uint32_t i = 0; i < nobody->tell_count[kind]; i++)
            free(nobody->tell[kind][i]);
        free(nobody->tell[kind]);
    }
}

lw_status config_nobody_check(const struct config_nobody *nobody, char *reason, size_t size)
{
    for (int kind = NOBODY_CLOSED; kind < NOBODY_KINDS; kind++) {
        const char *word = core_nobody_word((enum core_nobody)kind);
        if ((nobody->kinds & (1u << kind)) == 0)
            continue;
        if (nobody->after_ms[kind] < CONFIG_NOBODY_MIN_MS || nobody->after_ms[kind] > CONFIG_NOBODY_MAX_MS)
            return config_wrong(reason, size, "nobody there, %s: it is told after 1 second to 24 hours", word);
        if (nobody->tell_count[kind] == 0)
            return config_wrong(reason, size, "nobody there, %s: there is nobody to tell", word);
        for (uint32_t i = 0; i < nobody->tell_count[kind]; i++) {
            if (!config_is_name(nobody->tell[kind][i]))
                return config_wrong(reason, size, "nobody there, %s: address %u must have 1 to %d bytes", word, i + 1, LW_NAME_MAX);
        }
    }
    return LW_OK;
}

void config_nobody_put(struct byte_buffer *out, const struct config_nobody *nobody)
{
    byte_buffer_put_u8(out, nobody->kinds);
    for (int kind = NOBODY_CLOSED; kind < NOBODY_KINDS; kind++) {
        if ((nobody->kinds & (1u << kind)) == 0)
            continue;
        byte_buffer_put_varint(out, nobody->after_ms[kind]);
        byte_buffer_put_varint(out, nobody->tell_count[kind]);
        for (uint32_t i = 0; i < nobody->tell_count[kind]; i++)
            byte_buffer_put_text(out, nobody->tell[kind][i]);
    }
}

static bool read_kind(struct byte_reader *in, struct core_config *config, enum core_nobody kind)
{
    char address[CONFIG_TEXT_MAX + 1];
    uint32_t after_ms = (uint32_t)byte_reader_varint_max(in, UINT32_MAX);
    uint32_t count = (uint32_t)byte_reader_varint_max(in, CONFIG_ADDRESSES_MAX);
    if (in->failed || core_config_tell_nobody(config, kind, after_ms) != LW_OK)
        return false;
    for (uint32_t i = 0; i < count; i++) {
        byte_reader_text(in, address, sizeof address);
        if (in->failed || core_config_nobody_address(config, kind, address) != LW_OK)
            return false;
    }
    return !in->failed;
}

bool config_nobody_read(struct byte_reader *in, struct core_config *config)
{
    uint8_t kinds = byte_reader_u8(in);
    for (int kind = NOBODY_CLOSED; kind < NOBODY_KINDS; kind++) {
        if ((kinds & (1u << kind)) != 0 && !read_kind(in, config, (enum core_nobody)kind))
            return false;
    }
    return !in->failed;
}
