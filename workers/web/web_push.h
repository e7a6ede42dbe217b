/* SPDX-License-Identifier: Apache-2.0
 *
 * web_push - webhooks that only name their contacts: the data is fetched from the sender.
 *
 *   fetch:
 *     each: entry[].changes[].value      where the contacts stand in the document: [] is each item of a list
 *     id: leadgen_id                     in each: its id, a number or a text of letters, digits, '-' and '_'
 *     created: created_time              in each: when it came, in seconds; the lead's clock starts there
 *     url: https://graph.example.com/v1/{id}
 *     token_file: meta.token             sent as Authorization: Bearer
 *     ca_file: ca.pem                    whom to trust in place of the system's list
 *     allow_private: yes                 the url may lead to this machine or a private network
 *
 * What is fetched, with the contact's own object of the document as its member
 * "push", is read as if it had been posted. A fetch that fails is tried again after
 * 250 ms, 500 ms, 1 s... within answer_within; then the sender is told to come again, so it
 * must be one that can. Success is told after all contacts of the document are in the journal.
 * Threads: one owner.
 */
#ifndef WEB_PUSH_H
#define WEB_PUSH_H

#include "http_worker.h"
#include "web_config.h"

enum { WEB_PUSH_CONTACTS_MAX = 64 };

/* NULL when `each` is well-formed, else what is wrong with it. */
const char *web_push_each_problem(const char *each);
/* The source has a fetch. Answers the call when all is done. */
void web_push_take(struct http_worker *worker, struct worker_rules *rules, struct http_call *call, const struct web_source *source,
                   const struct json_value *document);

#endif
