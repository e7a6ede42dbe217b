/* SPDX-License-Identifier: Apache-2.0
 *
 * What follows when a rep does not take a lead, how often it is called back, and why reps take breaks.
 *
 *   decline_reasons: [no_time, wrong_language]
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

static void read_reasons(struct desk_yaml *reader, Leadwire__V1__RefusalConfig *refusals)
{
    const struct yaml_node *list = desk_section(reader, "decline_reasons", YAML_KIND_LIST, REASONS_MAX);
    const size_t count = list != NULL ? yaml_node_count(list) : 0;
    refusals->reasons = desk_alloc(reader, count, sizeof *refusals->reasons);
    for (size_t i = 0; refusals->reasons != NULL && i < count; i++) {
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

/* NAME: LABEL, or NAME: {label: LABEL, texts: {LANGUAGE: TEXT}}. */
static void fill_break_reason(struct desk_yaml *reader, Leadwire__V1__BreakReasonConfig *reason, const char *name, const struct yaml_node *node)
{
    static const char *const keys[] = {"label", "texts", NULL};
    const struct yaml_node *label = node;
    char what[DESK_NAME_SIZE_MAX + 32];
    leadwire__v1__break_reason_config__init(reason);
    reason->name = reason->label = desk_borrow(name);
    if (!desk_check_name(reader, node, "break reason", name))
        return;
    snprintf(what, sizeof what, "break reason '%s'", name);
    if (yaml_node_kind(node) == YAML_KIND_MAP) {
        yaml_check_keys(reader->doc, node, what, keys);
        label = yaml_map_find(node, "label");
    }
    reason->label = desk_borrow(yaml_read_text(reader->doc, label, what, DESK_LABEL_SIZE_MAX, name));
    if (label != node)
        reason->texts = desk_read_texts(reader, node, what, reason->label, &reason->n_texts);
}

void desk_read_break_reasons(struct desk_yaml *reader)
{
    const struct yaml_node *map = desk_section(reader, "break_reasons", YAML_KIND_MAP, REASONS_MAX);
    const size_t count = map != NULL ? yaml_node_count(map) : 0;
    Leadwire__V1__BreakReasonConfig *reasons = desk_alloc(reader, count, sizeof *reasons);
    reader->config.break_reasons = desk_alloc(reader, count, sizeof *reader->config.break_reasons);
    for (size_t i = 0; reasons != NULL && reader->config.break_reasons != NULL && i < count; i++) {
        fill_break_reason(reader, &reasons[i], yaml_map_key_at(map, i), yaml_map_value_at(map, i));
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
