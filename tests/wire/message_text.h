/* SPDX-License-Identifier: Apache-2.0
 *
 * message_text - a message in protobuf's text format, as `protoc --encode` reads it.
 */
#ifndef MESSAGE_TEXT_H
#define MESSAGE_TEXT_H

#include <protobuf-c/protobuf-c.h>

#include "byte_buffer.h"

/* Two spaces of indentation a level; fields that are 0, "" or absent are left out. */
void message_text_write(const ProtobufCMessage *message, unsigned depth, struct byte_buffer *out);

#endif
