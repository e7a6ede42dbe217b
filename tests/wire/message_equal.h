/* SPDX-License-Identifier: Apache-2.0
 *
 * message_equal - two messages field by field, through their descriptor.
 *
 * Absent and empty strings are the same thing; an absent and an empty message are not.
 * Unknown fields make messages differ, from anything.
 */
#ifndef MESSAGE_EQUAL_H
#define MESSAGE_EQUAL_H

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>

bool message_equal(const ProtobufCMessage *a, const ProtobufCMessage *b);

#endif
