/* SPDX-License-Identifier: Apache-2.0 */
#include "key_need.h"

#include <arpa/inet.h>
#include <string.h>

static const char tcp[] = "tcp://";
enum { HOST_MAX = 64 };      /* no address of this machine is as long */

/* tcp://[source;]host:port, as libzmq reads it. */
bool key_is_needed(const char *endpoint)
{
    char host[HOST_MAX];
    struct in_addr four;

    if (strncmp(endpoint, tcp, sizeof tcp - 1) != 0)
        return false;
    const char *source_end = strrchr(endpoint, ';'), *start = source_end ? source_end + 1 : endpoint + sizeof tcp - 1;
    const char *colon = strrchr(start, ':');
    size_t size = colon ? (size_t)(colon - start) : strlen(start);
    if (size >= sizeof host)
        return true;
    memcpy(host, start, size);
    host[size] = '\0';
    if (inet_pton(AF_INET, host, &four) == 1)
        return ntohl(four.s_addr) >> 24 != 127;
    return strcmp(host, "[::1]") != 0 && strcmp(host, "localhost") != 0;
}
