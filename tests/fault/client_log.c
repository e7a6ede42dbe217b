/* SPDX-License-Identifier: Apache-2.0 */
#include "client_log.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "seeded.h"
#include "wall_clock.h"

static const char *const words[] = {
    "nothing",
#define X(name, word) word,
    CLIENT_WORD_TABLE(X)
#undef X
};

enum { WORD_COUNT = sizeof words / sizeof words[0], LINE_BUFFER = 4096 };

static const char *or_dash(const char *text) { return *text ? text : "-"; }

static void undash(char *text)
{
    if (strcmp(text, "-") == 0)
        *text = '\0';
}

FILE *client_log_open(const char *path)
{
    FILE *log = fopen(path, "ae");

    if (!log || setvbuf(log, NULL, _IOLBF, LINE_BUFFER) != 0) {
        fprintf(stderr, "client_log: %s cannot be opened\n", path);
        exit(1);
    }
    return log;
}

void client_log_put(FILE *log, const struct client_line *line)
{
    fprintf(log, "%" PRIu64 " %" PRIu64 " %s %s %s %u %u %u %s\n", wall_clock_monotonic_us(), line->epoch, words[line->word],
            or_dash(line->who), or_dash(line->lead), line->number, line->weight, line->outcome, or_dash(line->text));
}

bool client_log_next(FILE *log, struct client_line *out)
{
    char text[512], word[CLIENT_TEXT_MAX];

    clearerr(log);
    if (!fgets(text, sizeof text, log))
        return false;
    const size_t size = strlen(text);
    if (text[size - 1] != '\n' && feof(log)) {        /* its other half is being written, on the next page */
        MUST_HOLD(fseek(log, -(long)size, SEEK_CUR) == 0);
        return false;
    }
    *out = (struct client_line){0};
    int count = sscanf(text, "%" SCNu64 " %" SCNu64 " %63s %63s %63s %u %u %u %63[^\n]", &out->at_us, &out->epoch, word, out->who,
                       out->lead, &out->number, &out->weight, &out->outcome, out->text);
    for (int i = 1; i < WORD_COUNT && count == 9; i++)
        if (strcmp(word, words[i]) == 0)
            out->word = (enum client_word)i;
    if (out->word == CLIENT_NOTHING) {
        fprintf(stderr, "client_log: a line that cannot be read: %s", text);
        exit(1);
    }
    undash(out->who);
    undash(out->lead);
    undash(out->text);
    return true;
}

const char *client_word_text(enum client_word word)
{
    return words[word];
}
