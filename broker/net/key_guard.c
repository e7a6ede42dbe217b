/* SPDX-License-Identifier: Apache-2.0 */
#include "key_guard.h"

#include <stdio.h>
#include <string.h>

#include "lw_log.h"

static void warn_of_refusals(struct key_guard *guard);

lw_status key_guard_open(struct key_guard *guard, const char *dir, char *why)
{
    *guard = (struct key_guard){0};
    return dir ? key_ring_open(dir, &guard->ring, why) : LW_OK;
}

void key_guard_close(struct key_guard *guard)
{
    zap_close(&guard->zap);
    key_ring_close(&guard->ring);
}

lw_status key_guard_serve(struct key_guard *guard, void *zmq_context, char *why)
{
    if (!guard->ring)
        return LW_OK;
    lw_status status = key_ring_make_server(guard->ring, why);
    if (status != LW_OK)
        return status;
    status = zap_open(&guard->zap, zmq_context);
    if (status != LW_OK)
        snprintf(why, KEY_WHY_MAX, "keys cannot be checked: %s", zmq_strerror(zmq_errno()));
    else
        log_info("keys are read keys=%u", key_ring_count(guard->ring));
    return status;
}

const struct endpoint_lock *key_guard_lock(const struct key_guard *guard, const char *domain, const char *address,
                                           struct endpoint_lock *room)
{
    if (!guard->ring || !endpoint_is_tcp(address))
        return NULL;
    *room = (struct endpoint_lock){.secret_key = key_ring_server_secret(guard->ring), .domain = domain};
    return room;
}

void key_guard_turn(struct key_guard *guard, uint64_t now_ms)
{
    char why[KEY_WHY_MAX];

    if (!guard->ring)
        return;
    bool is_due = now_ms - guard->looked_ms >= GUARD_LOOK_MS, is_asked = zap_is_asked(&guard->zap);
    if ((is_due || is_asked) && key_ring_is_stale(guard->ring) && key_guard_reload(guard, why) != LW_OK)
        log_error("the list of keys stays as it was: %s", why);
    if (is_due) {
        guard->looked_ms = now_ms;
        warn_of_refusals(guard);
    }
    if (is_asked)
        (void)zap_answer(&guard->zap, guard->ring);
}

lw_status key_guard_reload(struct key_guard *guard, char *why)
{
    bool watcher_lost = false;

    if (!guard->ring)
        return LW_OK;
    lw_status status = key_ring_reload(guard->ring, &watcher_lost, why);
    if (status != LW_OK)
        return status;
    guard->has_changed = true;
    guard->watcher_lost |= watcher_lost;
    log_info("keys are read keys=%u", key_ring_count(guard->ring));
    return LW_OK;
}

/* Only libzmq gives no User-Id at all to the plain. What has one and is not in the list is nobody: it must never count as plain,
 * which may more. */
struct visitor key_guard_identify(const struct key_guard *guard, struct endpoint_frame *frame)
{
    struct visitor visitor = {.kind = VISITOR_PLAIN};
    const char *user_id = guard->ring ? endpoint_user_id(frame) : NULL;

    if (!user_id)
        return visitor;
    visitor.kind = VISITOR_UNKNOWN;
    if (!key_tag_parse(user_id, &visitor.tag))
        return visitor;
    visitor.holder = key_ring_find(guard->ring, visitor.tag);
    if (visitor.holder && !visitor.holder->is_revoked)
        visitor.kind = VISITOR_KNOWN;
    return visitor;
}

bool key_guard_holds(const struct key_guard *guard, struct siphash_128 tag, enum role role)
{
    if (tag.lo == 0 && tag.hi == 0)
        return true;
    const struct key_holder *holder = guard->ring ? key_ring_find(guard->ring, tag) : NULL;
    return holder && !holder->is_revoked && holder->role == role;
}

/* Once a second at most, however many knock. */
static void warn_of_refusals(struct key_guard *guard)
{
    if (guard->zap.refused == guard->warned_refusals)
        return;
    log_warning("%llu handshakes were refused: their keys are not known, revoked, or of another role",
                (unsigned long long)(guard->zap.refused - guard->warned_refusals));
    guard->warned_refusals = guard->zap.refused;
}
