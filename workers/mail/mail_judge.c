/* SPDX-License-Identifier: Apache-2.0 */
#include "mail_judge.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool is_delivery_report(const struct mail_message *message);
static bool is_spam(const struct mail_message *message, const struct mail_rules *rules);
static bool header_is_one_of(const struct mail_message *message, const char *name, const char *const *values);
static bool has_header(const struct mail_message *message, const char *const *names);
static bool matches(const char *const *patterns, size_t count, const char *address);
static bool local_part_in(const char *address, const char *const *names);

struct mail_verdict mail_judge_headers(const struct mail_message *message, const struct mail_rules *rules)
{
    static const char *const reply_headers[] = {"X-Autoreply", "X-Autorespond", "X-Autoresponder",
                                                "X-Auto-Reply", "X-Autoreply-From", NULL};
    static const char *const reply_precedence[] = {"auto_reply", "auto-reply", NULL};
    static const char *const bulk_precedence[] = {"bulk", "junk", NULL};
    static const char *const list_precedence[] = {"list", NULL};
    static const char *const by_people[] = {"no", NULL};
    static const char *const generated[] = {"auto-generated", NULL};

    if (is_delivery_report(message))
        return (struct mail_verdict){MAIL_DELIVERY_REPORT, false};
    if (has_header(message, reply_headers) || header_is_one_of(message, "Precedence", reply_precedence))
        return (struct mail_verdict){MAIL_AUTO_REPLY, false};
    if (mail_header_find(message, "Auto-Submitted") && !header_is_one_of(message, "Auto-Submitted", by_people))
        return (struct mail_verdict){MAIL_AUTO_REPLY, header_is_one_of(message, "Auto-Submitted", generated)};
    if (mail_header_find(message, "List-Id") || header_is_one_of(message, "Precedence", list_precedence))
        return (struct mail_verdict){MAIL_LIST, false};
    if (is_spam(message, rules))
        return (struct mail_verdict){MAIL_SPAM, false};
    if (header_is_one_of(message, "Precedence", bulk_precedence))
        return (struct mail_verdict){MAIL_BULK, true};
    return (struct mail_verdict){MAIL_LEAD, false};
}

bool mail_is_own(const struct mail_rules *rules, const char *address)
{
    return matches(rules->own, rules->own_count, address);
}

bool mail_is_robot(const struct mail_rules *rules, const char *address)
{
    static const char *const names[] = {"wordpress", "www-data", "nobody", "formmail", "webform", "forms", "mailer", NULL};
    return matches(rules->robots, rules->robot_count, address) || mail_is_noreply(address) || local_part_in(address, names);
}

bool mail_is_noreply(const char *address)
{
    static const char *const names[] = {"noreply", "no-reply", "no_reply", "donotreply", "do-not-reply", "do_not_reply",
                                        "nepasrepondre", "noresponder", "nichtantworten", NULL};
    return local_part_in(address, names);
}

static bool is_delivery_report(const struct mail_message *message)
{
    static const char *const daemons[] = {"mailer-daemon", "postmaster", NULL};
    static const char *const daemon[] = {"mailer-daemon", NULL};
    static const char *const headers[] = {"X-Failed-Recipients", NULL};
    static const char *const types[] = {"multipart/report", "message/delivery-status", "message/disposition-notification", NULL};
    for (size_t i = 0; types[i]; i++) {
        if (strcasecmp(message->media_type, types[i]) == 0)
            return true;
    }
    if (has_header(message, headers))
        return true;
    const char *from = message->from.address ? message->from.address : mail_header_find(message, "From");
    const char *return_path = mail_header_find(message, "Return-Path");
    bool null_path = return_path && strcmp(return_path, "<>") == 0;
    return from && (local_part_in(from, daemon) || (null_path && local_part_in(from, daemons)));
}

static int32_t score_milli(const char *text)
{
    double score = strtod(text, NULL);
    if (!(score > -1e5))
        return INT32_MIN;
    return score > 1e5 ? INT32_MAX : (int32_t)(score * 1000.0);
}

static bool is_spam(const struct mail_message *message, const struct mail_rules *rules)
{
    const char *flag = mail_header_find(message, "X-Spam-Flag");
    if (flag && strncasecmp(flag, "yes", 3) == 0)
        return true;
    const char *status = mail_header_find(message, "X-Spam-Status");
    if (status && strncasecmp(status, "yes", 3) == 0)
        return true;
    if (rules->spam_score_milli == 0)
        return false;
    const char *score = mail_header_find(message, "X-Spam-Score");
    const char *in_status = status ? strstr(status, "score=") : NULL;
    if (score)
        return score_milli(score) >= rules->spam_score_milli;
    return in_status && score_milli(in_status + 6) >= rules->spam_score_milli;
}

/* The header's first word, letter case ignored: "auto-generated; owner-email=..." is "auto-generated". */
static bool header_is_one_of(const struct mail_message *message, const char *name, const char *const *values)
{
    const char *value = mail_header_find(message, name);
    if (!value)
        return false;
    size_t size = strcspn(value, "; (");
    for (size_t i = 0; values[i]; i++) {
        if (strlen(values[i]) == size && strncasecmp(value, values[i], size) == 0)
            return true;
    }
    return false;
}

static bool has_header(const struct mail_message *message, const char *const *names)
{
    for (size_t i = 0; names[i]; i++) {
        if (mail_header_find(message, names[i]))
            return true;
    }
    return false;
}

/* A pattern with an @ inside is an address, else a domain ("@example.com" is one too) with what is below it. */
static bool matches(const char *const *patterns, size_t count, const char *address)
{
    const char *at = address ? strrchr(address, '@') : NULL;
    if (!at)
        return false;
    const char *domain = at + 1;
    size_t domain_size = strlen(domain);
    for (size_t i = 0; i < count; i++) {
        const char *pattern = patterns[i][0] == '@' ? patterns[i] + 1 : patterns[i];
        size_t size = strlen(pattern);
        if (strchr(pattern, '@') ? strcasecmp(pattern, address) == 0 : strcasecmp(pattern, domain) == 0)
            return true;
        if (!strchr(pattern, '@') && domain_size > size && domain[domain_size - size - 1] == '.' &&
            strcasecmp(domain + domain_size - size, pattern) == 0)
            return true;
    }
    return false;
}

static bool local_part_in(const char *address, const char *const *names)
{
    size_t size = address ? strcspn(address, "@") : 0;
    for (size_t i = 0; size > 0 && names[i]; i++) {
        if (strlen(names[i]) == size && strncasecmp(address, names[i], size) == 0)
            return true;
    }
    return false;
}
