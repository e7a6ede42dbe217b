/* SPDX-License-Identifier: Apache-2.0 */
#include "mail_expected.h"

#include "mail_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 6, BEGINNING_MAX = 256 };

/* Splits at tabs in place; false unless there are exactly COLUMNS. */
static bool split(char *line, const char *columns[COLUMNS])
{
    size_t count = 0;
    for (char *at = line; at; count++) {
        if (count == COLUMNS)
            return false;
        columns[count] = at;
        at = strchr(at, '\t');
        if (at)
            *at++ = '\0';
    }
    return count == COLUMNS;
}

bool mail_table_open(struct mail_table *table, const char *prefix)
{
    size_t size = 0;
    table->count = 0;
    table->bytes = mail_file_read(LEADWIRE_SOURCE_DIR "/tests/mail/expected.tsv", &size);
    for (char *line = table->bytes, *end; line && *line; line = end + 1) {
        const char *columns[COLUMNS];
        end = strchr(line, '\n');
        if (!end)
            return false;
        *end = '\0';
        if (line[0] == '#')
            continue;
        if (!split(line, columns) || table->count == MAIL_EXPECTED_MAX)
            return false;
        bool wanted = prefix[0] ? strncmp(columns[0], prefix, strlen(prefix)) == 0 : !strchr(columns[0], '/');
        if (wanted)
            table->rows[table->count++] = (struct mail_expected){
                columns[0] + strlen(prefix), columns[1], columns[2], columns[3], columns[4], columns[5]};
    }
    return table->count > 0;
}

void mail_table_close(struct mail_table *table)
{
    free(table->bytes);
    table->bytes = NULL;
}

const struct mail_expected *mail_table_find(const struct mail_table *table, const char *name, size_t size)
{
    for (size_t i = 0; i < table->count; i++) {
        if (strlen(table->rows[i].name) == size && strncmp(table->rows[i].name, name, size) == 0)
            return &table->rows[i];
    }
    return NULL;
}

/* How a text begins, on one line, with single spaces. */
static void beginning(const char *text, char out[BEGINNING_MAX])
{
    size_t size = 0;
    for (; text && *text && size + 1 < BEGINNING_MAX; text++) {
        char c = *text == '\n' || *text == '\t' ? ' ' : *text;
        if (c != ' ' || (size > 0 && out[size - 1] != ' '))
            out[size++] = c;
    }
    out[size] = '\0';
}

static bool differs(const char *what, const char *expected, const char *got, bool prefix, char flaw[MAIL_FLAW_MAX])
{
    bool absent = !got || got[0] == '\0';
    bool same = strcmp(expected, "-") == 0 ? absent
              : !absent && (prefix ? strncmp(got, expected, strlen(expected)) == 0 : strcmp(got, expected) == 0);
    if (!same)
        snprintf(flaw, MAIL_FLAW_MAX, "%s is '%s' instead of '%s'", what, absent ? "-" : got, expected);
    return !same;
}

const char *mail_expected_compare(const struct mail_expected *row, enum mail_reason reason, const struct lw_lead *lead,
                                  char flaw[MAIL_FLAW_MAX])
{
    char subject[BEGINNING_MAX], text[BEGINNING_MAX];
    if (differs("the outcome", row->outcome, mail_reason_name(reason), false, flaw))
        return flaw;
    if (reason != MAIL_LEAD)
        return NULL;
    beginning(lead->subject, subject);
    beginning(lead->summary, text);
    if (differs("the sender", row->sender, lead->email_count ? lead->emails[0].address : NULL, false, flaw) ||
        differs("the phone", row->phone, lead->phone_count ? lead->phones[0].e164 : NULL, false, flaw) ||
        differs("the subject", row->subject, subject, true, flaw) || differs("the text", row->text, text, true, flaw))
        return flaw;
    return NULL;
}
