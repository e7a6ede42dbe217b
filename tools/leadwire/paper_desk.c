/* SPDX-License-Identifier: Apache-2.0 */
#include "paper_desk.h"

#include <stdio.h>
#include <stdlib.h>

#include "config_from_wire.h"
#include "desk_yaml.h"
#include "explain_reply.h"
#include "wall_clock.h"

struct paper_desk { struct core *core; };

static void drop_record(void *context, enum record_kind kind, const void *bytes, size_t size)
{
    (void)context, (void)kind, (void)bytes, (void)size;
}

static void drop_effect(void *context, const struct core_effect *effect)
{
    (void)context, (void)effect;
}

/* Small: no lead ever comes. */
static struct core *make_core(struct core_config *config)
{
    const struct core_callbacks nobody = {NULL, drop_record, drop_effect};
    struct core_limits limits;
    core_limits_default(&limits);
    limits.leads_max = limits.seen_max = limits.people_max = 16;
    limits.history_max = limits.decisions_max = limits.decided_max = limits.ended_max = 0;
    struct core *core = core_new(&limits, &nobody);
    const uint64_t now_ms = (uint64_t)wall_clock_unix_ms();
    if (core == NULL)
        return NULL;
    core_set_epoch(core, 1);
    core_step(core, &(struct core_command){.kind = COMMAND_FOUND_DESK, .found_desk = {{1, 2}}}, now_ms);
    core_step(core, &(struct core_command){.kind = COMMAND_CONFIGURE, .session = 1, .configure = {.config = config, .source = "", .by = {"", 0}}}, now_ms);
    return core;
}

static int found_desk(const struct cli *cli, const struct desk_yaml *yaml, struct paper_desk *desk)
{
    const Leadwire__V1__DeskConfig *wanted = desk_yaml_config(yaml);
    char reason[CONFIG_REASON_MAX];
    struct core_config *config = NULL;
    for (size_t i = 0; i < desk_yaml_problem_count(yaml); i++)
        fprintf(stderr, "%s\n", desk_yaml_problem_at(yaml, i));
    if (wanted == NULL)
        return EXIT_NO;
    if (config_from_wire(wanted, wanted->desk, &config, reason) != LW_OK) {
        cli_complain(cli, "%s", reason);
        return EXIT_NO;
    }
    desk->core = make_core(config);
    core_config_free(config);
    return desk->core != NULL ? EXIT_DONE : EXIT_NO;
}

int paper_desk_open(const struct cli *cli, const char *desk_file, struct paper_desk **out)
{
    struct desk_yaml *yaml = desk_yaml_open(desk_file);
    *out = calloc(1, sizeof **out);
    const int code = yaml != NULL && *out != NULL ? found_desk(cli, yaml, *out) : EXIT_NO;
    desk_yaml_close(&yaml);
    if (code != EXIT_DONE)
        paper_desk_close(out);
    return code;
}

void paper_desk_close(struct paper_desk **desk)
{
    if (*desk == NULL)
        return;
    if ((*desk)->core != NULL)
        core_free((*desk)->core);
    free(*desk);
    *desk = NULL;
}

void paper_desk_preview(struct paper_desk *desk, const Leadwire__V1__Lead *lead, struct arena *arena, Leadwire__V1__ExplainReply *reply)
{
    explain_reply_fill_preview(desk->core, lead, true, arena, reply);
}
