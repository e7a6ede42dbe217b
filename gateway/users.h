/* SPDX-License-Identifier: Apache-2.0
 *
 * users - who may sign in: a file with a line for each user,
 *
 *   NAME HASH   or   NAME ROLE REP HASH
 *   anna  $argon2id$v=19$m=65536,t=2,p=1$...
 *   maria manager          -     $argon2id$v=19$m=65536,t=2,p=1$...
 *   otto  manager:outside  -     -
 *
 * Without a role the desk's rules say what this user is (user_rules.h), if anything.
 * ROLE:TEAM is for who sees and manages that team only. REP is the rep as whom this user works, "-" for none. HASH is what
 * `leadwire-gateway --hash-password` printed; "-": no password, this user comes by an identity-aware proxy.
 * Empty lines and lines that begin with # are skipped. Threads: one owner.
 */
#ifndef USERS_H
#define USERS_H

#include <leadwire/lead.h>
#include <leadwire/status.h>
#include <stdbool.h>
#include <stdint.h>

#define USER_ROLE_TABLE(X) \
    X(USER_REP, "rep") \
    X(USER_LEAD, "lead") \
    X(USER_MANAGER, "manager") \
    X(USER_ADMIN, "admin") \
    X(USER_READ_ONLY, "read-only")

enum user_role {
#define X(name, word) name,
    USER_ROLE_TABLE(X)
#undef X
    USER_ROLE_COUNT
};

const char *user_role_word(enum user_role role);

enum { USERS_MAX = 20000, USERS_FILE_MAX = 8 * 1024 * 1024, USER_NAME_MAX = 128, PASSWORD_HASH_MAX = 128, USERS_WHY_MAX = 256 };

struct user {
    char name[USER_NAME_MAX + 1];
    char rep[LW_NAME_MAX + 1];             /* "": none */
    char team[LW_NAME_MAX + 1];            /* the only one they see; "": all */
    char hash[PASSWORD_HASH_MAX + 1];      /* "": no password will do */
    enum user_role role;                   /* USER_ROLE_COUNT: the file says none */
};

struct users;   /* opaque */

/* why (USERS_WHY_MAX) gets the reason in words, with the line and without any hash. Errors: LW_NOT_FOUND, LW_IO, LW_TOO_LARGE,
 * LW_REFUSED (readable by others), LW_INVALID, LW_NO_MEMORY. */
LW_MUST_CHECK lw_status users_open(const char *path, struct users **out, char *why);
void users_close(struct users **users);   /* NULL accepted */
/* NULL if there is no such user. Borrowed until users_close. */
const struct user *users_find(const struct users *users, const char *name);
uint32_t users_count(const struct users *users);
/* Does anybody stand there without a role? */
bool users_need_rules(const struct users *users);
/* In the order of names. */
const struct user *users_at(const struct users *users, uint32_t index);

/* Made by hand: add, then sort. Errors: LW_NO_MEMORY. */
LW_MUST_CHECK lw_status users_new(struct users **out);
LW_MUST_CHECK lw_status users_add(struct users *users, const struct user *user);
void users_sort(struct users *users);

#endif
