/* SPDX-License-Identifier: Apache-2.0
 * libFuzzer: any bytes at the SIP door. Seeds: tests/phone/sip_corpus. */
#include "sip_bytes.h"
#include "sip_request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool ready;
    if (!ready)
        sip_request_library_init();
    ready = true;
    sip_bytes_hold(size ? data : (const uint8_t *)"", size);
    return 0;
}
