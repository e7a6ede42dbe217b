/* SPDX-License-Identifier: Apache-2.0 */
#include "rep_secrets.h"

#include <errno.h>
#include <leadwire/lead.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "index_table.h"
#include "secret_file.h"
#include "siphash.h"
#include "wall_clock.h"

struct entry { struct siphash_128 name, secret; };

struct rep_secrets {
    struct siphash_key key;
    struct entry *entries;
    struct index_table by_name;
    uint32_t count;
};

static lw_status read_lines(struct rep_secrets *secrets, char *text, char *why);
static lw_status add_line(struct rep_secrets *secrets, char *line, unsigned number, char *why);
static const struct entry *find(const struct rep_secrets *secrets, struct siphash_128 name);
static const char *file_problem(lw_status status);

lw_status rep_secrets_open(const char *path, struct rep_secrets **out, char *why)
{
    char *text = NULL;

    *out = NULL;
    lw_status status = secret_read(path, REP_SECRETS_FILE_MAX, &text);
    if (status != LW_OK) {
        snprintf(why, REP_SECRETS_WHY_MAX, "%s: %s", path, status == LW_IO ? strerror(errno) : file_problem(status));
        return status;
    }
    struct rep_secrets *secrets = calloc(1, sizeof *secrets);
    if (secrets)
        secrets->entries = calloc(REP_SECRETS_MAX, sizeof *secrets->entries);
    if (!secrets || !secrets->entries || index_table_init(&secrets->by_name, REP_SECRETS_MAX) != LW_OK) {
        snprintf(why, REP_SECRETS_WHY_MAX, "out of memory");
        status = LW_NO_MEMORY;
    } else {
        random_bytes(&secrets->key, sizeof secrets->key);
        status = read_lines(secrets, text, why);
    }
    secret_free(&text);
    if (status != LW_OK)
        rep_secrets_close(&secrets);
    *out = secrets;
    return status;
}

void rep_secrets_close(struct rep_secrets **secrets)
{
    if (!*secrets)
        return;
    index_table_fini(&(*secrets)->by_name);
    free((*secrets)->entries);
    free(*secrets);
    *secrets = NULL;
}

uint32_t rep_secrets_count(const struct rep_secrets *secrets)
{
    return secrets ? secrets->count : 0;
}

/* An unknown rep is compared with a fingerprint that nothing has. */
bool rep_secrets_check(const struct rep_secrets *secrets, const char *rep, const char *secret)
{
    static const struct entry nobody;
    struct siphash_key key = secrets ? secrets->key : (struct siphash_key){0};
    struct siphash_128 name = siphash_128(key, rep, strlen(rep));
    struct siphash_128 given = siphash_128(key, secret, strlen(secret));
    const struct entry *entry = secrets ? find(secrets, name) : NULL;
    const struct entry *expected = entry ? entry : &nobody;
    uint64_t difference = (expected->secret.lo ^ given.lo) | (expected->secret.hi ^ given.hi);

    return difference == 0 && entry;
}

static lw_status read_lines(struct rep_secrets *secrets, char *text, char *why)
{
    unsigned number = 0;

    for (char *line = text; line;) {
        char *end = strchr(line, '\n');
        if (end)
            *end = '\0';
        number++;
        lw_status status = add_line(secrets, line, number, why);
        if (end)
            *end = '\n';      /* secret_free wipes up to the first NUL: all of it again */
        if (status != LW_OK)
            return status;
        line = end ? end + 1 : NULL;
    }
    return LW_OK;
}

static lw_status add_line(struct rep_secrets *secrets, char *line, unsigned number, char *why)
{
    static const char space[] = " \t\r";
    const char *name = line + strspn(line, space);
    size_t name_size = strcspn(name, space);
    const char *secret = name + name_size + strspn(name + name_size, space);
    size_t secret_size = strcspn(secret, space);
    const char *rest = secret + secret_size + strspn(secret + secret_size, space);
    const char *problem = NULL;

    if (name_size == 0 || *name == '#')
        return LW_OK;
    struct entry entry = {siphash_128(secrets->key, name, name_size), siphash_128(secrets->key, secret, secret_size)};
    if (name_size > LW_NAME_MAX)
        problem = "the name is too long";
    else if (secret_size == 0 || *rest)
        problem = "a line is a name, a space and a secret";
    else if (secret_size < REP_SECRET_SIZE_MIN || secret_size > REP_SECRET_SIZE_MAX)
        problem = "a secret has 8 to 256 bytes";
    else if (find(secrets, entry.name))
        problem = "this rep stands here twice";
    else if (secrets->count == REP_SECRETS_MAX)
        problem = "there are more than 20000 reps";
    if (problem) {
        snprintf(why, REP_SECRETS_WHY_MAX, "line %u of the rep secrets: %s", number, problem);
        return LW_INVALID;
    }
    index_table_add(&secrets->by_name, (uint32_t)entry.name.lo, secrets->count);
    secrets->entries[secrets->count++] = entry;
    return LW_OK;
}

static const struct entry *find(const struct rep_secrets *secrets, struct siphash_128 name)
{
    uint32_t hash = (uint32_t)name.lo, index;

    for (uint32_t at = index_table_first(&secrets->by_name, hash); index_table_at(&secrets->by_name, hash, &at, &index);) {
        const struct entry *entry = &secrets->entries[index];
        if (entry->name.lo == name.lo && entry->name.hi == name.hi)
            return entry;
    }
    return NULL;
}

static const char *file_problem(lw_status status)
{
    if (status == LW_NOT_FOUND)
        return "there is no such file";
    if (status == LW_REFUSED)
        return "others than its owner can read it; chmod 600 it";
    if (status == LW_TOO_LARGE)
        return "it is larger than 8 MiB";
    if (status == LW_INVALID)
        return "it is empty or holds a NUL";
    return lw_status_text(status);
}
