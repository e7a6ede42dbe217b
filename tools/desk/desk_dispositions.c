/* SPDX-License-Identifier: Apache-2.0
 *
 * The dispositions of desk.yaml: codes, classes, and what follows.
 */
#include <stdio.h>
#include <string.h>

#include "desk_reader.h"

enum { TEXTS_MAX = 32, LANGUAGE_SIZE_MAX = 35 };

static const struct { const char *name; Leadwire__V1__DispositionClass number; const char *label; } class_table[] = {
    {"won", LEADWIRE__V1__DISPOSITION_CLASS__DISPOSITION_WON, "Won"},
    {"lost", LEADWIRE__V1__DISPOSITION_CLASS__DISPOSITION_LOST, "Lost"},
    {"later", LEADWIRE__V1__DISPOSITION_CLASS__DISPOSITION_LATER, "Later"},
    {"bad", LEADWIRE__V1__DISPOSITION_CLASS__DISPOSITION_BAD, "Not a real lead"},
    {"no_answer", LEADWIRE__V1__DISPOSITION_CLASS__DISPOSITION_NO_ANSWER, "No answer"},
    {"do_not_call", LEADWIRE__V1__DISPOSITION_CLASS__DISPOSITION_DO_NOT_CALL, "Does not want to be called"},
};
enum { CLASS_TABLE_SIZE = sizeof class_table / sizeof class_table[0] };
static const char *const class_names[] = {"won", "lost", "later", "bad", "no_answer", "do_not_call", NULL};
static const char *const disposition_keys[] = {"label", "class", "then", "after", "at_least", "at_most", "same_rep_for", "texts", NULL};

/* DISPOSITION_NONE after a problem. */
static Leadwire__V1__DispositionClass read_class(struct desk_yaml *reader, const struct yaml_node *map, const char *code)
{
    char what[DESK_NAME_SIZE_MAX + 32];
    snprintf(what, sizeof what, "disposition '%.127s': class", code);
    const struct yaml_node *node = yaml_map_find(map, "class");
    const char *word = yaml_read_text(reader->doc, node, what, 64, NULL);
    for (size_t i = 0; word != NULL && i < CLASS_TABLE_SIZE; i++) {
        if (strcmp(class_table[i].name, word) == 0)
            return class_table[i].number;
    }
    const char *nearest = word != NULL ? yaml_nearest(word, class_names) : NULL;
    if (node == NULL)
        yaml_doc_problem(reader->doc, map, "disposition '%.127s' needs a class: won, lost, later, bad, no_answer or do_not_call", code);
    else if (nearest != NULL)
        yaml_doc_problem(reader->doc, node, "%s '%s' is not known; did you mean '%s'?", what, word, nearest);
    else if (word != NULL)
        yaml_doc_problem(reader->doc, node, "%s '%s' is not known; there are won, lost, later, bad, no_answer and do_not_call", what, word);
    return LEADWIRE__V1__DISPOSITION_CLASS__DISPOSITION_NONE;
}

static const struct { const char *name; Leadwire__V1__FollowUp number; } follow_up_table[] = {
    {"end", LEADWIRE__V1__FOLLOW_UP__FOLLOW_UP_END},
    {"call_back", LEADWIRE__V1__FOLLOW_UP__FOLLOW_UP_CALL_BACK},
    {"appointment", LEADWIRE__V1__FOLLOW_UP__FOLLOW_UP_APPOINTMENT},
    {"park", LEADWIRE__V1__FOLLOW_UP__FOLLOW_UP_PARK},
    {"suppress", LEADWIRE__V1__FOLLOW_UP__FOLLOW_UP_SUPPRESS},
};
enum { FOLLOW_UP_COUNT = sizeof follow_up_table / sizeof follow_up_table[0] };
static const char *const follow_up_names[] = {"end", "call_back", "appointment", "park", "suppress", NULL};

/* Not written: the end; of do_not_call with the mark that says so. */
static Leadwire__V1__FollowUp usual_follow_up(Leadwire__V1__DispositionClass class_number)
{
    return class_number == LEADWIRE__V1__DISPOSITION_CLASS__DISPOSITION_DO_NOT_CALL ? LEADWIRE__V1__FOLLOW_UP__FOLLOW_UP_SUPPRESS
                                                                                   : LEADWIRE__V1__FOLLOW_UP__FOLLOW_UP_END;
}

