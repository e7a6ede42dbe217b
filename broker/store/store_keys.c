/* SPDX-License-Identifier: Apache-2.0 */
#include "store_keys.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void put_generation(char out[STORE_KEY_MAX], uint64_t generation);
static bool read_number(const char **text, uint64_t *out);

bool store_desk_is_valid(const char *desk)
{
    size_t size = desk ? strlen(desk) : 0;

    if (size == 0 || size > STORE_DESK_MAX)
        return false;
    for (size_t i = 0; i < size; i++) {
        if (!isgraph((unsigned char)desk[i]) || desk[i] == '{' || desk[i] == '}')
            return false;
    }
    return true;
}

void store_key(char out[STORE_KEY_MAX], const char *desk, const char *name)
{
    snprintf(out, STORE_KEY_MAX, "lw:{%s}:%s", desk, name);
}

void store_leads_key(char out[STORE_KEY_MAX], const char *desk, unsigned hash, uint64_t generation)
{
    snprintf(out, STORE_KEY_MAX, "lw:{%s}:leads:%u", desk, hash);
    put_generation(out, generation);
}

void store_hash_key(char out[STORE_KEY_MAX], const char *desk, const char *name, uint64_t generation)
{
    store_key(out, desk, name);
    put_generation(out, generation);
}

static const char *family_of(uint64_t bucket)
{
    return bucket & STORE_PEOPLE_BUCKET ? "people" : "seen";
}

void store_seen_key(char out[STORE_KEY_MAX], const char *desk, uint64_t bucket, uint64_t generation)
{
    snprintf(out, STORE_KEY_MAX, "lw:{%s}:%s:%" PRIu64, desk, family_of(bucket), bucket & ~STORE_PEOPLE_BUCKET);
    put_generation(out, generation);
}

void store_seen_field(char out[STORE_KEY_MAX], uint64_t bucket, uint64_t generation)
{
    snprintf(out, STORE_KEY_MAX, "%s:%" PRIu64 ":%" PRIu64, family_of(bucket), generation, bucket & ~STORE_PEOPLE_BUCKET);
}

bool store_seen_field_parse(const char *field, uint64_t *bucket, uint64_t *generation)
{
    bool is_people = strncmp(field, "people:", 7) == 0;

    if (!is_people && strncmp(field, "seen:", 5) != 0)
        return false;
    field += is_people ? 7 : 5;
    if (!read_number(&field, generation) || *field++ != ':' || !read_number(&field, bucket) || *field != '\0' || *bucket & STORE_PEOPLE_BUCKET)
        return false;
    *bucket |= is_people ? STORE_PEOPLE_BUCKET : 0;
    return true;
}

void stream_id_format(struct desk_id id, char out[STREAM_ID_MAX])
{
    snprintf(out, STREAM_ID_MAX, "%" PRIu64 "-%" PRIu64, id.epoch, id.number);
}

bool stream_id_parse(const char *text, struct desk_id *out)
{
    struct desk_id id;

    if (!read_number(&text, &id.epoch) || *text++ != '-' || !read_number(&text, &id.number) || *text != '\0')
        return false;
    *out = id;
    return true;
}

static void put_generation(char out[STORE_KEY_MAX], uint64_t generation)
{
    size_t size = strlen(out);

    if (generation > 0)
        snprintf(out + size, STORE_KEY_MAX - size, ":g%" PRIu64, generation);
}

static bool read_number(const char **text, uint64_t *out)
{
    char *end;

    if (!isdigit((unsigned char)**text))
        return false;
    errno = 0;
    unsigned long long value = strtoull(*text, &end, 10);
    if (errno != 0)
        return false;
    *text = end;
    *out = value;
    return true;
}
