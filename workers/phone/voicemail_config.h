/* SPDX-License-Identifier: Apache-2.0
 *
 * voicemail_config - how a caller whom nobody can take may leave a message: `voicemail` of a source.
 *
 *   voicemail:
 *     length_max: 2m      then the service ends the recording
 *     silence: 5s         so does this long a silence
 *     finish_key: "#"     and any of these keys
 */
#ifndef VOICEMAIL_CONFIG_H
#define VOICEMAIL_CONFIG_H

#include <stdint.h>

#include "arena.h"
#include "yaml_doc.h"

struct voicemail_config {
    uint32_t length_max_s, silence_s;
    const char *finish_key;   /* of 0-9 * # */
};

/* NULL where node is: callers are not asked for a message. Problems go to the document. */
const struct voicemail_config *voicemail_config_read(struct yaml_doc *doc, const struct yaml_node *node, struct arena *arena);

#endif
