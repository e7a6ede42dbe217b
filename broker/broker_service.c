/* SPDX-License-Identifier: Apache-2.0 */
#include "broker_service.h"

#include "supervisor.h"

enum { WAIT_EVERY_MS = 5000, WAIT_FOR_MS = 30000 };

static void tell_state(struct broker_service *service, const struct broker *broker);
static void keep_waiting(struct broker_service *service, struct broker *broker);

void broker_service_init(struct broker_service *service)
{
    *service = (struct broker_service){.is_there = supervisor_is_there(), .watchdog_ms = supervisor_watchdog_ms()};
}

void broker_service_turn(struct broker_service *service, struct broker *broker)
{
    if (!service->is_there)
        return;
    tell_state(service, broker);
    if (!service->is_ready && (broker->phase == BROKER_SERVING || broker->options->is_standby)) {
        service->is_ready = supervisor_ready();   /* else again with the next word: meanwhile it asks for time */
    }
    if (!service->is_stopping && (broker->phase == BROKER_STOPPING || (broker->phase == BROKER_OVER && broker->exit_code == BROKER_EXIT_STOPPED))) {
        service->is_stopping = true;
        supervisor_stopping();
    }
    if (!service->is_ready)
        keep_waiting(service, broker);
    if (service->watchdog_ms == 0)
        return;
    if (broker->monotonic_ms >= service->turns_due_ms) {
        supervisor_turns();
        service->turns_due_ms = broker->monotonic_ms + service->watchdog_ms;
    }
    if (service->turns_due_ms < broker->wake_by_ms)
        broker->wake_by_ms = service->turns_due_ms;
}

static void tell_state(struct broker_service *service, const struct broker *broker)
{
    enum store_state state = store_state_read(broker->store);
    const char *reason = store_state_reason(broker->store);

    if (service->has_told && service->told == state)
        return;
    service->has_told = true;
    service->told = state;
    supervisor_status("desk %s: store %s%s%s", broker->options->store.desk, store_state_name(state), *reason ? ": " : "", reason);
}

/* Another broker's lease, a Redis that is not there yet: none is a reason to be killed. */
static void keep_waiting(struct broker_service *service, struct broker *broker)
{
    if (broker->monotonic_ms >= service->wait_due_ms) {
        supervisor_wait_for(WAIT_FOR_MS);
        service->wait_due_ms = broker->monotonic_ms + WAIT_EVERY_MS;
    }
    if (service->wait_due_ms < broker->wake_by_ms)
        broker->wake_by_ms = service->wait_due_ms;
}
