/* SPDX-License-Identifier: Apache-2.0
 *
 * The parts of broker/net that need no socket.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmocka_all.h"
#include "config_from_wire.h"
#include "outbox.h"
#include "parked_frames.h"
#include "rep_secrets.h"
#include "sessions.h"
#include "slow_refusals.h"

static void put(struct outbox *outbox, uint32_t number, size_t size)
{
    unsigned char *bytes = malloc(size);

    memset(bytes, (int)(number & 0xff), size);
    assert_true(outbox_put(outbox, &(struct outbox_frame){.session = number, .size = (uint32_t)size, .bytes = bytes}));
    free(bytes);
}

/* Gives how many frames came; they must be the next in order. */
static uint32_t take(struct outbox *outbox, uint64_t confirmed, uint32_t *next)
{
    struct outbox_frame *frame, *taken = NULL;
    uint32_t count = 0, first = *next;

    while ((frame = outbox_take(outbox, confirmed)) != NULL) {
        assert_int_equal(frame->session, *next);
        frame->next = taken;
        taken = frame;
        (*next)++;
        count++;
    }
    for (; taken; taken = taken->next) {   /* all that was taken is still whole */
        assert_int_equal(((const unsigned char *)taken->bytes)[taken->size - 1], taken->session & 0xff);
        assert_true(taken->session >= first);
    }
    outbox_drop_taken(outbox);
    return count;
}

static void nothing_leaves_before_its_ticket_is_confirmed(void **state)
{
    struct outbox outbox;
    uint32_t next = 1;

    (void)state;
    outbox_init(&outbox, 1024 * 1024);
    put(&outbox, 1, 10);
    assert_int_equal(take(&outbox, UINT64_MAX, &next), 0);     /* not sealed */
    outbox_seal(&outbox, 5);
    put(&outbox, 2, 20);
    outbox_seal(&outbox, 5);                                   /* a turn without records waits for the one before */
    put(&outbox, 3, 30);
    put(&outbox, 4, 30);
    outbox_seal(&outbox, 7);
    assert_int_equal(take(&outbox, 4, &next), 0);
    assert_int_equal(take(&outbox, 5, &next), 2);
    assert_int_equal(take(&outbox, 6, &next), 0);
    assert_int_equal(take(&outbox, 7, &next), 2);
    outbox_fini(&outbox);
}

static void the_order_holds_over_chunks_of_any_size(void **state)
{
    struct outbox outbox;
    uint32_t next = 1, last = 0;
    unsigned random = 7;

    (void)state;
    outbox_init(&outbox, 64 * 1024 * 1024);
    for (uint64_t ticket = 1; ticket < 400; ticket++) {
        random = random * 1103515245u + 12345u;
        for (unsigned i = 0; i < random % 7; i++)
            put(&outbox, ++last, 1 + (random >> 8) % (i == 3 ? 300000 : 900));
        outbox_seal(&outbox, ticket);
        if (random % 3 == 0)
            take(&outbox, ticket - random % 2, &next);
    }
    take(&outbox, 400, &next);
    assert_int_equal(next, last + 1);
    assert_int_equal(outbox.frames, 0);
    outbox_fini(&outbox);
}

static void a_full_outbox_refuses_and_stays_whole(void **state)
{
    struct outbox outbox;
    unsigned char bytes[1000] = {0};
    uint32_t next = 1, count = 0;

    (void)state;
    outbox_init(&outbox, 512 * 1024);
    while (outbox_put(&outbox, &(struct outbox_frame){.session = count + 1, .size = sizeof bytes, .bytes = memset(bytes, (int)((count + 1) & 0xff), sizeof bytes)}))
        count++;
    assert_true(count > 400);
    outbox_seal(&outbox, 1);
    assert_int_equal(take(&outbox, 1, &next), count);
    outbox_fini(&outbox);
}

