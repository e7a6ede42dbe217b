/* SPDX-License-Identifier: Apache-2.0
 *
 * sip_call - one INVITE from its first byte to the ACK of its final answer, and the lead that it is.
 *
 *   publishing --accepted--> waiting --a rep accepted--> answered 302 --ACK--> confirmed --> forgotten
 *       |  100               | 180, again each minute    (480, 486, 487, 503)
 *       +--busy--> 503       | polls the broker          sent again until the ACK (UDP), at most 64 t1
 *
 * The lead's idempotency id is the Call-ID. What the broker must hear of a call's end goes through sip_tell.
 *   CANCEL, a lost connection, nobody in time, SIGTERM     cancel: by the channel's rule a call-back
 *   ACK of a 302                                           dial result: answered, after answered_after
 *   the same Call-ID again before that                     dial result: no answer; the new INVITE waits for another rep
 *   no ACK of a 302                                        cancel
 * Threads: one owner.
 */
#ifndef SIP_CALL_H
#define SIP_CALL_H

#include "index_table.h"
#include "sip_tell.h"
#include "sip_transport.h"
#include "siphash.h"

struct sip_call;
struct sip_calls {
    struct http_worker *worker;
    struct sip_transport *transport;
    struct sip_tells tells;
    struct sip_call **slots;
    uint32_t *free_slots;
    uint32_t count;
    struct index_table by_key, by_call_id;
    struct siphash_key hash_key;
};

lw_status sip_calls_init(struct sip_calls *calls, struct http_worker *worker);
void sip_calls_fini(struct sip_calls *calls);
/* The tag that we put on To in every answer to this request and its repeats. */
void sip_calls_tag(const struct sip_calls *calls, const struct sip_request *request, char tag[SIP_TAG_SIZE]);

/* An INVITE that came before gets the last answer again. False: it is new. */
bool sip_calls_again(struct sip_calls *calls, const struct sip_request *request);
/* A call with this Call-ID waits already. */
bool sip_calls_waits(const struct sip_calls *calls, const struct sip_request *request);
/* A new call: 100, and all that follows. False: no room. rules are held. */
bool sip_calls_begin(struct sip_calls *calls, struct worker_rules *rules, const struct sip_source *source,
                     const struct sip_origin *origin, const char *bytes, size_t size);
void sip_calls_ack(struct sip_calls *calls, const struct sip_request *request);
/* The INVITE that this CANCEL is for is in. */
bool sip_calls_knows(const struct sip_calls *calls, const struct sip_request *request);
/* What a CANCEL does to the INVITE, if that is in. It has its own answer, which is not given here. */
void sip_calls_cancel(struct sip_calls *calls, const struct sip_request *request);
/* The lead of a call that this process does not know, as it was started again since. */
void sip_calls_cancel_unknown(struct sip_calls *calls, const struct sip_source *source, const struct sip_request *request);
void sip_calls_gone(struct sip_calls *calls, uint64_t connection);
/* Callers that wait are told 503. */
void sip_calls_drain(struct sip_calls *calls);
/* Calls that need an ACK yet, and ends that the broker has not heard of. */
uint32_t sip_calls_in_flight(const struct sip_calls *calls);

#endif
