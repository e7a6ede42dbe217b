/* SPDX-License-Identifier: Apache-2.0
 * libFuzzer: any bytes are a lead or a named reason, the same one twice. */
#include "mail_file.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct mail_lead mail;
    static bool ready;
    if (!ready) {
        mail_library_init();
        ready = true;
    }
    const void *bytes = size ? (const void *)data : "";
    enum mail_reason reason = mail_take(&sample_source, bytes, size, &mail);
    if (reason == MAIL_LEAD && !mail.lead)
        abort();
    mail_lead_fini(&mail);   /* so that a leak shows at once */
    return 0;
}
