/* SPDX-License-Identifier: Apache-2.0
 *
 * adapter_play - the scenes of `leadwire adapter-test`, one rule or a few each, in the order of a life: how it begins, what
 * an answer may be, how a session ends, how it all ends.
 *
 * Each scene takes the oldest lead that waits for an answer; leads that come meanwhile wait for the next scenes, within the
 * credit. Threads: one owner.
 */
#ifndef ADAPTER_PLAY_H
#define ADAPTER_PLAY_H

#include "adapter_broker.h"

struct adapter_play_options {
    uint64_t wait_ms;       /* for the first frame */
    uint64_t patience_ms;   /* for a lead, and for what must be sent again */
    bool ends_at_failure;
};

/* LW_OK: the verdicts are in broker->rules. LW_TIMEOUT: no adapter came. LW_INVALID: the endpoint could not be bound again. */
LW_MUST_CHECK lw_status adapter_play(struct adapter_broker *broker, const struct adapter_play_options *options);

#endif
