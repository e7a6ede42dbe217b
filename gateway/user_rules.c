/* SPDX-License-Identifier: Apache-2.0 */
#include "user_rules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum user_role role_of(Leadwire__V1__UserRole role)
{
    switch (role) {
    case LEADWIRE__V1__USER_ROLE__USER_ROLE_REP: return USER_REP;
    case LEADWIRE__V1__USER_ROLE__USER_ROLE_LEAD: return USER_LEAD;
    case LEADWIRE__V1__USER_ROLE__USER_ROLE_MANAGER: return USER_MANAGER;
    case LEADWIRE__V1__USER_ROLE__USER_ROLE_ADMIN: return USER_ADMIN;
    case LEADWIRE__V1__USER_ROLE__USER_ROLE_READ_ONLY: return USER_READ_ONLY;
    case LEADWIRE__V1__USER_ROLE__USER_ROLE_NONE:
    case _LEADWIRE__V1__USER_ROLE_IS_INT_SIZE: break;
    }
    return USER_ROLE_COUNT;
}

static bool copy_user(const Leadwire__V1__UserConfig *from, struct user *to)
{
    *to = (struct user){.role = role_of(from->role)};
    return to->role != USER_ROLE_COUNT && snprintf(to->name, sizeof to->name, "%s", from->name) < (int)sizeof to->name &&
           snprintf(to->team, sizeof to->team, "%s", from->team) < (int)sizeof to->team &&
           snprintf(to->rep, sizeof to->rep, "%s", from->rep) < (int)sizeof to->rep;
}

lw_status user_rules_read(struct user_rules *rules, const Leadwire__V1__DeskConfig *config)
{
    uint32_t count = 0;
    struct user *items = calloc(config->n_users + 1, sizeof *items);
    if (!items)
        return LW_NO_MEMORY;
    for (size_t i = 0; i < config->n_users && i < USERS_MAX; i++)
        count += copy_user(config->users[i], &items[count]);
    free(rules->items);
    *rules = (struct user_rules){.items = items, .count = count, .known = true};
    return LW_OK;
}

void user_rules_fini(struct user_rules *rules)
{
    free(rules->items);
    *rules = (struct user_rules){0};
}

lw_status user_rules_join(const struct user_rules *rules, const struct users *file, struct users **out)
{
    struct users *joined = NULL;
    lw_status status = users_new(&joined);
    for (uint32_t i = 0; status == LW_OK && i < users_count(file); i++)
        if (users_at(file, i)->role != USER_ROLE_COUNT)
            status = users_add(joined, users_at(file, i));
    for (uint32_t i = 0; status == LW_OK && i < rules->count; i++) {
        struct user user = rules->items[i];
        const struct user *of_file = users_find(file, user.name);
        if (of_file && of_file->role != USER_ROLE_COUNT)
            continue;
        if (of_file)
            memcpy(user.hash, of_file->hash, sizeof user.hash);
        status = users_add(joined, &user);
    }
    if (status == LW_OK)
        users_sort(joined);
    else
        users_close(&joined);
    *out = joined;
    return status;
}
