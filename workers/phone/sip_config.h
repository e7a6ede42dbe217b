/* SPDX-License-Identifier: Apache-2.0
 *
 * sip_config - the SIP door of leadwire-phone, as the configuration file says.
 *
 *   sip:
 *     listen: [udp:127.0.0.1:5060, tcp:127.0.0.1:5060]   port 0: any free one
 *     peers: [192.0.2.10, 198.51.100.0/28]   who may call us; needed where others than loopback reach us
 *     trusted: [192.0.2.10]                  of these P-Asserted-Identity is believed
 *     message_size_max_kib: 16
 *     calls_max: 1000                        open INVITE transactions
 *     connections_max: 64                    of TCP
 *     message_within: 10s                    a message that has begun, by TCP
 *     idle_within: 10m                       a connection without a call
 *     per_peer: 6000                         new requests a minute of one peer
 *     t1: 500ms                              RFC 3261's estimate of the round trip: answers are sent again after it, then
 *                                            after twice that and so on; 64 times it is the longest wait for an ACK
 *     sources:
 *       trunk:
 *         called: ["+390255500000"]          the numbers of this source; absent: all that no other source has
 *         region: IT
 *         language: it
 *         wait: 2m                           then 480, and the lead is cancelled or becomes a call-back
 *         poll: 1s                           how often a call that waits is looked after
 *         refuse: [closed, no_rep]           with these words of the broker the call is not kept waiting; also: busy
 *         retry_after: 60s                   what refused callers are told
 *         contact_domain: pbx.example.com    a rep's number becomes sip:NUMBER@DOMAIN; absent: tel:NUMBER
 *         answered_after: 0s                 after the ACK of a 302, when the call has not come back
 */
#ifndef SIP_CONFIG_H
#define SIP_CONFIG_H

#include <event2/util.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "address_range.h"
#include "lead_builder.h"
#include "worker_config.h"

enum { SIP_LISTEN_MAX = 8, SIP_PEERS_MAX = 256, SIP_CALLED_MAX = 256, SIP_CALLS_LIMIT = 10000 };

struct sip_listen {
    bool is_tcp;
    const char *text;                /* as configured */
    struct sockaddr_storage where;
    socklen_t where_size;
};

struct sip_source {
    const char *name;
    struct lead_defaults defaults;
    const char **called;             /* none: every number that no other source has */
    size_t called_count;
    uint32_t wait_ms, poll_ms, answered_after_ms, retry_after_s;
    unsigned refuse;                 /* of enum call_refuse */
    const char *contact_domain;      /* NULL: tel: */
};

struct sip_config {
    struct sip_listen listen[SIP_LISTEN_MAX];
    size_t listen_count;
    const struct address_range *peers, *trusted;   /* peers: loopback too, always */
    size_t peer_count, trusted_count;
    uint32_t message_size_max, calls_max, connections_max, message_within_ms, idle_within_ms, per_peer, t1_ms;
    const struct sip_source *sources;
    size_t source_count;
};

/* node NULL: gives NULL, as there is no SIP door. Problems go to the document. */
struct sip_config *sip_config_read(struct yaml_doc *doc, const struct yaml_node *node, struct arena *arena);
/* The source that has this number, else the one that has all others, else NULL. */
const struct sip_source *sip_config_find(const struct sip_config *config, const char *called);
bool sip_config_is_peer(const struct sip_config *config, const struct address *address);
bool sip_config_is_trusted(const struct sip_config *config, const struct address *address);

#endif
