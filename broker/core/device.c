/* SPDX-License-Identifier: Apache-2.0 */
#include "device.h"

#include "core_commands.h"
#include "effects.h"
#include "match.h"
#include "rep_state.h"

const char *core_device_word(enum device_state state)
{
    switch (state) {
    case DEVICE_FREE: return "free";
    case DEVICE_BUSY: return "busy";
    case DEVICE_UNREACHABLE: return "unreachable";
    }
    return "";
}

uint8_t device_full(const struct rep *rep)
{
    switch ((enum device_state)rep->device_state) {
    case DEVICE_BUSY: return DEVICE_IS_BUSY;
    case DEVICE_UNREACHABLE: return DEVICE_IS_UNREACHABLE;
    case DEVICE_FREE: break;
    }
    return 0;
}

const char *device_explain(uint8_t full)
{
    return full & DEVICE_IS_BUSY ? "busy" : full & DEVICE_IS_UNREACHABLE ? "unreachable" : NULL;
}

static enum core_cause cause_of(enum device_state state)
{
    return state == DEVICE_BUSY ? CAUSE_DEVICE_TAKEN : state == DEVICE_UNREACHABLE ? CAUSE_DEVICE_UNREACHABLE : CAUSE_DEVICE_FREE;
}

/* The rep is in no tree. */
static void take_state(struct core *core, struct rep *rep, enum device_state state, uint64_t until_ms)
{
    rep->device_state = (uint8_t)state;
    rep->device_until_ms = until_ms;
    rep->device_told = state == DEVICE_FREE ? NAME_NONE : rep->device;
    rep_join_class(core, rep);
}

static void tell(struct core *core, struct rep *rep)
{
    rep_set_timer(core, rep);
    rep_record(core, rep);
    tell_rep_status(core, rep);
    tell_rep_event(core, rep, cause_of((enum device_state)rep->device_state));
}

static void set_state(struct core *core, struct rep *rep, enum device_state state, uint64_t until_ms)
{
    rep_before_change(core, rep);
    take_state(core, rep, state, until_ms);
    rep_relink(core, rep);
    tell(core, rep);
    if (state == DEVICE_FREE && rep_may_get(rep))
        match_note_rep(core, rep);
}

void device_lapse(struct core *core, struct rep *rep)
{
    set_state(core, rep, DEVICE_FREE, 0);
}

/* Restored records are of the device that the rules in force name. */
void device_link(struct core *core)
{
    for (uint32_t i = 1; i < core->reps.count; i++) {
        struct rep *rep = core->reps.reps[i];
        if (!rep || !device_is_taken(rep))
            continue;
        if (core->is_restoring) {
            rep->device_told = rep->device;
        } else if (!rep->configured || rep->device != rep->device_told) {
            take_state(core, rep, DEVICE_FREE, 0);
            tell(core, rep);
        }
    }
}

static uint64_t until_of(const struct core *core, const struct core_command *command)
{
    uint64_t for_ms = command->device.for_ms != 0 ? command->device.for_ms : DEVICE_STATE_MS;
    return command->device.state == DEVICE_FREE ? 0 : core->now_ms + (for_ms < DEVICE_STATE_MAX_MS ? for_ms : DEVICE_STATE_MAX_MS);
}

void command_device(struct core *core, const struct core_command *command)
{
    const struct desk_id none = {0};
    const struct core_text *device = &command->device.device;
    const uint32_t name = device->size > 0 ? names_find(&core->names, device->data, device->size) : NAME_NONE;
    const uint64_t until_ms = until_of(core, command);
    bool any = false, changed = false;
    for (uint32_t i = 1; name != NAME_NONE && i < core->reps.count; i++) {
        struct rep *rep = core->reps.reps[i];
        if (!rep || !rep->configured || rep->device != name)
            continue;
        any = true;
        if (rep->device_state == command->device.state && rep->device_until_ms == until_ms)
            continue;
        changed = true;
        set_state(core, rep, command->device.state, until_ms);
    }
    if (any)
        reply(core, command, changed ? CORE_ACCEPTED : CORE_DUPLICATE, "", none);
    else
        reply(core, command, CORE_REJECTED, "the desk's rules have no such device", none);
}
