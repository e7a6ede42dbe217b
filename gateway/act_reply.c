/* SPDX-License-Identifier: Apache-2.0 */
#include "act_reply.h"

#include <stdlib.h>
#include <string.h>

void json_reply(struct http_call *call, int status, json_t *answer)
{
    char *text = answer ? json_dumps(answer, JSON_COMPACT) : NULL;
    if (text)
        http_call_reply(call, status, "application/json", text, strlen(text));
    else
        http_call_reply_error(call, 500, "no memory", 1);
    free(text);
    json_decref(answer);
}

void act_reply(struct http_call *call, const char *outcome, const char *reason)
{
    bool known = *outcome != '\0';
    json_reply(call, known ? 200 : 504, json_pack("{s:s, s:s}", "outcome", known ? outcome : "unknown", "reason", reason));
}

void act_reply_rejected(struct http_call *call, const char *reason)
{
    json_reply(call, 400, json_pack("{s:s, s:s}", "outcome", "rejected", "reason", reason));
}
