/* SPDX-License-Identifier: Apache-2.0
 *
 * sip_reading - an INVITE that lies in a file, read as if it had come in.
 */
#ifndef SIP_READING_H
#define SIP_READING_H

#include "contact_reader.h"
#include "sip_config.h"

/* Kept beside the raw bytes of an INVITE whose peer's P-Asserted-Identity was believed: the bytes do not tell from whom they came. */
extern const char sip_reading_trusted[];

/* What it gives lives until the next call. Threads: one. */
void sip_reading_read(const struct sip_source *source, const struct contact_input *input, struct contact_reading *out);

#endif
