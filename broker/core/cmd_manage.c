/* SPDX-License-Identifier: Apache-2.0
 *
 * What managers do to the desk: found it, apply rules. Acts on one lead or one rep: cmd_act.c.
 */
#include <stdlib.h>

#include "config_apply.h"
#include "config_record.h"
#include "core_commands.h"
#include "core_internal.h"
#include "decisions.h"
#include "effects.h"
#include "exclusions.h"
#include "lead_extra.h"
#include "lead_record.h"
#include "lead_state.h"

void command_found_desk(struct core *core, const struct core_command *command)
{
    if (core->is_founded)
        return;
    core->is_founded = true;
    core->fingerprint_key = command->found_desk.fingerprint_key;
    core->checkpoint.desk = true;
    struct desk_image image = {.revision = core_next_revision(core), .next_number = core->next_number,
                               .desk_ms = core->now_ms, .fingerprint_key = core->fingerprint_key};
    byte_buffer_clear(&core->record);
    record_put_desk(&core->record, &image);
    emit_record(core, RECORD_DESK);
}

/* A channel that is no longer served may have leads: they keep their weight and times. */
static void keep_closed_channels(const struct core *core, struct core_config *config)
{
    for (uint32_t i = 0; core->config && i < LW_CHANNEL_COUNT; i++) {
        if (config->channels[i].enabled)
            continue;
        config->channels[i] = core->config->channels[i];
        config->channels[i].enabled = false;
    }
}

void command_configure(struct core *core, const struct core_command *command)
{
    static char reason[256];   /* borrowed by the reply until its callback returned */
    if (core_config_check(command->configure.config, reason, sizeof reason) != LW_OK) {
        reply(core, command, CORE_REJECTED, reason, (struct desk_id){0});
        return;
    }
    if (!config_skills_fit(core, command->configure.config)) {
        reply(core, command, CORE_REJECTED, "too many different skills in this and earlier rules: restart the broker", (struct desk_id){0});
        return;
    }
    struct core_config *copy = core_config_clone(command->configure.config);
    uint32_t by_size = command->configure.by.size < CONFIG_TEXT_MAX ? command->configure.by.size : CONFIG_TEXT_MAX;
    void *source = malloc(command->configure.source_size + 1u);
    char *by = malloc(by_size + 1u);
    if (!copy || !source || !by) {
        core_config_free(copy);
        free(source);
        free(by);
        reply(core, command, CORE_BUSY, "out of memory", (struct desk_id){0});
        return;
    }
    if (command->configure.source_size > 0)
        memcpy(source, command->configure.source, command->configure.source_size);
    if (by_size > 0)
        memcpy(by, command->configure.by.data, by_size);
    by[by_size] = '\0';
    keep_closed_channels(core, copy);
    free(core->config_source);
    free(core->config_by);
    core->config_source = source;
    core->config_source_size = command->configure.source_size;
    core->config_by = by;
    core->config_version++;
    core->config_applied_ms = core->now_ms;
    core->config_revision = core_next_revision(core);
    core->config_dirty = true;

    core_config_free(core->config);
    core->config = copy;
    byte_buffer_clear(&core->record);
    config_record_put(&core->record, core);
    emit_record(core, RECORD_CONFIG);
    config_apply(core);
    reply(core, command, CORE_ACCEPTED, "", (struct desk_id){0});
    tell_desk_event(core, CAUSE_CONFIGURED);
}
