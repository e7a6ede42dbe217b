/* SPDX-License-Identifier: Apache-2.0
 *
 * rules_form - the parts of a desk's rules that have forms, as members of JSON: reps, teams and the names of skills.
 *
 * A row is {"name", and each field}; what is not written is null.
 *
 *   text     "Anna"                          numbers  3
 *   levels   {"solar": 8}                    list     ["2026-12-25"]
 *   hours    {"mon": "09:00-13:00, 14:00-18:00"}: days on their own, however they are written
 *
 * Rows are owned by the caller. Threads: any; no state.
 */
#ifndef RULES_FORM_H
#define RULES_FORM_H

#include <jansson.h>

#include "yaml_doc.h"

enum rule_of { RULE_OF_REP, RULE_OF_TEAM, RULE_OF_SKILL, RULE_OF_COUNT };
enum rule_kind { RULE_TEXT, RULE_NUMBER, RULE_LEVELS, RULE_LIST, RULE_HOURS };
enum { RULE_DAYS = 7 };

struct rule_field {
    const char *name;
    enum rule_kind kind;
    const char *path[3];    /* below the rep or team, NULL-ended */
    bool is_share;          /* what the desk gives: not for the manager of one team */
    const char *told_by;    /* a word by which problems with it can be known */
};

/* "reps", "teams", "skills" */
const char *rule_section(enum rule_of of);
/* NULL-named at the end. */
const struct rule_field *rule_fields(enum rule_of of);
const struct rule_field *rule_field_find(enum rule_of of, const char *name);   /* NULL: none */
/* "mon" */
const char *rule_day(size_t number);
/* The days that a key of `hours` says: of "mon-fri" 0 to 4. */
bool rule_days_of(const char *key, size_t *first_out, size_t *last_out);

/* NULL: there is none of this name, or no memory. */
json_t *rules_form_row(const struct yaml_node *root, enum rule_of of, const char *name);
/* All of a kind; of_team not NULL: the reps of this team only, and the team itself. NULL: no memory. */
json_t *rules_form_rows(const struct yaml_node *root, enum rule_of of, const char *of_team);
/* [{"field", "key", "before", "after"}] between two rows, either of which may be NULL; key "" for fields of one value, before and after null
 * where there is nothing. */
json_t *rules_form_difference(enum rule_of of, const json_t *before, const json_t *after);

#endif
