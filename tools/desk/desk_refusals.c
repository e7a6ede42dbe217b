/* SPDX-License-Identifier: Apache-2.0
 *
 * What follows when a rep does not take a lead, how often it is called back, and why reps take breaks.
 *
 *   decline_reasons: [no_time, wrong_language]      or {no_time: No time now, wrong_language: {label: Not my language, texts: {it: Non è la mia lingua}}}
 *   break_reasons: {meeting: Meeting, lunch: {label: Lunch, texts: {it: Pranzo}}}
 *   timeouts:
 *     retry_same_rep: 2m        or {first: 2m, factor: 2, max: 1h}
 *   call_backs: {max: 10, then: park}
 */
#include <stdio.h>
#include <string.h>

#include "desk_reader.h"

static const char *const retry_keys[] = {"first", "factor", "max", NULL};
enum { REASONS_MAX = 16, FACTOR_MAX = 10, FACTOR_DEFAULT = 2 };

void desk_read_call_backs(struct desk_yaml *reader)
{
    static const char *const keys[] = {"max", "then", NULL};
    const struct yaml_node *map = desk_section(reader, "call_backs", YAML_KIND_MAP, 2), *then = yaml_map_find(map, "then");
    Leadwire__V1__CallBackConfig *config = desk_alloc(reader, 1, sizeof *config);
    if (config == NULL)
        return;
    leadwire__v1__call_back_config__init(config);
    yaml_check_keys(reader->doc, map, "call_backs", keys);
    config->most = (uint32_t)yaml_read_number(reader->doc, yaml_map_find(map, "max"), "call_backs: max", 1, 1000, 10);
    const char *word = yaml_read_text(reader->doc, then, "call_backs: then", 64, "park");
    config->ends = strcmp(word, "end") == 0;
    if (!config->ends && strcmp(word, "park") != 0)
        yaml_doc_problem(reader->doc, then, "call_backs: then must be park (a person looks at the lead) or end, not '%.64s'", word);
    reader->config.call_backs = config;
}

/* How a reason reads, from NAME: LABEL, or NAME: {label: LABEL, texts: {LANGUAGE: TEXT}}. */
struct reason_words { const char *label; Leadwire__V1__LocalText **texts; size_t text_count; };

/* The label is never NULL. kind: as in "break reason". */
static struct reason_words read_words(struct desk_yaml *reader, const char *kind, const char *name, const struct yaml_node *node)
{
    static const char *const keys[] = {"label", "texts", NULL};
    struct reason_words words = {.label = name};
    const struct yaml_node *label = node;
    char what[DESK_NAME_SIZE_MAX + 32];
    if (!desk_check_name(reader, node, kind, name))
        return words;
    snprintf(what, sizeof what, "%s '%s'", kind, name);
    if (yaml_node_kind(node) == YAML_KIND_MAP) {
        yaml_check_keys(reader->doc, node, what, keys);
        label = yaml_map_find(node, "label");
    }
    words.label = yaml_read_text(reader->doc, label, what, DESK_LABEL_SIZE_MAX, name);
    if (label != node)
        words.texts = desk_read_texts(reader, node, what, words.label, &words.text_count);
    return words;
}

static void read_reason_list(struct desk_yaml *reader, Leadwire__V1__RefusalConfig *refusals, const struct yaml_node *list)
{
    for (size_t i = 0; i < yaml_node_count(list); i++) {
        const struct yaml_node *node = yaml_list_at(list, i);
        const char *reason = yaml_read_text(reader->doc, node, "decline_reasons", 1024, NULL);
        if (reason == NULL || !desk_check_name(reader, node, "decline reason", reason))
            return;
        for (size_t k = 0; k < refusals->n_reasons; k++) {
            if (strcmp(refusals->reasons[k], reason) == 0)
                yaml_doc_problem(reader->doc, node, "decline_reasons: '%s' stands there twice; leave one out", reason);
        }
        refusals->reasons[refusals->n_reasons++] = desk_borrow(reason);
    }
}

