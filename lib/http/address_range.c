/* SPDX-License-Identifier: Apache-2.0 */
#include "address_range.h"

#include <arpa/inet.h>
#include <string.h>

enum { IPV4_AT = 12, IPV4_BITS = 32, ALL_BITS = 128, CLIENT_BYTES = 8 };

static const unsigned char ipv4_prefix[IPV4_AT] = {[10] = 0xFF, [11] = 0xFF};

static bool is_ipv4(const struct address *address)
{
    return memcmp(address->bytes, ipv4_prefix, sizeof ipv4_prefix) == 0;
}

bool address_parse(const char *text, size_t size, struct address *out)
{
    char copy[ADDRESS_TEXT_MAX];
    if (size == 0 || size >= sizeof copy)
        return false;
    memcpy(copy, text, size);
    copy[size] = '\0';
    char *from = copy, *colon = strchr(copy, ':');
    if (copy[0] == '[') {
        char *end = strchr(copy, ']');
        if (!end || (end[1] && end[1] != ':'))
            return false;
        *end = '\0';
        from++;
    } else if (colon && !strchr(colon + 1, ':')) {
        *colon = '\0';   /* one colon: a port behind IPv4 */
    }
    if (inet_pton(AF_INET6, from, out->bytes) == 1)
        return true;
    memcpy(out->bytes, ipv4_prefix, sizeof ipv4_prefix);
    return copy[0] != '[' && inet_pton(AF_INET, from, out->bytes + IPV4_AT) == 1;
}

bool address_range_parse(const char *text, struct address_range *out)
{
    const char *slash = strchr(text, '/');
    size_t size = slash ? (size_t)(slash - text) : strlen(text), digits = slash ? strspn(slash + 1, "0123456789") : 0;
    if (!address_parse(text, size, &out->first) || (slash && (digits == 0 || digits > 3 || slash[1 + digits])))
        return false;
    unsigned bits_max = is_ipv4(&out->first) ? IPV4_BITS : ALL_BITS, bits = 0;
    for (size_t i = 0; i < digits; i++)
        bits = bits * 10 + (unsigned)(slash[1 + i] - '0');
    if (!slash)
        bits = bits_max;
    out->prefix_bits = ALL_BITS - bits_max + bits;
    return bits <= bits_max;
}

bool address_in_range(const struct address *address, const struct address_range *range)
{
    size_t whole = range->prefix_bits / 8;
    unsigned rest = range->prefix_bits % 8;
    if (memcmp(address->bytes, range->first.bytes, whole) != 0)
        return false;
    return rest == 0 || (address->bytes[whole] ^ range->first.bytes[whole]) >> (8 - rest) == 0;
}

struct address address_of_client(const struct address *address)
{
    struct address client = *address;
    if (!is_ipv4(address))
        memset(client.bytes + CLIENT_BYTES, 0, ADDRESS_SIZE - CLIENT_BYTES);
    return client;
}
