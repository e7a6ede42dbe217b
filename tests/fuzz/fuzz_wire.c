/* SPDX-License-Identifier: Apache-2.0
 *
 * libFuzzer's door to lib/wire. Seeds: tests/fuzz/corpus/wire.
 */
#include <stdio.h>
#include <stdlib.h>

#include "frame_promises.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct frame_promises promises;
    uint64_t variation = size;

    for (size_t i = 0; i < size; i++)   /* FNV-1a: the same input gets the same side checks */
        variation = (variation ^ bytes[i]) * UINT64_C(0x100000001b3);
    frame_promises_init(&promises);
    if (!frame_promises_hold(&promises, bytes, size, variation)) {
        fprintf(stderr, "does not hold: %s\n", promises.broken);
        abort();
    }
    frame_promises_fini(&promises);
    return 0;
}