static void read_reason_map(struct desk_yaml *reader, Leadwire__V1__RefusalConfig *refusals, const struct yaml_node *map)
{
    const size_t count = yaml_node_count(map);
    Leadwire__V1__DeclineReasonConfig *reasons = desk_alloc(reader, count, sizeof *reasons);
    reader->config.decline_reasons = desk_alloc(reader, count, sizeof *reader->config.decline_reasons);
    for (size_t i = 0; reasons != NULL && reader->config.decline_reasons != NULL && i < count; i++) {
        const char *name = yaml_map_key_at(map, i);
        const struct reason_words words = read_words(reader, "decline reason", name, yaml_map_value_at(map, i));
        leadwire__v1__decline_reason_config__init(&reasons[i]);
        reasons[i].name = desk_borrow(name);
        reasons[i].label = desk_borrow(words.label);
        reasons[i].texts = words.texts;
        reasons[i].n_texts = words.text_count;
        reader->config.decline_reasons[reader->config.n_decline_reasons++] = &reasons[i];
        refusals->reasons[refusals->n_reasons++] = desk_borrow(name);
    }
}

/* A list of names, or a map that says how they read. */
static void read_reasons(struct desk_yaml *reader, Leadwire__V1__RefusalConfig *refusals)
{
    const struct yaml_node *written = yaml_map_find(reader->root, "decline_reasons");
    const bool is_map = written != NULL && yaml_node_kind(written) == YAML_KIND_MAP;
    const struct yaml_node *node = desk_section(reader, "decline_reasons", is_map ? YAML_KIND_MAP : YAML_KIND_LIST, REASONS_MAX);
    const size_t count = node != NULL ? yaml_node_count(node) : 0;
    refusals->reasons = desk_alloc(reader, count, sizeof *refusals->reasons);
    if (node == NULL || refusals->reasons == NULL)
        return;
    if (is_map)
        read_reason_map(reader, refusals, node);
    else
        read_reason_list(reader, refusals, node);
}

void desk_read_break_reasons(struct desk_yaml *reader)
{
    const struct yaml_node *map = desk_section(reader, "break_reasons", YAML_KIND_MAP, REASONS_MAX);
    const size_t count = map != NULL ? yaml_node_count(map) : 0;
    Leadwire__V1__BreakReasonConfig *reasons = desk_alloc(reader, count, sizeof *reasons);
    reader->config.break_reasons = desk_alloc(reader, count, sizeof *reader->config.break_reasons);
    for (size_t i = 0; reasons != NULL && reader->config.break_reasons != NULL && i < count; i++) {
        const char *name = yaml_map_key_at(map, i);
        const struct reason_words words = read_words(reader, "break reason", name, yaml_map_value_at(map, i));
        leadwire__v1__break_reason_config__init(&reasons[i]);
        reasons[i].name = desk_borrow(name);
        reasons[i].label = desk_borrow(words.label);
        reasons[i].texts = words.texts;
        reasons[i].n_texts = words.text_count;
        reader->config.break_reasons[reader->config.n_break_reasons++] = &reasons[i];
    }
}

/* A number, or a map of three. */
void desk_read_retry(struct desk_yaml *reader, const struct yaml_node *timeouts)
{
    struct yaml_doc *doc = reader->doc;
    Leadwire__V1__RefusalConfig *refusals = desk_alloc(reader, 1, sizeof *refusals);
    const struct yaml_node *node = yaml_map_find(timeouts, "retry_same_rep"), *first = node, *factor = NULL, *most = NULL;
    if (refusals == NULL)
        return;
    leadwire__v1__refusal_config__init(refusals);
    if (node != NULL && yaml_node_kind(node) == YAML_KIND_MAP) {
        yaml_check_keys(doc, node, "retry_same_rep", retry_keys);
        first = yaml_map_find(node, "first");
        factor = yaml_map_find(node, "factor");
        most = yaml_map_find(node, "max");
    }
    const uint64_t first_ms = yaml_read_duration_ms(doc, first, "timeouts: retry_same_rep", 0, DAY_MS, 2 * MINUTE_MS);
    const uint64_t usual_ms = first_ms > HOUR_MS ? first_ms : HOUR_MS;
    const uint64_t most_ms = yaml_read_duration_ms(doc, most, "timeouts: retry_same_rep: max", 1, 7 * (uint64_t)DAY_MS, usual_ms);
    reader->config.retry_same_rep_ms = first_ms > 0 ? (uint32_t)first_ms : 1;   /* on the wire 0 means absent, which is the default */
    refusals->retry_factor = (uint32_t)yaml_read_number(doc, factor, "timeouts: retry_same_rep: factor", 1, FACTOR_MAX, FACTOR_DEFAULT);
    refusals->retry_max_ms = (uint32_t)most_ms;
    if (most_ms < reader->config.retry_same_rep_ms)
        yaml_doc_problem(doc, most, "timeouts: retry_same_rep: max must not be shorter than first; make it longer, or leave it out");
    read_reasons(reader, refusals);
    reader->config.refusals = refusals;
}
