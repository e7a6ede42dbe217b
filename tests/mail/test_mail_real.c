/* SPDX-License-Identifier: Apache-2.0
 * Real mails from outside: each gives a lead or a named reason; a delivery report is never a lead. */
#include "mail_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct mail_source source = {.name = "real", .region = "US", .rules = {.spam_score_milli = 5000}};
static struct mail_lead mail;

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
    const char *flaw = reason == MAIL_LEAD ? flaw_of(mail.lead) : NULL;
    if (strncmp(name, "multipart_report_emails__", 25) == 0 && reason != MAIL_DELIVERY_REPORT)
        flaw = "a delivery report was not seen as one";
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
    mail_library_init();
    char **names = mail_folder_list(folder, &count);
    for (size_t i = 0; i < count; i++)
        bad += !check(folder, names[i]);
    mail_folder_free(names, count);
    mail_lead_fini(&mail);
    mail_library_fini();
    printf("%zu mails, %zu wrong\n", count, bad);
    return count == 0 || bad > 0;
}
