/* SPDX-License-Identifier: Apache-2.0
 *
 * message_fields - the two fields that many wire messages share, by message type.
 */
#ifndef MESSAGE_FIELDS_H
#define MESSAGE_FIELDS_H

#include "wire.h"

/* The epoch a message of the broker carries; 0 when its type has none or it is not said. */
uint64_t message_epoch(const struct wire_message *message);
/* Where a request keeps its request_id; NULL for what is not a request of a client. */
uint64_t *message_request_id(const struct wire_message *message);
/* May `answer` answer a request of this type? A Reply answers all; others have their own. */
bool message_answers(enum wire_type answer, enum wire_type request);

#endif
