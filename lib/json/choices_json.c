/* SPDX-License-Identifier: Apache-2.0 */
#include "choices_json.h"

static json_t *texts_json(const struct lw_choice *choice)
{
    json_t *texts = json_object();
    for (uint32_t i = 0; i < choice->text_count; i++)
        json_object_set_new(texts, choice->texts[i].language, json_string(choice->texts[i].text));
    return texts;
}

static json_t *ends_json(const struct lw_choices *choices)
{
    json_t *rows = json_array();
    for (uint32_t i = 0; i < choices->disposition_count; i++) {
        const struct lw_choice *one = &choices->dispositions[i];
        json_array_append_new(rows, json_pack("{s:s, s:s, s:o, s:s, s:s, s:I, s:I, s:I}", "name", one->name, "label", one->label, "texts", texts_json(one),
                                              "class", one->kind, "then", one->follows, "after_ms", (json_int_t)one->after_ms,
                                              "at_least_ms", (json_int_t)one->at_least_ms, "at_most_ms", (json_int_t)one->at_most_ms));
    }
    return rows;
}

static json_t *reasons_json(const struct lw_choice *reasons, uint32_t count)
{
    json_t *rows = json_array();
    for (uint32_t i = 0; i < count; i++) {
        const struct lw_choice *one = &reasons[i];
        json_array_append_new(rows, json_pack("{s:s, s:s, s:o}", "name", one->name, "label", one->label, "texts", texts_json(one)));
    }
    return rows;
}

static json_t *targets_json(const struct lw_choices *choices)
{
    json_t *skills = json_array(), *teams = json_array(), *reps = json_array();
    for (uint32_t i = 0; i < choices->skill_count; i++)
        json_array_append_new(skills, json_pack("{s:s, s:s}", "name", choices->skills[i].name, "label", choices->skills[i].label));
    for (uint32_t i = 0; i < choices->team_count; i++)
        json_array_append_new(teams, json_pack("{s:s, s:s, s:b}", "name", choices->teams[i].name, "label", choices->teams[i].label,
                                               "outsourced", choices->teams[i].outsourced));
    for (uint32_t i = 0; i < choices->rep_count; i++)
        json_array_append_new(reps, json_pack("{s:s, s:s, s:s}", "name", choices->reps[i].name, "label", choices->reps[i].label, "team", choices->reps[i].team));
    return json_pack("{s:o, s:o, s:o}", "skills", skills, "teams", teams, "reps", reps);
}

json_t *choices_json(const struct lw_choices *choices)
{
    return json_pack("{s:o, s:o, s:o, s:o}", "dispositions", ends_json(choices),
                     "decline_reasons", reasons_json(choices->decline_reasons, choices->decline_reason_count),
                     "break_reasons", reasons_json(choices->break_reasons, choices->break_reason_count), "transfer", targets_json(choices));
}
