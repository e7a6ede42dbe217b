/* SPDX-License-Identifier: Apache-2.0
 *
 * phone_contact - a call that lies in a file, by whichever of the two doors it came.
 */
#ifndef PHONE_CONTACT_H
#define PHONE_CONTACT_H

#include <stdbool.h>

#include "contact_reader.h"

/* The reader function of struct http_worker_plan; own is a struct phone_config. One reader at a time. */
bool phone_contact_reader(const void *own, const char *name, struct contact_reader *out);

#endif
