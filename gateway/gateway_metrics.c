/* SPDX-License-Identifier: Apache-2.0 */
#include "gateway_metrics.h"

#include "gateway.h"
#include "metrics.h"
#include "wall_clock.h"

static const struct metric sessions = {"leadwire_gateway_sessions", METRIC_GAUGE, "Users who are signed in.", NULL};
static const struct metric desks = {"leadwire_gateway_desks", METRIC_GAUGE, "Reps' desks that are open here.", NULL};
static const struct metric connected = {"leadwire_gateway_desks_connected", METRIC_GAUGE, "Of these, with a session at the broker.", NULL};
static const struct metric under_way = {"leadwire_gateway_requests_in_flight", METRIC_GAUGE, "Requests that are being answered.", NULL};
static const struct metric users = {"leadwire_gateway_users", METRIC_GAUGE, "Users who may sign in.", NULL};

const char *gateway_metrics_write(void *context, struct byte_buffer *out)
{
    const struct gateway *gateway = context;
    uint32_t connected_count = rep_desks_connected(&gateway->desks);

    metrics_put_only(out, &sessions, browser_sessions_count(&gateway->sessions, wall_clock_monotonic_ms()));
    metrics_put_only(out, &desks, gateway->desks.count);
    metrics_put_only(out, &connected, connected_count);
    metrics_put_only(out, &under_way, http_door_in_flight(gateway->door));
    metrics_put_only(out, &users, users_count(gateway->users));
    if (gateway->stop_at_ms != 0)
        return "stopping";
    return gateway->desks.count > 0 && connected_count == 0 ? "no desk reaches the broker" : NULL;
}
