/* SPDX-License-Identifier: Apache-2.0 */
#include "health_loop.h"

#include "lw_log.h"
#include "wall_clock.h"

enum { TICK_EVERY_MS = 250 };

static void on_tick(evutil_socket_t fd, short what, void *context);

lw_status health_loop_open(struct health_loop *loop, struct event_base *base, const char *listen, health_writer *write, void *context)
{
    const struct health_options options = {.listen = listen};
    const struct timeval every = {.tv_usec = TICK_EVERY_MS * 1000};
    char why[HEALTH_WHY_MAX];

    *loop = (struct health_loop){.write = write, .context = context};
    if (!listen)
        return LW_OK;
    lw_status status = health_open(&options, &loop->health, why);
    if (status != LW_OK) {
        log_error("%s", why);
        return status;
    }
    loop->tick = event_new(base, -1, EV_PERSIST, on_tick, loop);
    if (!loop->tick || event_add(loop->tick, &every) != 0)
        return LW_NO_MEMORY;
    log_info("health on %s port=%u", listen, health_port(loop->health));
    return LW_OK;
}

void health_loop_close(struct health_loop *loop)
{
    if (loop->tick)
        event_free(loop->tick);
    loop->tick = NULL;
    health_close(&loop->health);
}

static void on_tick(evutil_socket_t fd, short what, void *context)
{
    struct health_loop *loop = context;

    (void)fd;
    (void)what;
    if (health_turn(loop->health, wall_clock_monotonic_ms()))
        health_tell(loop->health, loop->write(loop->context, health_text(loop->health)));
}
