/* SPDX-License-Identifier: Apache-2.0 */
#include "raw_segment.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "siphash.h"

enum { CHECK_DIGITS = 16, NUMBER_DIGITS_MAX = 19 };

static const char name_prefix[] = "segment-", name_suffix[] = ".raw";

void raw_segment_name(int64_t now_unix_ms, long process, unsigned number, char out[RAW_SEGMENT_NAME_MAX])
{
    snprintf(out, RAW_SEGMENT_NAME_MAX, "%s%015" PRId64 "-%ld-%u%s", name_prefix, now_unix_ms, process, number, name_suffix);
}

bool raw_segment_is_name(const char *name)
{
    const size_t size = strlen(name), suffix_size = sizeof name_suffix - 1;
    return size < RAW_SEGMENT_NAME_MAX && size > suffix_size && strncmp(name, name_prefix, sizeof name_prefix - 1) == 0 &&
           strcmp(name + size - suffix_size, name_suffix) == 0;
}

bool raw_ref_is_valid(const char *ref)
{
    const size_t size = strlen(ref);
    return size > RAW_HASH_DIGITS + 1 && size < RAW_REF_MAX && strspn(ref, "0123456789abcdef") == RAW_HASH_DIGITS && ref[RAW_HASH_DIGITS] == '.' &&
           strcspn(ref + RAW_HASH_DIGITS + 1, "./ \n") == size - RAW_HASH_DIGITS - 1;
}

/* Against chance, not against people. */
static uint64_t check_of(const char *line, size_t line_size, const char *key, size_t key_size)
{
    const struct siphash_key of_line = {0, 0};
    const uint64_t first = siphash_64(of_line, line, line_size);
    return key_size > 0 ? siphash_64((struct siphash_key){first, 1}, key, key_size) : first;
}

/* The number and a blank; gives what follows. Written by hand, as all of the line: it is written for each contact. */
static char *put_number(char *to, uint64_t number)
{
    char digits[NUMBER_DIGITS_MAX + 1];
    size_t count = 0;
    do
        digits[count++] = (char)('0' + number % 10);
    while ((number /= 10) > 0);
    while (count > 0)
        *to++ = digits[--count];
    *to++ = ' ';
    return to;
}

size_t raw_entry_write(const struct raw_entry *entry, const char *key, char out[RAW_LINE_MAX])
{
    const size_t ref_size = strlen(entry->ref);
    char *to = out;
    *to++ = entry->is_again ? '+' : '=';
    *to++ = ' ';
    memcpy(to, entry->ref, ref_size);
    to += ref_size;
    *to++ = ' ';
    to = put_number(to, (uint64_t)entry->at_unix_ms);
    to = put_number(to, entry->key_size);
    to = put_number(to, entry->size);
    const uint64_t check = check_of(out, (size_t)(to - out), key, entry->key_size);
    for (int digit = CHECK_DIGITS - 1; digit >= 0; digit--)
        *to++ = "0123456789abcdef"[check >> (4 * digit) & 15];
    *to++ = '\n';
    return (size_t)(to - out);
}

/* A number and the blank behind it; gives what follows, NULL: there is none. */
static const char *take_number(const char *at, uint64_t *out)
{
    char *end;
    if (!at || strspn(at, "0123456789") == 0 || strspn(at, "0123456789") > NUMBER_DIGITS_MAX)
        return NULL;
    *out = strtoull(at, &end, 10);
    return *end == ' ' ? end + 1 : NULL;
}

/* What stands before the check; gives where that begins, NULL: it is malformed. */
static const char *take_fields(const char *line, struct raw_entry *out)
{
    uint64_t at_unix_ms, key_size;
    const size_t ref_size = strcspn(line + 2, " ");
    if ((line[0] != '=' && line[0] != '+') || line[1] != ' ' || ref_size >= RAW_REF_MAX)
        return NULL;
    *out = (struct raw_entry){.is_again = line[0] == '+'};
    memcpy(out->ref, line + 2, ref_size);
    const char *at = line[2 + ref_size] == ' ' ? line + 2 + ref_size + 1 : NULL;
    at = take_number(at, &at_unix_ms);
    at = take_number(at, &key_size);
    at = take_number(at, &out->size);
    if (!at || !raw_ref_is_valid(out->ref) || key_size > RAW_KEY_MAX || out->size > INT64_MAX / 2)
        return NULL;
    out->at_unix_ms = (int64_t)at_unix_ms;
    out->key_size = (uint32_t)key_size;
    return at;
}

size_t raw_entry_read(const char *text, size_t size, struct raw_entry *out)
{
    char line[RAW_LINE_MAX];
    const char *end = memchr(text, '\n', size < RAW_LINE_MAX ? size : RAW_LINE_MAX);
    const size_t line_size = end ? (size_t)(end - text) : 0;
    if (line_size < 3 || memchr(text, '\0', line_size))
        return 0;
    memcpy(line, text, line_size);
    line[line_size] = '\0';
    const char *check = take_fields(line, out);
    if (!check || strlen(check) != CHECK_DIGITS || strspn(check, "0123456789abcdef") != CHECK_DIGITS || size - line_size - 1 < out->key_size)
        return 0;
    const bool is_good = strtoull(check, NULL, 16) == check_of(line, (size_t)(check - line), end + 1, out->key_size);
    return is_good ? line_size + 1 + out->key_size : 0;
}
