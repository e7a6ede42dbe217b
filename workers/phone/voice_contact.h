/* SPDX-License-Identifier: Apache-2.0
 *
 * voice_contact - the parameters of an incoming call, or of a message, that lie in a file, read as if they were posted.
 */
#ifndef VOICE_CONTACT_H
#define VOICE_CONTACT_H

#include "contact_reader.h"
#include "phone_config.h"

/* What it gives lives until the next call. */
void voice_contact_read(const struct phone_source *source, const struct contact_input *input, struct contact_reading *out);

#endif
