/* SPDX-License-Identifier: Apache-2.0
 *
 * link_trouble - says once in the log why the broker is not reached, and that it is again: a wrong key, say. Threads: one owner.
 */
#ifndef LINK_TROUBLE_H
#define LINK_TROUBLE_H

#include <leadwire/lead.h>
#include <stdbool.h>

struct link_trouble { char who[LW_NAME_MAX + 32], said[200]; };

/* door: the broker's endpoint, "reps". rep: who goes in there; "": nobody in particular. */
void link_trouble_init(struct link_trouble *trouble, const char *door, const char *rep);
/* error: of the session, "" none. Another error is said anew. */
void link_trouble_look(struct link_trouble *trouble, bool is_open, const char *error);

#endif
