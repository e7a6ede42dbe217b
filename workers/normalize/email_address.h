/* SPDX-License-Identifier: Apache-2.0
 *
 * email_address - an address as written -> a clean address and a key for matching.
 *
 * address: trimmed, without "mailto:" and "Name <...>", the local part as
 * written, the domain lower-case and ASCII (IDNA by ICU).
 * key: the local part lower-case, without what the domain's provider ignores
 * (tags after '+', dots) and under the provider's main domain. Only domains in
 * the table lose anything: elsewhere a '+' may be another mailbox.
 * Never resolves anything. Threads: one owner for the process (ICU object kept).
 */
#ifndef EMAIL_ADDRESS_H
#define EMAIL_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>

enum { EMAIL_ADDRESS_MAX = 320 };   /* 64 + '@' + 255 */

struct email_address {
    char address[EMAIL_ADDRESS_MAX + 1];
    char key[EMAIL_ADDRESS_MAX + 1];
};

/* False when this is not one address: *out is then zeroed. */
bool email_address_read(const char *bytes, size_t size, struct email_address *out);

#endif
