/* SPDX-License-Identifier: Apache-2.0
 *
 * lead_preview - what would become of a lead that is not published: asked of a running broker, or of a desk on paper, which
 * is the broker's own core with the rules of a desk.yaml, and nobody there. Threads: one owner.
 */
#ifndef LEAD_PREVIEW_H
#define LEAD_PREVIEW_H

#include "cli.h"
#include "json_out.h"

#include <leadwire/lead.h>

struct lead_preview;

struct lead_preview_options {
    const char *desk_file;   /* NULL: a broker is asked */
    bool all_present;        /* as if every rep of the rules were there; always so on paper */
    bool is_optional;        /* a broker that is not there is no error: lead_preview_skipped says so */
};

/* EXIT_DONE, or the exit code after a complaint; *out is NULL then. */
int lead_preview_open(const struct cli *cli, const struct lead_preview_options *options, struct lead_preview **out);
void lead_preview_close(struct lead_preview **preview);   /* NULL accepted */
/* The reply lives until the next call. EXIT_DONE, or the exit code after a complaint. NULL with EXIT_DONE: skipped. */
int lead_preview_ask(struct lead_preview *preview, const struct lw_lead *lead, const Leadwire__V1__ExplainReply **out);
/* Why there was no answer; "" if there was. */
const char *lead_preview_skipped(const struct lead_preview *preview);

/* In words, below what the caller said of the lead, and as members of the object that is open. */
void lead_preview_print(const Leadwire__V1__ExplainReply *reply);
void lead_preview_put(struct json_out *out, const Leadwire__V1__ExplainReply *reply);

#endif
