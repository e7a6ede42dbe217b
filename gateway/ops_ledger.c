/* SPDX-License-Identifier: Apache-2.0 */
#include "ops_ledger.h"

#include <stdlib.h>

#include "act_reply.h"
#include "ops_scope.h"

struct waiting_ledger {
    struct http_call *call;
    struct ops_feed *feed;
    struct ops_scope scope;
};

static json_t *rows_json(const struct waiting_ledger *waiting, const Leadwire__V1__LedgerReply *reply)
{
    json_t *list = json_array();
    for (size_t i = 0; i < reply->n_rows; i++) {
        const Leadwire__V1__LedgerRow *row = reply->rows[i];
        if (waiting->scope.all || ops_scope_has_rep(&waiting->scope, &waiting->feed->board, row->rep))
            json_array_append_new(list, json_pack("{s:s, s:i, s:b, s:i, s:i}", "rep", row->rep, "share", (int)row->share, "present", row->present,
                                                  "owed_hundredths", (int)row->owed_hundredths, "place", (int)row->place));
    }
    return list;
}

static void on_reply(void *context, const struct wire_message *message)
{
    struct waiting_ledger *waiting = context;
    const Leadwire__V1__LedgerReply *reply = message && message->type == WIRE_LEDGER_REPLY ? message->ledger_reply : NULL;
    if (reply)
        json_reply(waiting->call, 200, json_pack("{s:b, s:I, s:o}", "in_use", reply->in_use, "given_units", (json_int_t)reply->given_units, "rows",
                                                 rows_json(waiting, reply)));
    else
        http_call_reply_error(waiting->call, 504, "the broker does not answer", 2);
    free(waiting);
}

void ops_ledger_tell(struct ops_feed *feed, const struct request *request)
{
    Leadwire__V1__LedgerRequest ledger = LEADWIRE__V1__LEDGER_REQUEST__INIT;
    struct wire_message message = {.type = WIRE_LEDGER_REQUEST, .ledger_request = &ledger};
    struct waiting_ledger *waiting = malloc(sizeof *waiting);
    if (waiting)
        *waiting = (struct waiting_ledger){.call = request->call, .feed = feed, .scope = ops_scope_of(&feed->board, request->user)};
    if (waiting && control_link_ask(feed->control, &message, on_reply, waiting) == LW_OK)
        return;
    free(waiting);
    http_call_reply_error(request->call, 503, "too many questions at once", 1);
}
