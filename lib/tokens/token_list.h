/* SPDX-License-Identifier: Apache-2.0
 *
 * token_list - the tokens of scripts that ask the gateway, with what each is good for: a file with a line for each.
 *
 *   nightly-report read-only 9f86d081...0a08 1764115200 1771891200 0      name, role, SHA-256, made, expires, revoked (unix seconds)
 *   crm manager:outside 60303ae2...2b13 1764115200 1771891200 1764201600  of one team; revoked
 *
 * A token is "lwt_" and 256 random bits in hex: it is shown once, and only its hash is kept. No secret is in the file, but whoever can
 * write it lets anybody in: it is refused when others than its owner can. A name has one token in force at most. Threads: one owner.
 */
#ifndef TOKEN_LIST_H
#define TOKEN_LIST_H

#include <leadwire/lead.h>
#include <leadwire/status.h>
#include <stdbool.h>
#include <stdint.h>

#define TOKEN_PREFIX "lwt_"
enum {
    TOKEN_SIZE = sizeof TOKEN_PREFIX - 1 + 64, TOKEN_HASH_SIZE = 32, TOKEN_NAME_MAX = 64, TOKEN_LIST_MAX = 1000, TOKEN_LIST_SIZE_MAX = 1024 * 1024,
    TOKEN_WHY_MAX = 256, TOKEN_PATH_MAX = 4096,
};

#define TOKEN_ROLE_TABLE(X) \
    X(TOKEN_READ_ONLY, "read-only") \
    X(TOKEN_MANAGER, "manager") \
    X(TOKEN_ADMIN, "admin")

enum token_role {
#define X(name, word) name,
    TOKEN_ROLE_TABLE(X)
#undef X
    TOKEN_ROLE_COUNT
};

struct token_entry {
    char name[TOKEN_NAME_MAX + 1], team[LW_NAME_MAX + 1];   /* team "": all */
    enum token_role role;
    uint8_t hash[TOKEN_HASH_SIZE];
    int64_t made_unix_s, expires_unix_s, revoked_unix_s;    /* revoked 0: not */
};

struct token_list { struct token_entry *entries; uint32_t count; };

const char *token_role_word(enum token_role role);
/* ROLE, or ROLE:TEAM of those who may have one: all but admin. */
bool token_role_read(const char *text, struct token_entry *out);
/* Small letters, digits, '.', '_' and '-'. */
bool token_name_is_fine(const char *name);
bool token_is_in_force(const struct token_entry *entry, int64_t now_unix_s);

/* Makes a token for entry's name, role and team until entry's expiry, and adds it; token is to be shown and wiped.
 * Errors: LW_DUPLICATE (one of the name is in force), LW_FULL (all of TOKEN_LIST_MAX are), LW_NO_MEMORY. */
LW_MUST_CHECK lw_status token_list_issue(struct token_list *list, const struct token_entry *entry, int64_t now_unix_s, char token[TOKEN_SIZE + 1]);
/* How many there were in force. */
uint32_t token_list_revoke(struct token_list *list, const char *name, int64_t now_unix_s);
/* NULL: there is none such in force. */
const struct token_entry *token_list_find(const struct token_list *list, const char *token, int64_t now_unix_s);
void token_list_free(struct token_list *list);

/* A file that is not there is an empty list. Errors with why (TOKEN_WHY_MAX) in words, with the line; *out is then empty:
 * LW_IO, LW_REFUSED, LW_TOO_LARGE, LW_INVALID, LW_NO_MEMORY. */
LW_MUST_CHECK lw_status token_list_read(const char *path, struct token_list *out, char *why);
/* In one piece, 0600: readers see the old or the new. LW_IO with why. */
LW_MUST_CHECK lw_status token_list_write(const char *path, const struct token_list *list, char *why);
/* Only one changes the file at a time. Gives a descriptor to close, or -1 with why. */
int token_list_lock(const char *path, char *why);

#endif
