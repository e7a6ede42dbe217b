/* SPDX-License-Identifier: Apache-2.0 */
#include "token_list.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wall_clock.h"

const char *token_role_word(enum token_role role)
{
    static const char *const words[] = {
#define X(name, word) word,
        TOKEN_ROLE_TABLE(X)
#undef X
    };
    return role < TOKEN_ROLE_COUNT ? words[role] : "none";
}

bool token_role_read(const char *text, struct token_entry *out)
{
    size_t size = strcspn(text, ":");
    const char *team = text[size] ? text + size + 1 : "";
    for (int role = 0; role < TOKEN_ROLE_COUNT; role++) {
        const char *word = token_role_word((enum token_role)role);
        if (strlen(word) != size || strncmp(word, text, size) != 0)
            continue;
        out->role = (enum token_role)role;
        bool good = !text[size] || (role != TOKEN_ADMIN && token_name_is_fine(team));
        return good && snprintf(out->team, sizeof out->team, "%s", team) < (int)sizeof out->team;
    }
    return false;
}

bool token_name_is_fine(const char *name)
{
    size_t size = strlen(name);
    return size > 0 && size <= TOKEN_NAME_MAX && strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789._-") == size;
}

bool token_is_in_force(const struct token_entry *entry, int64_t now_unix_s)
{
    return entry->revoked_unix_s == 0 && now_unix_s < entry->expires_unix_s;
}

static void hash_token(const char *token, uint8_t out[TOKEN_HASH_SIZE])
{
    crypto_hash_sha256(out, (const unsigned char *)token, strlen(token));
}

/* One that is over makes room, the oldest first. */
static struct token_entry *place_for(struct token_list *list, int64_t now_unix_s)
{
    struct token_entry *over = NULL;
    if (list->count < TOKEN_LIST_MAX) {
        struct token_entry *grown = realloc(list->entries, (list->count + 1) * sizeof *grown);
        if (!grown)
            return NULL;
        list->entries = grown;
        return &list->entries[list->count++];
    }
    for (uint32_t i = 0; i < list->count && !over; i++)
        if (!token_is_in_force(&list->entries[i], now_unix_s))
            over = &list->entries[i];
    return over;
}

lw_status token_list_issue(struct token_list *list, const struct token_entry *entry, int64_t now_unix_s, char token[TOKEN_SIZE + 1])
{
    unsigned char bytes[(TOKEN_SIZE - sizeof TOKEN_PREFIX + 1) / 2];
    for (uint32_t i = 0; i < list->count; i++)
        if (strcmp(list->entries[i].name, entry->name) == 0 && token_is_in_force(&list->entries[i], now_unix_s))
            return LW_DUPLICATE;
    struct token_entry *place = place_for(list, now_unix_s);
    if (!place)
        return list->count == TOKEN_LIST_MAX ? LW_FULL : LW_NO_MEMORY;
    random_bytes(bytes, sizeof bytes);
    memcpy(token, TOKEN_PREFIX, sizeof TOKEN_PREFIX - 1);
    sodium_bin2hex(token + sizeof TOKEN_PREFIX - 1, TOKEN_SIZE + 1 - (sizeof TOKEN_PREFIX - 1), bytes, sizeof bytes);
    sodium_memzero(bytes, sizeof bytes);
    *place = *entry;
    place->made_unix_s = now_unix_s;
    place->revoked_unix_s = 0;
    hash_token(token, place->hash);
    return LW_OK;
}

uint32_t token_list_revoke(struct token_list *list, const char *name, int64_t now_unix_s)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < list->count; i++) {
        struct token_entry *entry = &list->entries[i];
        if (strcmp(entry->name, name) != 0 || !token_is_in_force(entry, now_unix_s))
            continue;
        entry->revoked_unix_s = now_unix_s;
        count++;
    }
    return count;
}

/* Of 256 random bits the hash tells nothing, so that where two hashes differ may show in the time. */
const struct token_entry *token_list_find(const struct token_list *list, const char *token, int64_t now_unix_s)
{
    uint8_t hash[TOKEN_HASH_SIZE];
    if (strlen(token) != TOKEN_SIZE)
        return NULL;
    hash_token(token, hash);
    for (uint32_t i = 0; i < list->count; i++)
        if (memcmp(list->entries[i].hash, hash, sizeof hash) == 0 && token_is_in_force(&list->entries[i], now_unix_s))
            return &list->entries[i];
    return NULL;
}

void token_list_free(struct token_list *list)
{
    free(list->entries);
    *list = (struct token_list){0};
}
