/* SPDX-License-Identifier: Apache-2.0
 *
 * sip_transport - SIP over UDP and TCP: whole messages in, answers out.
 *
 *   not a peer              nothing is read of it: a datagram is dropped, a connection ends
 *   larger than allowed     dropped; by TCP the connection ends, as the end of the message is not looked for
 *   TCP without Content-Length, or no SIP at all      the connection ends
 *   a message that does not become whole in message_within, nothing for idle_within and no call: the connection ends
 *   answers not taken       above 256 KiB the connection ends
 *
 * A datagram is answered from the address that it came to. A connection is named by its number, never used twice: what comes late finds nothing. Threads: one owner, that of
 * the event base.
 */
#ifndef SIP_TRANSPORT_H
#define SIP_TRANSPORT_H

#include <event2/event.h>
#include <leadwire/status.h>

#include "sip_config.h"
#include "sip_datagram.h"
#include "sip_request.h"
#include "worker_counts.h"

struct sip_transport;   /* opaque */

/* Where a message came from, and so where answers go. */
struct sip_origin {
    uint32_t socket;              /* which of sip.listen */
    uint64_t connection;          /* 0: UDP */
    struct sockaddr_storage from;
    socklen_t from_size;
    struct sip_local local;       /* UDP: which address of ours it came to */
    struct address address;
    uint16_t port;
    char text[SIP_ADDRESS_TEXT_MAX];
};

struct sip_transport_user {
    void *context;
    const struct sip_config *(*config)(void *context);   /* in force */
    /* bytes live until the return. The transport may be called from here. */
    void (*message)(void *context, const struct sip_origin *origin, const char *bytes, size_t size);
    void (*gone)(void *context, uint64_t connection);
    void (*count)(void *context, enum worker_count what);
};

/* Listens at what config says now. Errors: LW_IO (errno tells why; *which_out is the address), LW_NO_MEMORY. */
LW_MUST_CHECK lw_status sip_transport_open(struct event_base *base, const struct sip_transport_user *user,
                                           struct sip_transport **out, const char **which_out);
void sip_transport_close(struct sip_transport **transport);   /* NULL accepted; gone is not called */
/* To the source's port if to_source, or by the connection; else to via_port of the source's address. */
void sip_transport_send(struct sip_transport *transport, const struct sip_origin *origin, bool to_source, uint16_t via_port,
                        const void *bytes, size_t size);
/* A call on that connection begins (by 1) or ends (by -1): while there is one the connection may be silent. 0: no matter. */
void sip_transport_hold(struct sip_transport *transport, uint64_t connection, int by);
size_t sip_transport_listen_count(const struct sip_transport *transport);
/* "udp:127.0.0.1:5060", with the real port, to text. */
void sip_transport_listen_text(const struct sip_transport *transport, size_t index, char text[SIP_ADDRESS_TEXT_MAX]);

#endif
