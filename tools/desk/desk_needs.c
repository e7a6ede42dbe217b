/* SPDX-License-Identifier: Apache-2.0
 *
 * Languages, territories and teams: what reps have, and what rules ask for.
 *
 *   anna: {languages: {it: 10, en: 6}, territories: [Lombardia, Veneto]}
 *   - {name: solar, language: from lead, territory: {from: region}, teams: [inside]}
 */
#include <stdio.h>
#include <string.h>

#include "desk_reader.h"
#include "wire.h"

static const char *const need_keys[] = {"from", "code", "name", "level", NULL};

/* In small letters; NULL after a problem. */
static char *lowered(struct desk_yaml *reader, const char *text)
{
    const size_t size = strlen(text) + 1;
    char *copy = desk_alloc(reader, size, 1);
    for (size_t i = 0; copy != NULL && i < size; i++)
        copy[i] = (char)(text[i] >= 'A' && text[i] <= 'Z' ? text[i] + 32 : text[i]);
    return copy;
}

/* it, de, or other: every language that nobody names. */
static char *read_code(struct desk_yaml *reader, const struct yaml_node *node, const char *what, const char *code)
{
    const size_t letters = strspn(code, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
    if (code[letters] == '\0' && (letters == 2 || letters == 3 || strcmp(code, "other") == 0))
        return lowered(reader, code);
    yaml_doc_problem(reader->doc, node, "%s must be a language code such as it, de or en, or 'other', not '%.64s'", what, code);
    return NULL;
}

/* node NULL: written in a list, without a level: the highest. */
static void add_language(struct desk_yaml *reader, Leadwire__V1__RepConfig *rep, const struct yaml_node *place, const char *what,
                         const char *code, const struct yaml_node *level)
{
    char level_of[2 * DESK_NAME_SIZE_MAX];
    snprintf(level_of, sizeof level_of, "%s: level of '%.64s'", what, code);
    Leadwire__V1__SkillLevel *language = desk_alloc(reader, 1, sizeof *language);
    char *name = read_code(reader, place, what, code);
    if (language == NULL || name == NULL)
        return;
    for (size_t i = 0; i < rep->n_languages; i++) {
        if (strcmp(rep->languages[i]->skill, name) == 0) {
            yaml_doc_problem(reader->doc, place, "%s: '%s' is written twice", what, name);
            return;
        }
    }
    leadwire__v1__skill_level__init(language);
    language->skill = name;
    language->level = (uint32_t)yaml_read_number(reader->doc, level, level_of, 1, DESK_LEVEL_MAX, DESK_LEVEL_MAX);
    rep->languages[rep->n_languages++] = language;
}

static void read_languages(struct desk_yaml *reader, Leadwire__V1__RepConfig *rep, const struct yaml_node *node, const char *rep_what)
{
    char what[DESK_NAME_SIZE_MAX + 64];
    snprintf(what, sizeof what, "%s: languages", rep_what);
    if (node == NULL || yaml_node_is_null(node))
        return;
    const enum yaml_kind kind = yaml_node_kind(node);
    const size_t count = yaml_node_count(node);
    if (kind == YAML_KIND_SCALAR || count > DESK_LANGUAGES_MAX) {
        yaml_doc_problem(reader->doc, node, "%s must be a map of levels, e.g. {it: 10, en: 5}, or a list, with at most %d entries", what,
                         DESK_LANGUAGES_MAX);
        return;
    }
    rep->languages = desk_alloc(reader, count, sizeof *rep->languages);
    for (size_t i = 0; rep->languages != NULL && i < count; i++) {
        if (kind == YAML_KIND_MAP) {
            add_language(reader, rep, yaml_map_value_at(node, i), what, yaml_map_key_at(node, i), yaml_map_value_at(node, i));
        } else {
            const char *code = yaml_read_text(reader->doc, yaml_list_at(node, i), what, 64, "");
            add_language(reader, rep, yaml_list_at(node, i), what, code, NULL);
        }
    }
}

static void read_territories(struct desk_yaml *reader, Leadwire__V1__RepConfig *rep, const struct yaml_node *node, const char *rep_what)
{
    char what[DESK_NAME_SIZE_MAX + 64];
    snprintf(what, sizeof what, "%s: territories", rep_what);
    if (node == NULL || yaml_node_is_null(node))
        return;
    const size_t count = yaml_node_count(node);
    if (yaml_node_kind(node) != YAML_KIND_LIST || count > DESK_TERRITORIES_MAX) {
        yaml_doc_problem(reader->doc, node, "%s must be a list, e.g. [Lombardia, Veneto], with at most %d entries", what, DESK_TERRITORIES_MAX);
        return;
    }
    rep->territories = desk_alloc(reader, count, sizeof *rep->territories);
    for (size_t i = 0; rep->territories != NULL && i < count; i++) {
        const struct yaml_node *item = yaml_list_at(node, i);
        char *name = lowered(reader, yaml_read_text(reader->doc, item, what, DESK_TERRITORY_SIZE_MAX, ""));
        if (name == NULL)
            return;
        bool is_double = false;
        for (size_t k = 0; k < rep->n_territories; k++)
            is_double = is_double || strcmp(rep->territories[k], name) == 0;
        if (name[0] == '\0')
            yaml_doc_problem(reader->doc, item, "%s: an empty name; remove it", what);
        else if (is_double)
            yaml_doc_problem(reader->doc, item, "%s: '%s' is written twice", what, name);
        else
            rep->territories[rep->n_territories++] = name;
    }
}

void desk_read_rep_abilities(struct desk_yaml *reader, Leadwire__V1__RepConfig *rep, const struct yaml_node *node, const char *what)
{
    read_languages(reader, rep, yaml_map_find(node, "languages"), what);
    read_territories(reader, rep, yaml_map_find(node, "territories"), what);
}

/* Where the lead says it: `lead` stands for the usual field. */
static void read_from(struct desk_yaml *reader, Leadwire__V1__OwnNeed *need, const struct yaml_node *node, const char *what,
                      const char *usual_field, const char *field)
{
    const Leadwire__V1__Lead nothing = LEADWIRE__V1__LEAD__INIT;
    bool known = false;
    if (strcmp(field, "lead") == 0)
        field = usual_field;
    (void)wire_lead_field(&nothing, field, &known);
    if (known)
        need->field = desk_borrow(field);
    else
        yaml_doc_problem(reader->doc, node, "%s: leads have no field '%.64s'; write 'from lead', or from: attribute.%.64s for what a form calls so",
                         what, field, field);
}

static void read_value(struct desk_yaml *reader, Leadwire__V1__OwnNeed *need, const struct yaml_node *node, const char *what,
                       bool is_language, const char *value)
{
    char *name = is_language ? read_code(reader, node, what, value) : lowered(reader, value);
    if (name != NULL && name[0] == '\0')
        yaml_doc_problem(reader->doc, node, "%s: an empty name; remove it", what);
    else if (name != NULL)
        need->value = name;
}

static Leadwire__V1__OwnNeed *read_need(struct desk_yaml *reader, const struct yaml_node *node, const char *rule_what, const char *key)
{
    static const char from[] = "from ";
    const bool is_language = strcmp(key, "language") == 0;
    const char *usual_field = is_language ? "language" : "region", *value_key = is_language ? "code" : "name";
    char what[DESK_NAME_SIZE_MAX + 64];
    snprintf(what, sizeof what, "%s: %s", rule_what, key);
    Leadwire__V1__OwnNeed *need = node != NULL && !yaml_node_is_null(node) ? desk_alloc(reader, 1, sizeof *need) : NULL;
    if (need == NULL)
        return NULL;
    leadwire__v1__own_need__init(need);
    need->level = 1;
    if (yaml_node_kind(node) == YAML_KIND_SCALAR) {
        const char *text = yaml_read_text(reader->doc, node, what, DESK_TERRITORY_SIZE_MAX, "");
        if (strncmp(text, from, sizeof from - 1) == 0)
            read_from(reader, need, node, what, usual_field, text + sizeof from - 1);
        else
            read_value(reader, need, node, what, is_language, text);
        return need;
    }
    const struct yaml_node *field = yaml_map_find(node, "from"), *value = yaml_map_find(node, value_key);
    yaml_check_keys(reader->doc, node, what, need_keys);
    if ((field == NULL) == (value == NULL))
        yaml_doc_problem(reader->doc, node, "%s needs either 'from: FIELD' or '%s: ...', e.g. {from: lead, level: 5}", what, value_key);
    else if (field != NULL)
        read_from(reader, need, field, what, usual_field, yaml_read_text(reader->doc, field, what, 255, ""));
    else
        read_value(reader, need, value, what, is_language, yaml_read_text(reader->doc, value, what, DESK_TERRITORY_SIZE_MAX, ""));
    need->level = (uint32_t)yaml_read_number(reader->doc, yaml_map_find(node, "level"), what, 1, DESK_LEVEL_MAX, 1);
    return need;
}

void desk_read_team_list(struct desk_yaml *reader, const struct yaml_node *node, const char *what, size_t *count_out, char ***out)
{
    if (node == NULL || yaml_node_is_null(node))
        return;
    const bool is_list = yaml_node_kind(node) == YAML_KIND_LIST;
    const size_t count = is_list ? yaml_node_count(node) : 1;
    if (yaml_node_kind(node) == YAML_KIND_MAP || count > DESK_TEAMS_OF_RULE_MAX) {
        yaml_doc_problem(reader->doc, node, "%s must be a team or a list of at most %d teams, e.g. [inside, outside]", what, DESK_TEAMS_OF_RULE_MAX);
        return;
    }
    *out = desk_alloc(reader, count, sizeof **out);
    for (size_t i = 0; *out != NULL && i < count; i++) {
        const struct yaml_node *item = is_list ? yaml_list_at(node, i) : node;
        const char *team = yaml_read_text(reader->doc, item, what, DESK_NAME_SIZE_MAX, "");
        if (yaml_map_find(yaml_map_find(reader->root, "teams"), team) == NULL)
            desk_report_unknown(reader, item, what, "team", team, "teams", reader->team_names);
        bool is_double = false;
        for (size_t k = 0; k < *count_out; k++)
            is_double = is_double || strcmp((*out)[k], team) == 0;
        if (is_double)
            yaml_doc_problem(reader->doc, item, "%s: team '%.64s' is written twice", what, team);
        else
            (*out)[(*count_out)++] = desk_borrow(team);
    }
}

void desk_read_rule_needs(struct desk_yaml *reader, Leadwire__V1__RuleConfig *rule, const struct yaml_node *node, const char *what)
{
    char teams_of[DESK_NAME_SIZE_MAX + 32];
    snprintf(teams_of, sizeof teams_of, "%s: teams", what);
    rule->language = read_need(reader, yaml_map_find(node, "language"), what, "language");
    rule->territory = read_need(reader, yaml_map_find(node, "territory"), what, "territory");
    desk_read_team_list(reader, yaml_map_find(node, "teams"), teams_of, &rule->n_teams, &rule->teams);
}

void desk_read_prefer(struct desk_yaml *reader, Leadwire__V1__RuleConfig *rule, const struct yaml_node *node, const char *what)
{
    char prefer_of[DESK_NAME_SIZE_MAX + 32];
    snprintf(prefer_of, sizeof prefer_of, "%s: prefer", what);
    desk_read_levels(reader, node, prefer_of, DESK_PREFER_MAX, &rule->n_prefer, &rule->prefer);
    for (size_t i = 0; i < rule->n_prefer; i++) {
        const Leadwire__V1__SkillLevel *preferred = rule->prefer[i];
        for (size_t k = 0; k < rule->n_require; k++) {
            const Leadwire__V1__SkillLevel *required = rule->require[k];
            if (strcmp(required->skill, preferred->skill) == 0 && required->level >= preferred->level)
                yaml_doc_problem(reader->doc, yaml_map_find(node, preferred->skill),
                                 "%s: '%.64s' %u is required anyway; prefer a higher level, or remove it", prefer_of, preferred->skill,
                                 (unsigned)preferred->level);
        }
    }
}
