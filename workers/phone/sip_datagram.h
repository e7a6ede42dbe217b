/* SPDX-License-Identifier: Apache-2.0
 *
 * sip_datagram - a datagram, and the address of ours that it came to: its answers leave from there.
 *
 * A socket that listens on all addresses would else answer from the one that the way back prefers, which who asked does
 * not know: NAT, firewalls and connected sockets drop it. Threads: no state.
 */
#ifndef SIP_DATAGRAM_H
#define SIP_DATAGRAM_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

struct sip_local {
    int family;              /* AF_INET, AF_INET6; 0: not known, any will do */
    unsigned char address[16];
    uint32_t interface;      /* of link-local addresses; 0: any */
};

/* Asks the system to tell the address of ours with each datagram. False: errno. */
bool sip_datagram_prepare(int fd, int family);
/* As recvfrom and sendto. What cannot be sent now is as lost as any datagram. */
ssize_t sip_datagram_receive(int fd, void *bytes, size_t size_max, struct sockaddr_storage *from, socklen_t *from_size, struct sip_local *local_out);
void sip_datagram_send(int fd, const void *bytes, size_t size, const struct sockaddr_storage *to, socklen_t to_size, const struct sip_local *local);

#endif
