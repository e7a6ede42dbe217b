/* SPDX-License-Identifier: Apache-2.0
 *
 * Who may sign in at the gateway, and as what. Passwords stand elsewhere: the rules are kept, shown and compared.
 *
 *   users:
 *     anna: {role: rep}                                 # works as rep anna
 *     maria@example.com: {role: manager, team: outside, rep: maria}
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "desk_reader.h"

static const char *const user_keys[] = {"role", "team", "rep", NULL};

/* Names of the desk's reps, to be searched in. */
struct rep_names { const char **items; size_t count; };

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static struct rep_names names_of_reps(struct desk_yaml *reader)
{
    struct rep_names names = {.items = desk_alloc(reader, reader->config.n_reps, sizeof *names.items)};
    for (size_t i = 0; names.items != NULL && i < reader->config.n_reps; i++)
        names.items[names.count++] = reader->config.reps[i]->name;
    if (names.count > 1)
        qsort((void *)names.items, names.count, sizeof *names.items, compare_names);
    return names;
}

static bool has_rep(const struct rep_names *names, const char *rep)
{
    return names->count > 0 && bsearch(&rep, (const void *)names->items, names->count, sizeof *names->items, compare_names) != NULL;
}

/* As a proxy may call them: no blanks, which separate the words of the gateway's file. */
static bool check_user_name(struct desk_yaml *reader, const struct yaml_node *node, const char *name)
{
    bool good = name[0] != '\0' && name[0] != '#' && strlen(name) <= DESK_NAME_SIZE_MAX;
    for (const unsigned char *at = (const unsigned char *)name; good && *at != '\0'; at++)
        good = *at > ' ' && *at != 0x7f;
    if (!good)
        yaml_doc_problem(reader->doc, node, "user name '%.32s' must be of at most %d bytes without blanks, and not start with '#'", name, DESK_NAME_SIZE_MAX);
    return good;
}

static Leadwire__V1__UserRole read_role(struct desk_yaml *reader, const struct yaml_node *map, const char *what)
{
    static const char *const words[] = {"", "rep", "lead", "manager", "admin", "read-only"};   /* by number */
    const struct yaml_node *node = yaml_map_find(map, "role");
    const char *word = yaml_read_text(reader->doc, node, what, 64, "");
    for (int role = LEADWIRE__V1__USER_ROLE__USER_ROLE_REP; role <= LEADWIRE__V1__USER_ROLE__USER_ROLE_READ_ONLY; role++) {
        if (strcmp(words[role], word) == 0)
            return (Leadwire__V1__UserRole)role;
    }
    yaml_doc_problem(reader->doc, node != NULL ? node : map, "%s: role must be rep, lead, manager, admin or read-only, not '%.64s'", what, word);
    return LEADWIRE__V1__USER_ROLE__USER_ROLE_NONE;
}

static void read_team(struct desk_yaml *reader, const struct yaml_node *node, const char *what, Leadwire__V1__UserConfig *user)
{
    user->team = desk_borrow(yaml_read_text(reader->doc, node, what, DESK_NAME_SIZE_MAX, ""));
    if (user->team[0] == '\0')
        return;
    if (user->role == LEADWIRE__V1__USER_ROLE__USER_ROLE_REP || user->role == LEADWIRE__V1__USER_ROLE__USER_ROLE_ADMIN)
        yaml_doc_problem(reader->doc, node, "%s: a team is for who sees only that one: role lead, manager or read-only", what);
    else if (yaml_map_find(yaml_map_find(reader->root, "teams"), user->team) == NULL)
        desk_report_unknown(reader, node, what, "team", user->team, "teams", reader->team_names);
}

/* Who is a rep and no more is by default the rep of their own name. */
static void read_rep(struct desk_yaml *reader, const struct yaml_node *map, const char *what, const struct rep_names *reps, Leadwire__V1__UserConfig *user)
{
    const struct yaml_node *node = yaml_map_find(map, "rep");
    bool is_rep = user->role == LEADWIRE__V1__USER_ROLE__USER_ROLE_REP;
    user->rep = desk_borrow(yaml_read_text(reader->doc, node, what, DESK_NAME_SIZE_MAX, is_rep ? user->name : ""));
    if (user->role == LEADWIRE__V1__USER_ROLE__USER_ROLE_ADMIN || user->role == LEADWIRE__V1__USER_ROLE__USER_ROLE_READ_ONLY) {
        if (user->rep[0] != '\0')
            yaml_doc_problem(reader->doc, node, "%s: role admin and role read-only work as no rep; give them a user of their own for that", what);
    } else if ((is_rep || user->rep[0] != '\0') && !has_rep(reps, user->rep)) {
        desk_report_unknown(reader, node != NULL ? node : map, what, "rep", user->rep, "reps", NULL);
    }
}

static void fill_user(struct desk_yaml *reader, Leadwire__V1__UserConfig *user, const char *name, const struct yaml_node *node, const struct rep_names *reps)
{
    char what[DESK_NAME_SIZE_MAX + 16];
    leadwire__v1__user_config__init(user);
    user->name = desk_borrow(name);
    if (!check_user_name(reader, node, name))
        return;
    if (yaml_node_kind(node) != YAML_KIND_MAP) {
        yaml_doc_problem(reader->doc, node, "user '%s' must be a map, e.g. {role: rep, rep: anna}", name);
        return;
    }
    snprintf(what, sizeof what, "user '%s'", name);
    yaml_check_keys(reader->doc, node, what, user_keys);
    user->role = read_role(reader, node, what);
    if (user->role == LEADWIRE__V1__USER_ROLE__USER_ROLE_NONE)
        return;
    read_team(reader, yaml_map_find(node, "team"), what, user);
    read_rep(reader, node, what, reps, user);
}

void desk_read_users(struct desk_yaml *reader)
{
    const struct yaml_node *map = desk_section(reader, "users", YAML_KIND_MAP, DESK_USERS_MAX);
    const size_t count = map != NULL ? yaml_node_count(map) : 0;
    if (count == 0)
        return;
    Leadwire__V1__UserConfig *users = desk_alloc(reader, count, sizeof *users);
    const struct rep_names reps = names_of_reps(reader);
    reader->config.users = desk_alloc(reader, count, sizeof *reader->config.users);
    if (users == NULL || reader->config.users == NULL)
        return;
    for (size_t i = 0; i < count; i++) {
        fill_user(reader, &users[i], yaml_map_key_at(map, i), yaml_map_value_at(map, i), &reps);
        reader->config.users[i] = &users[i];
    }
    reader->config.n_users = count;
}
