/* SPDX-License-Identifier: Apache-2.0 */
#include "rep_text.h"

#include <assert.h>
#include <ctype.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PAIRS_MAX = 8, NAME_SIZE = 160, LANGUAGE_SIZE = 2 };

static json_t *texts;
static char spoken[LANGUAGE_SIZE + 1];

/* The first that says something decides, as in setlocale(3). */
static const char *language_of_environment(void)
{
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *value = getenv(names[i]);
        if (value != NULL && value[0] != '\0')
            return value;
    }
    return "en";
}

/* "it" of "it", "it_IT", "it.UTF-8" */
static bool is_of(const char *given, const char *language)
{
    return strncmp(given, language, LANGUAGE_SIZE) == 0 && (given[LANGUAGE_SIZE] == '\0' || strchr("_.@-", given[LANGUAGE_SIZE]) != NULL);
}

static bool load(const char *language)
{
    json_t *found = NULL;
    for (const struct rep_text_file *file = rep_text_files; file->language != NULL; file++) {
        if (!is_of(language, file->language))
            continue;
        json_t *more = json_loadb((const char *)file->bytes, file->size, 0, NULL);
        if (found == NULL)
            found = json_object();
        const bool is_read = more != NULL && json_object_update(found, more) == 0;
        json_decref(more);
        if (!is_read) {
            json_decref(found);
            return false;
        }
    }
    if (found == NULL)
        return false;
    rep_text_end();
    texts = found;
    snprintf(spoken, sizeof spoken, "%.*s", LANGUAGE_SIZE, language);
    return true;
}

bool rep_text_speaks(const char *language)
{
    return is_of(language, spoken);
}

bool rep_text_use(const char *language)
{
    if (language != NULL)
        return load(language);
    return load(language_of_environment()) || load("en");
}

void rep_text_end(void)
{
    json_decref(texts);
    texts = NULL;
}

const char *rep_text(const char *name)
{
    const char *text = json_string_value(json_object_get(texts, name));
    assert(text != NULL);
    return text;
}

const char *rep_text_find(const char *start, const char *end)
{
    char name[NAME_SIZE];
    snprintf(name, sizeof name, "%s%s", start, end);
    char *to = name;
    for (const char *at = name; *at != '\0'; at++) {
        const bool is_word = isalnum((unsigned char)*at) != 0;
        if (is_word || to == name || to[-1] != '_')
            *to++ = is_word ? (char)tolower((unsigned char)*at) : '_';
    }
    *to = '\0';
    return json_string_value(json_object_get(texts, name));
}

struct pair { const char *word, *value; };

/* The value of the {word} at `at`; NULL: it stands for itself. */
static const char *value_of(const struct pair *pairs, size_t count, const char *at, size_t *size)
{
    for (size_t i = 0; i < count; i++) {
        const size_t length = strlen(pairs[i].word);
        if (strncmp(at + 1, pairs[i].word, length) == 0 && at[1 + length] == '}') {
            *size = length + 2;
            return pairs[i].value;
        }
    }
    return NULL;
}

static void fill(char *out, size_t size, const char *text, va_list given)
{
    struct pair pairs[PAIRS_MAX];
    size_t count = 0, used = 0;
    for (const char *word; (word = va_arg(given, const char *)) != NULL; count++) {
        assert(count < PAIRS_MAX);
        pairs[count] = (struct pair){word, va_arg(given, const char *)};
    }
    for (const char *at = text; *at != '\0';) {
        size_t length = 1;
        const char *value = *at == '{' ? value_of(pairs, count, at, &length) : NULL;
        const size_t more = value != NULL ? strlen(value) : 1;
        if (used + more >= size)
            break;
        memcpy(out + used, value != NULL ? value : at, more);
        used += more;
        at += length;
    }
    out[used] = '\0';
}

const char *rep_text_fill(char *out, size_t size, const char *name, ...)
{
    va_list given;
    va_start(given, name);
    fill(out, size, rep_text(name), given);
    va_end(given);
    return out;
}

void rep_say(const char *name, ...)
{
    char text[REP_TEXT_SIZE * 2];
    va_list given;
    va_start(given, name);
    fill(text, sizeof text, rep_text(name), given);
    va_end(given);
    fputs(text, stdout);
}

const char *rep_text_number(uint64_t number, char text[REP_TEXT_NUMBER_SIZE])
{
    snprintf(text, REP_TEXT_NUMBER_SIZE, "%" PRIu64, number);
    return text;
}