static Leadwire__V1__FollowUp read_follow_up(struct desk_yaml *reader, const struct yaml_node *map, const char *code,
                                             Leadwire__V1__DispositionClass class_number)
{
    char what[DESK_NAME_SIZE_MAX + 32];
    const struct yaml_node *node = yaml_map_find(map, "then");
    if (node == NULL)
        return usual_follow_up(class_number);
    snprintf(what, sizeof what, "disposition '%.127s': then", code);
    const char *word = yaml_read_text(reader->doc, node, what, 64, NULL);
    for (size_t i = 0; word != NULL && i < FOLLOW_UP_COUNT; i++) {
        if (strcmp(follow_up_table[i].name, word) == 0)
            return follow_up_table[i].number;
    }
    const char *nearest = word != NULL ? yaml_nearest(word, follow_up_names) : NULL;
    if (nearest != NULL)
        yaml_doc_problem(reader->doc, node, "%s '%s' is not known; did you mean '%s'?", what, word, nearest);
    else if (word != NULL)
        yaml_doc_problem(reader->doc, node, "%s '%s' is not known; there are end, call_back, appointment, park and suppress", what, word);
    return LEADWIRE__V1__FOLLOW_UP__FOLLOW_UP_END;
}

/* Absent: absent_ms. */
static uint64_t read_ahead(struct desk_yaml *reader, const struct yaml_node *map, const char *code, const char *key, uint64_t absent_ms)
{
    char what[DESK_NAME_SIZE_MAX + 32];
    snprintf(what, sizeof what, "disposition '%.127s': %s", code, key);
    return yaml_read_duration_ms(reader->doc, yaml_map_find(map, key), what, 0, (uint64_t)366 * DAY_MS, absent_ms);
}

static void read_times(struct desk_yaml *reader, Leadwire__V1__DispositionConfig *disposition, const struct yaml_node *map)
{
    static const char *const keys[] = {"after", "at_least", "at_most", "same_rep_for"};
    const bool is_call_back = disposition->follow_up == LEADWIRE__V1__FOLLOW_UP__FOLLOW_UP_CALL_BACK;
    const bool is_appointment = disposition->follow_up == LEADWIRE__V1__FOLLOW_UP__FOLLOW_UP_APPOINTMENT;
    const char *code = disposition->code;
    for (size_t i = 0; i < sizeof keys / sizeof keys[0] && !is_call_back && !is_appointment; i++) {
        const struct yaml_node *node = yaml_map_find(map, keys[i]);
        if (node != NULL)
            yaml_doc_problem(reader->doc, node, "disposition '%s': %s is for what comes back: add 'then: call_back' or 'then: appointment'", code, keys[i]);
    }
    if (!is_call_back && !is_appointment)
        return;
    disposition->after_ms = read_ahead(reader, map, code, "after", is_call_back ? 2 * HOUR_MS : 0);
    disposition->at_least_ms = read_ahead(reader, map, code, "at_least", 0);
    disposition->at_most_ms = read_ahead(reader, map, code, "at_most", (uint64_t)60 * DAY_MS);
    const uint64_t same_rep_for_ms = read_ahead(reader, map, code, "same_rep_for", 10 * MINUTE_MS);
    disposition->same_rep_for_ms = same_rep_for_ms < UINT32_MAX ? (uint32_t)same_rep_for_ms : UINT32_MAX;
    if (disposition->at_most_ms == 0 || disposition->at_least_ms > disposition->at_most_ms)
        yaml_doc_problem(reader->doc, map, "disposition '%s': at_most must be above 0 and not below at_least", code);
    else if (disposition->after_ms != 0 && (disposition->after_ms < disposition->at_least_ms || disposition->after_ms > disposition->at_most_ms))
        yaml_doc_problem(reader->doc, map, "disposition '%s': after must lie between at_least and at_most", code);
}

