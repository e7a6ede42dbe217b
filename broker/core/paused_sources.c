/* SPDX-License-Identifier: Apache-2.0 */
#include "paused_sources.h"

#include <stdlib.h>

#include "core_commands.h"
#include "core_internal.h"
#include "effects.h"

static bool is_named(const struct paused_source *place, struct core_text source)
{
    return place->revision != 0 && strlen(place->source) == source.size && memcmp(place->source, source.data, source.size) == 0;
}

static struct paused_source *find(const struct paused_sources *paused, struct core_text source)
{
    for (uint32_t i = 0; paused->list && i < CORE_PAUSED_MAX; i++) {
        if (is_named(&paused->list[i], source))
            return &paused->list[i];
    }
    return NULL;
}

/* Its own, or the one that was left longest ago; NULL: all are paused. */
static struct paused_source *place_for(struct paused_sources *paused, struct core_text source)
{
    struct paused_source *own = find(paused, source), *oldest = NULL;
    if (own)
        return own;
    if (!paused->list)
        paused->list = calloc(CORE_PAUSED_MAX, sizeof *paused->list);
    if (!paused->list)
        abort();   /* some kilobytes: there is no sensible way to go on */
    for (uint32_t i = 0; i < CORE_PAUSED_MAX; i++) {
        struct paused_source *place = &paused->list[i];
        if (!place->is_paused && (!oldest || place->revision < oldest->revision))
            oldest = place;
    }
    return oldest;
}

static void set(struct paused_sources *paused, struct paused_source *place, struct core_text source, const struct act_note *note, bool pause)
{
    paused->count += (uint32_t)pause - (uint32_t)place->is_paused;
    place->is_paused = pause;
    place->note = *note;
    memcpy(place->source, source.data, source.size);
    place->source[source.size] = '\0';
}

static struct paused_image image_of(const struct paused_source *place)
{
    return (struct paused_image){.source = {place->source, (uint32_t)strlen(place->source)}, .revision = place->revision, .is_paused = place->is_paused,
                                 .at_ms = place->note.at_ms, .by = {place->note.by, (uint32_t)strlen(place->note.by)},
                                 .reason = {place->note.reason, (uint32_t)strlen(place->note.reason)}};
}

void paused_sources_fini(struct paused_sources *paused)
{
    free(paused->list);
    *paused = (struct paused_sources){0};
}

bool source_is_paused(const struct paused_sources *paused, struct core_text source)
{
    const struct paused_source *place = find(paused, source);
    return place && place->is_paused;
}

void reply_paused(struct core *core, const struct core_command *command)
{
    reply_busy(core, command, "a manager has paused this source", PAUSED_RETRY_AFTER_MS);
}

void command_act_on_source(struct core *core, const struct core_command *command)
{
    const struct desk_id none = {0};
    struct core_text source = command->act_on_source.source;
    bool pause = command->act_on_source.pause;
    struct act_note note;
    const char *problem = act_note_read(&note, command->act_on_source.by, command->act_on_source.reason);
    if (source.size == 0 || source.size > LW_NAME_MAX)
        problem = "the source is missing or too long";
    if (problem) {
        reply(core, command, CORE_REJECTED, problem, none);
        return;
    }
    if (source_is_paused(&core->paused, source) == pause) {
        reply(core, command, CORE_DUPLICATE, "", none);
        return;
    }
    struct paused_source *place = place_for(&core->paused, source);
    if (!place) {
        reply(core, command, CORE_REJECTED, "as many sources as there may be are paused", none);
        return;
    }
    note.at_ms = core->now_ms;
    set(&core->paused, place, source, &note, pause);
    place->revision = core_next_revision(core);
    struct paused_image image = image_of(place);
    desk_record_paused(core, &image);
    reply(core, command, CORE_ACCEPTED, "", none);
}

uint32_t core_paused_read(const struct core *core, struct core_paused_view out[CORE_PAUSED_MAX])
{
    uint32_t count = 0;
    for (uint32_t i = 0; core->paused.list && i < CORE_PAUSED_MAX; i++) {
        const struct paused_source *place = &core->paused.list[i];
        if (place->is_paused)
            out[count++] = (struct core_paused_view){place->source, place->note.by, place->note.reason, place->note.at_ms};
    }
    return count;
}

bool paused_source_image_fill(const struct core *core, uint32_t index, struct paused_image *image)
{
    if (!core->paused.list || !core->paused.list[index].is_paused)
        return false;
    *image = image_of(&core->paused.list[index]);
    return true;
}

lw_status paused_source_restore(struct core *core, const struct paused_image *image)
{
    struct paused_source *place = place_for(&core->paused, image->source);
    struct act_note note;
    if (!place || act_note_read(&note, image->by, image->reason))
        return LW_CORRUPT;
    if (place->revision >= image->revision)
        return LW_OK;
    note.at_ms = image->at_ms;
    set(&core->paused, place, image->source, &note, image->is_paused);
    place->revision = image->revision;
    return LW_OK;
}
