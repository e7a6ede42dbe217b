/* SPDX-License-Identifier: Apache-2.0
 *
 * web_contact - a body that lies in a file, read as if it were posted. Signatures, limits and keys in headers are not
 * looked at.
 */
#ifndef WEB_CONTACT_H
#define WEB_CONTACT_H

#include <stdbool.h>

#include "contact_reader.h"

/* The reader function of struct http_worker_plan; own is a struct web_config. Without a content type the body says itself
 * what it is: JSON begins with a brace or a bracket, multipart with two dashes, everything else is a form. */
bool web_contact_reader(const void *own, const char *name, struct contact_reader *out);

#endif
