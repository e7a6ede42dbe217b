/* SPDX-License-Identifier: Apache-2.0 */
#include "rep_words.h"

#include <stdlib.h>
#include <string.h>

#include "rep_text.h"
#include "when_text.h"

/* Cuts the next word off; "" at the end. */
static char *next_word(char **rest)
{
    char *word = *rest + strspn(*rest, " ");
    *rest = word + strcspn(word, " ");
    if (**rest != '\0')
        *(*rest)++ = '\0';
    return word;
}

/* "[WHEN [PLACE]]" */
static const char *read_meeting(char *words, int64_t now_unix_ms, int64_t *at_unix_ms, const char **place)
{
    const char *when = next_word(&words);
    *place = words + strspn(words, " ");
    return *when == '\0' || when_text_parse(when, now_unix_ms, at_unix_ms) ? NULL : rep_text("wrong_time");
}

const char *rep_words_completion(char *words, int64_t now_unix_ms, struct lw_completion *out)
{
    *out = (struct lw_completion){.disposition = next_word(&words)};
    if (out->disposition[0] == '\0')
        return rep_text("wrong_code");
    return read_meeting(words, now_unix_ms, &out->at_unix_ms, &out->place);
}

const char *rep_words_transfer(char *words, int64_t now_unix_ms, struct lw_transfer *out)
{
    *out = (struct lw_transfer){.rep = NULL};
    const char *kind = next_word(&words);
    out->back = strcmp(kind, "back") == 0;
    const char *name = out->back ? "" : next_word(&words);
    if (strcmp(kind, "rep") == 0)
        out->rep = name;
    else if (strcmp(kind, "team") == 0)
        out->team = name;
    else if (strcmp(kind, "skill") == 0)
        out->skill = name;
    if (!out->back && ((out->rep == NULL && out->team == NULL && out->skill == NULL) || name[0] == '\0'))
        return rep_text("wrong_target");
    if (out->skill != NULL)
        out->level = (uint32_t)strtoul(next_word(&words), NULL, 10);
    return read_meeting(words, now_unix_ms, &out->appointment_unix_ms, &out->place);
}
