/* SPDX-License-Identifier: Apache-2.0
 *
 * sip_bytes - what must hold whatever bytes come to the SIP door.
 */
#ifndef SIP_BYTES_H
#define SIP_BYTES_H

#include <stddef.h>
#include <stdint.h>

/* Reads them as a request, answers it, makes a lead of it; aborts, naming it, at what does not hold: the answer is one
 * whole message whose headers are those of the request and no others, and the same bytes are the same call twice.
 * Returns the verdict (enum sip_verdict). */
int sip_bytes_hold(const uint8_t *bytes, size_t size);

#endif
