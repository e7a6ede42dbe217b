/* SPDX-License-Identifier: Apache-2.0
 *
 * sip_contact - Contact lines: where a call goes on.
 */
#ifndef SIP_CONTACT_H
#define SIP_CONTACT_H

#include "sip_config.h"
#include "sip_request.h"

/* A rep's device (a number, or a sip:, sips: or tel: address) as a whole header line; NULL: no call can be sent there. */
const char *sip_contact_of_device(struct arena *arena, const struct sip_source *source, const char *device);
/* We are where the call came to. NULL at the cap. */
const char *sip_contact_of_us(struct arena *arena, const struct sip_request *request);

#endif
