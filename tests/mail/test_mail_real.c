/* SPDX-License-Identifier: Apache-2.0
 * Real mails from outside: each gives what its row of expected.tsv says, and every row has its mail. */
#include "mail_expected.h"
#include "mail_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct mail_source source = {.name = "real", .region = "US", .rules = {.spam_score_milli = 5000}};
static struct mail_lead mail;
static struct mail_table table;

/* What every lead must hold, however odd the mail. */
static const char *flaw_of(const struct lw_lead *lead)
{
    if (lead->email_count == 0 && lead->phone_count == 0)
        return "nobody to write to or call";
    if (lead->email_count > 0 && !strchr(lead->emails[0].address, '@'))
        return "an address without @";
    if (lead->summary && strlen(lead->summary) > LW_LEAD_SUMMARY_MAX)
        return "a summary above its limit";
    return NULL;
}

static bool check(const char *folder, const char *name)
{
    char path[4400];
    size_t size = 0;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    char *bytes = mail_file_read(path, &size);
    if (!bytes) {
        printf("%-64s cannot be read\n", name);
        return false;
    }
    enum mail_reason reason = mail_take(&source, bytes, size, &mail);
    const struct mail_expected *row = mail_table_find(&table, name, mail_name_size(name));
    char words[MAIL_FLAW_MAX];
    const char *flaw = row ? mail_expected_compare(row, reason, mail.lead, words) : "it is not in expected.tsv";
    if (!flaw && reason == MAIL_LEAD)
        flaw = flaw_of(mail.lead);
    printf("%-64s %s%s%s\n", name, mail_reason_name(reason), flaw ? " BUT " : "", flaw ? flaw : "");
    free(bytes);
    return !flaw;
}

int main(void)
{
    const char *folder = mail_fixtures_folder();
    size_t count = 0, bad = 0;
    if (!folder) {
        printf("SKIP: no real mails: LEADWIRE_SHARED names no folder with fixtures/email\n");
        return 77;
    }
    if (!mail_table_open(&table, "shared/")) {
        printf("expected.tsv has no rows for them\n");
        return 1;
    }
    mail_library_init();
    char **names = mail_folder_list(folder, &count);
    for (size_t i = 0; i < count; i++)
        bad += !check(folder, names[i]);
    mail_folder_free(names, count);
    mail_lead_fini(&mail);
    mail_library_fini();
    mail_table_close(&table);
    printf("%zu mails, %zu wrong, %zu rows\n", count, bad, table.count);
    return count != table.count || bad > 0;
}
