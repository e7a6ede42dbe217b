/* SPDX-License-Identifier: Apache-2.0
 *
 * session_options - the session's own copy of what it was opened with. The secret is wiped when freed.
 */
#ifndef SESSION_OPTIONS_H
#define SESSION_OPTIONS_H

#include "session.h"

/* NULL, or what is wrong with them. */
const char *session_options_check(const struct session_options *options);
/* False without memory; *copy can be freed all the same. */
bool session_options_copy(struct session_options *copy, const struct session_options *options);
/* A zeroed one is accepted. */
void session_options_free(struct session_options *options);

#endif
