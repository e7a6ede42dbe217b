/* SPDX-License-Identifier: Apache-2.0 */
#include "rep_crm.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

const char *rep_crm_check(const char *template)
{
    if (strncmp(template, "https://", 8) != 0 && strncmp(template, "http://", 7) != 0)
        return "--crm-link begins with https:// or http://";
    return strlen(template) < REP_CRM_SIZE / 2 ? NULL : "--crm-link is too long";
}

static const char *of_lead(const struct lw_lead *lead, char kind)
{
    if (lead == NULL)
        return "";
    if (kind == 'n')
        return lead->full_name != NULL ? lead->full_name : "";
    if (kind == 'e')
        return lead->email_count > 0 && lead->emails[0].address != NULL ? lead->emails[0].address : "";
    if (lead->phone_count == 0)
        return "";
    const char *e164 = lead->phones[0].e164, *raw = lead->phones[0].raw;
    return e164 != NULL && e164[0] != '\0' ? e164 : raw != NULL ? raw : "";
}

/* The first that somebody told. */
static const char *of_event(const struct lw_rep_event *event, char kind)
{
    const char *value = of_lead(event->lead, kind);
    for (uint32_t i = 0; i < event->contact_count && value[0] == '\0'; i++)
        value = of_lead(&event->contacts[i], kind);
    return value;
}

static const char *value_of(const struct lw_rep_event *event, const char *word, size_t size)
{
    static const char *const words[] = {"phone", "email", "name"};
    if (size == 4 && strncmp(word, "lead", size) == 0)
        return event->lead_id;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strlen(words[i]) == size && strncmp(words[i], word, size) == 0)
            return of_event(event, words[i][0]);
    }
    return "";
}

/* RFC 3986: what is unreserved stays. */
static bool put_encoded(char *out, size_t *used, const char *value)
{
    for (; *value != '\0'; value++) {
        if (*used + 4 > REP_CRM_SIZE)
            return false;
        const unsigned char byte = (unsigned char)*value;
        if (isalnum(byte) || strchr("-._~", byte) != NULL)
            out[(*used)++] = (char)byte;
        else
            *used += (size_t)snprintf(out + *used, 4, "%%%02X", byte);
    }
    return true;
}

bool rep_crm_link(char out[REP_CRM_SIZE], const char *template, const struct lw_rep_event *event)
{
    size_t used = 0;
    out[0] = '\0';
    while (*template != '\0') {
        const char *end = *template == '{' ? strchr(template, '}') : NULL;
        if (end != NULL && !put_encoded(out, &used, value_of(event, template + 1, (size_t)(end - template - 1))))
            break;
        if (end == NULL && used + 1 < REP_CRM_SIZE)
            out[used++] = *template;
        template = end != NULL ? end + 1 : template + 1;
    }
    out[*template == '\0' ? used : 0] = '\0';
    return *template == '\0';
}
