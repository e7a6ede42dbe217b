/* SPDX-License-Identifier: Apache-2.0 */
#include "page_rules.h"

#include <string.h>

#include "choices.h"
#include "choices_json.h"

enum { ARENA_CAP = 4 << 20 };

bool page_rules_take(struct page_rules *rules, const struct lw_choices *choices)
{
    json_t *told = choices_json(choices);
    bool changed = !json_equal(told, rules->choices);
    json_decref(rules->choices);
    rules->choices = told;
    rules->revision += changed;
    return changed;
}

bool page_rules_read(struct page_rules *rules, const Leadwire__V1__DeskConfig *config)
{
    Leadwire__V1__ConfigReply reply = LEADWIRE__V1__CONFIG_REPLY__INIT;
    struct arena arena;
    reply.config = (Leadwire__V1__DeskConfig *)(uintptr_t)config;
    arena_init(&arena, ARENA_CAP);
    const struct lw_choices *choices = choices_of(&reply, &arena);
    bool changed = choices && page_rules_take(rules, choices);
    arena_fini(&arena);
    return changed;
}

static const char *text_of(const json_t *row, const char *member)
{
    const char *text = json_string_value(json_object_get(row, member));
    return text ? text : "";
}

/* The row of that name; NULL: there is none. */
static json_t *find(const json_t *rows, const char *name)
{
    size_t index;
    json_t *row;
    json_array_foreach((json_t *)rows, index, row)
        if (strcmp(text_of(row, "name"), name) == 0)
            return row;
    return NULL;
}

/* The rules say how it reads. */
static bool has_words(const json_t *reason)
{
    return strcmp(text_of(reason, "label"), text_of(reason, "name")) != 0 || json_object_size(json_object_get(reason, "texts")) > 0;
}

/* Reasons of the rules; those of which these have the name alone with the words that the file has for them. */
static json_t *labelled(const json_t *reasons, const json_t *rows)
{
    json_t *out = json_array(), *reason;
    size_t index;
    json_array_foreach((json_t *)reasons, index, reason) {
        json_t *row = has_words(reason) ? NULL : find(rows, text_of(reason, "name"));
        json_array_append(out, row ? row : reason);
    }
    return out;
}

/* Without the rep's own name; to one of an outsourced team only their colleagues there. */
static json_t *colleagues(const json_t *transfer, const char *own_name)
{
    const json_t *reps = json_object_get(transfer, "reps"), *self = own_name ? find(reps, own_name) : NULL;
    const char *team = self ? text_of(self, "team") : "";
    const bool sees_all = !json_is_true(json_object_get(find(json_object_get(transfer, "teams"), team), "outsourced"));
    json_t *out = json_array(), *row;
    size_t index;
    json_array_foreach((json_t *)reps, index, row)
        if (row != self && (sees_all || strcmp(text_of(row, "team"), team) == 0))
            json_array_append(out, row);
    return out;
}

/* Of each kind what the file lists, else what the rules have. */
static json_t *targets(const json_t *of_file, const json_t *of_rules, const char *rep)
{
    static const char *const kinds[] = {"skills", "teams"};
    json_t *out = of_file ? json_copy((json_t *)of_file) : json_object();
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (json_array_size(json_object_get(out, kinds[i])) == 0)
            json_object_set(out, kinds[i], json_object_get(of_rules, kinds[i]));
    if (json_array_size(json_object_get(out, "reps")) == 0)
        json_object_set_new(out, "reps", colleagues(of_rules, rep));
    return out;
}

json_t *page_rules_json(const struct page_rules *rules, const json_t *page, const char *rep)
{
    json_t *told = json_copy((json_t *)page);
    const json_t *reasons = json_object_get(rules->choices, "decline_reasons");
    json_object_set_new(told, "rules", json_integer((json_int_t)rules->revision));
    if (!rules->choices)
        return told;
    json_object_set(told, "dispositions", json_object_get(rules->choices, "dispositions"));
    if (json_array_size(reasons) > 0)
        json_object_set_new(told, "decline_reasons", labelled(reasons, json_object_get(page, "decline_reasons")));
    if (json_array_size(json_object_get(page, "break_reasons")) == 0)
        json_object_set(told, "break_reasons", json_object_get(rules->choices, "break_reasons"));
    json_object_set_new(told, "transfer", targets(json_object_get(page, "transfer"), json_object_get(rules->choices, "transfer"), rep));
    return told;
}

void page_rules_fini(struct page_rules *rules)
{
    json_decref(rules->choices);
    *rules = (struct page_rules){0};
}
