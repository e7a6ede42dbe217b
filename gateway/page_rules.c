/* SPDX-License-Identifier: Apache-2.0 */
#include "page_rules.h"

#include <string.h>

static const char *class_word(Leadwire__V1__DispositionClass number)
{
    switch (number) {
    case LEADWIRE__V1__DISPOSITION_CLASS__DISPOSITION_WON: return "won";
    case LEADWIRE__V1__DISPOSITION_CLASS__DISPOSITION_LOST: return "lost";
    case LEADWIRE__V1__DISPOSITION_CLASS__DISPOSITION_LATER: return "later";
    case LEADWIRE__V1__DISPOSITION_CLASS__DISPOSITION_BAD: return "bad";
    case LEADWIRE__V1__DISPOSITION_CLASS__DISPOSITION_NO_ANSWER: return "no_answer";
    case LEADWIRE__V1__DISPOSITION_CLASS__DISPOSITION_DO_NOT_CALL: return "do_not_call";
    case LEADWIRE__V1__DISPOSITION_CLASS__DISPOSITION_NONE:
    case _LEADWIRE__V1__DISPOSITION_CLASS_IS_INT_SIZE: break;
    }
    return "";
}

/* As desk.yaml writes it. */
static const char *follow_up_word(Leadwire__V1__FollowUp number)
{
    switch (number) {
    case LEADWIRE__V1__FOLLOW_UP__FOLLOW_UP_CALL_BACK: return "call_back";
    case LEADWIRE__V1__FOLLOW_UP__FOLLOW_UP_APPOINTMENT: return "appointment";
    case LEADWIRE__V1__FOLLOW_UP__FOLLOW_UP_PARK: return "park";
    case LEADWIRE__V1__FOLLOW_UP__FOLLOW_UP_SUPPRESS: return "suppress";
    case LEADWIRE__V1__FOLLOW_UP__FOLLOW_UP_NONE:
    case LEADWIRE__V1__FOLLOW_UP__FOLLOW_UP_END:
    case _LEADWIRE__V1__FOLLOW_UP_IS_INT_SIZE: break;
    }
    return "end";
}

static json_t *disposition_json(const Leadwire__V1__DispositionConfig *disposition)
{
    json_t *texts = json_object();
    for (size_t i = 0; i < disposition->n_texts; i++)
        json_object_set_new(texts, disposition->texts[i]->language, json_string(disposition->texts[i]->text));
    return json_pack("{s:s, s:s, s:o, s:s, s:s, s:I, s:I, s:I}", "name", disposition->code, "label", disposition->label[0] ? disposition->label : disposition->code,
                     "texts", texts, "class", class_word(disposition->class_), "then", follow_up_word(disposition->follow_up),
                     "after_ms", (json_int_t)disposition->after_ms, "at_least_ms", (json_int_t)disposition->at_least_ms,
                     "at_most_ms", (json_int_t)disposition->at_most_ms);
}

bool page_rules_read(struct page_rules *rules, const Leadwire__V1__DeskConfig *config)
{
    const Leadwire__V1__RefusalConfig *refusals = config->refusals;
    json_t *dispositions = json_array(), *reasons = json_array();
    for (size_t i = 0; i < config->n_dispositions; i++)
        json_array_append_new(dispositions, disposition_json(config->dispositions[i]));
    for (size_t i = 0; refusals && i < refusals->n_reasons; i++)
        json_array_append_new(reasons, json_string(refusals->reasons[i]));
    bool changed = !json_equal(dispositions, rules->dispositions) || !json_equal(reasons, rules->decline_reasons);
    uint64_t revision = rules->revision + changed;
    page_rules_fini(rules);
    *rules = (struct page_rules){.dispositions = dispositions, .decline_reasons = reasons, .revision = revision};
    return changed;
}

/* Of the file's rows the one of that name, or one with the name as its label. A new reference. */
static json_t *labelled(const json_t *rows, const char *name)
{
    size_t index;
    json_t *row;
    json_array_foreach((json_t *)rows, index, row)
        if (strcmp(json_string_value(json_object_get(row, "name")), name) == 0)
            return json_incref(row);
    return json_pack("{s:s, s:s}", "name", name, "label", name);
}

json_t *page_rules_json(const struct page_rules *rules, const json_t *page)
{
    json_t *told = json_copy((json_t *)page), *reasons = json_array(), *name;
    size_t index;
    json_object_set_new(told, "rules", json_integer((json_int_t)rules->revision));
    if (rules->dispositions)
        json_object_set(told, "dispositions", rules->dispositions);
    json_array_foreach(rules->decline_reasons, index, name)
        json_array_append_new(reasons, labelled(json_object_get(page, "decline_reasons"), json_string_value(name)));
    if (json_array_size(reasons) > 0)
        json_object_set(told, "decline_reasons", reasons);
    json_decref(reasons);
    return told;
}

void page_rules_fini(struct page_rules *rules)
{
    json_decref(rules->dispositions);
    json_decref(rules->decline_reasons);
    *rules = (struct page_rules){0};
}
