/* SPDX-License-Identifier: Apache-2.0
 *
 * user_rules - the users of the desk's rules, beside those of the gateway's own file: who is in force.
 *
 * A user of the file who has a role there is as the file says, whatever the rules say: whoever runs the machine can always get in. All
 * others are as the rules say, with the hash that the file has for their name; a hash alone lets nobody in. Threads: one owner.
 */
#ifndef USER_RULES_H
#define USER_RULES_H

#include "leadwire/v1/config.pb-c.h"
#include "users.h"

struct user_rules {
    struct user *items;   /* without hashes */
    uint32_t count;
    bool known;           /* the rules were read at least once */
};

/* Takes the users of these rules in place of those there were. Nobody's role is guessed: who has none that we know is left out.
 * Errors, nothing is changed then: LW_NO_MEMORY. */
LW_MUST_CHECK lw_status user_rules_read(struct user_rules *rules, const Leadwire__V1__DeskConfig *config);
void user_rules_fini(struct user_rules *rules);   /* zeroed: accepted */
/* Everybody who may sign in. Errors: LW_NO_MEMORY. */
LW_MUST_CHECK lw_status user_rules_join(const struct user_rules *rules, const struct users *file, struct users **out);

#endif
