/* SPDX-License-Identifier: Apache-2.0
 *
 * Publishes one lead and waits until it is in the journal.
 *
 *   publish_lead ipc:///run/leadwire/publish sales form-4711
 *
 * Ends with 0 when it is there, 1 when the broker said no, 2 on wrong usage, 3 when
 * the outcome is not known: then call again with the same id, it will not be taken twice.
 */
#include <leadwire/leadwire.h>

#include <stdio.h>
#include <time.h>

enum { WAIT_MS = 10000 };

static int64_t now_unix_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int publish(struct lw_publisher *publisher, const char *id)
{
    const struct lw_lead_phone phone = {.e164 = "+390212345678", .raw = "02 1234 5678"};
    const struct lw_lead lead = {
        .channel = LW_CHANNEL_WEB,
        .source = "contact-form",
        .full_name = "Ada Rossi",
        .language = "it",
        .country = "IT",
        .phones = &phone,
        .phone_count = 1,
        .summary = "Vorrei un preventivo.",
    };
    struct lw_publisher_answer answer;
    uint64_t ticket;

    lw_status status = lw_publisher_publish(publisher, id, now_unix_ms(), &lead, WAIT_MS, &ticket);
    if (status != LW_OK) {
        fprintf(stderr, "not published: %s (%s)\n", lw_status_text(status), lw_publisher_error(publisher));
        return 1;
    }
    status = lw_publisher_await(publisher, ticket, 2 * WAIT_MS, &answer);
    if (status == LW_REFUSED) {
        fprintf(stderr, "refused: %s\n", lw_publisher_error(publisher));
        return 1;
    }
    if (status != LW_OK || answer.outcome == LW_OUTCOME_BUSY) {
        fprintf(stderr, "not known%s%s: repeat with the same id\n", status == LW_OK ? ", " : "", status == LW_OK ? answer.reason : "");
        return 3;
    }
    printf("%s %s%s%s\n", lw_outcome_name(answer.outcome), answer.lead_id, *answer.reason ? ": " : "", answer.reason);
    return answer.outcome == LW_OUTCOME_ACCEPTED || answer.outcome == LW_OUTCOME_DUPLICATE ? 0 : 1;
}

int main(int argc, char **argv)
{
    struct lw_publisher *publisher;
    if (argc != 4) {
        fprintf(stderr, "usage: publish_lead ENDPOINT DESK ID\n");
        return 2;
    }
    struct lw_publisher_options options = {.endpoint = argv[1], .desk = argv[2], .client = "publish_lead"};
    lw_status status = lw_publisher_open(&options, &publisher);
    if (status != LW_OK) {
        fprintf(stderr, "cannot open: %s\n", lw_status_text(status));
        return 2;
    }
    int code = publish(publisher, argv[3]);
    lw_publisher_close(&publisher);
    return code;
}