static void silence_counts_only_while_we_listen(void **state)
{
    static struct sessions sessions;

    (void)state;
    assert_int_equal(sessions_init(&sessions), LW_OK);
    struct peer *a = sessions_new(&sessions, SESSION_ROLE_REP, 1), *b = sessions_new(&sessions, SESSION_ROLE_REP, 2);
    sessions_listen(&sessions, SESSION_ROLE_REP, 3600 * 1000);     /* we stood still, not they */
    assert_null(sessions_peek_silent(&sessions, SESSION_ROLE_REP));
    for (int i = 0; i < 4; i++)
        sessions_listen(&sessions, SESSION_ROLE_REP, 500);
    sessions_heard(&sessions, a);
    sessions_listen(&sessions, SESSION_ROLE_REP, 500);
    assert_ptr_equal(sessions_peek_silent(&sessions, SESSION_ROLE_REP), b);
    uint64_t number = b->number;
    sessions_end(&sessions, b, false);
    assert_null(sessions_peek_silent(&sessions, SESSION_ROLE_REP));
    assert_null(sessions_find_route(&sessions, SESSION_ROLE_REP, 2));
    assert_null(sessions_find(&sessions, number));
    assert_ptr_equal(sessions_peek_ended(&sessions), b);
    sessions_free(&sessions, b);
    assert_null(sessions_peek_ended(&sessions));
    struct peer *c = sessions_new(&sessions, SESSION_ROLE_PUBLISHER, 1);
    assert_true(c->number > number);
    assert_null(sessions_at(&sessions, c->slot, number));
    assert_ptr_equal(sessions_find_route(&sessions, SESSION_ROLE_REP, 1), a);
    assert_ptr_equal(sessions_find_route(&sessions, SESSION_ROLE_PUBLISHER, 1), c);
    sessions_fini(&sessions);
}

static void each_role_has_its_own_bound(void **state)
{
    static struct sessions sessions;

    (void)state;
    assert_int_equal(sessions_init(&sessions), LW_OK);
    for (uint32_t i = 0; i < SESSIONS_CONTROLS_MAX; i++)
        assert_non_null(sessions_new(&sessions, SESSION_ROLE_CONTROL, i));
    assert_null(sessions_new(&sessions, SESSION_ROLE_CONTROL, 9999));
    for (uint32_t i = 0; i < SESSIONS_REPS_MAX; i++)
        assert_non_null(sessions_new(&sessions, SESSION_ROLE_REP, i));
    assert_null(sessions_new(&sessions, SESSION_ROLE_REP, 99999));
    assert_non_null(sessions_new(&sessions, SESSION_ROLE_PUBLISHER, 1));
    sessions_fini(&sessions);
}

static struct rep_secrets *read_secrets(const char *text, lw_status expected)
{
    char path[] = "/tmp/lw-secrets-XXXXXX", why[REP_SECRETS_WHY_MAX];
    struct rep_secrets *secrets;
    int fd = mkstemp(path);

    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
    assert_int_equal(rep_secrets_open(path, &secrets, why), expected);
    unlink(path);
    return secrets;
}

static void only_the_right_secret_opens_a_name(void **state)
{
    struct rep_secrets *secrets = read_secrets("# reps\nanna 12345678\r\n\n  bruno\tabcdefgh  \n", LW_OK);

    (void)state;
    assert_int_equal(rep_secrets_count(secrets), 2);
    assert_true(rep_secrets_check(secrets, "anna", "12345678"));
    assert_true(rep_secrets_check(secrets, "bruno", "abcdefgh"));
    assert_false(rep_secrets_check(secrets, "anna", "abcdefgh"));
    assert_false(rep_secrets_check(secrets, "anna", ""));
    assert_false(rep_secrets_check(secrets, "carla", "12345678"));
    assert_false(rep_secrets_check(secrets, "#", "reps"));
    assert_false(rep_secrets_check(NULL, "anna", "12345678"));
    rep_secrets_close(&secrets);
    read_secrets("anna 1234567\n", LW_INVALID);
    read_secrets("anna 12345678 more\n", LW_INVALID);
    read_secrets("anna\n", LW_INVALID);
    read_secrets("anna 12345678\nanna 87654321\n", LW_INVALID);
}

static void refusals_come_late_in_order_and_are_bounded(void **state)
{
    static struct slow_refusals refusals;
    uint64_t route;

    (void)state;
    for (uint32_t i = 0; i < SLOW_REFUSALS_MAX; i++)
        assert_true(slow_refusals_put(&refusals, i, 1000 + i));
    assert_false(slow_refusals_put(&refusals, 7777, 1000));
    assert_true(slow_refusals_has(&refusals, 5));
    assert_false(slow_refusals_take(&refusals, 1000 + SLOW_REFUSAL_MS - 1, &route));
    for (uint32_t i = 0; i < SLOW_REFUSALS_MAX; i++) {
        assert_true(slow_refusals_take(&refusals, 9000, &route));
        assert_int_equal(route, i);
    }
    assert_int_equal(slow_refusals_wait_ms(&refusals, 9000), UINT64_MAX);
}

