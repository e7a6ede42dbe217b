/* SPDX-License-Identifier: Apache-2.0
 *
 * address_range - IP addresses, and ranges of them ("10.0.0.0/8", "::1"). IPv4 and its form within IPv6 are the same. Threads: none.
 */
#ifndef ADDRESS_RANGE_H
#define ADDRESS_RANGE_H

#include <stdbool.h>
#include <stddef.h>

enum { ADDRESS_SIZE = 16, ADDRESS_TEXT_MAX = 64 };

struct address {
    unsigned char bytes[ADDRESS_SIZE];   /* IPv4 as ::ffff:a.b.c.d */
};

struct address_range {
    struct address first;
    unsigned prefix_bits;   /* 0 to 128 */
};

/* "192.0.2.1", "2001:db8::1", "[2001:db8::1]", each also with ":port" where that is clear. */
bool address_parse(const char *text, size_t size, struct address *out);
bool address_range_parse(const char *text, struct address_range *out);
bool address_in_range(const struct address *address, const struct address_range *range);
/* What one client has: the address of IPv4, the first 64 bits of IPv6. */
struct address address_of_client(const struct address *address);

#endif
