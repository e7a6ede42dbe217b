/* SPDX-License-Identifier: Apache-2.0
 *
 * Typed reads of nodes: each reports its own problem and then gives the default.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "yaml_tree.h"

/* The scalar's text, or NULL after a problem. */
static const char *scalar_text(struct yaml_doc *doc, const struct yaml_node *node, const char *what)
{
    if (node->kind != YAML_KIND_SCALAR) {
        yaml_doc_problem(doc, node, "%s must be a single value, not a %s", what,
                         node->kind == YAML_KIND_LIST ? "list" : "map");
        return NULL;
    }
    if (yaml_node_is_null(node)) {
        yaml_doc_problem(doc, node, "%s has no value", what);
        return NULL;
    }
    return node->text;
}

const char *yaml_read_text(struct yaml_doc *doc, const struct yaml_node *node, const char *what, size_t size_max,
                           const char *absent)
{
    if (node == NULL)
        return absent;
    const char *text = scalar_text(doc, node, what);
    if (text == NULL)
        return absent;
    if (strlen(text) > size_max) {
        yaml_doc_problem(doc, node, "%s is longer than %zu bytes", what, size_max);
        return absent;
    }
    return text;
}

/* Reads decimal digits; gives how many, 0 if none or beyond 64 bits. */
static size_t parse_digits(const char *text, uint64_t *out)
{
    uint64_t value = 0;
    size_t size = 0;
    for (; text[size] >= '0' && text[size] <= '9'; size++) {
        const uint64_t digit = (uint64_t)(text[size] - '0');
        if (value > (UINT64_MAX - digit) / 10)
            return 0;
        value = value * 10 + digit;
    }
    *out = value;
    return size;
}

uint64_t yaml_read_number(struct yaml_doc *doc, const struct yaml_node *node, const char *what, uint64_t min,
                          uint64_t max, uint64_t absent)
{
    if (node == NULL)
        return absent;
    const char *text = scalar_text(doc, node, what);
    if (text == NULL)
        return absent;
    uint64_t value = 0;
    const size_t digits = parse_digits(text, &value);
    if (digits == 0 || text[digits] != '\0') {
        yaml_doc_problem(doc, node, "%s must be a whole number, not '%.64s'", what, text);
        return absent;
    }
    if (value < min || value > max) {
        yaml_doc_problem(doc, node, "%s must be from %" PRIu64 " to %" PRIu64 ", not %" PRIu64, what, min, max, value);
        return absent;
    }
    return value;
}

bool yaml_read_bool(struct yaml_doc *doc, const struct yaml_node *node, const char *what, bool absent)
{
    static const char *const yes[] = {"true", "yes", "on", NULL}, *const no[] = {"false", "no", "off", NULL};
    if (node == NULL)
        return absent;
    const char *text = scalar_text(doc, node, what);
    if (text == NULL)
        return absent;
    for (size_t i = 0; yes[i] != NULL; i++) {
        if (strcmp(text, yes[i]) == 0)
            return true;
        if (strcmp(text, no[i]) == 0)
            return false;
    }
    yaml_doc_problem(doc, node, "%s must be true or false, not '%.64s'", what, text);
    return absent;
}

/* "90s" -> 90000; "0" needs no unit. False if malformed or beyond 64 bits. */
static bool parse_duration(const char *text, uint64_t *out_ms)
{
    static const struct { const char *unit; uint64_t ms; } units[] = {
        {"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}, {"d", 86400000},
    };
    uint64_t value = 0;
    const size_t digits = parse_digits(text, &value);
    if (digits == 0)
        return false;
    if (text[digits] == '\0') {
        *out_ms = 0;
        return value == 0;
    }
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (strcmp(text + digits, units[i].unit) == 0 && value <= UINT64_MAX / units[i].ms) {
            *out_ms = value * units[i].ms;
            return true;
        }
    }
    return false;
}

