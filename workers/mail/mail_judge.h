/* SPDX-License-Identifier: Apache-2.0
 *
 * mail_judge - is this mail from a person, by what its headers say?
 */
#ifndef MAIL_JUDGE_H
#define MAIL_JUDGE_H

#include "form_body.h"
#include "mail_message.h"
#include "mail_reason.h"

/* What the configuration says about a source's mails. Borrowed. */
struct mail_rules {
    const char *const *own;         /* "info@example.com" or "example.com": mails from there are ours */
    size_t own_count;
    const char *const *robots;      /* same shape: form-to-mail senders whose bodies carry the person */
    size_t robot_count;
    int32_t spam_score_milli;       /* X-Spam-Score from here on is spam; 0: scores are not looked at */
    const struct form_label *labels;
    size_t label_count;
};

struct mail_verdict {
    enum mail_reason reason;     /* MAIL_LEAD: nothing against it */
    bool forgivable;             /* a form-to-mail robot may look like this: a person in the body outweighs it */
};

/* MAIL_DELIVERY_REPORT, MAIL_AUTO_REPLY, MAIL_LIST, MAIL_BULK, MAIL_SPAM or MAIL_LEAD. */
struct mail_verdict mail_judge_headers(const struct mail_message *message, const struct mail_rules *rules);
bool mail_is_own(const struct mail_rules *rules, const char *address);
/* One of the configured robots, or of those that sign as such: "wordpress@", "www-data@"... */
bool mail_is_robot(const struct mail_rules *rules, const char *address);
/* "noreply@" and the like: nobody reads what is sent there. */
bool mail_is_noreply(const char *address);

#endif
