/* SPDX-License-Identifier: Apache-2.0 */
#include "users.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "secret_file.h"

struct users {
    struct user *items;   /* by name */
    uint32_t count, capacity;
};

static lw_status read_lines(struct users *users, char *text, char *why);
static lw_status add_line(struct users *users, char *line, unsigned number, char *why);
static const char *read_user(char *line, struct user *out);
static const char *read_hash(const char *hash, struct user *out);
static struct user *room_for_one(struct users *users);
static int compare_names(const void *a, const void *b);

const char *user_role_word(enum user_role role)
{
    static const char *const words[] = {
#define X(name, word) word,
        USER_ROLE_TABLE(X)
#undef X
    };
    return role < USER_ROLE_COUNT ? words[role] : "none";
}

static const char *file_problem(lw_status status)
{
    return status == LW_IO ? strerror(errno) : status == LW_REFUSED ? "others can read it (chmod 600)"
         : status == LW_INVALID ? "it is empty or holds a NUL" : lw_status_text(status);
}

lw_status users_open(const char *path, struct users **out, char *why)
{
    char *text = NULL;
    *out = NULL;
    lw_status status = secret_read(path, USERS_FILE_MAX, &text);
    if (status != LW_OK) {
        snprintf(why, USERS_WHY_MAX, "%s: %s", path, file_problem(status));
        return status;
    }
    struct users *users = calloc(1, sizeof *users);
    status = users ? read_lines(users, text, why) : LW_NO_MEMORY;
    secret_free(&text);
    if (status == LW_NO_MEMORY)
        snprintf(why, USERS_WHY_MAX, "out of memory");
    if (status != LW_OK)
        users_close(&users);
    *out = users;
    return status;
}

void users_close(struct users **users_place)
{
    struct users *users = *users_place;
    *users_place = NULL;
    if (!users)
        return;
    if (users->items)
        sodium_memzero(users->items, users->count * sizeof *users->items);
    free(users->items);
    free(users);
}

const struct user *users_find(const struct users *users, const char *name)
{
    struct user key = {0};
    if (users->count == 0 || snprintf(key.name, sizeof key.name, "%s", name) >= (int)sizeof key.name)
        return NULL;
    return bsearch(&key, users->items, users->count, sizeof key, compare_names);
}

uint32_t users_count(const struct users *users)
{
    return users->count;
}

bool users_need_rules(const struct users *users)
{
    for (uint32_t i = 0; i < users->count; i++)
        if (users->items[i].role == USER_ROLE_COUNT)
            return true;
    return false;
}

const struct user *users_at(const struct users *users, uint32_t index)
{
    return &users->items[index];
}

lw_status users_new(struct users **out)
{
    *out = calloc(1, sizeof **out);
    return *out ? LW_OK : LW_NO_MEMORY;
}

lw_status users_add(struct users *users, const struct user *user)
{
    struct user *room = room_for_one(users);
    if (!room)
        return LW_NO_MEMORY;
    *room = *user;
    users->count++;
    return LW_OK;
}

void users_sort(struct users *users)
{
    if (users->count > 1)
        qsort(users->items, users->count, sizeof *users->items, compare_names);
}

static lw_status read_lines(struct users *users, char *text, char *why)
{
    unsigned number = 0;
    for (char *line = text; line;) {
        char *end = strchr(line, '\n');
        if (end)
            *end = '\0';
        lw_status status = add_line(users, line, ++number, why);
        if (status != LW_OK)
            return status;
        line = end ? end + 1 : NULL;
    }
    users_sort(users);
    for (uint32_t i = 1; i < users->count; i++) {
        if (strcmp(users->items[i - 1].name, users->items[i].name) == 0) {
            snprintf(why, USERS_WHY_MAX, "user '%s' is there twice", users->items[i].name);
            return LW_INVALID;
        }
    }
    return LW_OK;
}

static lw_status add_line(struct users *users, char *line, unsigned number, char *why)
{
    line += strspn(line, " \t\r");
    if (*line == '\0' || *line == '#')
        return LW_OK;
    if (users->count == USERS_MAX) {
        snprintf(why, USERS_WHY_MAX, "line %u: more than %d users", number, USERS_MAX);
        return LW_TOO_LARGE;
    }
    struct user *user = room_for_one(users);
    if (!user)
        return LW_NO_MEMORY;
    const char *problem = read_user(line, user);
    if (problem) {
        snprintf(why, USERS_WHY_MAX, "line %u: %s", number, problem);
        return LW_INVALID;
    }
    users->count++;
    return LW_OK;
}

static struct user *room_for_one(struct users *users)
{
    enum { AT_FIRST = 16 };
    if (users->count == users->capacity) {
        uint32_t capacity = users->capacity ? users->capacity * 2 : AT_FIRST;
        struct user *grown = realloc(users->items, capacity * sizeof *grown);
        if (!grown)
            return NULL;
        users->items = grown;
        users->capacity = capacity;
    }
    return &users->items[users->count];
}

static bool copy_word(char *to, size_t capacity, const char *word)
{
    return word && snprintf(to, capacity, "%s", word) < (int)capacity;
}

/* ROLE, or ROLE:TEAM of those who may have one. */
static bool read_role(const char *text, struct user *out)
{
    size_t size = strcspn(text, ":");
    const char *team = text[size] ? text + size + 1 : "";
    for (int role = 0; role < USER_ROLE_COUNT; role++) {
        const char *word = user_role_word((enum user_role)role);
        if (strlen(word) != size || strncmp(word, text, size) != 0)
            continue;
        out->role = (enum user_role)role;
        bool may_have_team = role == USER_LEAD || role == USER_MANAGER || role == USER_READ_ONLY;
        return text[size] ? may_have_team && *team && copy_word(out->team, sizeof out->team, team) : true;
    }
    return false;
}

/* NULL: it is good. */
static const char *read_user(char *line, struct user *out)
{
    static const char blanks[] = " \t\r";
    char *rest = NULL;
    *out = (struct user){0};
    const char *name = strtok_r(line, blanks, &rest), *role = strtok_r(NULL, blanks, &rest);
    const char *rep = strtok_r(NULL, blanks, &rest), *hash = strtok_r(NULL, blanks, &rest);
    bool is_short = role && !rep;
    if ((!is_short && !hash) || strtok_r(NULL, blanks, &rest))
        return "expected NAME HASH or NAME ROLE REP HASH";
    out->role = USER_ROLE_COUNT;
    if (!copy_word(out->name, sizeof out->name, name) || !copy_word(out->rep, sizeof out->rep, is_short || strcmp(rep, "-") == 0 ? "" : rep))
        return "a name is at most 128 bytes";
    if (!is_short && !read_role(role, out))
        return "the role is rep, lead, manager, admin or read-only; :TEAM may follow lead, manager and read-only";
    if (out->role == USER_REP && !out->rep[0])
        return "a user of role rep needs the rep as whom they work";
    return read_hash(is_short ? role : hash, out);
}

static const char *read_hash(const char *hash, struct user *out)
{
    if (strcmp(hash, "-") == 0)
        return NULL;
    if (!copy_word(out->hash, sizeof out->hash, hash) || strncmp(hash, crypto_pwhash_STRPREFIX, strlen(crypto_pwhash_STRPREFIX)) != 0)
        return "the hash is none of leadwire-gateway --hash-password";
    return NULL;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(((const struct user *)a)->name, ((const struct user *)b)->name);
}
