/* SPDX-License-Identifier: Apache-2.0
 *
 * ack_config - what a source answers to who writes: "we have your message". Nothing, unless it says so.
 *
 *   acknowledge:
 *     outbox: outbox                # a Maildir: who sends mails takes them from there
 *     from: "Solar <info@solar.example>"
 *     waiting_max: 1000             # in the outbox; beyond, nothing more is written
 *     bodies: no                    # also to the person whom a form's or an ADF mail's body names
 *     texts:                        # by the lead's language, else the source's, else the first
 *       en: {subject: "Re: {subject}", text: "Hello {name}, we have your message."}
 */
#ifndef ACK_CONFIG_H
#define ACK_CONFIG_H

#include "arena.h"
#include "yaml_doc.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ACK_TEXTS_MAX = 16, ACK_SUBJECT_MAX = 200, ACK_TEXT_MAX = 8192 };

struct ack_text {
    const char *language;   /* as locale_code has it */
    const char *subject, *text;
};

/* Strings live in the arena. */
struct ack_config {
    const char *outbox;
    const char *from;
    uint32_t waiting_max;
    bool bodies;
    const struct ack_text *texts;   /* at least one */
    size_t text_count;
};

/* node NULL: NULL. Problems go to the document. */
const struct ack_config *ack_config_read(struct yaml_doc *doc, const char *config_path, const struct yaml_node *node, struct arena *arena);

#endif
