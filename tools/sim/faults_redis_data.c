/* SPDX-License-Identifier: Apache-2.0
 *
 * The hashes of the model of Redis.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "faults_redis_internal.h"

void *redis_grown(void *list, uint32_t count, uint32_t *capacity, size_t size)
{
    if (count < *capacity)
        return list;
    *capacity = *capacity ? *capacity * 2 : 16;
    list = realloc(list, *capacity * size);
    assert(list);
    return list;
}

struct redis_bytes redis_bytes_copy(const void *data, size_t size)
{
    struct redis_bytes copy = {malloc(size + 1), size};
    assert(copy.data);
    if (size > 0)
        memcpy(copy.data, data, size);
    copy.data[size] = '\0';
    return copy;
}

static bool bytes_are(const struct redis_bytes *bytes, const void *data, size_t size)
{
    return bytes->size == size && memcmp(bytes->data, data, size) == 0;
}

struct redis_hash *redis_hash_find(struct redis_data *data, const char *key)
{
    for (uint32_t i = 0; i < data->hash_count; i++) {
        if (strcmp(data->hashes[i].key, key) == 0)
            return &data->hashes[i];
    }
    return NULL;
}

struct redis_hash *redis_hash_make(struct redis_data *data, const char *key)
{
    struct redis_hash *hash = redis_hash_find(data, key);
    if (hash)
        return hash;
    data->hashes = redis_grown(data->hashes, data->hash_count, &data->hash_capacity, sizeof *data->hashes);
    hash = &data->hashes[data->hash_count++];
    *hash = (struct redis_hash){0};
    snprintf(hash->key, sizeof hash->key, "%s", key);
    return hash;
}

static void hash_clear(struct redis_hash *hash)
{
    for (uint32_t i = 0; i < hash->count; i++) {
        free(hash->fields[i].name.data);
        free(hash->fields[i].value.data);
    }
    free(hash->fields);
}

void redis_hash_unlink(struct redis_data *data, const char *key)
{
    struct redis_hash *hash = redis_hash_find(data, key);
    if (!hash)
        return;
    hash_clear(hash);
    *hash = data->hashes[--data->hash_count];
}

struct redis_field *redis_field_find(const struct redis_hash *hash, const void *name, size_t size)
{
    for (uint32_t i = 0; hash && i < hash->count; i++) {
        if (bytes_are(&hash->fields[i].name, name, size))
            return &hash->fields[i];
    }
    return NULL;
}

void redis_field_set(struct redis_hash *hash, const void *name, size_t name_size, const void *value, size_t size)
{
    struct redis_field *field = redis_field_find(hash, name, name_size);
    if (field) {
        free(field->value.data);
        field->value = redis_bytes_copy(value, size);
        return;
    }
    hash->fields = redis_grown(hash->fields, hash->count, &hash->capacity, sizeof *hash->fields);
    hash->fields[hash->count++] = (struct redis_field){redis_bytes_copy(name, name_size), redis_bytes_copy(value, size)};
}

void redis_field_delete(struct redis_data *data, const char *key, const void *name, size_t size)
{
    struct redis_hash *hash = redis_hash_find(data, key);
    struct redis_field *field = redis_field_find(hash, name, size);
    if (!field)
        return;
    free(field->name.data);
    free(field->value.data);
    *field = hash->fields[--hash->count];
    if (hash->count == 0)
        redis_hash_unlink(data, key);
}

/* "" when it is not there: what the functions make of nil. */
const char *redis_field_text(struct redis_data *data, const char *key, const char *name)
{
    const struct redis_field *field = redis_field_find(redis_hash_find(data, key), name, strlen(name));
    return field ? field->value.data : "";
}

void redis_data_clear(struct redis_data *data)
{
    for (uint32_t i = 0; i < data->hash_count; i++)
        hash_clear(&data->hashes[i]);
    free(data->hashes);
    *data = (struct redis_data){0};
}

void redis_data_copy(struct redis_data *to, const struct redis_data *from)
{
    redis_data_clear(to);
    *to = *from;
    to->hashes = NULL;
    to->hash_count = to->hash_capacity = 0;
    for (uint32_t i = 0; i < from->hash_count; i++) {
        struct redis_hash *hash = redis_hash_make(to, from->hashes[i].key);
        for (uint32_t k = 0; k < from->hashes[i].count; k++) {
            const struct redis_field *field = &from->hashes[i].fields[k];
            redis_field_set(hash, field->name.data, field->name.size, field->value.data, field->value.size);
        }
    }
}
