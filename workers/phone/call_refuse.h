/* SPDX-License-Identifier: Apache-2.0
 *
 * call_refuse - at which words of the broker a caller is not kept waiting: "closed", "no_rep", "busy".
 */
#ifndef CALL_REFUSE_H
#define CALL_REFUSE_H

#include "yaml_doc.h"

enum call_refuse { CALL_REFUSE_CLOSED = 1, CALL_REFUSE_NO_REP = 2, CALL_REFUSE_BUSY = 4 };

/* A list of those words as bits; absent: where node is NULL. Problems go to the document. */
unsigned call_refuse_read(struct yaml_doc *doc, const struct yaml_node *node, unsigned absent);
/* The bit of what the broker says; 0: somebody is there. */
unsigned call_refuse_bit(const char *say);

#endif
