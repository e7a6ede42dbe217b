/* SPDX-License-Identifier: Apache-2.0
 *
 * golden_file - the frames of tests/golden/frames, whose bytes protoc made.
 */
#ifndef GOLDEN_FILE_H
#define GOLDEN_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "wire.h"

struct golden {
    enum wire_type type;
    enum wire_sender sender;
    char *content;           /* text format */
    uint8_t *frame;          /* an allocation of exactly frame_size */
    size_t frame_size;
};

/* The frame of one type. Aborts, saying why, if the file is missing or not well-formed. */
struct golden golden_read(enum wire_type type);
/* Another frame of that type, by its file's name without .txt. */
struct golden golden_read_as(enum wire_type type, const char *name);
void golden_fini(struct golden *golden);

#endif
