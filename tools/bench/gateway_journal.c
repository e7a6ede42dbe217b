/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE   /* memmem */
#include "gateway_journal.h"

#include <hiredis/hiredis.h>
#include <stdio.h>
#include <string.h>

#include "bench.h"
#include "bench_desk.h"

int64_t gateway_lead_number(const char **at, const char *end)
{
    size_t name = sizeof GATEWAY_LEAD_NAME - 1;
    const char *found = memmem(*at, (size_t)(end - *at), GATEWAY_LEAD_NAME, name);
    int64_t number = 0;
    if (!found || end - found < (ptrdiff_t)(name + GATEWAY_LEAD_DIGITS))
        return -1;
    for (int i = 0; i < GATEWAY_LEAD_DIGITS; i++)
        number = number * 10 + (found[name + (size_t)i] - '0');
    *at = found + name + GATEWAY_LEAD_DIGITS;
    return number >= 0 && number < GATEWAY_LEADS_MAX ? number : -1;
}

static void note_entry(struct gateway_journal *journal, const redisReply *bytes, uint64_t now_ns)
{
    const char *at = bytes->str, *end = at + bytes->len;
    journal->commits++;
    for (int64_t number; (number = gateway_lead_number(&at, end)) >= 0;)
        if (journal->at_ns[number] == 0)
            journal->at_ns[number] = now_ns;
}

int gateway_journal_read(void *argument)
{
    struct gateway_journal *journal = argument;
    char last[64] = "$";
    redisContext *link = redisConnectUnix(journal->redis_socket);
    if (!link || link->err)
        bench_give_up("cannot reach the bench's redis-server");
    journal->is_reading = 1;
    while (!journal->stop) {
        redisReply *reply = redisCommand(link, "XREAD BLOCK 100 STREAMS lw:{bench}:journal %s", last);
        uint64_t now_ns = bench_now_ns();
        if (!reply || reply->type == REDIS_REPLY_ERROR)
            bench_give_up("the bench's journal cannot be read");
        const redisReply *entries = reply->type == REDIS_REPLY_ARRAY ? reply->element[0]->element[1] : NULL;
        for (size_t i = 0; entries && i < entries->elements; i++) {
            const redisReply *entry = entries->element[i];
            note_entry(journal, entry->element[1]->element[1], now_ns);
            snprintf(last, sizeof last, "%s", entry->element[0]->str);
        }
        freeReplyObject(reply);
    }
    redisFree(link);
    return 0;
}
