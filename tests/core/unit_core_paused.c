/* SPDX-License-Identifier: Apache-2.0
 *
 * Sources that a manager pauses.
 */
#include <stdio.h>
#include <string.h>

#include "../unit/cmocka_all.h"
#include "desk_rig.h"

static struct core_text words(const char *text) { return (struct core_text){text, (uint32_t)strlen(text)}; }

static void open_desk(struct desk_rig *rig)
{
    struct core_config *config = rig_rules();
    rig_add_rep(config, "anna", 3, NULL, NULL, 0);
    rig_open(rig, config, NULL);
}

static enum core_status pause_source(struct desk_rig *rig, const char *source, bool pause)
{
    struct core_command command = {.kind = COMMAND_ACT_ON_SOURCE, .session = MANAGER,
                                   .act_on_source = {.source = words(source), .by = words("boss"), .reason = words("a bad campaign"), .pause = pause}};
    return rig_step(rig, &command);
}

static enum core_status publish_by(struct desk_rig *rig, const char *source, const char *id)
{
    return rig_try_publish(rig, &(struct rig_lead){.id = id, .source = source});
}

static void its_publishers_are_told_busy_and_when_to_come_again(void **state)
{
    struct desk_rig rig;
    (void)state;
    open_desk(&rig);
    assert_int_equal(pause_source(&rig, "fair", true), CORE_ACCEPTED);
    assert_int_equal(publish_by(&rig, "fair", "one"), CORE_BUSY);
    const struct core_effect *reply = rig_told(&rig, EFFECT_REPLY, PUBLISHER, 0);
    assert_string_equal(reply->reason, "a manager has paused this source");
    assert_int_equal(reply->retry_after_ms, 10000);
    assert_int_equal(publish_by(&rig, "form", "one"), CORE_ACCEPTED);
    assert_int_equal(pause_source(&rig, "fair", false), CORE_ACCEPTED);
    assert_int_equal(publish_by(&rig, "fair", "one"), CORE_ACCEPTED);   /* busy kept nothing of it */
    rig_close(&rig);
}

static void what_was_taken_before_is_still_known(void **state)
{
    struct desk_rig rig;
    (void)state;
    open_desk(&rig);
    assert_int_equal(publish_by(&rig, "fair", "one"), CORE_ACCEPTED);
    struct desk_id lead = rig_told(&rig, EFFECT_REPLY, PUBLISHER, 0)->lead;
    assert_int_equal(pause_source(&rig, "fair", true), CORE_ACCEPTED);
    assert_int_equal(publish_by(&rig, "fair", "one"), CORE_DUPLICATE);
    assert_int_equal(rig_cancel(&rig, lead), CORE_ACCEPTED);
    rig_close(&rig);
}

static void asked_again_it_is_a_duplicate_and_names_are_checked(void **state)
{
    struct desk_rig rig;
    char longest[LW_NAME_MAX + 2] = "";
    (void)state;
    open_desk(&rig);
    assert_int_equal(pause_source(&rig, "fair", false), CORE_DUPLICATE);
    assert_int_equal(pause_source(&rig, "fair", true), CORE_ACCEPTED);
    assert_int_equal(pause_source(&rig, "fair", true), CORE_DUPLICATE);
    assert_int_equal(pause_source(&rig, "", true), CORE_REJECTED);
    memset(longest, 'a', LW_NAME_MAX + 1);
    assert_int_equal(pause_source(&rig, longest, true), CORE_REJECTED);
    rig_close(&rig);
}

static void who_and_why_can_be_asked(void **state)
{
    struct desk_rig rig;
    struct core_paused_view views[CORE_PAUSED_MAX];
    (void)state;
    open_desk(&rig);
    assert_int_equal(core_paused_read(rig.core, views), 0);
    pause_source(&rig, "fair", true);
    assert_int_equal(core_paused_read(rig.core, views), 1);
    assert_string_equal(views[0].source, "fair");
    assert_string_equal(views[0].by, "boss");
    assert_string_equal(views[0].reason, "a bad campaign");
    assert_int_equal(views[0].since_ms, rig.now_ms);
    rig_close(&rig);
}

static void so_many_and_no_more(void **state)
{
    struct desk_rig rig;
    char name[16];
    (void)state;
    open_desk(&rig);
    for (int i = 0; i < CORE_PAUSED_MAX; i++) {
        snprintf(name, sizeof name, "source-%d", i);
        assert_int_equal(pause_source(&rig, name, true), CORE_ACCEPTED);
    }
    assert_int_equal(pause_source(&rig, "fair", true), CORE_REJECTED);
    assert_int_equal(pause_source(&rig, "source-5", false), CORE_ACCEPTED);
    assert_int_equal(pause_source(&rig, "fair", true), CORE_ACCEPTED);
    rig_close(&rig);
}

static void ignore_record(void *context, enum record_kind kind, const void *bytes, size_t size) { (void)context; (void)kind; (void)bytes; (void)size; }
static void ignore_effect(void *context, const struct core_effect *effect) { (void)context; (void)effect; }

/* From the journal alone, and from a checkpoint before it. */
static void a_restart_keeps_it(void **state)
{
    const struct core_callbacks ignore_all = {NULL, ignore_record, ignore_effect};
    struct desk_rig rig;
    struct core_paused_view views[CORE_PAUSED_MAX];
    struct core_record record;
    (void)state;
    open_desk(&rig);
    pause_source(&rig, "fair", true);
    pause_source(&rig, "form", true);
    core_checkpoint_begin(rig.core);
    while (core_checkpoint_next(rig.core, &record))
        rig_keep_record(&rig, record.kind, record.bytes, record.size);
    pause_source(&rig, "form", false);
    struct core *core = rig_restore(&rig, rig.record_count, &ignore_all);
    assert_non_null(core);
    assert_int_equal(core_paused_read(core, views), 1);
    assert_string_equal(views[0].source, "fair");
    assert_string_equal(views[0].reason, "a bad campaign");
    assert_int_equal(core_state_hash(core), core_state_hash(rig.core));
    core_free(core);
    rig_close(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(its_publishers_are_told_busy_and_when_to_come_again),
        cmocka_unit_test(what_was_taken_before_is_still_known),
        cmocka_unit_test(asked_again_it_is_a_duplicate_and_names_are_checked),
        cmocka_unit_test(who_and_why_can_be_asked),
        cmocka_unit_test(so_many_and_no_more),
        cmocka_unit_test(a_restart_keeps_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
