/* SPDX-License-Identifier: Apache-2.0 */
#include "cmocka_all.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "metrics_text.h"

static const char *read_name(const char *at, char *out)
{
    size_t size = 0;
    assert_true(isalpha((unsigned char)*at) || *at == '_');
    while (isalnum((unsigned char)*at) || *at == '_') {
        assert_true(size + 1 < METRICS_TEXT_WORD_MAX);
        out[size++] = *at++;
    }
    out[size] = '\0';
    return at;
}

static const char *read_quoted(const char *at, char *out)
{
    size_t size = 0;
    assert_int_equal(*at++, '"');
    while (*at != '"') {
        assert_true(*at && *at != '\n' && size + 1 < METRICS_TEXT_WORD_MAX);
        if (*at != '\\') {
            out[size++] = *at++;
            continue;
        }
        assert_non_null(strchr("\\\"n", at[1]));
        out[size++] = at[1] == 'n' ? '\n' : at[1];
        at += 2;
    }
    out[size] = '\0';
    return at + 1;
}

static const char *read_labels(const char *at, struct metrics_text_sample *sample)
{
    do {
        char name[METRICS_TEXT_WORD_MAX], value[METRICS_TEXT_WORD_MAX];
        at = read_name(at + 1, name);
        assert_int_equal(*at, '=');
        at = read_quoted(at + 1, value);
        if (strcmp(name, "le") == 0) {
            strcpy(sample->bound, value);
        } else {
            assert_string_equal(sample->label, "");
            strcpy(sample->label, name);
            strcpy(sample->value_of_label, value);
        }
    } while (*at == ',');
    assert_int_equal(*at, '}');
    return at + 1;
}

/* The family's own name, or in a histogram one of its three. */
static void assert_belongs(const struct metrics_text_sample *sample, const char *family, const char *kind)
{
    size_t size = strlen(family);
    assert_int_equal(strncmp(sample->name, family, size), 0);
    const char *suffix = sample->name + size;
    if (strcmp(kind, "histogram") != 0)
        assert_string_equal(suffix, "");
    else
        assert_true(strcmp(suffix, "_bucket") == 0 || strcmp(suffix, "_sum") == 0 || strcmp(suffix, "_count") == 0);
    assert_int_equal(sample->bound[0] != '\0', strcmp(suffix, "_bucket") == 0);
    if (strcmp(kind, "counter") == 0)
        assert_string_equal(family + size - strlen("_total"), "_total");
}

static void assert_new(const struct metrics_text *text, const struct metrics_text_sample *sample)
{
    for (size_t i = 0; i < text->count; i++) {
        const struct metrics_text_sample *other = &text->samples[i];
        assert_false(strcmp(other->name, sample->name) == 0 && strcmp(other->value_of_label, sample->value_of_label) == 0 &&
                     strcmp(other->bound, sample->bound) == 0);
    }
}

/* "# HELP name words", "# TYPE name kind": in this order, once for a family. */
static const char *read_head(const char *at, char *family, char *kind, char seen[][METRICS_TEXT_WORD_MAX], size_t *seen_count)
{
    char name[METRICS_TEXT_WORD_MAX];
    assert_int_equal(strncmp(at, "# HELP ", 7), 0);
    at = read_name(at + 7, family);
    assert_int_equal(*at, ' ');
    at = strchr(at, '\n') + 1;
    assert_int_equal(strncmp(at, "# TYPE ", 7), 0);
    at = read_name(at + 7, name);
    assert_string_equal(name, family);
    at = read_name(at + 1, kind);
    assert_int_equal(*at, '\n');
    assert_true(strcmp(kind, "counter") == 0 || strcmp(kind, "gauge") == 0 || strcmp(kind, "histogram") == 0);
    for (size_t i = 0; i < *seen_count; i++)
        assert_string_not_equal(seen[i], family);
    strcpy(seen[(*seen_count)++], family);
    return at + 1;
}

void metrics_text_read(const char *text, struct metrics_text *out)
{
    static char seen[256][METRICS_TEXT_WORD_MAX];
    char family[METRICS_TEXT_WORD_MAX] = "", kind[METRICS_TEXT_WORD_MAX] = "";
    size_t seen_count = 0;
    out->count = 0;
    for (const char *at = text; *at;) {
        if (*at == '#') {
            at = read_head(at, family, kind, seen, &seen_count);
            continue;
        }
        struct metrics_text_sample *sample = &out->samples[out->count];
        *sample = (struct metrics_text_sample){.value = 0};
        at = read_name(at, sample->name);
        if (*at == '{')
            at = read_labels(at, sample);
        assert_int_equal(*at, ' ');
        char *end;
        sample->value = strtod(at + 1, &end);
        assert_ptr_not_equal(end, at + 1);
        assert_int_equal(*end, '\n');
        at = end + 1;
        assert_belongs(sample, family, kind);
        assert_new(out, sample);
        assert_true(++out->count < METRICS_TEXT_SAMPLES_MAX);
    }
}

double metrics_text_find(const struct metrics_text *text, const char *name, const char *label_value, const char *bound)
{
    for (size_t i = 0; i < text->count; i++) {
        const struct metrics_text_sample *sample = &text->samples[i];
        if (strcmp(sample->name, name) == 0 && strcmp(sample->value_of_label, label_value) == 0 && strcmp(sample->bound, bound) == 0)
            return sample->value;
    }
    fail_msg("no sample %s of \"%s\" %s", name, label_value, bound);
    return 0;
}
