/* SPDX-License-Identifier: Apache-2.0
 *
 * voice_contact - the parameters of an incoming call that lie in a file, read as if they were posted.
 */
#ifndef VOICE_CONTACT_H
#define VOICE_CONTACT_H

#include <stdbool.h>

#include "contact_reader.h"

/* The reader function of struct http_worker_plan; own is a struct phone_config. */
bool voice_contact_reader(const void *own, const char *name, struct contact_reader *out);

#endif
