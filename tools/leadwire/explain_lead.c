/* SPDX-License-Identifier: Apache-2.0 */
#include "explain_lead.h"

#include <stdio.h>

#include "lead_json_read.h"

static void print_line(const struct lw_lead *lead, const Leadwire__V1__ExplainReply *reply)
{
    struct json_out out;
    json_begin_line(&out, stdout);
    json_put_text(&out, "channel", lw_channel_name(lead->channel));
    json_put_text(&out, "source", lead->source);
    lead_preview_put(&out, reply);
    json_end_line(&out);
}

int explain_lead_file(const struct cli *cli, const char *path, const struct lead_preview_options *options, bool is_json)
{
    char error[256] = "out of memory";
    const Leadwire__V1__ExplainReply *reply;
    struct lead_preview *preview = NULL;
    bool all_taken = true;
    struct lead_json *leads = lead_json_open(path, error, sizeof error);
    if (leads == NULL)
        return cli_usage_error(cli, "%s: %s", path, error);
    int code = lead_preview_open(cli, options, &preview);
    for (size_t i = 0; code == EXIT_DONE && i < lead_json_count(leads); i++) {
        const struct lw_lead *lead = lead_json_at(leads, i);
        code = lead_preview_ask(preview, lead, &reply);
        if (code != EXIT_DONE)
            break;
        all_taken = all_taken && reply->found;
        if (is_json) {
            print_line(lead, reply);
        } else {
            printf("lead %zu of %s (%s from %s)\n", i + 1, path, lw_channel_name(lead->channel), lead->source);
            lead_preview_print(reply);
        }
    }
    lead_preview_close(&preview);
    lead_json_close(&leads);
    return code == EXIT_DONE && !all_taken ? EXIT_NO : code;
}