Leadwire__V1__LocalText **desk_read_texts(struct desk_yaml *reader, const struct yaml_node *map, const char *of, const char *label, size_t *count_out)
{
    char what[DESK_NAME_SIZE_MAX + 32];
    const struct yaml_node *node = yaml_map_find(map, "texts");
    *count_out = 0;
    if (node == NULL)
        return NULL;
    if (yaml_node_kind(node) != YAML_KIND_MAP || yaml_node_count(node) > TEXTS_MAX) {
        yaml_doc_problem(reader->doc, node, "%s: texts must be a map of at most %d languages, e.g. {it: Ordinato}", of, TEXTS_MAX);
        return NULL;
    }
    const size_t count = yaml_node_count(node);
    Leadwire__V1__LocalText *texts = desk_alloc(reader, count, sizeof *texts);
    Leadwire__V1__LocalText **list = desk_alloc(reader, count, sizeof *list);
    if (texts == NULL || list == NULL)
        return NULL;
    snprintf(what, sizeof what, "%s: text", of);
    for (size_t i = 0; i < count; i++) {
        const char *language = yaml_map_key_at(node, i);
        const struct yaml_node *value = yaml_map_value_at(node, i);
        if (language[0] == '\0' || strlen(language) > LANGUAGE_SIZE_MAX)
            yaml_doc_problem(reader->doc, value, "%s: '%.40s' is no language; write it like it, de or pt-BR", what, language);
        leadwire__v1__local_text__init(&texts[i]);
        texts[i].language = desk_borrow(language);
        texts[i].text = desk_borrow(yaml_read_text(reader->doc, value, what, DESK_LABEL_SIZE_MAX, label));
        if (texts[i].text[0] == '\0')
            yaml_doc_problem(reader->doc, value, "%s for '%s' is empty", what, language);
        list[i] = &texts[i];
    }
    *count_out = count;
    return list;
}

static void fill_disposition(struct desk_yaml *reader, Leadwire__V1__DispositionConfig *disposition, const char *code,
                             const struct yaml_node *node)
{
    leadwire__v1__disposition_config__init(disposition);
    disposition->code = desk_borrow(code);
    disposition->label = desk_borrow(code);
    if (!desk_check_name(reader, node, "disposition", code))
        return;
    if (yaml_node_kind(node) != YAML_KIND_MAP) {
        yaml_doc_problem(reader->doc, node, "disposition '%s' must be a map, e.g. {label: Ordered, class: won}", code);
        return;
    }
    char what[DESK_NAME_SIZE_MAX + 32];
    snprintf(what, sizeof what, "disposition '%s'", code);
    yaml_check_keys(reader->doc, node, what, disposition_keys);
    disposition->label = desk_borrow(yaml_read_text(reader->doc, yaml_map_find(node, "label"), what, DESK_LABEL_SIZE_MAX, code));
    disposition->class_ = read_class(reader, node, code);
    disposition->follow_up = read_follow_up(reader, node, code, disposition->class_);
    read_times(reader, disposition, node);
    disposition->texts = desk_read_texts(reader, node, what, disposition->label, &disposition->n_texts);
}

void desk_read_dispositions(struct desk_yaml *reader)
{
    const struct yaml_node *map = desk_section(reader, "dispositions", YAML_KIND_MAP, DESK_DISPOSITIONS_MAX);
    const size_t count = map != NULL ? yaml_node_count(map) : CLASS_TABLE_SIZE;
    Leadwire__V1__DispositionConfig *dispositions = desk_alloc(reader, count, sizeof *dispositions);
    reader->config.dispositions = desk_alloc(reader, count, sizeof *reader->config.dispositions);
    if (dispositions == NULL || reader->config.dispositions == NULL)
        return;
    for (size_t i = 0; i < count; i++) {
        if (map != NULL) {
            fill_disposition(reader, &dispositions[i], yaml_map_key_at(map, i), yaml_map_value_at(map, i));
        } else {
            leadwire__v1__disposition_config__init(&dispositions[i]);
            dispositions[i].code = desk_borrow(class_table[i].name);
            dispositions[i].label = desk_borrow(class_table[i].label);
            dispositions[i].class_ = class_table[i].number;
            dispositions[i].follow_up = usual_follow_up(class_table[i].number);
        }
        reader->config.dispositions[i] = &dispositions[i];
    }
    reader->config.n_dispositions = count;
}
