/* SPDX-License-Identifier: Apache-2.0 */
#include "lead_preview.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "paper_desk.h"
#include "words.h"

enum { PREVIEW_ARENA_CAP = 32 * 1024 * 1024, SKIPPED_MAX = 300, OPTIONAL_TIMEOUT_MS = 2000 };

struct lead_preview {
    const struct cli *cli;
    struct lead_preview_options options;
    struct control_client *control;   /* NULL: on paper, or skipped */
    struct paper_desk *paper;         /* NULL: a broker is asked */
    struct wire_message answer;
    Leadwire__V1__ExplainReply of_paper;
    struct arena arena;
    char skipped[SKIPPED_MAX];
};

static int open_broker(struct lead_preview *preview)
{
    char endpoint[CLI_ENDPOINT_SIZE];
    if (!cli_endpoint(preview->cli, "control", endpoint))
        return EXIT_USAGE;
    if (preview->options.is_optional && access(endpoint + strlen("ipc://"), F_OK) != 0) {
        snprintf(preview->skipped, sizeof preview->skipped, "no broker runs in %.200s, and no --desk-file is given", cli_broker(preview->cli));
        return EXIT_DONE;
    }
    return cli_control_open(preview->cli, &preview->control);
}

int lead_preview_open(const struct cli *cli, const struct lead_preview_options *options, struct lead_preview **out)
{
    struct lead_preview *preview = calloc(1, sizeof *preview);
    *out = NULL;
    if (preview == NULL) {
        cli_complain(cli, "out of memory");
        return EXIT_NO;
    }
    preview->cli = cli;
    preview->options = *options;
    arena_init(&preview->arena, PREVIEW_ARENA_CAP);
    int code = options->desk_file != NULL ? paper_desk_open(cli, options->desk_file, &preview->paper) : open_broker(preview);
    if (code != EXIT_DONE)
        lead_preview_close(&preview);
    *out = preview;
    return code;
}

void lead_preview_close(struct lead_preview **preview)
{
    if (*preview == NULL)
        return;
    control_client_close(&(*preview)->control);
    paper_desk_close(&(*preview)->paper);
    arena_fini(&(*preview)->arena);
    free(*preview);
    *preview = NULL;
}

/* A broker that is only asked if it is there may turn out to be away. */
static int ask_broker(struct lead_preview *preview, Leadwire__V1__ExplainRequest *request, const Leadwire__V1__ExplainReply **out)
{
    struct wire_message message = {.type = WIRE_EXPLAIN_REQUEST, .explain_request = request};
    int code = EXIT_DONE;
    if (preview->options.is_optional) {
        const lw_status status = control_client_ask(preview->control, &message, OPTIONAL_TIMEOUT_MS, &preview->answer);
        if (status != LW_OK || preview->answer.type != WIRE_EXPLAIN_REPLY) {
            snprintf(preview->skipped, sizeof preview->skipped, "the broker in %.200s does not answer (%.60s)", cli_broker(preview->cli),
                     status != LW_OK ? lw_status_text(status) : wire_type_name(preview->answer.type));
            control_client_close(&preview->control);
            return EXIT_DONE;
        }
    } else {
        code = cli_ask(preview->cli, preview->control, &message, WIRE_EXPLAIN_REPLY, &preview->answer);
    }
    *out = code == EXIT_DONE ? preview->answer.explain_reply : NULL;
    return code;
}

int lead_preview_ask(struct lead_preview *preview, const struct lw_lead *lead, const Leadwire__V1__ExplainReply **out)
{
    *out = NULL;
    if (preview->skipped[0] != '\0')
        return EXIT_DONE;
    arena_reset(&preview->arena, PREVIEW_ARENA_CAP);
    Leadwire__V1__ExplainRequest request = LEADWIRE__V1__EXPLAIN_REQUEST__INIT;
    struct wire_message message = {.type = WIRE_EXPLAIN_REQUEST, .explain_request = &request};
    const char *reason = "it is too large";
    request.request_id = 1;   /* the client gives its own */
    request.all_present = preview->options.all_present;
    request.lead = wire_lead_from_public(lead, &preview->arena);
    if (request.lead == NULL || wire_check(&message, &reason) != LW_OK) {
        cli_complain(preview->cli, "this is no lead: %s", reason);
        return EXIT_NO;
    }
    if (preview->paper == NULL)
        return ask_broker(preview, &request, out);
    leadwire__v1__explain_reply__init(&preview->of_paper);
    paper_desk_preview(preview->paper, request.lead, &preview->arena, &preview->of_paper);
    *out = &preview->of_paper;
    return EXIT_DONE;
}

const char *lead_preview_skipped(const struct lead_preview *preview)
{
    return preview->skipped;
}

static void print_candidate(const Leadwire__V1__Candidate *candidate)
{
    if (candidate->excluded_by[0] == '\0')
        printf("    %-12s could: rank %u, %s\n", candidate->rep, (unsigned)candidate->rank, candidate->keys);
    else
        printf("    %-12s not: %s%s%s%s\n", candidate->rep, candidate->excluded_by, candidate->detail[0] != '\0' ? " (" : "", candidate->detail,
               candidate->detail[0] != '\0' ? ")" : "");
}

void lead_preview_print(const Leadwire__V1__ExplainReply *reply)
{
    char levels[1024];
    if (!reply->found) {
        printf("  it would not be taken: %s\n", reply->waiting_because);
        return;
    }
    printf("  rule '%s' would put it in queue %s; it requires %s; priority %u\n", reply->rule, reply->queue,
           words_levels(reply->require, reply->n_require, levels, sizeof levels), (unsigned)reply->priority);
    if (reply->waiting_because[0] != '\0')
        printf("  %s\n", reply->waiting_because);
    for (size_t i = 0; i < reply->n_decisions; i++) {
        const Leadwire__V1__Decision *decision = reply->decisions[i];
        printf("  %u considered, %u could take it (policy %s)\n", (unsigned)decision->considered, (unsigned)decision->eligible, decision->policy);
        for (size_t c = 0; c < decision->n_candidates; c++)
            print_candidate(decision->candidates[c]);
    }
}

static void put_candidates(struct json_out *out, const Leadwire__V1__Decision *decision)
{
    json_put_text(out, "policy", decision->policy);
    json_put_unsigned(out, "considered", decision->considered);
    json_put_unsigned(out, "eligible", decision->eligible);
    json_begin_list(out, "candidates");
    for (size_t i = 0; i < decision->n_candidates; i++) {
        const Leadwire__V1__Candidate *candidate = decision->candidates[i];
        json_begin_object(out, NULL);
        json_put_text(out, "rep", candidate->rep);
        json_put_unsigned(out, "rank", candidate->rank);
        json_put_text(out, "excluded_by", candidate->excluded_by);
        json_put_text(out, "detail", candidate->detail);
        json_put_text(out, "keys", candidate->keys);
        json_end_object(out);
    }
    json_end_list(out);
}

void lead_preview_put(struct json_out *out, const Leadwire__V1__ExplainReply *reply)
{
    json_put_bool(out, "taken", reply->found);
    json_put_text(out, "note", reply->waiting_because);
    if (!reply->found)
        return;
    json_put_text(out, "rule", reply->rule);
    json_put_text(out, "queue", reply->queue);
    json_put_unsigned(out, "priority", reply->priority);
    json_begin_object(out, "require");
    for (size_t i = 0; i < reply->n_require; i++)
        json_put_unsigned(out, reply->require[i]->skill, reply->require[i]->level);
    json_end_object(out);
    for (size_t i = 0; i < reply->n_decisions; i++)
        put_candidates(out, reply->decisions[i]);
}
