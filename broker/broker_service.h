/* SPDX-License-Identifier: Apache-2.0
 *
 * broker_service - what a broker tells its service manager (supervisor.h), turn by turn: ready when the desk is served, or at once
 * with --standby; its state in a line; that its loop turns. Threads: the broker's.
 */
#ifndef BROKER_SERVICE_H
#define BROKER_SERVICE_H

#include "broker.h"

struct broker_service {
    bool is_there, is_ready, is_stopping, has_told;
    enum store_state told;             /* the store's state that was told last */
    uint32_t watchdog_ms;
    uint64_t turns_due_ms, wait_due_ms;
};

void broker_service_init(struct broker_service *service);
/* After each turn. Sees to it that the broker wakes for the next word that is due. */
void broker_service_turn(struct broker_service *service, struct broker *broker);

#endif