static void parked_frames_keep_their_order_and_bound(void **state)
{
    struct parked_frames parked = {0};
    struct parked_frame frame;

    (void)state;
    for (uint32_t i = 0; i < PARKED_FRAMES_MAX; i++)
        assert_true(parked_frames_put(&parked, i + 1, i, &i, sizeof i));
    assert_false(parked_frames_put(&parked, 1, 1, "x", 1));
    for (uint32_t i = 0; i < 100; i++) {
        assert_true(parked_frames_take(&parked, &frame));
        assert_int_equal(frame.session, i + 1);
        parked_frame_release(&frame);
    }
    assert_true(parked_frames_put(&parked, 1, 1, "x", 1));
    parked_frames_fini(&parked);
}

static void channels_that_are_not_listed_are_not_served(void **state)
{
    Leadwire__V1__DeskConfig config = LEADWIRE__V1__DESK_CONFIG__INIT;
    Leadwire__V1__ChannelConfig web = LEADWIRE__V1__CHANNEL_CONFIG__INIT, *channels[2] = {&web, &web};
    Leadwire__V1__RepConfig rep = LEADWIRE__V1__REP_CONFIG__INIT, *reps[1] = {&rep};
    Leadwire__V1__RuleConfig rule = LEADWIRE__V1__RULE_CONFIG__INIT, *rules[1] = {&rule};
    Leadwire__V1__SkillLevel level = LEADWIRE__V1__SKILL_LEVEL__INIT, *levels[1] = {&level};
    Leadwire__V1__DispositionConfig won = LEADWIRE__V1__DISPOSITION_CONFIG__INIT, *dispositions[1] = {&won};
    struct core_config *out;
    char reason[CONFIG_REASON_MAX];

    (void)state;
    web.channel = LEADWIRE__V1__CHANNEL__CHANNEL_WEB;
    rep.name = (char *)"anna";
    rep.capacity = 3;
    rule.name = rule.queue = (char *)"all";
    config.channels = channels;
    config.reps = reps;
    config.rules = rules;
    won.code = (char *)"won";
    won.class_ = LEADWIRE__V1__DISPOSITION_CLASS__DISPOSITION_WON;
    config.dispositions = dispositions;
    config.n_channels = config.n_reps = config.n_rules = config.n_dispositions = 1;
    if (config_from_wire(&config, "main", &out, reason) != LW_OK)
        fail_msg("%s", reason);
    assert_true(out->channels[LW_CHANNEL_WEB].enabled);
    assert_false(out->channels[LW_CHANNEL_PHONE].enabled);
    assert_true(out->channels[LW_CHANNEL_WEB].weight > 0);
    assert_int_equal(out->park_limit_ms, 48 * 3600000);
    assert_int_equal(out->park_nudge_ms, 24 * 3600000);
    core_config_free(out);

    config.park_limit_ms = 24 * 3600000;   /* rules of a version that knew only this */
    assert_int_equal(config_from_wire(&config, "main", &out, reason), LW_OK);
    assert_int_equal(out->park_nudge_ms, 12 * 3600000);
    core_config_free(out);
    config.park_nudge_ms = UINT32_MAX;
    assert_int_equal(config_from_wire(&config, "main", &out, reason), LW_OK);
    assert_int_equal(out->park_nudge_ms, 0);
    core_config_free(out);

    config.n_channels = 2;
    assert_int_equal(config_from_wire(&config, "main", &out, reason), LW_INVALID);
    assert_string_equal(reason, "channel web stands there twice");
    config.n_channels = 0;
    level.skill = (char *)"flying";
    level.level = 3;
    rep.skills = levels;
    rep.n_skills = 1;
    assert_int_equal(config_from_wire(&config, "main", &out, reason), LW_INVALID);
    assert_null(out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_leaves_before_its_ticket_is_confirmed),
        cmocka_unit_test(the_order_holds_over_chunks_of_any_size),
        cmocka_unit_test(a_full_outbox_refuses_and_stays_whole),
        cmocka_unit_test(silence_counts_only_while_we_listen),
        cmocka_unit_test(each_role_has_its_own_bound),
        cmocka_unit_test(only_the_right_secret_opens_a_name),
        cmocka_unit_test(refusals_come_late_in_order_and_are_bounded),
        cmocka_unit_test(parked_frames_keep_their_order_and_bound),
        cmocka_unit_test(channels_that_are_not_listed_are_not_served),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
