/* SPDX-License-Identifier: Apache-2.0
 *
 * frame_mutator - frames that are nearly right.
 *
 * Knows the header and the messages' fields: it changes one field, somewhere inside, and
 * sets all lengths around it right again, so that most results pass framing and test what
 * lies behind. Sometimes it leaves a length or a header wrong.
 */
#ifndef FRAME_MUTATOR_H
#define FRAME_MUTATOR_H

#include "byte_buffer.h"
#include "seeded.h"

/* Replaces out's content with a changed copy of the frame (at least a header long, of a known type). */
void frame_mutate(struct seeded *random, const uint8_t *frame, size_t size, struct byte_buffer *out);

#endif