/* In the largest unit that divides it: 90000 -> "90s". */
static void format_duration(uint64_t ms, char *text, size_t size)
{
    if (ms == 0)
        snprintf(text, size, "0");
    else if (ms % 86400000 == 0)
        snprintf(text, size, "%" PRIu64 "d", ms / 86400000);
    else if (ms % 3600000 == 0)
        snprintf(text, size, "%" PRIu64 "h", ms / 3600000);
    else if (ms % 60000 == 0)
        snprintf(text, size, "%" PRIu64 "m", ms / 60000);
    else if (ms % 1000 == 0)
        snprintf(text, size, "%" PRIu64 "s", ms / 1000);
    else
        snprintf(text, size, "%" PRIu64 "ms", ms);
}

uint64_t yaml_read_duration_ms(struct yaml_doc *doc, const struct yaml_node *node, const char *what, uint64_t min_ms,
                               uint64_t max_ms, uint64_t absent_ms)
{
    if (node == NULL)
        return absent_ms;
    const char *text = scalar_text(doc, node, what);
    if (text == NULL)
        return absent_ms;
    uint64_t value_ms = 0;
    if (!parse_duration(text, &value_ms)) {
        yaml_doc_problem(doc, node, "%s must be a time such as 250ms, 30s, 5m, 4h or 7d, not '%.64s'", what, text);
        return absent_ms;
    }
    if (value_ms < min_ms || value_ms > max_ms) {
        char min_text[32], max_text[32];
        format_duration(min_ms, min_text, sizeof min_text);
        format_duration(max_ms, max_text, sizeof max_text);
        yaml_doc_problem(doc, node, "%s must be from %s to %s, not %.64s", what, min_text, max_text, text);
        return absent_ms;
    }
    return value_ms;
}

void yaml_check_keys(struct yaml_doc *doc, const struct yaml_node *map, const char *what, const char *const *known)
{
    if (map == NULL || map->kind != YAML_KIND_MAP)
        return;
    for (size_t i = 0; i < map->count; i++) {
        const struct yaml_node *entry = map->items[i];
        size_t k = 0;
        while (known[k] != NULL && strcmp(known[k], entry->key) != 0)
            k++;
        if (known[k] != NULL)
            continue;
        const char *nearest = yaml_nearest(entry->key, known);
        if (nearest != NULL)
            yaml_problem_at_line(doc, entry->key_line, "%s: '%.64s' is not known here; did you mean '%s'?", what, entry->key, nearest);
        else
            yaml_problem_at_line(doc, entry->key_line, "%s: '%.64s' is not known here", what, entry->key);
    }
}

enum { NEAREST_WORD_MAX = 64, NEAREST_DISTANCE_MAX = 2 };

/* Insertions, deletions, replacements and swaps of neighbours that turn a to b. */
static size_t edit_distance(const char *a, size_t a_size, const char *b, size_t b_size)
{
    size_t rows[3][NEAREST_WORD_MAX + 1];
    for (size_t j = 0; j <= b_size; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= a_size; i++) {
        size_t *row = rows[i % 3], *above = rows[(i - 1) % 3], *above2 = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= b_size; j++) {
            size_t best = above[j - 1] + (a[i - 1] != b[j - 1]);
            if (above[j] + 1 < best)
                best = above[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && above2[j - 2] + 1 < best)
                best = above2[j - 2] + 1;
            row[j] = best;
        }
    }
    return rows[a_size % 3][b_size];
}

const char *yaml_nearest(const char *word, const char *const *candidates)
{
    const size_t word_size = strlen(word);
    const char *nearest = NULL;
    size_t nearest_distance = NEAREST_DISTANCE_MAX + 1;
    if (word_size > NEAREST_WORD_MAX)
        return NULL;
    for (size_t i = 0; candidates[i] != NULL; i++) {
        const size_t size = strlen(candidates[i]);
        if (size > NEAREST_WORD_MAX || size > word_size + NEAREST_DISTANCE_MAX || word_size > size + NEAREST_DISTANCE_MAX)
            continue;
        const size_t distance = edit_distance(word, word_size, candidates[i], size);
        /* A distance of the whole word would find anything short. */
        if (distance < nearest_distance && distance < word_size && distance < size) {
            nearest = candidates[i];
            nearest_distance = distance;
        }
    }
    return nearest;
}
